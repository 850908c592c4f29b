import type { Catalog } from "../../catalog";
import { listsPort, podSpecPath, runningContainers, writtenWords } from "../../containers";
import { NGINX_FILES, OWN_PROXY_IMAGES } from "../../facts/ownProxies";
import type { OwnProxyImage } from "../../facts/ownProxies";
import { imageName } from "../../imageReference";
import type { Hop } from "../../model";
import type { KubernetesObject, Value } from "../../objects";
import { UNKNOWN } from "../../objects";
import type { Read } from "../../value";
import { itemsAt, listAt, mapAt, nameOf, namespaceOf, textAt, valueAt } from "../../value";
import { envoyText } from "./envoyText";
import { isHaproxyText } from "./haproxyText";
import { clockNotKnownYet, hopOf } from "../hop";
import type { Gateway, Relay } from "../../facts/relays";
import type { Target } from "./choice";
import { gatewayIn, relayedHosts, relayIn } from "./relay";
import type { Reading, Text } from "./texts";
import { readCaddy, readCloudflared, readEnvoy, readHaproxy, readKong, readNginx, readTraefik, unread } from "./texts";

/** A proxy in a pod of the user's own, configured by a file that a ConfigMap mounts. */
export interface OwnProxy {
  hop: Hop;
  /** Name of its container. */
  container: string;
  /** Its configuration, where that was read. */
  config?: { object: KubernetesObject; key: string };
  /** True where something that it mounts was not read, and nothing shows that this is its configuration. */
  doubtful?: true;
  /** What it passes connections to, as its configuration names it. */
  targets: Target[];
  /** False where it passes no upgrade of a WebSocket on. */
  upgrades: boolean;
}

type Kind = keyof typeof OWN_PROXY_IMAGES;
const OWN_PROXIES = Object.entries(OWN_PROXY_IMAGES) as [Kind, OwnProxyImage][];
/** Without a clock of their own to read, or often without a file at all, their files are nothing to look for. */
const WITHOUT_A_CLOCK: readonly Kind[] = ["own-caddy", "own-traefik", "own-kong", "cloudflare-tunnel"];

/** The proxies of a workload that one port leads to, or any port where none is known. */
export function ownProxiesOf(workload: KubernetesObject, targetPort: Value, catalog: Catalog): OwnProxy[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [notKnownYet("own-nginx", "", `the containers of ${nameOf(workload)}`)];
  return containers.flatMap((container) => {
    const relay = relayIn(container);
    if (relay !== undefined && isReached(container, targetPort, containers.length)) {
      return relayOf(relay, container, workload, catalog);
    }
    const kind = kindOf(container);
    if (!isReached(container, targetPort, containers.length)) return [];
    if (kind === undefined) return gatewayOf(container, workload, catalog);
    return proxyOf(kind, container, workload, catalog, portNumber(container, targetPort));
  });
}

/** What may be a proxy once the update knows its values. */
function notKnownYet(kind: Kind | "own-relay", container: string, what: string): OwnProxy {
  return { hop: hopOf(kind, { from: what, ...clockNotKnownYet(what) }), container, targets: [], upgrades: true };
}

/** UNKNOWN where its image is; only what mounts a configuration can be a proxy then. */
function kindOf(container: Value): Kind | typeof UNKNOWN | undefined {
  const image = textAt(container, "image");
  if (image === UNKNOWN) return valueAt(container, "volumeMounts") === undefined ? undefined : UNKNOWN;
  const name = imageName(image ?? "");
  const places = itemsAt(container, "volumeMounts").map((mount) => textAt(mount, "mountPath"));
  const byImage = OWN_PROXIES.find(([, { image }]) => image.test(name));
  const byPlace = OWN_PROXIES.find(([, { places: own }]) => {
    return places.some((place) => typeof place === "string" && own?.test(place) === true);
  });
  return (byImage ?? byPlace)?.[0] ?? (places.includes(UNKNOWN) ? UNKNOWN : undefined);
}

/** Whether a container is a proxy of any kind that is known here, to whatever it passes connections on. */
export const mayPassOn = (container: Value): boolean => relayIn(container) !== undefined || kindOf(container) !== undefined;

function isReached(container: Value, targetPort: Value, containers: number): boolean {
  return containers === 1 || targetPort === undefined || listsPort(container, targetPort) !== false;
}

/** The number of the port that leads to it, where that is known. */
function portNumber(container: Value, targetPort: Value): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  const ports = listAt(container, "ports");
  const named = ports === UNKNOWN ? undefined : ports.find((port) => valueAt(port, "name") === targetPort);
  const number = valueAt(named, "containerPort");
  return typeof number === "number" ? number : undefined;
}

/** None where it passes nothing on: an nginx that serves files is no hop but the end of the way. */
function proxyOf(
  kind: Kind | typeof UNKNOWN,
  container: Value,
  workload: KubernetesObject,
  catalog: Catalog,
  port: number | undefined,
): OwnProxy[] {
  const name = String(textAt(container, "name") ?? "");
  const { texts, missing, pending } = textsOf(container, workload, catalog);
  if (kind === UNKNOWN || pending !== undefined) {
    const what = pending ?? `the image of container ${name} of ${nameOf(workload)}`;
    return [notKnownYet(kind === UNKNOWN ? "own-nginx" : kind, name, what)];
  }
  const read = texts.length === 0 ? [] : READERS[kind](texts, port);
  if (read.length > 0) return read.map((one) => ({ ...one, container: name }));
  if (missing.length === 0 && SAYS[kind] !== undefined && !texts.some(({ text }) => SAYS[kind]!(text))) {
    const what = `what container ${name} of ${nameOf(workload)} does with connections`;
    return [undecided(kind, name, what, `${what}: no ConfigMap that it mounts says so`)];
  }
  const file = fileNotRead(kind, container, missing);
  if (file === undefined || WITHOUT_A_CLOCK.includes(kind)) return [];
  const holds = file.doubtful === true ? "it may hold" : "it holds";
  const settle = `add ${file.name} to what is read: ${holds} the timeouts of container ${name} of ${nameOf(workload)}`;
  return [{ ...undecided(kind, name, `${file.name} was not read`, settle), ...(file.doubtful && { doubtful: true }) }];
}

/** Of what a proxy mounts and was not read, its configuration: by its place, or because its command names it; else what may be. */
function fileNotRead(kind: Kind, container: Value, missing: Missing[]): (Missing & { doubtful?: true }) | undefined {
  const { places }: OwnProxyImage = OWN_PROXY_IMAGES[kind];
  const words = writtenWords(container);
  const own = missing.find(({ at }) => places?.test(at) === true || words.some((word) => word.includes(at)));
  if (own !== undefined || kind !== "own-nginx") return own ?? missing[0];
  const other = missing.find(({ at }) => !NGINX_FILES.test(at));
  return other && { ...other, doubtful: true };
}

function undecided(kind: Kind, container: string, from: string, settle: string): OwnProxy {
  const hop = hopOf(kind, { from, limit: "unknown", idleSeconds: null, settle });
  return { hop, container, targets: [], upgrades: true };
}

/** What these do is nothing but pass connections on, so that one must say how. */
const SAYS: Partial<Record<Kind, (text: string) => boolean>> = {
  "own-haproxy": isHaproxyText,
  "own-envoy": (text) => (envoyText(text)?.listeners.length ?? 0) > 0,
};

/** Of its clock nothing is known; to whom it passes connections on is. None where it names nobody. */
function relayOf(relay: Relay | Gateway, container: Value, workload: KubernetesObject, catalog: Catalog): OwnProxy[] {
  const { texts, pending } = textsOf(container, workload, catalog);
  const name = String(textAt(container, "name") ?? "");
  const said = ["command", "args", "env"].map((key) => listAt(container, key));
  const hosts = relayedHosts(
    relay,
    container,
    texts.map(({ text }) => text),
    catalog,
  );
  const open = said.some((list) => list === UNKNOWN || list.includes(UNKNOWN));
  if (open || pending !== undefined) {
    const what = pending ?? `what container ${name} of ${nameOf(workload)} is told`;
    return [{ ...notKnownYet("own-relay", name, what), targets: unread(hosts) }];
  }
  if (hosts.length === 0) return [];
  const settle = `how long ${relay.title} keeps a silent connection: ask its documentation, and promise a heartbeat that comes sooner`;
  const hop = hopOf("own-relay", { title: relay.title, from: `${nameOf(workload)} runs ${relay.title}`, settle });
  return [{ hop, container: name, targets: unread(hosts), upgrades: true }];
}

/** What an application of its own passes on, where what it is told shows that it does. */
function gatewayOf(container: Value, workload: KubernetesObject, catalog: Catalog): OwnProxy[] {
  const texts = textsOf(container, workload, catalog).texts.map(({ text }) => text);
  const gateway = gatewayIn(container, texts);
  return gateway === undefined ? [] : relayOf(gateway, container, workload, catalog);
}

/** A ConfigMap that is mounted and was not read. */
interface Missing {
  name: string;
  at: string;
}

interface Texts {
  texts: Text[];
  missing: Missing[];
  /** What is not known before the update. */
  pending?: string;
}

/** The texts of the ConfigMaps that a container mounts. */
function textsOf(container: Value, workload: KubernetesObject, catalog: Catalog): Texts {
  const mounts = listAt(container, "volumeMounts");
  const volumes = listAt(workload, ...podSpecPath(workload), "volumes");
  const pending = `the volumes of ${nameOf(workload)}`;
  if (mounts === UNKNOWN || volumes === UNKNOWN) return { texts: [], missing: [], pending };
  const found: Texts = { texts: [], missing: [] };
  for (const mount of mounts) {
    const name = textAt(mount, "name");
    const volume = volumes.find((candidate) => textAt(candidate, "name") === name);
    const projected = itemsAt(volume, "projected", "sources").map((source) => textAt(source, "configMap", "name"));
    const maps = [textAt(volume, "configMap", "name"), ...projected];
    const unknown = [name, ...maps, ...volumes.map((candidate) => textAt(candidate, "name"))].includes(UNKNOWN);
    if (unknown) found.pending = pending;
    else for (const map of maps) if (typeof map === "string") addTexts(found, map, textAt(mount, "mountPath"), workload, catalog);
  }
  return found;
}

function addTexts(found: Texts, name: string, at: Read<string>, workload: KubernetesObject, catalog: Catalog): void {
  const namespace = namespaceOf(workload);
  const object = catalog.find("ConfigMap", namespace, name);
  if (object === undefined) {
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
    if (catalog.mayStillMean(ref) || at === UNKNOWN) found.pending = nameOf(ref);
    else found.missing.push({ name: nameOf(ref), at: at ?? "" });
    return;
  }
  const data = mapAt(object, "data");
  if (data === UNKNOWN || Object.values(data).includes(UNKNOWN)) found.pending = `data of ${nameOf(object)}`;
  else for (const [key, text] of Object.entries(data)) if (typeof text === "string") found.texts.push({ object, key, text });
}

const READERS: Record<Kind, (texts: Text[], port: number | undefined) => Reading[]> = {
  "own-nginx": readNginx,
  "own-haproxy": readHaproxy,
  "own-envoy": readEnvoy,
  "own-caddy": readCaddy,
  "own-traefik": readTraefik,
  "own-kong": readKong,
  "cloudflare-tunnel": readCloudflared,
};
