import type { Catalog } from "../catalog";
import { podSpecPath, runningContainers } from "../containers";
import { facts } from "../facts";
import { imageName } from "../imageReference";
import type { Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, mapAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { goDuration } from "./durations";
import { haproxyClock, haproxyHosts } from "./haproxyText";
import { clockNotKnownYet, hopOf } from "./hop";
import type { NginxPassing } from "./nginxText";
import { nginxPassings } from "./nginxText";

/** A proxy in a pod of the user's own, configured by a file that a ConfigMap mounts. */
export interface OwnProxy {
  hop: Hop;
  /** Name of its container. */
  container: string;
  /** Its configuration, where that was read. */
  config?: { object: KubernetesObject; key: string };
  /** The hosts that it passes connections to, as its configuration names them. */
  hosts: string[];
  /** False where it passes no upgrade of a WebSocket on. */
  upgrades: boolean;
}

type Kind = "own-nginx" | "own-haproxy" | "own-envoy";

/** The last part of an image's name, without registry and tag. */
const IMAGES: [image: RegExp, kind: Kind][] = [
  [/^(nginx|nginx-unprivileged|openresty)$/, "own-nginx"],
  [/^haproxy(-alpine|-debian)?$/, "own-haproxy"],
  [/^envoy(-distroless)?$/, "own-envoy"],
];

/** An image of another name is one of them as well, where a file is mounted in the place from which they read theirs. */
const PLACES: [mountPath: RegExp, kind: Kind][] = [
  [/^\/etc\/nginx(\/(nginx\.conf|(conf\.d|http\.d|sites-enabled)(\/.*)?)?)?$/, "own-nginx"],
  [/^(\/usr\/local)?\/etc\/haproxy(\/.*)?$/, "own-haproxy"],
  [/^\/etc\/envoy(\/.*)?$/, "own-envoy"],
];

interface Text {
  object: KubernetesObject;
  key: string;
  text: string;
}

/** The proxies of a workload that one port leads to, or any port where none is known. */
export function ownProxiesOf(workload: KubernetesObject, targetPort: Value, catalog: Catalog): OwnProxy[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [notKnownYet("own-nginx", "", `the containers of ${nameOf(workload)}`)];
  return containers.flatMap((container) => {
    const kind = kindOf(container);
    if (kind === undefined || !isReached(container, targetPort, containers.length)) return [];
    return proxyOf(kind, container, workload, catalog) ?? [];
  });
}

/** What may be a proxy once the update knows its values. */
function notKnownYet(kind: Kind, container: string, what: string): OwnProxy {
  return { hop: hopOf(kind, { from: what, ...clockNotKnownYet(what) }), container, hosts: [], upgrades: true };
}

/** UNKNOWN where its image is; only what mounts a configuration can be a proxy then. */
function kindOf(container: Value): Kind | typeof UNKNOWN | undefined {
  const image = textAt(container, "image");
  if (image === UNKNOWN) return valueAt(container, "volumeMounts") === undefined ? undefined : UNKNOWN;
  const name = imageName(image ?? "");
  const mounts = listAt(container, "volumeMounts");
  const places = mounts === UNKNOWN ? [] : mounts.map((mount) => String(textAt(mount, "mountPath")));
  const byImage = IMAGES.find(([pattern]) => pattern.test(name));
  return (byImage ?? PLACES.find(([pattern]) => places.some((place) => pattern.test(place))))?.[1];
}

function isReached(container: Value, targetPort: Value, containers: number): boolean {
  const ports = listAt(container, "ports");
  if (containers === 1 || targetPort === undefined || ports === UNKNOWN) return true;
  const keys = ports.flatMap((port) => [valueAt(port, "containerPort"), valueAt(port, "name")]);
  return keys.includes(targetPort) || keys.includes(UNKNOWN);
}

/** Undefined where it passes nothing on: an nginx that serves files is no hop but the end of the way. */
function proxyOf(
  kind: Kind | typeof UNKNOWN,
  container: Value,
  workload: KubernetesObject,
  catalog: Catalog,
): OwnProxy | undefined {
  const name = String(textAt(container, "name") ?? "");
  const { texts, missing, pending } = textsOf(container, workload, catalog);
  if (kind === UNKNOWN || pending !== undefined) {
    return notKnownYet(
      kind === UNKNOWN ? "own-nginx" : kind,
      name,
      pending ?? `the image of container ${name} of ${nameOf(workload)}`,
    );
  }
  const read = texts.length === 0 ? undefined : READERS[kind](texts);
  if (read !== undefined) return { ...read, container: name };
  if (missing === undefined) return undefined;
  const settle = `add ${missing} to what is read: it holds the timeouts of container ${name} of ${nameOf(workload)}`;
  const hop = hopOf(kind, { from: `${missing} was not read`, limit: "unknown", idleSeconds: null, settle });
  return { hop, container: name, hosts: [], upgrades: true };
}

interface Texts {
  texts: Text[];
  /** A ConfigMap that is mounted and was not read. */
  missing?: string;
  /** What is not known before the update. */
  pending?: string;
}

/** The texts of the ConfigMaps that a container mounts. */
function textsOf(container: Value, workload: KubernetesObject, catalog: Catalog): Texts {
  const mounts = listAt(container, "volumeMounts");
  const volumes = listAt(workload, ...podSpecPath(workload), "volumes");
  const pending = `the volumes of ${nameOf(workload)}`;
  if (mounts === UNKNOWN || volumes === UNKNOWN) return { texts: [], pending };
  const found: Texts = { texts: [] };
  for (const mount of mounts) {
    const name = textAt(mount, "name");
    const volume = volumes.find((candidate) => textAt(candidate, "name") === name);
    const map = textAt(volume, "configMap", "name");
    const unknown = [name, map, ...volumes.map((candidate) => textAt(candidate, "name"))].includes(UNKNOWN);
    if (unknown) found.pending = pending;
    else if (typeof map === "string") addTexts(found, map, namespaceOf(workload), catalog);
  }
  return found;
}

function addTexts(found: Texts, name: string, namespace: string, catalog: Catalog): void {
  const object = catalog.find("ConfigMap", namespace, name);
  if (object === undefined) {
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
    if (catalog.mayStillMean(ref)) found.pending = nameOf(ref);
    else found.missing ??= nameOf(ref);
    return;
  }
  const data = mapAt(object, "data");
  if (data === UNKNOWN || Object.values(data).includes(UNKNOWN)) found.pending = `data of ${nameOf(object)}`;
  else for (const [key, text] of Object.entries(data)) if (typeof text === "string") found.texts.push({ object, key, text });
}

type Reading = Omit<OwnProxy, "container"> | undefined;
const READERS: Record<Kind, (texts: Text[]) => Reading> = {
  "own-nginx": readNginx,
  "own-haproxy": readHaproxy,
  "own-envoy": readEnvoy,
};

function reading(
  kind: Kind,
  { object, key }: Text,
  { upgrades, hosts }: Pick<OwnProxy, "upgrades" | "hosts">,
  read: Partial<Hop> & { from: string },
): Reading {
  const place = { writtenIn: refOf(object), writtenAt: ["data", key] };
  return { config: { object, key }, upgrades, hosts, hop: hopOf(kind, { ...place, ...read }) };
}

/** Where some places pass upgrades on, those are the ones that carry WebSockets. */
function readNginx(texts: Text[]): Reading {
  const found = nginxPassings(texts.map(({ text }) => text));
  const upgrading = found.filter(({ upgrades }) => upgrades);
  const { defaultSeconds, marginSeconds } = facts("own-nginx").idle;
  const secondsOf = ({ readTimeoutSeconds }: NginxPassing): number => readTimeoutSeconds ?? defaultSeconds ?? 0;
  const [shortest] = (upgrading.length > 0 ? upgrading : found).sort((left, right) => secondsOf(left) - secondsOf(right));
  if (shortest === undefined) return undefined;
  const text = texts[shortest.text]!;
  const unset = shortest.readTimeoutSeconds === undefined ? " is not set" : "";
  return reading(
    "own-nginx",
    text,
    { upgrades: upgrading.length > 0, hosts: found.flatMap(({ hosts }) => hosts) },
    {
      from: `${nameOf(text.object)} ${text.key}, ${shortest.where}: proxy_read_timeout${unset}`,
      idleSeconds: secondsOf(shortest),
      writeIdle: (seconds) => `proxy_read_timeout ${seconds + marginSeconds}s; in ${shortest.where} of ${text.key}`,
    },
  );
}

function readHaproxy(texts: Text[]): Reading {
  for (const text of texts) {
    const clock = haproxyClock(text.text);
    if (clock === undefined) continue;
    const where = `${nameOf(text.object)} ${text.key}`;
    return reading(
      "own-haproxy",
      text,
      { upgrades: true, hosts: haproxyHosts(text.text) },
      {
        ...(clock === null
          ? { from: `${where} sets no timeout` }
          : { from: `${where}: ${clock.line}`, limit: "idle" as const, idleSeconds: clock.seconds }),
        writeIdle: (seconds) => `timeout tunnel ${seconds + facts("own-haproxy").idle.marginSeconds}s in defaults of ${text.key}`,
      },
    );
  }
  return undefined;
}

function readEnvoy(texts: Text[]): Reading {
  const text = texts.find((candidate) => /http_connection_manager/.test(candidate.text));
  if (text === undefined) return undefined;
  const written = /stream_idle_timeout:\s*["']?([\w.]+)/.exec(text.text)?.[1];
  const seconds = written === undefined ? undefined : goDuration(written);
  const hosts = [...text.text.matchAll(/\baddress:\s*["']?([A-Za-z][\w.-]*)/g)].map(([, host]) => host ?? "");
  return reading(
    "own-envoy",
    text,
    { upgrades: /upgrade_type:\s*["']?websocket/i.test(text.text), hosts },
    {
      from: `${nameOf(text.object)} ${text.key}: stream_idle_timeout${written === undefined ? " is not set" : ` ${written}`}`,
      ...(seconds === 0 ? { limit: "none" as const, idleSeconds: null } : seconds !== undefined && { idleSeconds: seconds }),
      writeIdle: (promised) => `stream_idle_timeout: ${promised + facts("own-envoy").idle.marginSeconds}s in ${text.key}`,
    },
  );
}
