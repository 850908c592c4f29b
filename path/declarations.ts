import type { ClusterFacts, ConnectionPromise, Protocol } from "./model";
import { GATEWAY_IMPLEMENTATIONS, PROTOCOLS } from "./model";
import { unknownKeys } from "./nearest";

/** On a Service or a route: what is asked of it, as JSON. Never evidence that it is kept. */
export const PROMISE_ANNOTATION = "holdfast/promise";
/** On a Namespace: what no manifest shows of the cluster, as JSON. */
export const CLUSTER_ANNOTATION = "holdfast/cluster";
/** On a Service: what is known of pods that are not among the objects, as JSON. */
export const PODS_ANNOTATION = "holdfast/pods";
/** Followed by the name of a rule, on the object a finding is about; the value is the reason. */
export const WAIVER_ANNOTATION_PREFIX = "holdfast/waive.";

/** What a promise may say, in seconds. */
export const PROMISE_RANGES = {
  idleSeconds: { minimum: 1, maximum: 86_400, standard: 3600 },
  drainSeconds: { minimum: 0, maximum: 3600, standard: 40 },
  ttlSeconds: { minimum: 1, maximum: 86_400, standard: 3600 },
  heartbeatSeconds: { minimum: 1, maximum: 86_400, standard: undefined },
} as const;

export interface Requirement {
  promise: ConnectionPromise;
  protocol: Protocol;
}

export type Parsed<T> = { value: T } | { problems: string[] };

/** What is asked where nothing more special is said. */
export function standardRequirement(
  idleSeconds: number = PROMISE_RANGES.idleSeconds.standard,
  affinityTtlSeconds: number = PROMISE_RANGES.ttlSeconds.standard,
): Requirement {
  return {
    promise: {
      idleSeconds,
      drainSeconds: PROMISE_RANGES.drainSeconds.standard,
      affinity: { mode: "client", ttlSeconds: affinityTtlSeconds },
    },
    protocol: "websocket",
  };
}

/** Reads a `holdfast/promise` annotation; every problem in it at once. */
export function parseRequirement(text: string): Parsed<Requirement> {
  const parsed = parseObject(text, PROMISE_ANNOTATION);
  if ("problems" in parsed) return parsed;
  const check = new Check(PROMISE_ANNOTATION);
  const root = parsed.value;
  check.keys(root, ["idleSeconds", "drainSeconds", "affinity", "heartbeat", "protocol"], "");
  const affinity = check.object(root.affinity, "affinity");
  check.keys(affinity, ["mode", "ttlSeconds", "cookieName"], "affinity.");
  const heartbeat = root.heartbeat === undefined ? undefined : check.object(root.heartbeat, "heartbeat");
  if (heartbeat !== undefined) check.keys(heartbeat, ["seconds", "kind"], "heartbeat.");
  const promise: ConnectionPromise = {
    idleSeconds: check.seconds(root.idleSeconds, "idleSeconds", PROMISE_RANGES.idleSeconds),
    drainSeconds: check.seconds(root.drainSeconds, "drainSeconds", PROMISE_RANGES.drainSeconds),
    affinity: {
      mode: check.oneOf(affinity.mode, "affinity.mode", ["none", "client"] as const, "client"),
      ttlSeconds: check.seconds(affinity.ttlSeconds, "affinity.ttlSeconds", PROMISE_RANGES.ttlSeconds),
      ...(typeof affinity.cookieName === "string" && { cookieName: affinity.cookieName }),
    },
    ...(heartbeat !== undefined && {
      heartbeat: {
        seconds: check.seconds(heartbeat.seconds, "heartbeat.seconds", PROMISE_RANGES.heartbeatSeconds),
        kind: check.oneOf(heartbeat.kind, "heartbeat.kind", ["message", "tcp-keepalive"] as const, "message"),
      },
    }),
  };
  const protocol = check.oneOf(root.protocol, "protocol", PROTOCOLS, "websocket");
  return check.problems.length > 0 ? { problems: check.problems } : { value: { promise, protocol } };
}

/** What a Service declares of pods that are not among the objects; undefined where it cannot be read, which then declares nothing. */
export function parseDeclaredPods(text: string): { replicas?: number; gracePeriodSeconds?: number } | undefined {
  const parsed = parseObject(text, PODS_ANNOTATION);
  if ("problems" in parsed) return undefined;
  const count = (key: string): number | undefined => {
    const value = parsed.value[key];
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  const [replicas, gracePeriodSeconds] = [count("replicas"), count("gracePeriodSeconds")];
  return {
    ...(replicas !== undefined && replicas > 0 && { replicas }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
  };
}

const KUBE_PROXY_MODES = ["iptables", "nftables", "ipvs", "none"] as const;
export const PLATFORMS = ["aws", "azure", "gcp", "bare-metal"] as const;
const CLUSTER_KEYS = [
  "platform",
  "kubernetesVersion",
  "kubeProxyMode",
  "cni",
  "controllers",
  "ingressClasses",
  "nodeConntrackEstablishedSeconds",
  "serviceProxyIdleSeconds",
  "inFront",
  "gateways",
];

/** Reads what a cluster declares of itself, from the JSON of an annotation or from an object; every problem in it at once. */
export function parseClusterFacts(input: unknown, where: string): Parsed<ClusterFacts> {
  const parsed =
    typeof input === "string"
      ? parseObject(input, where)
      : isObject(input)
        ? { value: input }
        : { problems: [`${where}: expected an object`] };
  if ("problems" in parsed) return parsed;
  const root = parsed.value;
  const check = new Check(where);
  check.keys(root, CLUSTER_KEYS, "");
  const facts: ClusterFacts = {};
  if (root.kubernetesVersion !== undefined) facts.kubernetesVersion = check.text(root.kubernetesVersion, "kubernetesVersion");
  if (root.platform !== undefined) facts.platform = check.oneOf(root.platform, "platform", PLATFORMS, "bare-metal");
  if (root.cni !== undefined) facts.cni = check.text(root.cni, "cni");
  if (root.kubeProxyMode !== undefined) {
    facts.kubeProxyMode = check.oneOf(root.kubeProxyMode, "kubeProxyMode", KUBE_PROXY_MODES, "iptables");
  }
  if (root.controllers !== undefined) facts.controllers = check.texts(root.controllers, "controllers");
  if (root.ingressClasses !== undefined) facts.ingressClasses = check.texts(root.ingressClasses, "ingressClasses");
  const range = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, standard: undefined };
  for (const key of ["nodeConntrackEstablishedSeconds", "serviceProxyIdleSeconds"] as const) {
    if (root[key] !== undefined) facts[key] = check.seconds(root[key], key, range);
  }
  if (root.inFront !== undefined) facts.inFront = declaredHops(root.inFront, check);
  if (root.gateways !== undefined) facts.gateways = declaredGateways(root.gateways, check);
  return check.problems.length > 0 ? { problems: check.problems } : { value: facts };
}

function declaredGateways(value: unknown, check: Check): ClusterFacts["gateways"] {
  const range = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, standard: undefined };
  return Object.fromEntries(
    Object.entries(check.object(value, "gateways")).map(([name, entry]) => {
      const where = `gateways.${name}`;
      const { implementation, listener, tls, internal, className, idleSeconds, ...others } = check.object(entry, where);
      check.keys(others, ["implementation", "listener", "tls", "internal", "className", "idleSeconds"], `${where}.`);
      const gateway = {
        implementation: check.oneOf(implementation, `${where}.implementation`, GATEWAY_IMPLEMENTATIONS, "envoy-gateway"),
        ...(listener === undefined ? {} : { listener: check.text(listener, `${where}.listener`) }),
        ...(tls === undefined ? {} : { tls: check.yesOrNo(tls, `${where}.tls`) }),
        ...(internal === undefined ? {} : { internal: check.yesOrNo(internal, `${where}.internal`) }),
        ...(className === undefined ? {} : { className: check.text(className, `${where}.className`) }),
        ...(idleSeconds === undefined ? {} : { idleSeconds: check.seconds(idleSeconds, `${where}.idleSeconds`, range) }),
      };
      if (implementation === undefined) {
        check.problem(`${where}.implementation`, implementation, GATEWAY_IMPLEMENTATIONS.join(", "));
      }
      return [name, gateway];
    }),
  );
}

function declaredHops(value: unknown, check: Check): ClusterFacts["inFront"] {
  if (!Array.isArray(value)) {
    check.problem("inFront", value, "a list of hops, each with name and idleSeconds");
    return [];
  }
  return value.map((entry, index) => {
    const where = `inFront[${index}]`;
    const hop = check.object(entry, where);
    check.keys(hop, ["name", "idleSeconds", "layer"], `${where}.`);
    const range = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, standard: undefined };
    const layer = hop.layer === undefined ? 4 : check.oneOf(hop.layer, `${where}.layer`, [4, 7] as const, 4);
    return {
      name: check.text(hop.name, `${where}.name`),
      idleSeconds: hop.idleSeconds === null ? null : check.seconds(hop.idleSeconds, `${where}.idleSeconds`, range),
      layer,
    };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function parseObject(text: string, where: string): Parsed<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problems: [`${where} is not JSON: ${text.slice(0, 80)}`] };
  }
  return isObject(value) ? { value } : { problems: [`${where}: expected a JSON object, found ${text.slice(0, 80)}`] };
}

/** Collects every problem of a declaration, so that all are told at once. */
class Check {
  readonly problems: string[] = [];

  constructor(private readonly where: string) {}

  problem(path: string, found: unknown, allowed: string): void {
    this.problems.push(`${this.where} ${path}: found ${JSON.stringify(found) ?? "nothing"}, allowed is ${allowed}`);
  }

  keys(object: Record<string, unknown>, known: string[], prefix: string): void {
    this.problems.push(
      ...unknownKeys(Object.keys(object), known, `${this.where}${prefix === "" ? "" : ` ${prefix.slice(0, -1)}`}`),
    );
  }

  object(value: unknown, path: string): Record<string, unknown> {
    if (value === undefined) return {};
    if (isObject(value)) return value;
    this.problem(path, value, "an object");
    return {};
  }

  seconds(value: unknown, path: string, range: { minimum: number; maximum: number; standard: number | undefined }): number {
    if (value === undefined && range.standard !== undefined) return range.standard;
    if (typeof value === "number" && Number.isInteger(value) && value >= range.minimum && value <= range.maximum) return value;
    this.problem(path, value, `a whole number of seconds from ${range.minimum} to ${range.maximum}`);
    return range.minimum;
  }

  oneOf<T extends string | number>(value: unknown, path: string, allowed: readonly T[], standard: T): T {
    if (value === undefined) return standard;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.problem(path, value, allowed.join(", "));
    return found ?? standard;
  }

  yesOrNo(value: unknown, path: string): boolean {
    if (typeof value !== "boolean") this.problem(path, value, "true or false");
    return value === true;
  }

  text(value: unknown, path: string): string {
    if (typeof value === "string" || typeof value === "number") return String(value);
    this.problem(path, value, "a string");
    return "";
  }

  texts(value: unknown, path: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.object(value, path)).map(([key, entry]) => [key, this.text(entry, `${path}.${key}`)]),
    );
  }
}
