import type { Catalog } from "../../path/catalog";
import type { Requirement } from "../../path/declarations";
import { parseRequirement, PROMISE_ANNOTATION, standardRequirement } from "../../path/declarations";
import type { Path, Verdict } from "../../path/model";
import type { ObjectRef } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, refOf } from "../../path/value";
import type { RuleOptions } from "../options";
import type { Severity, Statement } from "../rule";
import { waysToCalled } from "./called";
import { waysThroughOwnProxies } from "./ownProxies";
import type { Evidence } from "./evidence";
import { evidenceOfLongConnections, showsWebSockets } from "./evidence";

/** What is asked, and how sure it is. */
export interface Question {
  requirement: Requirement;
  /** True where it is not known yet whether anything is asked at all. */
  perhaps: boolean;
  /** True where somebody wrote a promise. */
  declared: boolean;
  /** True where a promise or anything else shows connections that stay open; false where all ways in are judged all the same. */
  isShown: boolean;
  /** True where only another Service behind the same route shows long connections. */
  byANeighbour: boolean;
  /** True where WebSockets are promised or shown, and not only connections that stay open. */
  isWebSocket: boolean;
  /** True where somebody asked for stickiness, or something shows that a pod holds what its clients come back for. */
  keepsSessions: boolean;
  /** What runs there, where it needs that only for clients without WebSockets. */
  fallsBack?: string;
}

/** One way in, why it is judged, and what is asked of its connections. */
export type Asked = { path: Path; /** For a person, the first reason of perhaps several. */ because: string } & (
  | Question
  | { malformed: string[]; on: ObjectRef }
  | { /** What is not known yet, so that nobody can say what is asked. */ open: string }
);

/** Every way in, sorted by whether it is judged. */
export interface Scope {
  asked: Asked[];
  /** The ways in of which nothing is asked. */
  passedOver: Path[];
}

/**
 * A promise that is written on the route, else on the Service, is what is asked. Where nothing is written, a way in that shows long
 * connections is held to the options, and every other one to nothing.
 */
export function whatIsAsked(catalog: Catalog, paths: readonly Path[], options: RuleOptions): Scope {
  const scope: Scope = { asked: [], passedOver: [] };
  const told = options.assume === "declared" ? new Map<Path, Shown>() : shownBy(paths, catalog);
  for (const path of paths) {
    const asked = askedOf(path, catalog, options, told.get(path) ?? { evidence: [], byANeighbour: false });
    if (asked === undefined) scope.passedOver.push(path);
    else {
      scope.asked.push(asked, ...behindOwnProxies(asked, catalog), ...(options.assume === "all" ? called(asked, catalog) : []));
    }
  }
  return scope;
}

/** What is asked of a proxy of the user's own is asked of what it passes its connections to; whether sessions are kept, those pods say. */
function behindOwnProxies(asked: Asked, catalog: Catalog): Asked[] {
  if (!("requirement" in asked)) return [];
  const because = `behind a proxy of your own, and that by ${asked.because}`;
  const ways = waysThroughOwnProxies(asked.path, catalog).map((path) => ({
    path,
    shown: asked.declared ? [] : evidenceOfLongConnections(path, catalog),
  }));
  const somebodyShows = ways.some(({ shown }) => shown.some(isOwn));
  return ways.map(({ path, shown }) => {
    const byANeighbour = asked.byANeighbour || (somebodyShows && !shown.some(isOwn));
    const keepsSessions = asked.declared ? asked.keepsSessions : shown.some((one) => one.keepsSessions && one.perhaps !== true);
    const isWebSocket = asked.isWebSocket || showsWebSockets(shown);
    return { ...asked, path, because, byANeighbour, isWebSocket, keepsSessions, ...fallingBack(shown) };
  });
}

/** What pods ask on behalf of their clients: it comes back as one of few, so that no stickiness is asked of it. */
function called(asked: Asked, catalog: Catalog): Asked[] {
  if (!("requirement" in asked) || asked.declared) return [];
  const { promise } = asked.requirement;
  const requirement = { ...asked.requirement, promise: { ...promise, affinity: { ...promise.affinity, mode: "none" as const } } };
  const because = `asked by ${nameOf(asked.path.service)}`;
  return waysToCalled(asked.path, catalog).map(({ path, perhaps }) => {
    return { ...asked, path, because, requirement, perhaps: asked.perhaps || perhaps, keepsSessions: false };
  });
}

/** What shows long connections on one way in. */
interface Shown {
  evidence: Evidence[];
  /** True where only another Service behind the same route shows any: what is written for the route is then for that one. */
  byANeighbour: boolean;
}

/**
 * What is written for a whole route concerns each Service behind it, unless something shows for which of them it was written: the others
 * are then passed over. So is a way to a port that says nothing of long connections, where another way leads to one of the same pods that does.
 */
function shownBy(paths: readonly Path[], catalog: Catalog): Map<Path, Shown> {
  const found = new Map<Path, Shown>();
  const explained = new Set<string>();
  for (const path of paths) {
    const evidence = evidenceOfLongConnections(path, catalog);
    found.set(path, { evidence, byANeighbour: false });
    if (evidence.some(isOwn)) for (const one of [path.entry, ...path.workloads]) explained.add(nameOf(one));
  }
  for (const [path, { evidence }] of found) {
    if (evidence.some(isOwn)) continue;
    const byPort = evidence.some(({ ofAnotherPort }) => ofAnotherPort === true);
    const reached = byPort && path.workloads.length > 0 && path.workloads.every((workload) => explained.has(nameOf(workload)));
    if (!reached && !explained.has(nameOf(path.entry))) continue;
    const left = evidence.filter((one) => one.ofTheWholeRoute !== true && one.ofAnotherPort !== true);
    found.set(path, { evidence: left, byANeighbour: true });
  }
  return found;
}

function fallingBack(evidence: readonly Evidence[]): Pick<Question, "fallsBack"> {
  const found = evidence.find(({ fallsBack }) => fallsBack === true);
  return found === undefined ? {} : { fallsBack: found.because };
}

function isOwn({ ofTheWholeRoute, perhaps, ofAnotherPort }: Evidence): boolean {
  return ofTheWholeRoute !== true && perhaps !== true && ofAnotherPort !== true;
}

function askedOf(path: Path, catalog: Catalog, options: RuleOptions, shown: Shown): Asked | undefined {
  const promised = promisedOn(path, catalog);
  if (promised !== undefined || options.assume === "declared") return promised;
  const { because, ...question } = askedBy(shown, options);
  if (options.assume === "all") return { path, because: because ?? "every way in is judged", ...question };
  const hidden = [path.entry, path.service].find((ref) => catalog.mayStillMean(ref));
  if (hidden !== undefined) return { path, because: nameOf(hidden), open: `what is written on ${nameOf(hidden)}` };
  return because === undefined ? undefined : { path, because, ...question };
}

/** What somebody wrote, on the route before the Service. */
function promisedOn(path: Path, catalog: Catalog): Asked | undefined {
  const because = `annotation ${PROMISE_ANNOTATION}`;
  const objects = [path.entry, path.service].flatMap((ref) => catalog.resolve(ref) ?? []);
  const object = objects.find((one) => annotationOf(one, PROMISE_ANNOTATION) !== undefined);
  const text = object === undefined ? undefined : annotationOf(object, PROMISE_ANNOTATION);
  if (object === undefined || text === undefined) return undefined;
  if (text === UNKNOWN) return { path, because, open: `annotation ${PROMISE_ANNOTATION} of ${nameOf(object)}` };
  const parsed = parseRequirement(text);
  if ("problems" in parsed) return { path, because, malformed: parsed.problems, on: refOf(object) };
  return {
    path,
    because,
    requirement: parsed.value,
    perhaps: false,
    declared: true,
    isShown: true,
    byANeighbour: false,
    isWebSocket: parsed.value.protocol === "websocket",
    keepsSessions: parsed.value.promise.affinity.mode === "client",
  };
}

/** What the options ask where nothing is written, as far as anything shows long connections. */
function askedBy({ evidence, byANeighbour }: Shown, options: RuleOptions): Question & { because: string | undefined } {
  const certain = evidence.filter(({ perhaps }) => perhaps !== true);
  const first = certain[0] ?? evidence[0];
  return {
    because: first?.because,
    requirement: standardRequirement(options.idleSeconds, options.affinityTtlSeconds),
    perhaps: certain.length === 0 && options.assume !== "all",
    declared: false,
    isShown: first !== undefined,
    byANeighbour,
    isWebSocket: showsWebSockets(evidence),
    ...fallingBack(evidence),
    keepsSessions: (certain.length > 0 ? certain : evidence).some(({ keepsSessions }) => keepsSessions),
  };
}

/** What a rule that reads promises says where it can read none. */
export function unreadable(asked: Exclude<Asked, Question>): Statement[] {
  const needed = `a ${PROMISE_ANNOTATION} annotation that can be read`;
  if ("malformed" in asked) {
    const statement: Statement = {
      severity: "error",
      object: asked.on,
      cause: `promise of ${nameOf(asked.on)}`,
      found: asked.malformed.join("; "),
      needed,
      fix: `${PROMISE_ANNOTATION}: '${EXAMPLE}'`,
      reason: `what ${nameOf(asked.on)} promises cannot be checked`,
    };
    return [statement];
  }
  const found = `${asked.open} is not known yet`;
  const reason = "nothing can be compared with a promise that is not known";
  const object = asked.path.entry;
  const cause = `promise of ${nameOf(object)}`;
  return [{ severity: "warning", object, cause, found, needed, fix: "wait for the update", reason, pending: true }];
}

/** What a rule about controllers says of the ways in of which it is not known yet what is asked, or who serves them. */
export function openQuestions({ asked }: { asked: readonly Asked[] }): Statement[] {
  return asked.flatMap((one) => ("requirement" in one ? notKnownWhoServes(one.path) : unreadable(one)));
}

/** What a rule about controllers says where it is not known before the update which one serves a way in. */
export function notKnownWhoServes({ entry, hops }: Path): Statement[] {
  if (!hops.some(({ hop, pending }) => hop.startsWith("unknown-") && pending === true)) return [];
  const found = `which controller serves ${nameOf(entry)} is not known before the update`;
  const reason = "every controller has rules of its own";
  return [
    {
      severity: "warning",
      object: entry,
      found,
      needed: "a class that is known",
      fix: "wait for the update",
      reason,
      pending: true,
    },
  ];
}

/** A promise as it is written. */
const EXAMPLE = JSON.stringify({ protocol: "websocket", ...standardRequirement().promise });

/** How bad it is that a long connection is cut: where nothing shows any, nobody can say that one is. */
export function severityOf({ isShown, byANeighbour }: Question): Severity {
  if (isShown) return "error";
  return byANeighbour ? "info" : "warning";
}

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
  const open = pending === true || perhaps;
  return { ...statement, severity: open ? "warning" : "info", fix: settle.join("; "), ...(open && { pending: true }) };
}
