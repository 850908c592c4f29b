import type { Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { isUnknownMark, rawProperty, withoutSecretMark } from "./sdk";

/** The properties of a resource without what the provider keeps for itself (`__inputs` and the like). */
export function plainProperties(props: object): Record<string, Value> {
  const own = Object.keys(props).filter((key) => !key.startsWith("__"));
  return Object.fromEntries(own.map((key) => [key, toPlain(rawProperty(props, key))]));
}

/** A value without the SDK's proxies and marks. */
export function toPlain(marked: unknown): Value {
  const value = withoutSecretMark(marked);
  if (isUnknownMark(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== "object") return value as Value;
  const copy: { [key: string]: Value } = {};
  for (const key of Object.keys(value)) copy[key] = toPlain((value as Record<string, unknown>)[key]);
  return copy;
}
