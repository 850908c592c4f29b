import { isDeepStrictEqual } from "node:util";
import { WORKLOAD_DEFAULTS } from "../../path/facts/workloads";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import type { Read } from "../../path/value";
import { listAt, numberAt, refOf, textAt, valueAt } from "../../path/value";
import type { RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { Container } from "./containers";
import { listedPorts, servingContainers } from "./containers";
import { podSpecAt, podSpecOf } from "./pods";

export type ProbeName = "startupProbe" | "readinessProbe" | "livenessProbe";

/** One probe of a container that connections reach, and the pod it stands in. */
export interface ProbeAt {
  name: ProbeName;
  workload: KubernetesObject;
  container: Container;
  probe: Value;
}

/** What one of the probe rules says of a probe that is not there, and of one that is. */
export interface ProbeRule {
  name: ProbeName;
  needed: string;
  /** What happens to connections without it. */
  reason: string;
  missing(at: ProbeAt): Pick<Statement, "severity" | "found" | "fix">;
  /** What is wrong with one that can run. */
  judge?(at: ProbeAt): Partial<Statement>[];
}

/** Asks the containers that connections reach, and only those. */
export function checkProbe(rule: ProbeRule, { workloads, catalog }: RuleContext): Statement[] {
  return workloads.flatMap((judged) => {
    const { workload, perhaps } = judged;
    const serving = servingContainers(judged, catalog);
    if (serving === UNKNOWN) {
      const found = "which containers it has is not known yet";
      const { needed, reason, name } = rule;
      const at = podSpecAt(workload);
      const fix = `a ${name} in each that serves`;
      return [{ severity: "warning", object: refOf(workload), at, found, needed, fix, reason, pending: true } as const];
    }
    const of = (container: Container, open: boolean): Statement[] => {
      const probe = valueAt(container.value, rule.name);
      const statements = checkOne(rule, { name: rule.name, workload, container, probe });
      return statements.map((statement) => notBefore(statement, perhaps || open));
    };
    return [
      ...serving.containers.flatMap((container) => of(container, !serving.sure)),
      ...serving.others.flatMap((container) => of(container, true)),
    ];
  });
}

function checkOne(rule: ProbeRule, asked: ProbeAt): Statement[] {
  const { workload, container, probe, name } = asked;
  const common = {
    object: refOf(workload),
    container: container.name,
    at: [...container.at, name],
    needed: rule.needed,
    reason: rule.reason,
  } as const;
  if (probe === UNKNOWN) {
    const found = `whether it has a ${name} is not known yet`;
    return [{ ...common, severity: "warning", found, fix: exampleOf(asked), pending: true }];
  }
  if (probe === undefined) return [{ ...common, at: container.at, ...rule.missing(asked) }];
  const broken = brokenHandlers(asked);
  const partial = broken.length > 0 ? broken : (rule.judge?.(asked) ?? []);
  return partial.map((one) => ({ ...common, severity: "error", found: "", fix: exampleOf(asked), ...one }));
}

const HANDLERS = ["httpGet", "tcpSocket", "exec", "grpc"] as const;

/** Why a probe can never succeed, or the API server refuses it. */
function brokenHandlers(asked: ProbeAt): Partial<Statement>[] {
  const { probe, container, name } = asked;
  const at = [...container.at, name];
  const written = HANDLERS.filter((key) => valueAt(probe, key) !== undefined);
  const refused = `the API server refuses the pod: ${name}`;
  if (written.length !== 1) {
    const found = written.length === 0 ? `${name} asks nothing` : `${name} has ${written.join(" and ")}`;
    const [kept, ...others] = written;
    const fix = kept === undefined ? exampleOf(asked) : `keep ${kept}, delete ${others.join(" and ")}`;
    return [{ at, found, needed: `one of ${HANDLERS.join(", ")}`, fix, reason: `${refused} must ask in exactly one way` }];
  }
  const threshold = numberAt(probe, "successThreshold");
  if (name !== "readinessProbe" && threshold === UNKNOWN) return [open(asked, ["successThreshold"])];
  if (name !== "readinessProbe" && typeof threshold === "number" && threshold !== 1) {
    const found = `${name} with successThreshold ${threshold}`;
    const reason = `${refused} may ask for one success only`;
    return [
      { ...mended(asked, ["successThreshold"], 1), found, needed: "successThreshold 1", fix: "successThreshold: 1", reason },
    ];
  }
  const handler = written[0];
  if (handler === "exec") return brokenCommand(asked);
  if (handler === "grpc") return brokenGrpc(asked);
  return handler === undefined ? [] : brokenPort(asked, handler);
}

/** What a preview does not know of a probe: nothing is passed until the update says it. */
function open({ container, name }: ProbeAt, keys: string[], what = `${keys.join(".")} of ${name}`): Partial<Statement> {
  return { at: [...container.at, name, ...keys], severity: "warning", found: `${what} is not known yet`, pending: true };
}

/** Where a value stands that only one other can replace. */
function mended({ workload, container, name }: ProbeAt, keys: string[], write: Value): Partial<Statement> {
  const at = [...container.at, name, ...keys];
  return { at, mends: [{ object: refOf(workload), at, write }] };
}

function brokenGrpc(asked: ProbeAt): Partial<Statement>[] {
  const { probe, container, name } = asked;
  const port = valueAt(probe, "grpc", "port");
  if (port === UNKNOWN) return [open(asked, ["grpc", "port"])];
  if (typeof port === "number") return [];
  const found = `${name} asks gRPC port ${JSON.stringify(port ?? null)}`;
  const reason = "the API server refuses the pod: a gRPC probe takes a number, never a name";
  const number = numberOf(container, port);
  const fix = `grpc: { port: ${number ?? "<its number>"} }`;
  const keys = ["grpc", "port"];
  const place = number === undefined ? { at: [...container.at, name, ...keys] } : mended(asked, keys, number);
  return [{ ...place, found, needed: "a port number", fix, reason }];
}

/** The number that a container lists under a name. */
function numberOf(container: Container, name: Value): number | undefined {
  const ports = listAt(container.value, "ports");
  const named = ports === UNKNOWN ? undefined : ports.find((port) => textAt(port, "name") === name);
  const number = numberAt(named, "containerPort");
  return typeof number === "number" ? number : undefined;
}

const NEVER = "the probe fails every time";
const FAILS: Record<ProbeName, string> = {
  startupProbe: `${NEVER}: the container is killed again and again and never serves`,
  readinessProbe: `${NEVER}: the pod gets no connection, and no rollout ends`,
  livenessProbe: `${NEVER}: the container is killed again and again, and all its connections with it`,
};

function brokenPort(asked: ProbeAt, handler: "httpGet" | "tcpSocket"): Partial<Statement>[] {
  const { probe, container, workload, name } = asked;
  const at = [...container.at, name, handler];
  const host = textAt(probe, handler, "host");
  const hostNetwork = valueAt(podSpecOf(workload), "hostNetwork");
  if (host === UNKNOWN) return [open(asked, [handler, "host"])];
  if (host !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host) && hostNetwork !== true) {
    if (hostNetwork === UNKNOWN) return [open(asked, [handler, "host"])];
    const found = `${name} asks ${host}, which to the kubelet is the node and not the pod`;
    const needed = "no host: the kubelet then asks the pod";
    return [{ ...mended(asked, [handler, "host"], undefined), found, needed, fix: `delete host: ${host}`, reason: FAILS[name] }];
  }
  const port = textAt(probe, handler, "port");
  const listed = listedPorts(container);
  if (port === UNKNOWN || (listed.includes(UNKNOWN) && port !== undefined && !listed.includes(port))) {
    return [open(asked, [handler, "port"])];
  }
  if (port === undefined) {
    const reason = "the API server refuses the pod: a probe of a port needs one";
    return [{ at, found: `${name} names no port`, needed: "a port", fix: `port: ${portOf(container)}`, reason }];
  }
  // A number need not be listed to be listened on; a name means nothing else.
  if (/^\d+$/.test(port) || listed.includes(port)) return [];
  const names = listed.filter((one) => typeof one === "string" && !/^\d+$/.test(one)).map(String);
  const found = `${name} asks port ${port}, and the container has ${names.length === 0 ? "no port with a name" : `only ${names.join(", ")}`}`;
  const fix = `port: ${portOf(container)}`;
  return [{ at: [...at, "port"], found, needed: "a port of this container, by its name or number", fix, reason: FAILS[name] }];
}

const SHELL_WORDS = new Set(["||", "&&", "|", ";", ">", ">>", "2>&1"]);
const SHELL = /(^|\/)(ba|da|a|z|k)?sh$/;

function brokenCommand(asked: ProbeAt): Partial<Statement>[] {
  const { probe, container, name } = asked;
  const at = [...container.at, name, "exec", "command"];
  const command = listAt(probe, "exec", "command");
  if (command === UNKNOWN || command.includes(UNKNOWN)) {
    return [open(asked, ["exec", "command"])];
  }
  const words = command.map(String);
  const [program = "", ...rest] = words;
  const shellLine = `["sh", "-c", ${JSON.stringify(words.join(" "))}]`;
  if (program.trim() === "") {
    const reason = "without a command there is nothing to run";
    return [{ at, found: `${name} runs no command`, needed: "a command", reason }];
  }
  if (/\s/.test(program)) {
    const found = `${name} runs a program whose name is ${JSON.stringify(program)}: no shell takes it apart`;
    return [{ at, found, needed: "one list item for each word", fix: `command: ${shellLine}`, reason: FAILS[name] }];
  }
  if (SHELL.test(program)) return withoutShell(asked, program);
  const word = rest.find((one) => SHELL_WORDS.has(one));
  if (word === undefined) return [];
  const found = `${name} hands ${JSON.stringify(word)} to ${program} as a word: no shell reads it`;
  return [{ at, found, needed: "a shell where one is meant", fix: `command: ${shellLine}`, reason: FAILS[name] }];
}

/** Images that say of themselves that they have no shell. */
function withoutShell(asked: ProbeAt, program: string): Partial<Statement>[] {
  const { container, name } = asked;
  const image = textAt(container.value, "image");
  if (image === UNKNOWN) return [open(asked, ["exec", "command"], "whether the image has a shell")];
  if (typeof image !== "string" || !/distroless|(^|\/)scratch(:|$)/.test(image) || /:debug|-debug/.test(image)) return [];
  const found = `${name} runs ${program} in ${image}, which has no shell`;
  const at = [...container.at, name, "exec", "command"];
  return [{ at, severity: "warning", found, needed: "a probe that needs no program in the image", reason: FAILS[name] }];
}

/** The port to ask: the first that is listed, by name where it has one. */
function portOf(container: Container): string {
  const ports = listAt(container.value, "ports");
  const first = ports === UNKNOWN ? undefined : ports[0];
  const known = [textAt(first, "name"), textAt(first, "containerPort")].find((one) => typeof one === "string");
  return known === undefined ? "<its port>" : String(known);
}

/** The handler of a sibling probe, so that what is proposed is what the application already answers; else its port. */
function handlerOf({ container, name }: ProbeAt): string {
  const siblings: ProbeName[] = ["readinessProbe", "livenessProbe", "startupProbe"];
  for (const sibling of siblings) {
    const probe = valueAt(container.value, sibling);
    if (sibling === name || probe === UNKNOWN || probe === undefined) continue;
    const path = textAt(probe, "httpGet", "path");
    const port = textAt(probe, "httpGet", "port");
    if (typeof path === "string" && typeof port === "string") return `httpGet: { path: ${path}, port: ${port} }`;
  }
  return `tcpSocket: { port: ${portOf(container)} }`;
}

/** Its own way of asking, with timing that gives a start and a pause of the application room. */
export function exampleOf(asked: ProbeAt, timing = ""): string {
  return `${asked.name}: { ${handlerOf(asked)}${timing} }`;
}

/** Seconds of failures in a row until a probe acts; UNKNOWN where that is not known yet. */
export function budgetSeconds(probe: Value): number | typeof UNKNOWN {
  const period = periodSeconds(probe);
  const failures = numberAt(probe, "failureThreshold") ?? WORKLOAD_DEFAULTS.probe.failureThreshold;
  return period === UNKNOWN || failures === UNKNOWN ? UNKNOWN : period * failures;
}

/** Seconds between two tries. The API server takes none below 1, and writes its default for 0. */
export function periodSeconds(probe: Value): number | typeof UNKNOWN {
  const written = numberAt(probe, "periodSeconds");
  return written === UNKNOWN ? UNKNOWN : written === undefined || written < 1 ? WORKLOAD_DEFAULTS.probe.periodSeconds : written;
}

export function initialDelaySeconds(probe: Value): Read<number> {
  return numberAt(probe, "initialDelaySeconds") ?? WORKLOAD_DEFAULTS.probe.initialDelaySeconds;
}

/** Whether two probes ask the same of the application. */
export function asksTheSame(one: Value, other: Value): Ternary {
  if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
  const answers = HANDLERS.map((key): Ternary => {
    const left = valueAt(one, key);
    const right = valueAt(other, key);
    if (left === undefined || right === undefined) return false;
    if (hasUnknown(left) || hasUnknown(right)) return UNKNOWN;
    return isDeepStrictEqual(left, right);
  });
  return answers.includes(true) ? true : answers.includes(UNKNOWN) ? UNKNOWN : false;
}

function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  return (
    value !== null &&
    typeof value === "object" &&
    Object.values(value as Record<string, Value>).some((inner) => hasUnknown(inner))
  );
}
