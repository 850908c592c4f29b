import { stringify } from "yaml";
import { Hole, Later, type CompiledObject } from "../compile/model";

/** The objects as YAML documents, each below the sentences that say why it is as it is. */
export function renderObjects(objects: CompiledObject[]): string {
  return objects.map(renderObject).join("---\n");
}

export function renderObject({ object, why = [] }: CompiledObject): string {
  const comments = why.map((sentence) => `# ${sentence}\n`).join("");
  return comments + renderValue(withPlaceholders(object));
}

/** Any plain value as YAML, no line folded. */
export function renderValue(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What stands where a value belongs that is not known yet: nothing that an API server or an application could take for it. */
export function placeholder({ what, service, key }: Hole): string {
  return what === "address" ? `<address of ${service} ${key}>` : `<${what} holdfast:secrets.${service}.${key}>`;
}

function withPlaceholders(value: unknown): unknown {
  if (value instanceof Hole) return placeholder(value);
  if (value instanceof Later) return value.placeholder ?? value.make(value.holes.map(placeholder));
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaceholders(item)]));
}
