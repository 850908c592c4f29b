import { type Immutability, immutablePaths } from "./immutable";
import { isAutonamed } from "./identity";
import { hasUnknown, isObject, type Json, type JsonObject, textAt } from "./properties";
import { sameQuantity } from "./quantity";

export type ChangeKind = "add" | "delete" | "update";

export interface Change {
  /** As Pulumi writes it: `metadata.annotations["example.com/a"]`, `spec.ports[0].port`. */
  path: string;
  kind: ChangeKind;
  replace: boolean;
}

export interface Difference {
  changes: Change[];
  /** The old object has to go first: the new one bears the same name in the same namespace. */
  deleteBeforeReplace: boolean;
}

/** What the program asks for now against what it asked for before; what controllers did to the object in between does not count. */
export function diffInputs(olds: JsonObject, news: JsonObject, immutability: Immutability): Difference {
  const changes: Change[] = [];
  compare(normalised(olds), normalised(news), [], changes);
  // What is frozen now counts, not what the program wants frozen from now on.
  const paths = immutablePaths({ ...news, immutable: olds.immutable ?? null }, immutability).map((path) => path.split("."));
  for (const change of changes) change.replace = paths.some((path) => covers(path, change.path));
  const replaces = changes.some((change) => change.replace);
  const sameName = !isAutonamed(news) && nameOf(olds) === nameOf(news);
  return { changes, deleteBeforeReplace: replaces && sameName && !hasUnknown(news.metadata) };
}

function nameOf(object: JsonObject): string {
  return `${textAt(object, "metadata", "namespace") || "default"}/${textAt(object, "metadata", "name")}`;
}

/** Without what cannot matter: the version of a group (the same object is served under several), and the default namespace. */
function normalised(object: JsonObject): JsonObject {
  const { apiVersion, ...rest } = object;
  const group = String(apiVersion ?? "").replace(/\/?v\d\w*$/, "");
  if (!isObject(rest.metadata)) return { ...rest, group };
  const { namespace, ...metadata } = rest.metadata;
  return { ...rest, group, metadata: namespace === "default" || !namespace ? metadata : { ...metadata, namespace } };
}

function compare(before: Json | undefined, after: Json | undefined, path: string[], changes: Change[]): void {
  if (before === null) before = undefined;
  if (after === null) after = undefined;
  if (before === undefined && after === undefined) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], [...path, key], changes);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(before[index], after[index], [...path, `[${index}]`], changes);
    }
  } else if (before !== after && !sameQuantity(before, after, path)) {
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    changes.push({ path: propertyPath(path), kind, replace: false });
  }
}

function propertyPath(path: string[]): string {
  return path
    .map((key) => (/^\[\d+\]$/.test(key) ? key : /^\w[\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join("")
    .replace(/^\./, "");
}

/** Whether a change lies at or below an immutable path, or takes away something it lies in. */
function covers(immutable: string[], changed: string): boolean {
  const keys = changed.replace(/\[\d+\]/g, "[*]").split(".");
  const shorter = Math.min(keys.length, immutable.length);
  return immutable.slice(0, shorter).every((key, index) => keys[index] === key || keys[index]!.startsWith(`${key}[`));
}
