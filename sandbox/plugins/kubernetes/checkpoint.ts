// What the engine keeps of an object: the object itself with what was asked for beside it, in the official provider's own layout.
import { isObject, type Json, type JsonObject, type KubernetesObject, plain, without, withSecrets } from "./properties";
import { sameQuantity } from "./quantity";

/** `inputs` may hold secret wrappers; everything that was secret in them is secret in the result. */
export function checkpoint(live: JsonObject, inputs: JsonObject, fieldManager: string): JsonObject {
  const shown = withSecrets(withoutManagedFields(live), inputs);
  return {
    ...shown,
    __inputs: withSecrets(plain(inputs) as JsonObject, inputs),
    __initialApiVersion: String(live.apiVersion ?? inputs.apiVersion ?? ""),
    __fieldManager: fieldManager,
  };
}

/** They are bookkeeping of the API server, often longer than the object. */
export function withoutManagedFields(live: JsonObject): JsonObject {
  if (!isObject(live.metadata)) return live;
  return { ...live, metadata: without(live.metadata, "managedFields") };
}

/** The live object without the checkpoint's own keys. */
export function liveOf(state: JsonObject): KubernetesObject {
  const entries = Object.entries(plain(state) as JsonObject).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(entries) as KubernetesObject;
}

/** The live values of what the program once wrote: what a refresh compares with the program. */
export function pruneTo(live: Json | undefined, inputs: Json, path: string[] = []): Json | undefined {
  if (isObject(live) && isObject(inputs)) {
    const kept = Object.entries(inputs)
      .map(([key, input]) => [key, pruneTo(live[key], input, [...path, key])] as const)
      .filter((entry): entry is [string, Json] => entry[1] !== undefined);
    return Object.fromEntries(kept);
  }
  if (Array.isArray(live) && Array.isArray(inputs) && live.length === inputs.length) {
    return live.map((item, index) => pruneTo(item, inputs[index]!, [...path, `[${index}]`]) ?? null);
  }
  return sameQuantity(live, inputs, path) ? inputs : live;
}

/** What an import takes as the program's words: the object without what only the API server writes. */
export function importedInputs(live: JsonObject): JsonObject {
  const inputs = without(withoutManagedFields(live), "status");
  if (!isObject(inputs.metadata)) return inputs;
  const metadata = without(inputs.metadata, "creationTimestamp", "generation", "resourceVersion", "uid", "selfLink");
  if (isObject(metadata.annotations)) {
    const written = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];
    metadata.annotations = without(metadata.annotations, ...written);
  }
  return { ...inputs, metadata };
}
