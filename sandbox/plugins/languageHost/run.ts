import type { ChildProcess } from "node:child_process";
import type * as grpc from "@grpc/grpc-js";
import { type RunPluginRequest, RunPluginResponse, type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { configurationBytes, PROGRAM_CONFIGURATION } from "../../../path/facts/pulumi";
import { type RuntimeOptions, startChild, stopChildren } from "./child";

/** The SDK's runner ends with this code when it has already told the user what is wrong. */
const alreadyReported = 32;

/** Runs the program of a stack and answers when it has ended. */
export async function runProgram(request: RunRequest, engineAddress: string, cancelled: AbortSignal): Promise<RunResponse> {
  const info = request.getInfo()!;
  const configuration = Object.fromEntries(request.getConfigMap().getEntryList()) as Record<string, string>;
  refuseTooLong(configuration);
  const child = startChild({
    module: "@pulumi/pulumi/cmd/run",
    programDirectory: info.getProgramDirectory(),
    workingDirectory: process.cwd(),
    args: programArguments(request, engineAddress),
    env: {
      ...process.env,
      [PROGRAM_CONFIGURATION.variable]: JSON.stringify(configuration),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    options: (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions,
    stdio: ["ignore", "inherit", "inherit"],
  });
  cancelled.addEventListener("abort", () => stopChildren([child]), { once: true });
  const response = new RunResponse();
  const { code, signal } = await ended(child);
  if (code === alreadyReported) response.setBail(true);
  else if (code !== 0) response.setError(whyEnded(code, signal));
  return response;
}

/** The kernel would only say that an argument list is too long. */
function refuseTooLong(configuration: Record<string, string>): void {
  const bytes = configurationBytes(configuration);
  if (process.platform !== "linux" || bytes <= PROGRAM_CONFIGURATION.longestBytes) return;
  throw new Error(
    `The configuration of this stack is ${Math.ceil(bytes / 1024)} KiB, and Linux starts no program with more than ${PROGRAM_CONFIGURATION.longestBytes / 1024} KiB of it. ` +
      "Divide its services among several stacks, each with a Pulumi.<stack>.yaml of its own; what one consumes of another's it finds at holdfast:endpoints.",
  );
}

function programArguments(request: RunRequest, engineAddress: string): string[] {
  const info = request.getInfo()!;
  const named: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: info.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
}

/** Runs a plugin written in Node.js: a policy pack or a provider. What it prints is streamed to the engine. */
export async function runPlugin(call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>): Promise<void> {
  const request = call.request;
  const info = request.getInfo()!;
  const isPolicyPack = request.getKind() === "analyzer";
  const directory = info.getProgramDirectory();
  const child = startChild({
    module: isPolicyPack ? "@pulumi/pulumi/cmd/run-policy-pack" : "@pulumi/pulumi/cmd/run-plugin",
    programDirectory: directory,
    workingDirectory: isPolicyPack ? directory : request.getPwd(),
    // The SDK's runner of policy packs wants the folder last, the other one wants it first.
    args: isPolicyPack ? [...request.getArgsList(), directory] : [directory, ...request.getArgsList()],
    env: environment(request.getEnvList()),
    options: (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions,
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.on("cancelled", () => stopChildren([child]));
  child.stdout?.on("data", (chunk: Buffer) => call.write(output((response) => response.setStdout(chunk))));
  child.stderr?.on("data", (chunk: Buffer) => call.write(output((response) => response.setStderr(chunk))));
  const { code } = await ended(child);
  call.write(output((response) => response.setExitcode(code ?? 1)));
  call.end();
}

function output(fill: (response: RunPluginResponse) => void): RunPluginResponse {
  const response = new RunPluginResponse();
  fill(response);
  return response;
}

function environment(pairs: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function whyEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGABRT" || code === 134) {
    return "The program was aborted, most likely because it ran out of memory. Raise the limit with NODE_OPTIONS=--max-old-space-size=<MiB>.";
  }
  return signal ? `The program was ended by ${signal}.` : `The program exited with code ${code}.`;
}
