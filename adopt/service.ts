import { propagationSeconds } from "../compile/drain";
import { entrySchema, type Entry } from "../compile/entry";
import type { Block } from "../compile/mergePatch";
import { PODS_ANNOTATION } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { ENTRY_READERS, type TakenEntry } from "./entries";
import type { Group, Way } from "./group";
import type { Recognition } from "./kindOf";
import { takePodTls } from "./podTls";
import { containerOf, takePods, takeScaling, takeVolumes } from "./pods";
import { takePlacement } from "./placement";
import { takePromise } from "./promise";
import { annotationOf, at, blockAt, isEmpty, listAt, nameOf, numberAt, textAt, written } from "./read";
import type { Decision, Found, Left, SecretValue } from "./model";

/** One service of the stack file, and which of its objects were there before. */
export interface TakenService {
  raw: Block & { name: string };
  decisions: Decision[];
  left: Left[];
  secrets: SecretValue[];
  /** Logical name -> the object that is there. */
  adopted: Map<string, Found>;
}

export interface Taking {
  recognition: Recognition;
  cluster: ClusterFacts;
  keep: boolean;
}

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The label that everything of a service carries, where the pods have it; else the workload's name. */
function nameOfGroup({ workload, services, ways }: Group): string {
  const first = workload ?? services[0] ?? ways[0]!.service;
  const selector = workload === undefined ? undefined : textAt(workload.object, "spec", "selector", "matchLabels", "app");
  return selector !== undefined && NAME.test(selector) ? selector : first.object.metadata.name.replace(/\./g, "-");
}

/** The whole group in the words of the stack file; a sentence where there is no port to lead to. */
export function takeService(group: Group, { recognition, cluster, keep }: Taking): TakenService | string {
  const name = nameOfGroup(group);
  const main = group.services[0] ?? group.ways[0]?.service;
  const port = portOf(group, main);
  if (port === undefined) {
    if (main === undefined && listAt(containerOf(group), "ports").length === 0) {
      return "neither a Service nor a containerPort says that anybody connects to it, and a service of the stack needs a port: it stays as it is";
    }
    return "the number of its port stands nowhere: give the manifests of its pods too, or a number as targetPort";
  }
  const adopted = new Map<string, Found>();
  const ways = takeWays(group, name, port, recognition);
  const entries = ways.taken.map(({ entry }) => entry);
  // Without pods and without a way in nothing is left to describe; a Service written for it would take the place of the one that is there.
  if (group.workload === undefined && group.services.length === 0 && entries.length === 0) return ways.left[0]!.why;
  const pods = group.workload === undefined ? undefined : takePods(group, name);
  const tls = takePodTls(group, name);
  const [host] = tls?.hosts ?? [];
  const placement = group.workload === undefined ? undefined : takePlacement(group, pods!.decisions);
  const promise = takePromise(group, entries, propagation(entries, cluster), keep);
  const protocol = promise.protocol ?? protocolOf(group, main, entries);
  const decisions: Decision[] = [
    ...(promise.protocol === undefined
      ? [{ at: ["protocol"], why: "websocket is the default; the objects do not say what the connections carry" }]
      : []),
    ...promise.decisions,
    ...(pods?.decisions ?? []),
  ].filter(({ at: [key] }) => key !== "protocol" || protocol === "websocket");
  pairObjects(group, adopted);
  if (tls?.certificate !== undefined) adopted.set("certificate", tls.certificate);
  for (const { entry, way, logicalName } of ways.taken) {
    if (way.shared) continue;
    adopted.set(logicalName(entry), way.found);
    for (const [what, found] of Object.entries(entry.beside ?? {})) adopted.set(`${nameOfEntry(entry)}-${what}`, found);
  }
  const labels = ownLabels(group, name);
  const raw = written({
    name,
    namespace: group.namespace === name ? undefined : group.namespace,
    createNamespace: group.workload === undefined || group.namespaceObject !== undefined ? undefined : false,
    workload: workloadOf(group),
    port,
    ports: ways.ports.size === 0 ? undefined : [...ways.ports].map(([each, number]) => ({ name: each, port: number })),
    protocol: protocol === "websocket" && promise.protocol !== undefined ? undefined : protocol,
    image: pods?.raw.image,
    promise: promise.promise,
    ...withoutImage(pods?.raw ?? {}),
    tls: tls?.raw,
    ...placement,
    drain: group.workload === undefined ? undefined : promise.drain,
    scaling: group.workload === undefined ? undefined : takeScaling(group),
    disruption: disruptionOf(group),
    metrics: group.workload === undefined ? undefined : metricsOf(group, keep),
    labels: isEmpty(labels) ? undefined : labels,
    // A Service says nothing of the name that clients use; the certificate of its pods does.
    entries: entries.map(({ raw: entry }) => (host === undefined || entry.host !== undefined ? entry : { ...entry, host })),
  });
  return {
    raw: raw as TakenService["raw"],
    decisions,
    left: [...ways.left, ...(pods?.left ?? [])],
    secrets: pods?.secrets ?? [],
    adopted,
  };
}

const withoutImage = ({ image: _image, ...rest }: Block): Block => rest;

/** The number behind the port that the Service leads to. */
function portOf(group: Group, service: Found | undefined): number | undefined {
  if (listAt(service?.object, "spec", "ports").length > 0) return numberBehind(group, service);
  return numberAt(listAt(containerOf(group), "ports")[0], "containerPort");
}

/** The number in the pods behind a port of a Service, the first where none is named. */
function numberBehind(group: Group, service: Found | undefined, name?: string): number | undefined {
  const ports = listAt(containerOf(group), "ports");
  const isNamed = (each: unknown) => name === undefined || [textAt(each, "name"), textAt(each, "port")].includes(name);
  const port = listAt(service?.object, "spec", "ports").find(isNamed);
  const target = textAt(port, "targetPort") ?? textAt(port, "port");
  if (target !== undefined && /^\d+$/.test(target)) return Number(target);
  return numberAt(
    ports.find((each) => textAt(each, "name") === target),
    "containerPort",
  );
}

function protocolOf(group: Group, service: Found | undefined, entries: TakenEntry[]): string {
  const port = listAt(service?.object, "spec", "ports")[0];
  const said = `${textAt(port, "appProtocol") ?? ""} ${textAt(port, "name") ?? ""}`;
  const grpc =
    entries.length > 0 &&
    group.ways.some(({ found }) => JSON.stringify(blockAt(found.object, "metadata", "annotations")).includes("GRPC"));
  if (grpc || /h2c|grpc/.test(said)) return "grpc";
  const isHttp = /ws|http|web/.test(said) || group.ways.some(({ host }) => host !== undefined);
  const asksHttp = at(containerOf(group), "readinessProbe", "httpGet") !== undefined;
  return isHttp || asksHttp ? "websocket" : "tcp";
}

interface TakenWay {
  way: Way;
  entry: TakenEntry;
  logicalName(entry: TakenEntry): string;
}

const nameOfEntry = ({ raw }: TakenEntry): string => (raw.name as string | undefined) ?? raw.kind;

/** How the objects that open a way are called, by their kind; a Service else. */
const SUFFIXES: Record<string, string> = {
  Ingress: "ingress",
  IngressRoute: "ingress-route",
  HTTPRoute: "route",
  HTTPProxy: "http-proxy",
};

const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
/** What the service's own port may be called. */
const OWN_PORT_NAMES = ["http", "grpc", "tcp"];

/** The name of a port of the pods beside the service's own, which goes into `ports`. */
function furtherPort(group: Group, port: number, ports: Map<string, number>): string {
  const written = listAt(containerOf(group), "ports").find((each) => numberAt(each, "containerPort") === port);
  const name = textAt(written, "name") ?? "";
  const fits = PORT_NAME.test(name) && !OWN_PORT_NAMES.includes(name);
  const chosen = fits ? name : `port-${port}`;
  ports.set(chosen, port);
  return chosen;
}

interface TakenWays {
  taken: TakenWay[];
  left: Left[];
  /** The further ports that they lead to, by name. */
  ports: Map<string, number>;
}

function takeWays(group: Group, service: string, port: number, { kindOf }: Recognition): TakenWays {
  const taken: TakenWay[] = [];
  const ports = new Map<string, number>();
  const left: Left[] = [];
  for (const way of group.ways) {
    const { object } = way.found;
    const behind = numberBehind(group, way.service, way.port);
    const kind = kindOf(way);
    const read = kind === undefined ? undefined : ENTRY_READERS[kind];
    const entry =
      read === undefined
        ? `${kind === undefined ? "nothing shows who serves it" : `an entry of kind ${kind} cannot be read back yet`}: it stays as it is`
        : read(way);
    if (typeof entry === "string") {
      left.push({ what: nameOf(object), from: way.found.from, why: entry });
      continue;
    }
    const suffix = SUFFIXES[object.kind] ?? "service";
    const targetPort = behind === undefined || behind === port ? undefined : furtherPort(group, behind, ports);
    const named = withName(
      targetPort === undefined ? entry : { ...entry, raw: { ...entry.raw, targetPort } },
      way,
      service,
      taken.map((other) => nameOfEntry(other.entry)),
    );
    taken.push({ way, entry: named, logicalName: (each) => `${nameOfEntry(each)}-${suffix}` });
  }
  const shared = new Set(taken.flatMap(({ way }) => (way.shared ? [way.found] : [])));
  return {
    taken,
    ports,
    left: [...left, ...[...shared].map(({ object, from }) => ({ what: nameOf(object), from, why: WHY_SHARED }))],
  };
}

const WHY_SHARED =
  "it holds several ways in, and each that is taken becomes an object of its own beside it. It stays, with what leads elsewhere: take the others out of it, before pulumi up where the controller refuses a host and path that is there twice (the admission check of ingress-nginx), else when the new ones serve";

/** The entry's name stands in those of its objects; two of one kind need two. */
function withName(entry: TakenEntry, { found, shared }: Way, service: string, others: string[]): TakenEntry {
  const objectName = found.object.metadata.name;
  const rest = objectName.startsWith(`${service}-`) ? objectName.slice(service.length + 1) : undefined;
  const { kind } = entry.raw;
  // An object that stays must not meet a new one of its own name.
  if (shared) return { ...entry, raw: { kind, name: `${kind}-${others.length + 1}`, ...withoutKind(entry.raw) } };
  const wanted = rest !== undefined && (rest !== kind || kind === "ingress-nginx") ? rest : kind;
  const number = others.filter((other) => other === wanted || other.startsWith(`${kind}-`)).length + 1;
  const name = others.includes(wanted) ? `${kind}-${number}` : wanted;
  return name === kind && rest !== kind
    ? entry
    : name === kind && kind !== "ingress-nginx"
      ? entry
      : { ...entry, raw: { kind, name, ...withoutKind(entry.raw) } };
}

const withoutKind = ({ kind: _kind, ...rest }: TakenEntry["raw"]): Block => rest;

function propagation(entries: TakenEntry[], cluster: ClusterFacts): number {
  const parsed = entries.flatMap(({ raw }) => {
    const result = entrySchema(raw.kind)?.safeParse({
      pool: "any",
      ...raw,
      ...(raw.kind === "metallb" ? {} : { pool: undefined }),
    });
    const plain = entrySchema(raw.kind)?.safeParse(raw);
    return plain?.success ? [plain.data as Entry] : result?.success ? [result.data as Entry] : [];
  });
  return propagationSeconds(parsed, cluster);
}

function pairObjects(group: Group, adopted: Map<string, Found>): void {
  const isStateful = group.workload?.object.kind === "StatefulSet";
  const pairs: [string, Found | undefined][] = [
    ["namespace", group.workload === undefined ? undefined : group.namespaceObject],
    ["config-map", group.configMap],
    ["secret", group.secret],
    [isStateful ? "stateful-set" : "deployment", group.workload],
    ["headless-service", group.headless],
    ["service", group.services[0]],
    ["horizontal-pod-autoscaler", group.autoscaler],
    ["pod-disruption-budget", group.workload === undefined ? undefined : group.budget],
    ["service-monitor", group.workload === undefined ? undefined : group.monitor],
    ["prometheus-rule", group.workload === undefined ? undefined : group.rule],
  ];
  for (const [logicalName, found] of pairs) if (found !== undefined) adopted.set(logicalName, found);
}

function workloadOf(group: Group): Block | undefined {
  if (group.workload?.object.kind === "StatefulSet") return takeVolumes(group);
  if (group.workload !== undefined) return undefined;
  const service = group.services[0] ?? group.ways[0]!.service;
  const declared = annotationOf(service, PODS_ANNOTATION);
  const pods = declared === undefined ? undefined : (JSON.parse(declared) as Block);
  return written({ mode: "existing", selector: blockAt(service.object, "spec", "selector"), declared: pods });
}

/** A budget that would let no node be emptied is not taken; the default is one less than the fewest pods. */
function disruptionOf(group: Group): Block | undefined {
  const minAvailable = numberAt(group.budget?.object, "spec", "minAvailable");
  const { min } = takeScaling(group) as { min: number };
  if (group.workload === undefined || minAvailable === undefined || minAvailable >= min || minAvailable === min - 1) {
    return undefined;
  }
  return { minAvailable };
}

const OWN_LABELS = ["app", "app.kubernetes.io/name", "app.kubernetes.io/managed-by"];

function metricsOf({ monitor, workload }: Group, keep: boolean): Block | undefined {
  const annotations = blockAt(workload?.object, "spec", "template", "metadata", "annotations");
  if (monitor === undefined) {
    if (annotations["prometheus.io/scrape"] !== "true") return { via: "none" };
    const path = annotations["prometheus.io/path"];
    return written({ via: "annotations", path: path === "/metrics" ? undefined : path });
  }
  const endpoint = listAt(monitor.object, "spec", "endpoints")[0];
  const path = textAt(endpoint, "path");
  const interval = /^(\d+)s$/.exec(textAt(endpoint, "interval") ?? "")?.[1];
  const labels = Object.entries(blockAt(monitor.object, "metadata", "labels")).filter(([key]) => !OWN_LABELS.includes(key));
  const metrics = written({
    path: path === "/metrics" ? undefined : path,
    intervalSeconds: interval === undefined || interval === "30" ? undefined : Number(interval),
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
    rules: keep ? false : undefined,
  });
  return isEmpty(metrics) ? undefined : metrics;
}

/** Labels that every object of the group has alike; the others stay where they are, as patches. */
function ownLabels({ workload, services }: Group, name: string): Block {
  if (workload === undefined) return {};
  const pods = blockAt(workload.object, "spec", "template", "metadata", "labels");
  const everywhere = [workload, ...services].map(({ object }) => blockAt(object, "metadata", "labels"));
  return Object.fromEntries(
    Object.entries(pods).filter(
      ([key, value]) =>
        !OWN_LABELS.includes(key) &&
        key !== "holdfast/entry" &&
        value !== name &&
        everywhere.every((labels) => labels[key] === value),
    ),
  );
}
