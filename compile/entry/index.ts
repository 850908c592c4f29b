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
import { NEUTRAL_KINDS, type NeutralKind } from "./neutral";
import { nodePort } from "./nodePort";
import { traefik } from "./traefik";

export { entryName } from "./kind";
export { resolveNeutral } from "./neutral";
export { checkReserved, withReserved } from "./reserved";

/** Every way in that can be written. A new kind is its own file and its line here. */
const KINDS = [nodePort, metallb, awsNlb, azureLb, gcpLb, awsAlb, gceIngress, ingressNginx, f5Nginx, traefik, gateway] as const;

export type Entry = z.output<(typeof KINDS)[number]["schema"]>;

/** Every kind that a user may write. */
export const ENTRY_KIND_NAMES: string[] = [...NEUTRAL_KINDS, ...KINDS].map(({ kind }) => kind);

/** What may stand in an entry of a kind, neutral ones too; undefined for a kind that nobody wrote. */
export function entrySchema(kind: string): z.ZodType | undefined {
  return neutralKind(kind)?.schema ?? entryKind(kind)?.schema;
}

export function neutralKind(kind: string): NeutralKind | undefined {
  return NEUTRAL_KINDS.find((known) => known.kind === kind);
}

/** What is known of a kind; undefined for a kind that nobody wrote. */
export function entryKind(kind: string): EntryKind<EntryArgs> | undefined {
  return KINDS.find((known) => known.kind === kind) as EntryKind<EntryArgs> | undefined;
}

/** The hop of an entry that learns last that a pod leaves. */
export function entryHop(entry: Entry, cluster: ClusterFacts): HopKind {
  return entryKind(entry.kind)!.hop(entry, cluster);
}
