import { isDeepStrictEqual } from "node:util";
import { parseService } from "../compile/parse";
import { isBlock, type Block } from "../compile/mergePatch";
import type { CompiledService } from "../compile/model";
import type { Stack } from "../compile/stack";

/** What is most of a stack file where nobody left it out. */
const LONG_BLOCKS = ["probes", "resources", "scaling", "disruption", "security", "spread", "metrics", "promise", "entries"];

/** A service without the keys that say what would be so without them. What it compiles to stays the same. */
export function withoutDefaults(raw: Block, stack: Stack): Block {
  const compiledOf = (service: Block): CompiledService | undefined => {
    const parsed = parseService(service, stack);
    return parsed.problems === undefined ? parsed.examined.compiled : undefined;
  };
  const wanted = compiledOf(raw);
  if (wanted === undefined) return raw;
  const isSame = (service: Block): boolean => {
    const compiled = compiledOf(service);
    return compiled !== undefined && isDeepStrictEqual(compiled.objects, wanted.objects);
  };
  return LONG_BLOCKS.reduce((service, key) => shorten(service, [key], isSame), raw);
}

/** The promise is what a reader looks for first, and a kind says what an entry is: those are never left out. */
const KEPT = [
  "promise",
  "promise.affinity",
  "promise.affinity.mode",
  "promise.affinity.ttlSeconds",
  "scaling",
  "promise.idleSeconds",
  "promise.drainSeconds",
  "entries",
  "scaling.min",
  "scaling.max",
];

/** Takes away a key, else what is below it, as far as nothing changes. */
function shorten(service: Block, at: string[], isSame: (service: Block) => boolean): Block {
  const value = inside(service, at);
  if (value === undefined) return service;
  const without = put(service, at, undefined);
  if (!KEPT.includes(at.join(".")) && !(at[0] === "entries" && at.length < 3) && isSame(without)) return without;
  const keys = Array.isArray(value) ? [...value.keys()].map(String) : isBlock(value) ? Object.keys(value) : [];
  return keys.reduce((shorter, key) => shorten(shorter, [...at, key], isSame), service);
}

const inside = (value: unknown, at: string[]): unknown =>
  at.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? (inner as Block)[key] : undefined), value);

function put<Value>(target: Value, [key, ...rest]: string[], value: unknown): Value {
  const copy = (Array.isArray(target) ? [...(target as unknown[])] : { ...target }) as Block;
  if (rest.length > 0) copy[key!] = put(copy[key!], rest, value);
  else if (value === undefined) delete copy[key!];
  else copy[key!] = value;
  return copy as Value;
}
