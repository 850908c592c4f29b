import { createHash } from "node:crypto";
import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import {
  annotationOf,
  isObject,
  isUnknown,
  type Json,
  type JsonObject,
  type KubernetesObject,
  listAt,
  textAt,
} from "./properties";

const autonamed = "pulumi.com/autonamed";

/** `kubernetes:apps/v1:Deployment` of `urn:pulumi:dev::project::parent$kubernetes:apps/v1:Deployment::name`. */
export function typeOf(urn: string): { token: string; apiVersion: string; kind: string; name: string } {
  const parts = urn.split("::");
  const token = parts[2]?.split("$").at(-1) ?? "";
  const [, group = "", kind = ""] = token.split(":");
  return { token, apiVersion: group.replace(/^core\//, ""), kind, name: parts.slice(3).join("::") };
}

/** Kinds of the SDK that are no objects of the API server. */
export function requireObjectType(urn: string): void {
  const { token, kind } = typeOf(urn);
  const more =
    "Holdfast's stand-in for the Kubernetes provider creates plain objects only; the official plugin can do more, where it can be downloaded.";
  if (/^kubernetes:(helm\.sh|kustomize|yaml)[/:]/.test(token)) throw new Error(`${token} is not supported here. ${more}`);
  if (kind.endsWith("List")) throw new Error(`${token} is not supported here: write the objects of the list one by one.`);
  if (kind.endsWith("Patch")) throw new Error(`${token} is not supported here. ${more}`);
}

/** Where the engine's id points: `namespace/name`, or the name alone. */
export function idOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return typeof namespace === "string" && namespace !== "" ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace?: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** For messages: `Deployment chatpulse/chatpulse`. */
export function describe(object: KubernetesObject): string {
  return `${object.kind} ${idOf(object)}`;
}

/**
 * Under which name fields are owned. It follows from the URN, so that a resource recognises the object it has made although the answer
 * was lost with a killed CLI, and never takes somebody else's object for its own.
 */
export function fieldManagerOf(urn: string, object: JsonObject, state: JsonObject = {}): string {
  return (
    annotationOf(object, "pulumi.com/patchFieldManager") ||
    textAt(state, "__fieldManager") ||
    `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`
  );
}

export function isManagedBy(live: KubernetesObject, manager: string): boolean {
  return listAt(live, "metadata", "managedFields").some((entry) => textAt(entry, "manager") === manager);
}

export function isAutonamed(inputs: JsonObject): boolean {
  return annotationOf(inputs, autonamed) === "true";
}

/** Gives the object a name where the program left that to Pulumi: the one it has already, or a new one. Changes `inputs`. */
export function assignName(inputs: JsonObject, olds: JsonObject | undefined, request: CheckRequest): void {
  if (isUnknown(inputs.metadata)) return;
  const metadata: JsonObject = isObject(inputs.metadata) ? inputs.metadata : {};
  inputs.metadata = metadata;
  if (metadata.generateName !== undefined) {
    throw new Error(
      "metadata.generateName cannot be used with server-side apply: leave it out and Pulumi makes a name, or set metadata.name.",
    );
  }
  if (metadata.name !== undefined) return;
  const old = olds && isAutonamed(olds) ? textAt(olds, "metadata", "name") : "";
  metadata.name = old || newName(request);
  const annotations: Json = metadata.annotations ?? {};
  if (isObject(annotations)) metadata.annotations = { ...annotations, [autonamed]: "true" };
}

function newName(request: CheckRequest): string {
  const { Mode } = CheckRequest.AutonamingOptions;
  const wanted = request.getAutonaming();
  if (wanted?.getMode() === Mode.DISABLE) throw new Error("metadata.name is required: this project turns automatic names off.");
  if (wanted?.getProposedName()) return wanted.getProposedName();
  const suffix = createHash("sha256").update(request.getRandomseed_asU8()).digest("hex").slice(0, 8);
  return `${typeOf(request.getUrn()).name}-${suffix}`;
}
