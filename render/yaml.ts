import { stringify } from "yaml";
import { withPlaceholders, type CompiledObject } from "../compile/model";

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
