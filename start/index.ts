import * as path from "node:path";
import { startInCurrentCluster, stopInCurrentCluster } from "./current";
import { startEmbedded } from "./embedded";
import { EXIT, StartError } from "./errors";
import { watchInterrupts } from "./interrupt";
import { stopEmbedded, stopOne } from "./stop";
import { findTarget, type Target } from "./target";
import { requireOwnStateDirectory, stateDirectoryOf } from "./workspace";

export const PROJECT_DIRECTORY = path.resolve(__dirname, "..");

/** Where the dev stack goes: the cluster that comes with the project, or the one of the current kubectl context. */
const CLUSTERS = ["sandbox", "current"] as const;

export interface StartOptions {
  /** Which example to start. Default: the dev stack. */
  name?: string;
  /** Answer every question with yes. */
  yes: boolean;
}

/** What `npm start` does. Gives the text to show at the end. */
export async function start({ name, yes }: StartOptions): Promise<string> {
  const target = findTarget(PROJECT_DIRECTORY, name);
  const cluster = chosenCluster();
  if (cluster === "current") requireDev(target);
  const pool = process.env.HOLDFAST_ADDRESS_POOL;
  if (cluster === "sandbox" && pool) {
    throw new StartError(
      `HOLDFAST_ADDRESS_POOL is "${pool}", and only HOLDFAST_CLUSTER=current takes one. The embedded cluster's pool stands in ` +
        "Pulumi.dev.yaml, holdfast:bareMetal.addressPools: addresses from 192.168.1.200 to 192.168.1.220. Unset the variable, or change that.",
      EXIT.refused,
    );
  }
  requireOwnStateDirectory(stateDirectoryOf(PROJECT_DIRECTORY), PROJECT_DIRECTORY);
  const interruption = watchInterrupts();
  try {
    if (cluster === "sandbox") return await startEmbedded(PROJECT_DIRECTORY, target, interruption);
    return await startInCurrentCluster(PROJECT_DIRECTORY, { yes, interruption });
  } finally {
    interruption.dispose();
  }
}

export interface StopOptions {
  /** What to take down, leaving the cluster up. Default: the cluster with everything in it. */
  name?: string;
  all: boolean;
  yes: boolean;
}

/** What `npm stop` does. Gives the text to show at the end. */
export async function stop({ name, all, yes }: StopOptions): Promise<string> {
  const target = name === undefined ? undefined : findTarget(PROJECT_DIRECTORY, name);
  const cluster = chosenCluster();
  requireOwnStateDirectory(stateDirectoryOf(PROJECT_DIRECTORY), PROJECT_DIRECTORY);
  if (cluster === "sandbox" && target === undefined) return stopEmbedded(PROJECT_DIRECTORY, { all });
  if (cluster === "sandbox") {
    const interruption = watchInterrupts();
    try {
      return await stopOne(target!, { all, signal: interruption.signal });
    } finally {
      interruption.dispose();
    }
  }
  if (target !== undefined) requireDev(target);
  if (all) {
    throw new StartError(
      "--all removes the local state of the embedded cluster. With HOLDFAST_CLUSTER=current `npm stop` alone takes the stack out of " +
        "that cluster and forgets its state with it; unset HOLDFAST_CLUSTER for the other.",
      EXIT.refused,
    );
  }
  const interruption = watchInterrupts();
  try {
    return await stopInCurrentCluster(PROJECT_DIRECTORY, { yes, interruption });
  } finally {
    interruption.dispose();
  }
}

function requireDev({ name }: Target): void {
  if (name === "dev") return;
  throw new StartError(
    `HOLDFAST_CLUSTER=current takes only the dev stack, and ${name} is an example whose addresses are those of the embedded cluster. ` +
      `Unset HOLDFAST_CLUSTER, or copy examples/${name} and put your own addresses into it.`,
    EXIT.refused,
  );
}

function chosenCluster(): (typeof CLUSTERS)[number] {
  const wanted = process.env.HOLDFAST_CLUSTER || "sandbox";
  const found = CLUSTERS.find((cluster) => cluster === wanted);
  if (found !== undefined) return found;
  throw new StartError(
    `HOLDFAST_CLUSTER is "${wanted}"; it takes sandbox (the default: the cluster that comes with the project) or current (the one of the ` +
      "current kubectl context).",
    EXIT.refused,
  );
}
