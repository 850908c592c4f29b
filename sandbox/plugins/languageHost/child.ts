import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

/** What Pulumi.yaml or PulumiPolicy.yaml may say under `runtime.options`. */
export interface RuntimeOptions {
  typescript?: unknown;
  tsconfig?: unknown;
  nodeargs?: unknown;
}

/** The node process that runs a program or a policy pack. */
export interface ChildRequest {
  /** The SDK's own entry: `@pulumi/pulumi/cmd/run`. */
  module: string;
  /** Where the SDK is looked up: the program's folder. */
  programDirectory: string;
  workingDirectory: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  options: RuntimeOptions;
  stdio: StdioOptions;
}

/** Seconds a process gets to end after an interrupt. */
const graceSeconds = 5;
const running = new Set<ChildProcess>();

export function startChild(request: ChildRequest): ChildProcess {
  const module = locate(request.module, request.programDirectory);
  const { typescript, tsconfig, nodeargs } = request.options;
  const env = { ...request.env };
  if (typescript !== false) env.PULUMI_NODEJS_TYPESCRIPT = "true";
  if (typeof tsconfig === "string") env.PULUMI_NODEJS_TSCONFIG_PATH = tsconfig;
  const nodeArguments = typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter(Boolean) : [];
  const child = spawn(process.execPath, [...nodeArguments, module, ...request.args], {
    cwd: request.workingDirectory,
    env,
    stdio: request.stdio,
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** Asks one process, or all, to end; whoever does not within the grace is killed. */
export function stopChildren(children: Iterable<ChildProcess> = running): void {
  for (const child of children) {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), graceSeconds * 1000).unref();
  }
}

export function killChildren(): void {
  for (const child of running) child.kill("SIGKILL");
}

function locate(module: string, programDirectory: string): string {
  try {
    return createRequire(path.join(programDirectory, "package.json")).resolve(module);
  } catch {
    throw new Error(
      `The Pulumi SDK is not installed for ${programDirectory}: ${module} cannot be found from there. Run \`npm ci\` in the project and try again.`,
    );
  }
}
