import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { status, up as startSandbox } from "../../sandbox";
import { ensureTools } from "../../sandbox/tools";
import { pluginEnvironment } from "../../sandbox/plugins";
import { makeMissingSecrets, withCluster, writePrivateConfig, type Overlay } from "../../start/privateConfig";
import {
  ensureStack,
  pulumiEnvironment,
  runStackCommand,
  stackOutputs,
  type PulumiOptions,
  type PulumiResult,
} from "../../start/pulumi";
import { createWorkspace, type Workspace } from "../../start/workspace";
import { sharedSandbox } from "../support/sandbox";
import { keepSecrets, lendSecrets } from "./knownSecrets";
import { namespacesHaveGone, removeObjects, resourcesInState } from "./leavings";

export const PROJECT = path.resolve(__dirname, "../..");

/** One step of `pulumi preview --json`. */
export interface Step {
  op: string;
  urn: string;
  oldState?: { inputs?: Record<string, unknown> };
  newState?: { inputs?: Record<string, unknown> };
  detailedDiff?: Record<string, { kind: string }> | null;
}

export interface Engine {
  workspace: Workspace;
  options: PulumiOptions;
  /** Rewrites the private stack file from the tracked one, changed by `overlay`. */
  configure(overlay?: Overlay): Promise<void>;
  preview(extra?: string[], changes?: Partial<PulumiOptions>): Promise<PulumiResult>;
  /** The steps a preview plans, without the stack itself; fails when the preview does. */
  steps(extra?: string[]): Promise<Step[]>;
  up(extra?: string[], changes?: Partial<PulumiOptions>): Promise<PulumiResult>;
  destroy(): Promise<PulumiResult>;
  /** Forgets the stack, and takes away what it has in the sandbox without a word from the CLI. */
  discard(): Promise<void>;
  outputs(): Promise<Record<string, unknown>>;
}

/** The real CLI over the dev stack in the shared sandbox, with a state of its own that nobody else uses. */
export async function createEngine(projectDirectory = PROJECT): Promise<Engine> {
  const sandbox = await sharedSandbox();
  const tools = await ensureTools(["pulumi"]);
  const stateDirectory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-engine-"));
  lendSecrets(stateDirectory);
  const base = { ...process.env, KUBECONFIG: sandbox.kubeconfig };
  const { environment } = await pluginEnvironment(base, tools.pulumi);
  const pulumiHome = environment.PULUMI_HOME;
  const workspace = createWorkspace({ stateDirectory, projectDirectory, clusterUid: sandbox.uid, pulumiHome });
  workspace.trackedConfigFile = path.join(PROJECT, "Pulumi.dev.yaml");
  const options: PulumiOptions = { workspace, binary: tools.pulumi, environment: { ...base, ...environment } };
  const engine: Engine = {
    workspace,
    options,
    async configure(overlay = (config) => config) {
      const named = withCluster({ context: sandbox.context, uid: sandbox.uid });
      writePrivateConfig(workspace, (config) => overlay(named(config)));
      await ensureStack(options);
      await makeMissingSecrets(options);
      keepSecrets(workspace);
      await namespacesHaveGone();
    },
    preview: (extra = [], changes = {}) => runStackCommand("preview", extra, { ...options, ...changes }),
    async steps(extra = []) {
      const { code, stdout, output } = await runStackCommand("preview", ["--json", ...extra], options);
      if (code !== 0) throw new Error(`preview ended with ${code}:\n${output}`);
      const { steps } = JSON.parse(stdout) as { steps: Step[] };
      return steps.filter(({ urn }) => !urn.includes("::pulumi:pulumi:Stack::"));
    },
    up: (extra = [], changes = {}) => runStackCommand("up", extra, { ...options, ...changes }),
    destroy: () => runStackCommand("destroy", [], options),
    async discard() {
      await removeObjects(workspace);
      fs.rmSync(stateDirectory, { recursive: true, force: true });
    },
    outputs: () => stackOutputs(options),
  };
  return engine;
}

/** The last part of a URN: the logical name. */
export const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

type Service = Record<string, unknown> & { entries: Record<string, unknown>[]; promise: Record<string, unknown> };

/** Changes the first service of the stack file. */
export function withService(change: (service: Service) => void): Overlay {
  return (config) => {
    const copy = structuredClone(config);
    change((copy["holdfast:services"] as Service[])[0]!);
    return copy;
  };
}

/**
 * Starts an update and kills the CLI, with everything below it, at once and without a word, when a line matches and nothing has been
 * told for `restSeconds` since. What is made at that moment the engine never hears of, in any cloud.
 */
export function upKilledAt({ options }: Engine, line: RegExp, restSeconds = 0): Promise<NodeJS.Signals | null> {
  const { workspace, binary, environment } = options;
  const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];
  const child = spawn(binary!, [...args, "--stack", workspace.stack, "--config-file", workspace.configFile], {
    cwd: workspace.projectDirectory,
    env: pulumiEnvironment(workspace, environment),
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let matched = false;
  let timer: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout }).on("line", (text) => {
    matched ||= line.test(text);
    clearTimeout(timer);
    if (matched) timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), restSeconds * 1000);
  });
  return new Promise((resolve) => {
    child.once("close", (_code, signal) => {
      clearTimeout(timer);
      resolve(signal);
    });
  });
}

/** Starts an update and kills the sandbox's API server when a line matches. Once the update has ended as it can, the server runs again. */
export async function upLosingApiServerAt(engine: Engine, line: RegExp): Promise<PulumiResult> {
  let killed: Promise<boolean> | undefined;
  const kill = async (): Promise<boolean> => {
    const { components } = await status();
    return process.kill(components.find(({ name }) => name === "kube-apiserver")!.pid!, "SIGKILL");
  };
  const onLine = (text: string): void => {
    if (line.test(text)) killed ??= kill();
  };
  const environment = { ...engine.options.environment, HOLDFAST_SANDBOX_OUTAGE_SECONDS: "3" };
  const result = await engine.up(["--skip-preview"], { environment, onLine });
  assert.ok(await killed, `the update never came to ${line}`);
  await startSandbox();
  return result;
}

/** The URNs of what the engine believes to be there. */
export const urnsInState = ({ workspace }: Engine): string[] => resourcesInState(workspace).map(({ urn }) => urn);
