import type { PolicyResource } from "@pulumi/policy";
import type { KubernetesObject, ObjectRef, Value } from "../path/objects";
import { isOpen, refOf, textAt } from "../path/value";
import { cloudObject } from "./cloud/object";
import { plainProperties, toPlain } from "./plain";
import { isUnknownMark, rawProperty } from "./sdk";

/** The objects that one provider, and so one cluster, holds; or the cloud resources of the stack. */
export interface Cluster {
  objects: KubernetesObject[];
  /** The resource to show a finding at. */
  urnOf(ref: ObjectRef): string | undefined;
}

/** What a stack holds, as plain data. */
export interface StackObjects {
  clusters: Cluster[];
  /** Resources whose content nobody shows to a policy pack, each with a sentence. */
  notLookedInto: { urn: string; sentence: string }[];
  /** Every text of every Secret, so that no message ever holds one. */
  secretTexts: ReadonlySet<string>;
}

/** Never read by a rule: a Secret's values must not come near a message, and a CRD is large. */
const LEFT_OUT = new Set(["Secret", "CustomResourceDefinition"]);
/** They hold no object of their own: their children are resources themselves. */
const COMPONENTS = /^kubernetes:(helm\.sh|yaml|kustomize)[/:]/;
const RELEASE = /^kubernetes:helm\.sh\/[^:]+:Release$/;
const PATCH = /^kubernetes:.*Patch$/;
const CLOUD = "cloud resources";

interface Entry {
  object: KubernetesObject;
  urn: string;
}

/** The resources of a stack as plain objects, by cluster. What a preview does not know yet becomes UNKNOWN. */
export function readStack(resources: readonly PolicyResource[]): StackObjects {
  const groups = new Map<string, Map<string, Entry>>();
  const notLookedInto: StackObjects["notLookedInto"] = [];
  const secretTexts = new Set<string>();
  for (const resource of ordered(resources)) {
    if (/^kubernetes:core\/v1:Secret(Patch)?$/.test(resource.type)) collectSecretTexts(resource, secretTexts);
    if (RELEASE.test(resource.type)) notLookedInto.push({ urn: resource.urn, sentence: RELEASE_SENTENCE });
    const cloud = cloudObject(resource);
    if (cloud !== undefined) {
      put(groupOf(groups, CLOUD), { object: cloud, urn: resource.urn });
      continue;
    }
    for (const object of kubernetesObjects(resource)) {
      const cluster = groupOf(groups, resource.provider?.urn ?? "default provider");
      const entry = { object, urn: resource.urn };
      if (!PATCH.test(resource.type)) put(cluster, entry);
      else if (!patch(cluster, entry)) notLookedInto.push({ urn: resource.urn, sentence: PATCH_SENTENCE });
    }
  }
  const sorted = [...groups.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
  return { clusters: sorted.map(([, entries]) => toCluster(entries)), notLookedInto, secretTexts };
}

const RELEASE_SENTENCE =
  "what this Helm release installs is no resource of the stack, so no rule looked into it. Look yourself: helm template <chart> -f <values> | npx holdfast lint -";
const PATCH_SENTENCE =
  "the object that this patch changes is not in the stack, so no rule looked at what they make together. Look yourself: npx holdfast lint --live";

/** The engine hands resources over in no order. Patches come last, over what they change. */
function ordered(resources: readonly PolicyResource[]): PolicyResource[] {
  const keyed = resources.map((resource) => ({ resource, key: `${PATCH.test(resource.type) ? 1 : 0} ${resource.urn}` }));
  return keyed.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ resource }) => resource);
}

function groupOf(groups: Map<string, Map<string, Entry>>, name: string): Map<string, Entry> {
  const group = groups.get(name) ?? new Map<string, Entry>();
  groups.set(name, group);
  return group;
}

function put(entries: Map<string, Entry>, entry: Entry): void {
  const ref = refOf(entry.object);
  const key = isOpen(ref) ? entry.urn : keyOf(ref);
  const known = entries.get(key);
  entries.set(key, known === undefined ? entry : { object: overlay(known.object, entry.object), urn: known.urn });
}

/** A patch is a second resource over one object: both are read as the one they make together. */
function patch(entries: Map<string, Entry>, { object }: Entry): boolean {
  const key = keyOf(refOf(object));
  const known = entries.get(key);
  if (known === undefined) return false;
  entries.set(key, { object: overlay(known.object, object), urn: known.urn });
  return true;
}

function toCluster(entries: Map<string, Entry>): Cluster {
  return {
    objects: [...entries.values()].map(({ object }) => object),
    urnOf: (ref) => entries.get(keyOf(ref))?.urn,
  };
}

/** Two versions of one group are one object, two groups that share a kind's name are not. */
function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const slash = apiVersion.lastIndexOf("/");
  return `${slash === -1 ? "" : apiVersion.slice(0, slash)} ${kind} ${namespace ?? "default"}/${name}`;
}

/** The objects of one resource: itself, or the items of a list. */
function kubernetesObjects(resource: PolicyResource): KubernetesObject[] {
  const object = objectOf(resource.type, resource.props);
  if (object === undefined) return [];
  const objects = /List$/.test(object.kind) && Array.isArray(object.items) ? itemsOf(object.items) : [object];
  return objects.flatMap((one) => {
    if (LEFT_OUT.has(one.kind) || textAt(one, "metadata", "deletionTimestamp") !== undefined) return [];
    if (textAt(one, "metadata", "namespace") === undefined) fillNamespace(one, resource);
    return [one];
  });
}

function itemsOf(items: unknown[]): KubernetesObject[] {
  return items.filter((item): item is KubernetesObject => typeof (item as KubernetesObject | null)?.kind === "string");
}

/** The plain object of a resource of the Kubernetes provider; undefined where it is a component, or something else. */
export function objectOf(type: string, props: object): KubernetesObject | undefined {
  if (!type.startsWith("kubernetes:") || COMPONENTS.test(type)) return undefined;
  const identity = identityOf(type, props);
  if (identity === undefined || LEFT_OUT.has(identity.kind)) return undefined;
  return { ...plainProperties(props), ...identity } as KubernetesObject;
}

/** From the object itself; from the type token (`kubernetes:apps/v1:Deployment`) where it does not say it. */
function identityOf(type: string, props: object): { apiVersion: string; kind: string } | undefined {
  const own = { apiVersion: rawProperty(props, "apiVersion"), kind: rawProperty(props, "kind") };
  if (isKnownText(own.apiVersion) && isKnownText(own.kind)) return { apiVersion: own.apiVersion, kind: own.kind };
  const token = /^kubernetes:([^:]+\/v[^:/]+):(\w+)$/.exec(type);
  if (token?.[1] === undefined || token[2] === undefined) return undefined;
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

function collectSecretTexts(resource: PolicyResource, texts: Set<string>): void {
  for (const key of ["data", "stringData"]) {
    const values = toPlain(rawProperty(resource.props, key));
    if (!isMap(values)) continue;
    for (const value of Object.values(values)) {
      if (typeof value !== "string") continue;
      texts.add(value);
      if (key === "data") texts.add(Buffer.from(value, "base64").toString());
    }
  }
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
