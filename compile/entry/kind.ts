import type { z } from "zod";
import type { HopKind } from "../../path/facts";
import type { ClusterFacts } from "../../path/model";
import type { Problem } from "../check/problem";
import type { EdgeArgs } from "../edge/fields";
import type { CompiledObject, Endpoint, Need } from "../model";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";

/** What every entry has. */
export interface EntryArgs {
  kind: string;
  /** Tells two entries of one kind apart, and stands in the names of their objects. Default: the kind. A change replaces them. */
  name?: string;
  /** Name of the port of the pods that it leads to, where that is one of `ports`. Default: the service's own. */
  targetPort?: string;
  /** The certificate, the record and the address that the stack is to see to: the keys `certificate`, `dns` and `staticIp`. */
  edges?: EdgeArgs;
  /** The neutral kind a user wrote, where the platform chose this one. */
  neutralKind?: string;
}

export interface CompiledEntry {
  objects: CompiledObject[];
  endpoint: Endpoint;
  needs: Need[];
}

/**
 * How an entry sends a client to the same pod again. `named-cookie` reads `promise.affinity.cookieName`; a `cookie` has a name of the
 * vendor's.
 */
export type Stickiness = "named-cookie" | "cookie" | "source-ip" | "none";

/** Something of the cluster or the network that only one entry may have, or that several may only have alike. */
export interface Claim {
  /** The argument that claims it, relative to the entry. */
  path: string;
  /** What it is, the same text for every entry that claims it. */
  key: string;
  /** As the message shows it. */
  found: string;
  /** Where several may share it: what they have to agree on. */
  value?: string;
  /** Completes `which services[0].entries[0] ...`. */
  taken: string;
  wayOut: string;
}

/** An entry with its place in the file and its service, as far as that is good. */
export interface PlacedArgs<Args extends EntryArgs> {
  at: string;
  service: Partial<Service>;
  entry: Args;
}

/** An entry that knows the others of its kind, and what is wrong between them. */
export interface Linked<Args extends EntryArgs> {
  entry: Args;
  problems: Problem[];
}

/** One kind of way in: its arguments, what is wrong with them, and what they become. */
export interface EntryKind<Args extends EntryArgs> {
  kind: Args["kind"];
  schema: z.ZodType<Args>;
  /** How it sends a client to the same pod again. */
  sticksBy(args: Args): Stickiness;
  /** The hop that learns last that a pod leaves. */
  hop(args: Args, cluster: ClusterFacts): HopKind;
  /** Whether it passes bytes on as they are, so that TLS may end in the pods. Default: it understands HTTP. */
  passesBytes?: boolean;
  /** Tells the entries of this kind of each other, where several share something; one answer for each, in their order. */
  link?(placed: PlacedArgs<Args>[], surroundings: DraftSurroundings): Linked<Args>[];
  /** What is wrong between the arguments and the rest of the stack; paths are relative to the entry. */
  check(args: Args, service: Partial<Service>, surroundings: DraftSurroundings): Problem[];
  /** What no other entry of the stack may have too. */
  claims?(args: Args, service: Partial<Service>): Claim[];
  /**
   * Seconds until a load balancer that checks the pods itself sends to one that has become ready. Default 0: it checks none, or a
   * readiness gate keeps the pod from being ready until then.
   */
  checksPodsForSeconds?(args: Args, service: Service): number;
  /** Labels that the namespace needs for it. */
  namespaceLabels?(args: Args): Record<string, string>;
  /** What a user should know, although nothing is wrong. */
  warn?(args: Args, service: Service, surroundings: Surroundings): string[];
  compile(args: Args, service: Service, surroundings: Surroundings): CompiledEntry;
}

/** What clients open below an entry's own path: the service's path where it lies there, else the entry's. */
export function openedPath({ connectPath }: Service, entryPath: string): string {
  const prefix = entryPath.endsWith("/") ? entryPath : `${entryPath}/`;
  return `${connectPath}/`.startsWith(prefix) ? connectPath : entryPath;
}

/** The part of a Service's or resource's name that belongs to the entry. */
export function entryName(entry: EntryArgs): string {
  return entry.name ?? entry.kind;
}

/** The name of an entry's objects. */
export function objectNameOf(service: Pick<Service, "name">, args: EntryArgs): string {
  return `${service.name}-${entryName(args)}`;
}
