import { isBlock, type Block } from "../compile/mergePatch";
import { namespaceOf, valueAt } from "../path/value";
import type { Found } from "./model";

export { nameOf, namespaceOf } from "../path/value";

/** Manifests know every value: nothing in them is left to a preview. */
export function at(root: unknown, ...keys: (string | number)[]): unknown {
  return valueAt(root, ...keys);
}

export function textAt(root: unknown, ...keys: (string | number)[]): string | undefined {
  const value = at(root, ...keys);
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** A number, also where it is written as text, as annotations are. */
export function numberAt(root: unknown, ...keys: (string | number)[]): number | undefined {
  const text = textAt(root, ...keys);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function listAt(root: unknown, ...keys: (string | number)[]): unknown[] {
  const value = at(root, ...keys);
  return Array.isArray(value) ? value : [];
}

export function blockAt(root: unknown, ...keys: (string | number)[]): Block {
  const value = at(root, ...keys);
  return isBlock(value) ? value : {};
}

export const annotationOf = ({ object }: Found, key: string): string | undefined =>
  textAt(object, "metadata", "annotations", key);

export const isIn = (found: Found, kind: string, namespace: string, name: string): boolean =>
  found.object.kind === kind && namespaceOf(found.object) === namespace && found.object.metadata.name === name;

/** A block without the keys that have no value: what nobody wrote stands in no stack file. */
export function written(block: Block): Block {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined));
}

export const isEmpty = (block: Block): boolean => Object.keys(block).length === 0;
