import { at, isObject, type Json, type JsonObject, type KubernetesObject, listAt, textAt } from "./properties";

/**
 * What is sent for paths the program leaves to others: nothing where somebody else owns the field (an autoscaler its replicas), else the
 * live value, because an apply that leaves a field out takes it away.
 */
export function leaveToOthers(
  inputs: KubernetesObject,
  live: KubernetesObject,
  manager: string,
  ignored: string[],
): KubernetesObject {
  const result = structuredClone(inputs);
  for (const text of ignored) {
    const path = parsePath(text);
    const parent = at(result, ...path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined || typeof last === "number" || !isObject(parent)) continue;
    const value = at(live, ...path);
    const owners = ownersOf(live, path);
    if (owners.size > 0 && !owners.has(manager)) delete parent[last];
    else if (value !== undefined) parent[last] = value;
  }
  return result;
}

/** `spec.ports[0].port`, `metadata.annotations["example.com/a"]`, with or without a leading dot. */
export function parsePath(text: string): (string | number)[] {
  const keys = text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  return [...keys].map(([, quoted, index, word]) => (index === undefined ? (quoted ?? word ?? "") : Number(index)));
}

function ownersOf(live: KubernetesObject, path: (string | number)[]): Set<string> {
  const entries = listAt(live, "metadata", "managedFields").filter((entry) => owns(at(entry, "fieldsV1"), path));
  return new Set(entries.map((entry) => textAt(entry, "manager")));
}

function owns(fields: Json | undefined, path: (string | number)[]): boolean {
  let current: Json | undefined = fields;
  for (const key of path) {
    const next: JsonObject | undefined = isObject(current) ? current : undefined;
    current = next?.[`f:${key}`];
    if (current === undefined) return false;
  }
  return true;
}
