import type { PolicyResource } from "@pulumi/policy";
import type { KubernetesObject, ObjectRef, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { isOpen, refOf, textAt } from "../path/value";
import { isUnknownMark } from "./sdk";

/** The Kubernetes objects that one provider, and so one cluster, holds. */
export interface Cluster {
  objects: KubernetesObject[];
  /** The resource to show a finding at. */
  urnOf(ref: ObjectRef): string | undefined;
}

/** Never read by a rule: a Secret's values must not come near a message, and a CRD is large. */
const LEFT_OUT = new Set(["Secret", "CustomResourceDefinition"]);

/** The resources of a stack as plain objects, by cluster. What a preview does not know yet becomes UNKNOWN. */
export function clustersOf(resources: readonly PolicyResource[]): Cluster[] {
  const byProvider = new Map<string, Map<string, { object: KubernetesObject; urn: string }>>();
  for (const resource of resources) {
    const object = toObject(resource);
    if (object === undefined) continue;
    const provider = resource.provider?.urn ?? "default provider";
    const cluster = byProvider.get(provider) ?? new Map<string, { object: KubernetesObject; urn: string }>();
    byProvider.set(provider, cluster);
    // A patch is a second resource over one object: both are read as the one they make together.
    const ref = refOf(object);
    const key = isOpen(ref) ? resource.urn : keyOf(ref);
    const known = cluster.get(key);
    cluster.set(
      key,
      known === undefined ? { object, urn: resource.urn } : { object: overlay(known.object, object), urn: known.urn },
    );
  }
  return [...byProvider.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entries]) => toCluster(entries));
}

function toCluster(entries: Map<string, { object: KubernetesObject; urn: string }>): Cluster {
  return {
    objects: [...entries.values()].map(({ object }) => object),
    urnOf: (ref) => entries.get(keyOf(ref))?.urn,
  };
}

function keyOf(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace ?? "default"}/${ref.name}`;
}

function toObject(resource: PolicyResource): KubernetesObject | undefined {
  if (!resource.type.startsWith("kubernetes:")) return undefined;
  const identity = identityOf(resource);
  if (identity === undefined || LEFT_OUT.has(identity.kind) || /List$/.test(identity.kind)) return undefined;
  const object = { ...plainProperties(resource.props), ...identity } as KubernetesObject;
  if (textAt(object, "metadata", "deletionTimestamp") !== undefined) return undefined;
  if (textAt(object, "metadata", "namespace") === undefined) fillNamespace(object, resource);
  return object;
}

/** From the object itself; from the type token (`kubernetes:apps/v1:Deployment`) where it does not say it. */
function identityOf(resource: PolicyResource): { apiVersion: string; kind: string } | undefined {
  const own = { apiVersion: rawProperty(resource.props, "apiVersion"), kind: rawProperty(resource.props, "kind") };
  if (isKnownText(own.apiVersion) && isKnownText(own.kind)) return { apiVersion: own.apiVersion, kind: own.kind };
  const token = /^kubernetes:([^:]+\/v[^:/]+):(\w+)$/.exec(resource.type);
  if (token?.[1] === undefined || token[2] === undefined || token[1].startsWith("helm.sh/")) return undefined;
  return { apiVersion: token[1].replace(/^core\//, ""), kind: token[2].replace(/Patch$/, "") };
}

function isKnownText(value: unknown): value is string {
  return typeof value === "string" && !isUnknownMark(value);
}

function fillNamespace(object: KubernetesObject, resource: PolicyResource): void {
  const props = resource.provider?.props;
  const standard = props === undefined ? undefined : rawProperty(props, "namespace");
  const metadata = object.metadata as unknown;
  if (standard === undefined || metadata === null || typeof metadata !== "object") return;
  object.metadata.namespace = toPlain(standard) as string;
}

/** Reads below the SDK's proxy, which throws on the first unknown value it meets. */
function rawProperty(props: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(props, key)?.value;
}

function plainProperties(props: object): Record<string, Value> {
  return Object.fromEntries(Object.keys(props).map((key) => [key, toPlain(rawProperty(props, key))]));
}

function toPlain(value: unknown): Value {
  if (isUnknownMark(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== "object") return value as Value;
  const copy: { [key: string]: Value } = {};
  for (const key of Object.keys(value)) copy[key] = toPlain((value as Record<string, unknown>)[key]);
  return copy;
}

function overlay(below: KubernetesObject, above: KubernetesObject): KubernetesObject {
  return merge(below as unknown as Value, above as unknown as Value) as unknown as KubernetesObject;
}

function merge(below: Value, above: Value): Value {
  if (above === undefined) return below;
  if (!isMap(below) || !isMap(above)) return above;
  const merged: { [key: string]: Value } = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = merge(merged[key], value);
  return merged;
}

function isMap(value: Value): value is { [key: string]: Value } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
