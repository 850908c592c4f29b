import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Hop } from "../../path/model";
import type { Read } from "../../path/value";
import { listAt, valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";

/** Whether something shows that long connections are meant. `perhaps`: what would show it is not known yet. */
export type Shown = "yes" | "perhaps" | "no";

/** One property of a cloud resource that decides something of a connection, as a hop that has read it. */
export interface CloudHop {
  object: KubernetesObject;
  at: PropertyPath;
  hop: Hop;
  shown: Shown;
}

/** How long a cloud lets a leaving target finish. */
export interface CloudDrain {
  object: KubernetesObject;
  at: PropertyPath;
  title: string;
  seconds: Read<number>;
  shown: Shown;
}

/** A listener that the world reaches without TLS, or with a TLS that is too old. */
export interface CloudListener {
  object: KubernetesObject;
  at: PropertyPath;
  found: string;
  needed: string;
  fix: string;
  pending?: boolean;
  shown: Shown;
}

/** What one cloud's resources say of connections. */
export interface CloudReading {
  clocks: CloudHop[];
  choosers: CloudHop[];
  drains: CloudDrain[];
  listeners: CloudListener[];
}

/**
 * A property of a resource. The engine says of every property that the program writes where it comes from. What is not known and was not
 * written is filled in by the provider when it creates the resource, and that is its default.
 */
export function property(object: KubernetesObject, ...keys: (string | number)[]): Value {
  const value = valueAt(object, "spec", ...keys);
  const written = valueAt(object, "from", keys[0]!) !== undefined;
  return value === UNKNOWN && !written ? undefined : value;
}

/** A number; some providers write theirs as text. */
export function numberOf(value: Value): Read<number> {
  if (value === UNKNOWN || typeof value === "number") return value;
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined;
}

export function textOf(value: Value): Read<string> {
  return value === UNKNOWN || typeof value === "string" ? value : undefined;
}

/** Whether a property of the resource comes from another one. */
export function comesFrom(object: KubernetesObject, keys: readonly string[], other: KubernetesObject): boolean {
  return keys.some((key) => {
    const sources = listAt(object, "from", key);
    return sources !== UNKNOWN && sources.includes(String(other.urn));
  });
}

/** `yes` where the value is known to be meant for long connections. */
export function shownBy<T>(value: Read<T>, test: (value: T) => boolean): Shown {
  if (value === UNKNOWN) return "perhaps";
  return value !== undefined && test(value) ? "yes" : "no";
}

export function strongest(shown: Iterable<Shown>): Shown {
  const all = new Set(shown);
  return all.has("yes") ? "yes" : all.has("perhaps") ? "perhaps" : "no";
}

/** The clock of a hop, read from a property; its default where nothing is written. */
export function clockFrom(seconds: Read<number>, standard: number | null, where: string): Partial<Hop> {
  if (seconds === UNKNOWN) {
    return { limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
  }
  return { idleSeconds: seconds ?? standard };
}
