import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { version as awsVersion } from "@pulumi/aws/package.json";
import { version as azureNativeVersion } from "@pulumi/azure-native/package.json";
import { version as gcpVersion } from "@pulumi/gcp/package.json";
import { version as kubernetesVersion } from "@pulumi/kubernetes/package.json";
import { version as pulumiVersion } from "@pulumi/pulumi/package.json";
import { layoutOf, stateRoot } from "../paths";
import { ensureTools } from "../tools";
import { buildStandIn, type StandIn, standInMark } from "./bundle";

export interface PluginEnvironment {
  /** Variables to set for the Pulumi CLI, and nothing else: a Pulumi home of Holdfast's own, and the file with the sandbox's mark. */
  environment: { PULUMI_HOME: string; HOLDFAST_SANDBOX_MARK: string };
  /** The stand-ins the CLI will use; empty where the official plugins are there or can be had. */
  usingStandIns: StandIn[];
}

/** Those that every stack of the sandbox needs. */
type PluginOfSandbox = "pulumi-language-nodejs" | "pulumi-resource-kubernetes";

/** Hours a failed download of the official provider counts as an answer, so that not every command tries again. */
const unreachableHours = 24;
/** Seconds a download may take. Where packets are dropped in silence no complaint ever comes. */
const downloadSeconds = 300;

/**
 * Finds out which official plugins the Pulumi CLI has or can download, and installs stand-ins for the others in Holdfast's own Pulumi
 * home, below the state folder. Nothing is ever written into the user's.
 *
 * @param env the environment the CLI will run in; KUBECONFIG names the sandbox, whose mark lies beside it.
 * @param cli the CLI itself. Default: the one that `ensureTools` finds or builds.
 */
export async function pluginEnvironment(env: NodeJS.ProcessEnv, cli?: string): Promise<PluginEnvironment> {
  const pulumi = fs.realpathSync(cli ?? (await ensureTools(["pulumi"])).pulumi!);
  const state = env.HOLDFAST_STATE_DIR ? path.resolve(env.HOLDFAST_STATE_DIR) : stateRoot();
  const home = path.join(state, "pulumi");
  const search = (env.PATH ?? "").split(path.delimiter).filter((directory) => directory !== "");
  const places: Record<PluginOfSandbox, string> = {
    "pulumi-language-nodejs": path.join(home, "plugins", `language-nodejs-v${pulumiVersion}`),
    "pulumi-resource-kubernetes": kubernetesIn(home),
  };
  const official: Record<PluginOfSandbox, boolean> = {
    // The official CLI brings its language host along.
    "pulumi-language-nodejs": isIn("pulumi-language-nodejs", [path.dirname(pulumi), ...search]),
    "pulumi-resource-kubernetes":
      isIn("pulumi-resource-kubernetes", search) || (await hasOfficialProvider(pulumi, env, home, state)),
  };
  const usingStandIns = (Object.keys(places) as PluginOfSandbox[]).filter((name) => !official[name]);
  for (const name of usingStandIns) await buildStandIn(name, places[name]);
  for (const [name, place] of Object.entries(places)) if (official[name as PluginOfSandbox]) removeStandIn(place);
  return {
    environment: { PULUMI_HOME: home, HOLDFAST_SANDBOX_MARK: env.HOLDFAST_SANDBOX_MARK ?? markFile(env, state) },
    usingStandIns,
  };
}

/** The clouds for which there is a stand-in that records what it is asked, with the version of each SDK. */
const CLOUDS = { aws: awsVersion, "azure-native": azureNativeVersion, gcp: gcpVersion };

/**
 * Installs a cloud that is a file into a Pulumi home of Holdfast's own, never into the user's. What it records lies beside the
 * sandbox's mark, in `clouds/<cloud>.json`.
 *
 * @param home `PULUMI_HOME` of a {@link pluginEnvironment}.
 */
export async function installRecordedCloud(cloud: keyof typeof CLOUDS, home: string): Promise<void> {
  await buildStandIn(`pulumi-resource-${cloud}`, path.join(home, "plugins", `resource-${cloud}-v${CLOUDS[cloud]}`));
}

function kubernetesIn(home: string): string {
  return path.join(home, "plugins", `resource-kubernetes-v${kubernetesVersion}`);
}

function isIn(name: string, directories: string[]): boolean {
  return directories.some((directory) => fs.existsSync(path.join(directory, name)));
}

function isStandIn(place: string): boolean {
  return fs.existsSync(path.join(place, standInMark));
}

function removeStandIn(place: string): void {
  if (isStandIn(place)) fs.rmSync(place, { recursive: true });
}

/** Whether the official Kubernetes provider is in Holdfast's own Pulumi home, or could be brought there. */
async function hasOfficialProvider(cli: string, env: NodeJS.ProcessEnv, home: string, state: string): Promise<boolean> {
  const place = kubernetesIn(home);
  if (fs.existsSync(place) && !isStandIn(place)) return true;
  const users = kubernetesIn(env.PULUMI_HOME ?? path.join(env.HOME ?? os.homedir(), ".pulumi"));
  if (users !== place && fs.existsSync(users) && !isStandIn(users)) {
    removeStandIn(place);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.symlinkSync(users, place);
    return true;
  }
  const answer = path.join(state, "official-plugins-unreachable");
  if (isRecent(answer)) return false;
  removeStandIn(place);
  if (await download(cli, { ...env, PULUMI_HOME: home })) return true;
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(answer, "The official Kubernetes provider could not be downloaded. Remove this file to try again now.\n");
  return false;
}

function isRecent(file: string): boolean {
  const changed = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - changed < unreachableHours * 3600 * 1000;
}

/** Lets the CLI fetch the official provider. Its first complaint settles that it cannot. */
function download(cli: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(cli, ["plugin", "install", "resource", "kubernetes", kubernetesVersion], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: downloadSeconds * 1000,
  });
  const outputs = [child.stdout, child.stderr];
  for (const output of outputs) {
    output.on("data", (chunk: Buffer) => {
      if (/error/i.test(chunk.toString())) child.kill();
    });
  }
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => {
      for (const output of outputs) output.destroy();
      resolve(code === 0);
    });
  });
}

/** Beside the kubeconfig of the sandbox that is meant; else that of this project. */
function markFile(env: NodeJS.ProcessEnv, state: string): string {
  const beside = env.KUBECONFIG ? path.join(path.dirname(path.resolve(env.KUBECONFIG)), "mark") : "";
  return beside !== "" && fs.existsSync(beside) ? beside : layoutOf(state).markFile;
}
