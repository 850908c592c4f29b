// Property bags as they travel between the engine and a plugin: plain JSON, where a secret is a small wrapper object and a value that
// a preview does not know yet is a fixed string.
import { isRpcSecret, specialSecretSig, specialSigKey, unknownValue, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A Kubernetes object without secret wrappers; it may still hold unknown values. */
export interface KubernetesObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}
export interface Metadata extends JsonObject {
  name: string;
}

/** The engine tells unknowns of different types apart by these constants of the plugin protocol. */
const unknowns = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

export function fromStruct(struct: Struct | undefined): JsonObject {
  return (struct?.toJavaScript() ?? {}) as JsonObject;
}

export function toStruct(properties: JsonObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isUnknown(value: Json | undefined): boolean {
  return typeof value === "string" && unknowns.has(value);
}

export function hasUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

function hasSecret(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && (isRpcSecret(value) || Object.values(value).some(hasSecret));
}

function secret(value: Json): Json {
  return isRpcSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

/** The SDKs cannot spell the dashes of these keys of a CustomResourceDefinition. */
const underscored =
  /^x_kubernetes_(embedded_resource|int_or_string|list_map_keys|list_type|map_type|preserve_unknown_fields|validations)$/;
const dashed =
  /^x-kubernetes-(embedded-resource|int-or-string|list-map-keys|list-type|map-type|preserve-unknown-fields|validations)$/;

/** What the API server is sent: no secret wrappers, keys as Kubernetes spells them. */
export function plain(value: Json): Json {
  if (isRpcSecret(value)) return plain(unwrapRpcSecret(value) as Json);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [underscored.test(key) ? key.replaceAll("_", "-") : key, plain(item)]),
  );
}

function asProperties(value: Json): Json {
  if (Array.isArray(value)) return value.map(asProperties);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [dashed.test(key) ? key.replaceAll("-", "_") : key, asProperties(item)]),
  );
}

/** `object` as properties in which everything is secret that was secret in `inputs`, and every content of a Secret is. */
export function withSecrets(object: JsonObject, inputs: JsonObject): JsonObject {
  const result = asProperties(object) as JsonObject;
  markLike(result, inputs);
  return result;
}

function markLike(target: JsonObject, inputs: JsonObject | undefined): void {
  if (target.kind === "Secret") return markSecretKind(target);
  for (const [key, input] of Object.entries(inputs ?? {})) {
    const value = target[key];
    if (value === undefined || value === null) continue;
    if (isObject(value) && isObject(input) && !isRpcSecret(input)) markLike(value, input);
    // The order of a list may change on its way through the API server, so one secret item makes the whole list secret.
    else if (hasSecret(input)) target[key] = secret(value);
  }
}

function markSecretKind(target: JsonObject): void {
  for (const key of ["data", "stringData"]) if (target[key] !== undefined) target[key] = secret(target[key]);
  const metadata = target.metadata;
  const annotations = isObject(metadata) ? metadata.annotations : undefined;
  const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  if (isObject(annotations) && annotations[lastApplied] !== undefined) {
    annotations[lastApplied] = secret(annotations[lastApplied]);
  }
}

export function without(object: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Reads a nested value; undefined where the way to it does not exist. */
export function at(value: Json | undefined, ...keys: (string | number)[]): Json | undefined {
  let current = value;
  for (const key of keys) {
    if (Array.isArray(current) && typeof key === "number") current = current[key];
    else if (isObject(current)) current = current[String(key)];
    else return undefined;
  }
  return current;
}

export function textAt(value: Json | undefined, ...keys: (string | number)[]): string {
  const found = at(value, ...keys);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: Json | undefined, ...keys: (string | number)[]): number | undefined {
  const found = at(value, ...keys);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: Json | undefined, ...keys: (string | number)[]): Json[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

export function annotationOf(object: Json | undefined, name: string): string {
  return textAt(object, "metadata", "annotations", name);
}
