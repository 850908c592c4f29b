import * as fs from "node:fs";
import * as path from "node:path";
import { down, status, tools, up } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import { EXIT, StartError } from "./errors";
import { removeOthers } from "./others";
import { runStackCommand, type PulumiOptions } from "./pulumi";
import { openWorkspace, othersFile, type Target } from "./target";
import { hasState, removeStateDirectory, stateDirectoryOf } from "./workspace";

/** Stacks in clusters of the user's own, by the clusters' uids; each folder is the only record of what runs there. */
export function stacksInOwnClusters(stateDirectory: string): string[] {
  const directory = path.join(stateDirectory, "clusters");
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

/**
 * `npm stop`: the embedded cluster with everything in it. Nothing is destroyed piece by piece, because nothing of it lives on.
 *
 * @param all forget the local state too.
 */
export async function stopEmbedded(projectDirectory: string, { all }: { all: boolean }): Promise<string> {
  const stateDirectory = stateDirectoryOf(projectDirectory);
  const own = stacksInOwnClusters(stateDirectory);
  if (all && own.length > 0) {
    throw new StartError(
      `${path.join(stateDirectory, "clusters")} is the only record of what was deployed into your own cluster (kube-system uid ${own.join(", ")}). ` +
        "Take that down first, with the cluster's context current: HOLDFAST_CLUSTER=current npm stop.",
      EXIT.refused,
    );
  }
  const ran = await down();
  const lines = [
    ran
      ? "The embedded cluster is stopped; with it went everything that was deployed into it."
      : "No embedded cluster was running.",
  ];
  if (all) {
    const strangers = removeStateDirectory(stateDirectory, projectDirectory);
    lines.push(
      strangers.length === 0
        ? `${stateDirectory} is removed: configuration, secrets and logs.`
        : `Configuration, secrets and logs are removed from ${stateDirectory}; not ours, and kept: ${strangers.join(", ")}.`,
    );
  } else if (fs.existsSync(stateDirectory)) {
    lines.push(`Kept: ${stateDirectory} with the dev stack's secrets (\`npm stop -- --all\` removes it).`);
  }
  lines.push(`Kept: the built tools in ${tools.cacheDirectory()}.`);
  if (own.length > 0) {
    lines.push(`Still deployed in a cluster of your own: ${own.join(", ")} (HOLDFAST_CLUSTER=current npm stop).`);
  }
  return lines.join("\n");
}

/**
 * `npm stop -- <name>`: takes one stack out of the embedded cluster, which goes on running.
 *
 * @param all forget its configuration and secrets too.
 */
export async function stopOne(target: Target, { all, signal }: { all: boolean; signal: AbortSignal }): Promise<string> {
  if (all && target.name === "dev") {
    throw new StartError("--all forgets the state of everything: write `npm stop -- --all`, without a name.", EXIT.refused);
  }
  const told = (await isRunning()) ? await takeDown(target, signal) : "No embedded cluster was running.";
  if (!all) return told;
  fs.rmSync(target.stateDirectory, { recursive: true, force: true });
  return `${told}\n${target.stateDirectory} is removed: configuration, secrets and logs.`;
}

const isRunning = async (): Promise<boolean> => (await status()).state !== "absent";

async function takeDown(target: Target, signal: AbortSignal): Promise<string> {
  const { kubeconfig, uid } = await up();
  const workspace = openWorkspace(target, uid);
  if (!hasState(workspace)) return `${target.name} is not deployed.`;
  const { pulumi: binary } = await tools.ensureTools(["pulumi"]);
  const { environment } = await pluginEnvironment({ ...process.env, KUBECONFIG: kubeconfig }, binary);
  const options: PulumiOptions = { workspace, binary, environment: { ...environment, KUBECONFIG: kubeconfig }, signal };
  const { code, output } = await runStackCommand("destroy", [], options);
  signal.throwIfAborted();
  if (code !== 0) {
    const tail = output.split("\n").slice(-15).join("\n");
    throw new StartError(`pulumi destroy of ${target.title} ended with ${code}; its state stays.\n${tail}`);
  }
  const others = othersFile(target);
  if (others !== undefined) await removeOthers(others, kubeconfig);
  fs.rmSync(workspace.backendDirectory, { recursive: true, force: true });
  return `${target.title.charAt(0).toUpperCase()}${target.title.slice(1)} is taken down; the embedded cluster goes on running.`;
}
