import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";

/** Every place in a value, as the keys that lead there; the coordinates by which an object is found at all stay as they are. */
export function placesOf(value: Value, keys: (string | number)[] = []): (string | number)[][] {
  const coordinates = ["apiVersion", "kind"];
  const here = keys.length > 0 && !(keys.length === 1 && coordinates.includes(String(keys[0]))) ? [keys] : [];
  if (value === null || typeof value !== "object") return here;
  return [...here, ...Object.entries(value).flatMap(([key, child]) => placesOf(child as Value, [...keys, key]))];
}

export function withUnknownAt(object: KubernetesObject, keys: (string | number)[]): KubernetesObject {
  const copy = structuredClone(object);
  let parent = copy as unknown as Record<string | number, unknown>;
  for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  parent[keys.at(-1) ?? ""] = UNKNOWN;
  return copy;
}
