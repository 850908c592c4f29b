import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { KubeConfig, KubernetesObjectApi, type KubernetesObject, PatchStrategy } from "@kubernetes/client-node";
import { pluginEnvironment } from "../../sandbox/plugins";
import { ensureTools } from "../../sandbox/tools";
import { sharedSandbox } from "../support/sandbox";
import type { Plan, Wanted } from "./programs/objects/plan";

export interface Result {
  code: number | null;
  output: string;
}

interface StateResource {
  urn: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors?: string[];
}

export const PROGRAMS = path.join(__dirname, "programs");

/** A stack of the real CLI with the stand-ins, a state of its own, and a namespace of its own in the shared sandbox. */
export class TestStack {
  readonly namespace: string;
  readonly api: KubernetesObjectApi;
  private readonly planFile: string;
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly directory: string,
    private readonly cli: string,
    readonly env: NodeJS.ProcessEnv,
    readonly config: KubeConfig,
    private readonly program: string,
  ) {
    this.namespace = path.basename(directory).toLowerCase();
    this.api = KubernetesObjectApi.makeApiClient(config);
    this.planFile = path.join(directory, "plan.json");
  }

  static async create(variables: NodeJS.ProcessEnv = {}, program = "objects"): Promise<TestStack> {
    const { kubeconfig } = await sharedSandbox();
    const pulumi = (await ensureTools(["pulumi"])).pulumi!;
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "hf-plugins-"));
    const outside = { ...process.env, KUBECONFIG: kubeconfig };
    const { environment } = await pluginEnvironment(outside, pulumi);
    const env = {
      ...outside,
      ...environment,
      PULUMI_BACKEND_URL: pathToFileURL(directory).href,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      HOLDFAST_TEST_PLAN: path.join(directory, "plan.json"),
      ...variables,
    };
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const stack = new TestStack(directory, pulumi, env, config, program);
    const made = await stack.run(["stack", "init", "test", "--no-select"], []);
    if (made.code !== 0) throw new Error(made.output);
    return stack;
  }

  /** A file of this stack's own. */
  file(name: string): string {
    return path.join(this.directory, name);
  }

  plan(resources: Wanted[], provider: Plan["provider"] = {}): void {
    fs.writeFileSync(this.planFile, JSON.stringify({ provider, resources } satisfies Plan));
  }

  preview(...extra: string[]): Promise<Result> {
    return this.run(["preview", ...extra]);
  }

  up(...extra: string[]): Promise<Result> {
    return this.run(["up", "--yes", "--skip-preview", ...extra]);
  }

  refresh(...extra: string[]): Promise<Result> {
    return this.run(["refresh", "--yes", "--skip-preview", ...extra]);
  }

  destroy(): Promise<Result> {
    return this.run(["destroy", "--yes", "--skip-preview"]);
  }

  run(args: string[], stack = ["--stack", "test"]): Promise<Result> {
    return this.start(args, stack).result;
  }

  /** Starts the CLI and calls `onOutput` with all it has printed so far. */
  start(
    args: string[],
    stack = ["--stack", "test"],
    onOutput: (all: string) => void = () => undefined,
  ): { child: ChildProcess; result: Promise<Result> } {
    const child = spawn(this.cli, [...args, ...stack, "--non-interactive", "--color", "never"], {
      cwd: path.join(PROGRAMS, this.program),
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.children.add(child);
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      onOutput(output);
    };
    child.stdout!.on("data", collect);
    child.stderr!.on("data", collect);
    const result = new Promise<Result>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, output }));
    });
    return { child, result };
  }

  /** The state as the file backend keeps it, secrets encrypted. */
  rawState(): string {
    return fs.readFileSync(path.join(this.directory, ".pulumi/stacks", this.projectName(), "test.json"), "utf8");
  }

  private projectName(): string {
    return path.basename(this.program);
  }

  resource(name: string): StateResource | undefined {
    const { checkpoint } = JSON.parse(this.rawState()) as { checkpoint: { latest?: { resources?: StateResource[] } } };
    return checkpoint.latest?.resources?.find((resource) => resource.urn.endsWith(`::${name}`));
  }

  async live<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace = this.namespace,
  ): Promise<T | undefined> {
    try {
      return (await this.api.read({ apiVersion, kind, metadata: { name, namespace } })) as T;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return undefined;
      throw error;
    }
  }

  /** Takes the finalizers off an object. */
  async release(apiVersion: string, kind: string, name: string): Promise<void> {
    const metadata = { name, namespace: this.namespace, finalizers: null };
    await this.api.patch(
      { apiVersion, kind, metadata } as never,
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    );
  }

  /** Ends what still runs, takes the objects and the state away. */
  async dispose(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    await this.api.delete({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } }).catch(() => undefined);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The processes that run on behalf of this stack: all of them inherit the name of its plan. */
export function processesOf(stack: TestStack): string[] {
  const plan = `HOLDFAST_TEST_PLAN=${stack.env.HOLDFAST_TEST_PLAN}`;
  return fs.readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(plan);
    } catch {
      return false;
    }
  });
}

/** Waits for something that comes by itself. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}

export const namespace = (name: string): Wanted => ({
  name: "namespace",
  object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
});

export const configMap = (inNamespace: string, data: Record<string, unknown>, more: Partial<Wanted> = {}): Wanted => ({
  name: "settings",
  after: ["namespace"],
  object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: inNamespace }, data },
  ...more,
});

export function deployment(inNamespace: string, image: string, spec: Record<string, unknown> = {}): Wanted {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image }] } };
  return {
    name: "web",
    after: ["namespace"],
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: inNamespace },
      spec: { replicas: 1, selector: { matchLabels: labels }, template, ...spec },
    },
  };
}

export const service = (inNamespace: string, spec: Record<string, unknown>, more: Partial<Wanted> = {}): Wanted => ({
  name: "front",
  after: ["namespace"],
  object: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "front", namespace: inNamespace },
    spec: { ports: [{ port: 80 }], ...spec },
  },
  ...more,
});
