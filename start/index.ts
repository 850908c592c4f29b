import * as path from "node:path";
import { startInCurrentCluster, stopInCurrentCluster } from "./current";
import { startEmbedded } from "./embedded";
import { EXIT, StartError } from "./errors";
import { watchInterrupts } from "./interrupt";
import { stopEmbedded } from "./stop";
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
  if (name !== undefined && name !== "dev") {
    throw new StartError(`There is nothing called ${name} to start; there is: dev.`, EXIT.refused);
  }
  const cluster = chosenCluster();
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
    if (cluster === "sandbox") return await startEmbedded(PROJECT_DIRECTORY, interruption);
    return await startInCurrentCluster(PROJECT_DIRECTORY, { yes, interruption });
  } finally {
    interruption.dispose();
  }
}

export interface StopOptions {
  all: boolean;
  yes: boolean;
}

/** What `npm stop` does. Gives the text to show at the end. */
export async function stop({ all, yes }: StopOptions): Promise<string> {
  const cluster = chosenCluster();
  requireOwnStateDirectory(stateDirectoryOf(PROJECT_DIRECTORY), PROJECT_DIRECTORY);
  if (cluster === "sandbox") return stopEmbedded(PROJECT_DIRECTORY, { all });
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
