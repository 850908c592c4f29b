import * as pulumi from "@pulumi/pulumi";
import type { Platform, Surroundings } from "../../compile/stack";
import type * as aws from "../aws";
import type * as azure from "../azure";
import type * as gcp from "../gcp";
import type { Cloud, Connection } from "./cloud";

/** The one place that chooses a cloud: only the chosen one's SDK is ever loaded, and a LAN loads none. */
const CONNECT: Record<Exclude<Platform, "bare-metal">, (connection: Connection) => Cloud> = {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  aws: (connection) => (require("../aws") as typeof aws).connect(connection),
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  azure: (connection) => (require("../azure") as typeof azure).connect(connection),
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  gcp: (connection) => (require("../gcp") as typeof gcp).connect(connection),
};

/** The cloud that the stack names, by a provider of its own; undefined where it names none. */
export function connectCloud(surroundings: Surroundings): Cloud | undefined {
  const { platform } = surroundings;
  if (platform === "bare-metal" || surroundings[platform] === undefined) return undefined;
  return CONNECT[platform]({ surroundings, stackName: `${pulumi.getProject()}/${pulumi.getStack()}` });
}

/** What everything created must depend on: the cluster and the cloud are both the ones that the stack names. */
export function allVerified(cluster: pulumi.Input<pulumi.Resource[]>, cloud: Cloud | undefined): pulumi.Input<pulumi.Resource[]> {
  if (cloud === undefined) return cluster;
  return pulumi.all([cluster, cloud.verified]).apply((both) => both.flat() as pulumi.Resource[]);
}
