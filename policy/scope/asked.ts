import type { Catalog } from "../../path/catalog";
import type { Requirement } from "../../path/declarations";
import { parseRequirement, PROMISE_ANNOTATION, standardRequirement } from "../../path/declarations";
import type { Path, Verdict } from "../../path/model";
import type { ObjectRef } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, refOf } from "../../path/value";
import type { RuleOptions } from "../options";
import type { Statement } from "../rule";
import { evidenceOfLongConnections } from "./evidence";

/** One way in and what is asked of its connections. */
export type Asked = { path: Path } & (
  | { requirement: Requirement; /** True where it is not known yet whether anything is asked at all. */ perhaps: boolean }
  | { malformed: string[]; on: ObjectRef }
  | { /** What is not known yet, so that nobody can say what is asked. */ open: string }
);

/**
 * A promise that is written on the route, else on the Service, is what is asked. Where nothing is written, a way in that shows long
 * connections is held to the options, and every other one to nothing.
 */
export function whatIsAsked(catalog: Catalog, paths: readonly Path[], options: RuleOptions): Asked[] {
  return paths.flatMap((path) => askedOf(path, catalog, options) ?? []);
}

function askedOf(path: Path, catalog: Catalog, options: RuleOptions): Asked | undefined {
  const entry = catalog.resolve(path.entry);
  const service = catalog.resolve(path.service);
  const standard = standardRequirement(options.idleSeconds, options.affinityTtlSeconds);
  for (const object of [entry, service]) {
    const text = object === undefined ? undefined : annotationOf(object, PROMISE_ANNOTATION);
    if (object === undefined || text === undefined) continue;
    if (text === UNKNOWN) return { path, open: `annotation ${PROMISE_ANNOTATION} of ${nameOf(object)}` };
    const parsed = parseRequirement(text);
    if ("problems" in parsed) return { path, malformed: parsed.problems, on: refOf(object) };
    return { path, requirement: parsed.value, perhaps: false };
  }
  if (options.assume === "declared") return undefined;
  if (options.assume === "all") return { path, requirement: standard, perhaps: false };
  const hidden = [path.entry, path.service].find((ref) => catalog.mayStillMean(ref));
  if (hidden !== undefined) return { path, open: `what is written on ${nameOf(hidden)}` };
  const evidence = evidenceOfLongConnections(entry, service);
  return evidence === "no" ? undefined : { path, requirement: standard, perhaps: evidence === "perhaps" };
}

/** What a rule that reads promises says where it can read none. */
export function unreadable(asked: Exclude<Asked, { requirement: Requirement }>): Statement[] {
  const needed = `a ${PROMISE_ANNOTATION} annotation that can be read`;
  if ("malformed" in asked) {
    const statement: Statement = {
      severity: "error",
      object: asked.on,
      found: asked.malformed.join("; "),
      needed,
      fix: `${PROMISE_ANNOTATION}: '${EXAMPLE}'`,
      reason: `what ${nameOf(asked.on)} promises cannot be checked`,
    };
    return [statement];
  }
  const found = `${asked.open} is not known yet`;
  const reason = "nothing can be compared with a promise that is not known";
  return [{ severity: "warning", object: asked.path.entry, found, needed, fix: "wait for the update", reason, pending: true }];
}

/** A promise as it is written. */
const EXAMPLE = JSON.stringify({ protocol: "websocket", ...standardRequirement().promise });

/** A rule's answer while it is not known whether anything is asked: to be looked at again, and no error before. */
export function notBefore(statement: Statement, perhaps: boolean): Statement {
  return perhaps ? { ...statement, severity: "warning", pending: true } : statement;
}

/** A rule's answer where the path does not decide; to be looked at again where the values, or the question, are not known yet. */
export function undecided(
  statement: Omit<Statement, "severity" | "fix">,
  { settle, pending }: Pick<Verdict, "settle" | "pending">,
  perhaps: boolean,
): Statement {
  return { ...statement, severity: "warning", fix: settle.join("; "), ...((pending || perhaps) && { pending: true }) };
}
