import type { Catalog } from "../../path/catalog";
import type { Requirement } from "../../path/declarations";
import { parseRequirement, PROMISE_ANNOTATION, standardRequirement } from "../../path/declarations";
import type { Path } from "../../path/model";
import type { KubernetesObject, ObjectRef } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, refOf } from "../../path/value";
import type { RuleOptions, Statement } from "../rule";
import { evidenceOfLongConnections } from "./evidence";

/** One way in and what is asked of its connections. */
export type Asked = { path: Path } & (
  | { requirement: Requirement; /** True where it is not known yet whether anything is asked at all. */ perhaps: boolean }
  | { malformed: string[]; on: ObjectRef }
);

/**
 * A promise that is written on the route, else on the Service, is what is asked. Where nothing is written, a way in that shows long
 * connections is held to the options, and every other one to nothing.
 */
export function whatIsAsked(catalog: Catalog, paths: readonly Path[], options: RuleOptions): Asked[] {
  return paths.flatMap((path) => {
    const entry = catalog.resolve(path.entry);
    const service = catalog.resolve(path.service);
    return askedOf(path, entry, service, options) ?? [];
  });
}

function askedOf(
  path: Path,
  entry: KubernetesObject | undefined,
  service: KubernetesObject | undefined,
  options: RuleOptions,
): Asked | undefined {
  const standard = standardRequirement(options.idleSeconds, options.affinityTtlSeconds);
  for (const object of [entry, service]) {
    const text = object === undefined ? undefined : annotationOf(object, PROMISE_ANNOTATION);
    if (object === undefined || text === undefined) continue;
    if (text === UNKNOWN) return { path, requirement: standard, perhaps: true };
    const parsed = parseRequirement(text);
    if ("problems" in parsed) return { path, malformed: parsed.problems, on: refOf(object) };
    return { path, requirement: parsed.value, perhaps: false };
  }
  const evidence = evidenceOfLongConnections(entry, service);
  return evidence === "no" ? undefined : { path, requirement: standard, perhaps: evidence === "perhaps" };
}

/** What a rule that reads promises says about one it cannot read. */
export function malformedPromise(asked: Extract<Asked, { malformed: string[] }>): Statement {
  return {
    severity: "error",
    object: asked.on,
    found: asked.malformed.join("; "),
    needed: `a ${PROMISE_ANNOTATION} annotation that can be read`,
    fix: `${PROMISE_ANNOTATION}: '{"idleSeconds":3600,"drainSeconds":40,"affinity":{"mode":"client","ttlSeconds":3600},"protocol":"websocket"}'`,
    reason: `what ${nameOf(asked.on)} promises cannot be checked`,
  };
}

/** A rule's answer while it is not known whether anything is asked: to be looked at again, and no error before. */
export function notBefore(statement: Statement, perhaps: boolean): Statement {
  return perhaps ? { ...statement, severity: "warning", pending: true } : statement;
}
