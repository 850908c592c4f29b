import type { Catalog } from "../../path/catalog";
import { runningContainers, writtenVariables, writtenWords } from "../../path/containers";
import type { HopKind } from "../../path/facts";
import { facts, NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import { SAYS_WEBSOCKET } from "../../path/facts/handshake";
import type { KnownServer } from "../../path/facts/longConnections";
import {
  KEEPS_NOTHING,
  KNOWN_PORTS,
  KNOWN_SERVERS,
  SWITCHED_OFF,
  TELLING_VARIABLE,
  TELLING_WORDS,
  VARIABLE_OF_A_CLIENT,
  VARIABLE_OF_SOMETHING_ELSE,
} from "../../path/facts/longConnections";
import { imageName, imageReference } from "../../path/imageReference";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { nginxTime } from "../../path/read/durations";
import type { Read } from "../../path/value";
import { listAt, mapAt, nameOf, refOf, textAt, valueAt } from "../../path/value";
import { habitsOf } from "./habits";
import { targetPortOf, waysThroughOwnProxies } from "./ownProxies";
import { behind } from "./workloads";

/** Something about one way in that shows connections which stay open. */
export interface Evidence {
  /** What shows it, for a person: `Service chat/web port appProtocol kubernetes.io/ws`. */
  because: string;
  /** True where clients that come back must reach the same pod. */
  keepsSessions: boolean;
  /** True where they must only without WebSockets. */
  fallsBack?: boolean;
  /** True where it is not known before the update whether it is so. */
  perhaps?: boolean;
  /** True where it is written for a whole route, so that it need not concern each Service behind it. */
  ofTheWholeRoute?: boolean;
  /** True where only a name says it. */
  byName?: boolean;
  /** True where clients must come back to their pod if each pod has a name of its own, as those of a StatefulSet have. */
  keepsInASet?: boolean;
  /** True where it says WebSocket. */
  isWebSocket?: boolean;
  /** True where another port than the one that is reached says it. */
  ofAnotherPort?: boolean;
  /** True where it counts only beside something else that shows them. */
  onlyBeside?: boolean;
}

/** It stays open for what it leads to, wherever that is written. */
const TUNNEL = /-tunnel$/;
const STREAMING_PROTOCOLS = ["kubernetes.io/ws", "kubernetes.io/wss", "kubernetes.io/h2c"];
const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
/** Annotations whose own name says that somebody wants clients to come back to their pod. */
const STICKING =
  /\/(affinity|upstream-hash-by|sticky-cookie-services|cookie-persistence|cookie-based-affinity|service\.sticky.*)$/;
const TIMEOUT =
  /[/.-](read|send|server|client|tunnel|stream|request|response|idle)[a-z-]*timeout$|\/timeout-(server|client|tunnel)$/;
const LONG_IDLE = /idle_timeout\.(?:timeout_)?seconds=(\d+)/;
const NAMES_SERVICES = /websocket-services$/;

/**
 * Why the objects of one way in show connections that stay open: somebody marked the port, asked for stickiness, raised a timeout above
 * what a plain request needs, or runs a server that is known for it. A timeout that is written wrongly shows the wish as well as one that
 * is written well.
 */
export function evidenceOfLongConnections(path: Path, catalog: Catalog): Evidence[] {
  const isTunnel = TUNNEL.test(path.hops[0]?.hop ?? "");
  const behindProxies = waysThroughOwnProxies(path, catalog)
    .flatMap((way) => (isTunnel && way.hops[0]?.pending === true ? [notKnown(way.hops[0].from)] : ofWay(way, catalog)))
    // Whoever keeps sessions is reached from any pod of a proxy before it.
    .map((one) => (isTunnel ? one : { ...one, keepsSessions: false }));
  const found = [...behindProxies, ...ofWay(path, catalog)];
  const shows = found.some(({ onlyBeside, perhaps }) => onlyBeside !== true && perhaps !== true);
  return shows ? found : found.filter(({ onlyBeside }) => onlyBeside !== true);
}

/** Whether WebSockets are what is shown, for certain and for this way in. */
export function showsWebSockets(evidence: readonly Evidence[]): boolean {
  return evidence.some((one) => one.isWebSocket === true && one.perhaps !== true && one.ofAnotherPort !== true);
}

/** What is at the way itself, without what its pods pass connections on to. */
function ofWay(path: Path, catalog: Catalog): Evidence[] {
  const entry = catalog.resolve(path.entry);
  const service = catalog.resolve(path.service);
  const { certain, perhaps } = behind(path, catalog);
  const target = targetPortOf(path, catalog);
  const inASet = [...certain, ...perhaps].some(({ kind }) => kind === "StatefulSet");
  const found = [
    ...(service === undefined ? [] : ofService(service, path)),
    ...(entry === undefined || entry === service ? [] : [...ofLabels(entry), ...ofAnnotations(entry, path)]),
    ...path.hops.flatMap((hop) => ofHop(hop, path)),
    ...wordsOf(path.pathPrefix ?? "", `path ${path.pathPrefix}`),
    ...certain.flatMap((workload) => ofWorkload(workload, target)),
    ...perhaps.flatMap((workload) => ofWorkload(workload, target)).map((one) => ({ ...one, perhaps: true })),
  ].map((one) => (inASet && one.keepsInASet === true ? { ...one, keepsSessions: true } : one));
  const keeps = (test: (workload: KubernetesObject) => boolean): boolean => certain.length === 0 || !certain.every(test);
  if (!keeps(isKnownForNothing)) return found.map((one) => (one.byName === true ? { ...one, keepsSessions: false } : one));
  // What such a variable is called means something to an MCP server; another one may mean anything by it.
  const isMcp = ({ byName, because }: Evidence): boolean => byName === true && /\bmcp\b/i.test(because);
  return found.some(isMcp) && !keeps(isToldToKeepNothing)
    ? found.map((one) => (isMcp(one) ? { ...one, keepsSessions: false } : one))
    : found;
}

function ofService(service: KubernetesObject, path: Path): Evidence[] {
  const affinity = textAt(service, "spec", "sessionAffinity");
  const ports = listAt(service, "spec", "ports");
  const name = nameOf(service);
  return [
    ...ofLabels(service),
    ...evidence(affinity, (value) => value === "ClientIP", `${name} sessionAffinity ClientIP`),
    ...(ports === UNKNOWN
      ? [notKnown(`${name} ports`)]
      : ports.flatMap((port) => ofPortOf(port, name, path.port === "any" ? undefined : path.port))),
    ...ofAnnotations(service, undefined),
    ...wordsOf(refOf(service).name, `the name of ${name}`),
  ];
}

/** What a port says, and whether it is the one that is reached, by its number or its name; undefined where any is. */
function ofPortOf(port: Value, owner: string, reached: Value): Evidence[] {
  const found = ofPort(port, owner);
  if (found.length === 0 || reached === undefined) return found;
  const keys = [valueAt(port, "port"), valueAt(port, "containerPort"), valueAt(port, "name")];
  const isOther = !keys.includes(reached) && !keys.includes(UNKNOWN);
  return isOther ? found.map((one) => ({ ...one, ofAnotherPort: true })) : found;
}

function ofPort(port: Value, owner: string): Evidence[] {
  const protocol = textAt(port, "appProtocol");
  const number = valueAt(port, "port") ?? valueAt(port, "containerPort");
  const unknown = port === UNKNOWN || number === UNKNOWN || textAt(port, "name") === UNKNOWN;
  const known = typeof number === "number" ? KNOWN_PORTS[number] : undefined;
  const name = textAt(port, "name");
  return [
    ...(unknown ? [notKnown(`a port of ${owner}`)] : []),
    ...evidence(
      protocol,
      (value) => STREAMING_PROTOCOLS.includes(value),
      `${owner} port appProtocol ${String(protocol)}`,
      false,
    ).map((one) => ({ ...one, isWebSocket: SAYS_WEBSOCKET.test(String(protocol)) })),
    ...(known === undefined ? [] : [{ because: `${owner} port ${String(number)} (${known.title})`, keepsSessions: false }]),
    ...(typeof name === "string" ? wordsOf(name, `${owner} port ${name}`) : []),
  ];
}

/** What was raised or asked for by annotations, whichever controller reads them. */
function ofAnnotations(object: KubernetesObject, path: Path | undefined): Evidence[] {
  const annotations = mapAt(object, "metadata", "annotations");
  if (annotations === UNKNOWN) return [notKnown(`annotations of ${nameOf(object)}`)];
  const whole = path !== undefined;
  return Object.entries(annotations).flatMap(([key, value]) => {
    const found = ofAnnotation(key, value, path?.service.name);
    return found === undefined
      ? []
      : [{ ofTheWholeRoute: whole, ...found, because: `${nameOf(object)} annotation ${found.because}` }];
  });
}

function ofAnnotation(key: string, value: Value, serviceName: string | undefined): Evidence | undefined {
  const relevant = STICKING.test(key) || TIMEOUT.test(key) || /websocket/.test(key);
  if (value === UNKNOWN) return relevant ? notKnown(key) : undefined;
  const text = String(value);
  // A connection that stays open says nothing of what is left when it ends; whoever asks for stickiness does.
  const told: Evidence = { because: `${key} ${text}`, keepsSessions: false };
  const webSocket: Evidence = { ...told, isWebSocket: true };
  if (NAMES_SERVICES.test(key)) {
    const named = text.split(",").some((name) => name.trim() === serviceName);
    return named ? { ...webSocket, ofTheWholeRoute: false } : undefined;
  }
  if (/websocket/.test(key) && text !== "false") return webSocket;
  if (STICKING.test(key)) return ["", "false", "none"].includes(text.trim()) ? undefined : { ...told, keepsSessions: true };
  if (/stickiness\.enabled=true/.test(text) && isKeptBeyondARequest(text)) return { ...told, keepsSessions: true };
  const listed = LONG_IDLE.exec(text)?.[1];
  if (listed !== undefined) return Number(listed) > PLAIN_REQUEST_SECONDS ? told : undefined;
  return TIMEOUT.test(key) && isLongerThanARequest(key, text) ? told : undefined;
}

/** What every proxy gives a plain request. */
const PLAIN_REQUEST_SECONDS = facts("ingress-nginx").idle.defaultSeconds ?? 0;

/** Whoever keeps a client for a minute spreads a load test; nobody comes back within it for what a pod holds. */
function isKeptBeyondARequest(attributes: string): boolean {
  const seconds = /stickiness\.(?:lb|app)_cookie\.duration_seconds=(\d+)/.exec(attributes)?.[1];
  return seconds === undefined || Number(seconds) > PLAIN_REQUEST_SECONDS;
}

function isLongerThanARequest(key: string, text: string): boolean {
  const number = Number.parseInt(text, 10);
  if (key.startsWith(NGINX_ANNOTATION_PREFIX)) return number > PLAIN_REQUEST_SECONDS || (number > 0 && /[mh]\s*$/.test(text));
  const minutes = key === facts("azure-lb").idle.knob?.keys[0];
  if (minutes) return number * 60 > (facts("azure-lb").idle.defaultSeconds ?? 0);
  return text === "infinity" || (nginxTime(text) ?? 0) > PLAIN_REQUEST_SECONDS;
}

/** What these are told for an Ingress stands in objects of their own, which its Service names. */
const BY_OTHER_OBJECTS: ReadonlySet<string> = new Set(["gce-ingress", "kong"]);

/** What a proxy read of its own kind of object: a policy, a BackendConfig, a route of its own. */
function ofHop(hop: Hop, { entry }: Path): Evidence[] {
  if (hop.layer !== 7 || !hop.balances || (entry.kind === "Ingress" && !BY_OTHER_OBJECTS.has(hop.hop))) return [];
  const raised = wasRaised(hop) ? [{ because: hop.from, keepsSessions: false }] : [];
  // The router of OpenShift gives every Route a cookie, asked or not.
  const affinity = hop.hop === "openshift-router" ? null : hop.affinity;
  return affinity === null
    ? raised
    : [{ because: `${affinity.mechanism} affinity of ${nameOf(entry)}`, keepsSessions: true }, ...raised];
}

function wasRaised({ hop, limit, idleSeconds }: Hop): boolean {
  const { idle } = facts(hop as HopKind);
  if (limit === "unknown" || idle.knob === null) return false;
  return (idle.defaultSeconds !== null && limit === "none") || (idleSeconds ?? 0) > (idle.defaultSeconds ?? Infinity);
}

function ofWorkload(workload: KubernetesObject, target: Value): Evidence[] {
  const containers = runningContainers(workload);
  const name = nameOf(workload);
  const found = wordsOf(refOf(workload).name, `the name of ${name}`);
  if (containers === UNKNOWN) return [...found, notKnown(`the containers of ${name}`)];
  return [...found, ...containers.flatMap((container) => ofContainer(container, name, target, containers))];
}

function ofContainer(container: Value, owner: string, target: Value, containers: readonly Value[]): Evidence[] {
  const image = textAt(container, "image");
  if (image === UNKNOWN) return [notKnown(`an image of ${owner}`)];
  const last = imageName(image ?? "");
  const known = knownServer(image ?? "");
  if (known !== undefined) {
    const { title, keepsSessions, fallsBack = false } = known;
    return [{ because: `${owner} runs ${title}`, keepsSessions, fallsBack }];
  }
  const ports = listAt(container, "ports");
  const named = ports === UNKNOWN ? [notKnown(`ports of ${owner}`)] : ports.flatMap((port) => ofPortOf(port, owner, target));
  return [
    ...wordsOf(last, `image ${last} of ${owner}`),
    ...named,
    ...ofVariables(container, owner),
    ...ofHabits(container, owner, target, containers),
  ];
}

/** What an image of somebody's own shows by how it is started and asked. */
function ofHabits(container: Value, owner: string, target: Value, containers: readonly Value[]): Evidence[] {
  return habitsOf(container, target, containers).map(({ what, sure }) =>
    sure === "open"
      ? notKnown(`the ${what} of ${owner}`)
      : { because: `${owner} ${what}`, keepsSessions: true, ...(sure === "likely" && { onlyBeside: true }) },
  );
}

function ofVariables(container: Value, owner: string): Evidence[] {
  const name = writtenVariables(container)
    .filter(([key, value]) => !VARIABLE_OF_SOMETHING_ELSE.test(key) && !SWITCHED_OFF.test(value.trim()))
    .map(([key]) => key)
    .find((key) => TELLING_VARIABLE.test(key) && !VARIABLE_OF_A_CLIENT.test(key));
  return name === undefined ? [] : [{ because: `${owner} env ${name}`, keepsSessions: true, isWebSocket: true }];
}

function knownServer(image: string): KnownServer | undefined {
  const last = imageName(image);
  const owner = imageReference(image).repository.slice(0, -last.length - 1);
  return KNOWN_SERVERS.find((candidate) => candidate.image.test(last) && (candidate.owner?.test(owner) ?? true));
}

/** A server that is known to need no pod again, by whatever name. */
function isKnownToKeepNothing(container: Value): boolean {
  const image = textAt(container, "image");
  return typeof image === "string" && knownServer(image)?.keepsSessions === false;
}

function isKnownForNothing(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  return containers !== UNKNOWN && containers.length > 0 && containers.every(isKnownToKeepNothing);
}

/** Whether one of its containers is told to keep nothing between requests. */
function isToldToKeepNothing(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  return containers.some((container) => {
    return (
      writtenWords(container).some((word) => KEEPS_NOTHING.argument.test(word)) ||
      writtenVariables(container).some(([name, value]) => KEEPS_NOTHING.variable.test(name) && /^(true|1|yes|on)$/i.test(value))
    );
  });
}

function notKnown(because: string): Evidence {
  return { because, keepsSessions: true, perhaps: true };
}

/** Only whole words count: `chat-ws` says something, `news` does not. */
function wordsOf(text: string, where: string): Evidence[] {
  const words = text.toLowerCase().split(/[^a-z.]+/);
  const told = words.filter((candidate) => Object.hasOwn(TELLING_WORDS, candidate));
  const inASet = told.find((candidate) => TELLING_WORDS[candidate]!.keepsInASet === true);
  const word = told.find((candidate) => TELLING_WORDS[candidate]!.keepsSessions) ?? inASet ?? told[0];
  if (word === undefined) return [];
  const isWebSocket = told.some((one) => SAYS_WEBSOCKET.test(one));
  return [{ because: `${where} (${word})`, ...TELLING_WORDS[word]!, byName: true, isWebSocket }];
}

function ofLabels(object: KubernetesObject): Evidence[] {
  const managedBy = textAt(object, "metadata", "labels", MANAGED_BY_LABEL);
  return evidence(managedBy, (value) => value === "holdfast", `label ${MANAGED_BY_LABEL} of ${nameOf(object)}`);
}

function evidence(value: Read<string>, test: (value: string) => boolean, because: string, keepsSessions = true): Evidence[] {
  if (value === UNKNOWN) return [notKnown(because)];
  return value !== undefined && test(value) ? [{ because, keepsSessions }] : [];
}
