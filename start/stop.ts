import * as fs from "node:fs";
import * as path from "node:path";
import { down, tools } from "../sandbox";
import { EXIT, StartError } from "./errors";
import { removeStateDirectory, stateDirectoryOf } from "./workspace";

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
