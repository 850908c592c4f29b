import type { z } from "zod";
import type { HopKind } from "../../path/facts";
import type { ClusterFacts } from "../../path/model";
import type { EntryArgs, EntryKind } from "./kind";
import { awsAlb } from "./awsAlb";
import { awsNlb } from "./awsNlb";
import { azureLb } from "./azureLb";
import { f5Nginx } from "./f5Nginx";
import { gateway } from "./gateway";
import { gceIngress } from "./gceIngress";
import { gcpLb } from "./gcpLb";
import { ingressNginx } from "./ingressNginx";
import { metallb } from "./metallb";
import { nodePort } from "./nodePort";
import { traefik } from "./traefik";

export { entryName } from "./kind";

/** Every way in that can be written. A new kind is its own file and its line here. */
const KINDS = [nodePort, metallb, awsNlb, azureLb, gcpLb, awsAlb, gceIngress, ingressNginx, f5Nginx, traefik, gateway] as const;

export type Entry = z.output<(typeof KINDS)[number]["schema"]>;

export const ENTRY_KIND_NAMES: string[] = KINDS.map(({ kind }) => kind);

/** What is known of a kind; undefined for a kind that nobody wrote. */
export function entryKind(kind: string): EntryKind<EntryArgs> | undefined {
  return KINDS.find((known) => known.kind === kind) as EntryKind<EntryArgs> | undefined;
}

/** The hop of an entry that learns last that a pod leaves. */
export function entryHop(entry: Entry, cluster: ClusterFacts): HopKind {
  return entryKind(entry.kind)!.hop(entry, cluster);
}
