import type { Catalog } from "../catalog";
import { commandWords, runningContainers } from "../containers";
import { facts, secondsToWrite } from "../facts";
import { CONTROLLERS } from "../facts/controllers";
import type { ClusterFacts, Hop, Path } from "../model";
import type { KubernetesObject, ObjectRef, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt } from "../value";
import { nginxTime } from "./durations";
import { ControllerFronts } from "./front";
import { clockNotKnownYet, hopOf, undecidedHop } from "./hop";
import { haproxyTcpHop } from "./otherIngress";
import { podEnd } from "./pod";

/** Who opens the ports that a ConfigMap lists. */
type Opener = "ingress-nginx" | "haproxy-ingress" | "haproxytech-ingress" | "unknown";

/** `--tcp-services-configmap` is what ingress-nginx and HAProxy Ingress call it, `--configmap-tcp-services` HAProxy's own controller. */
const ARGUMENT = /^--?(tcp-services-configmap|configmap-tcp-services)=(?:(.*)\/)?([^/]+)$/;
/** The names that their manifests and charts give it. */
const NAME = /(^|[-_])tcp([-_]|$)/;
const PORT = /^\d+$/;
/** `namespace/name:port`, and what of the PROXY protocol or of TLS stands behind it. */
const ENTRY = /^\s*([a-z0-9-]+)\/([a-z0-9.-]+):([\w-]+)(:.*)?$/;

/** The ways in that no Ingress shows: ports of an Ingress controller, each passed on to a Service as it is. */
export function readTcpServices(catalog: Catalog, cluster: ClusterFacts): Path[] {
  const openers = openersNamed(catalog);
  const maps = catalog.ofKind("ConfigMap").flatMap((map) => {
    const opener = openers.get(nameOf(map)) ?? openerByName(map);
    return opener === undefined ? [] : [{ map, opener }];
  });
  if (maps.length === 0) return [];
  const fronts = new ControllerFronts(catalog, cluster);
  return maps.flatMap(({ map, opener }) => ofMap(map, opener, fronts, catalog));
}

/** The ConfigMaps that a controller among the objects is told to read. */
function openersNamed(catalog: Catalog): Map<string, Opener> {
  const found = new Map<string, Opener>();
  for (const workload of catalog.workloads()) {
    const containers = runningContainers(workload);
    for (const container of containers === UNKNOWN ? [] : containers) {
      for (const word of commandWords(container)) {
        const [, argument, namespace, name] = (typeof word === "string" ? ARGUMENT.exec(word) : null) ?? [];
        if (name === undefined) continue;
        const place = namespace === undefined || /^\$/.test(namespace) ? namespaceOf(workload) : namespace;
        const isHaproxy = /haproxy/.test(String(textAt(container, "image")));
        const own =
          argument === "configmap-tcp-services" ? "haproxytech-ingress" : isHaproxy ? "haproxy-ingress" : "ingress-nginx";
        found.set(nameOf({ apiVersion: "v1", kind: "ConfigMap", namespace: place, name }), own);
      }
    }
  }
  return found;
}

/** A map of ports to Services is one even where its controller was not read, if its name says so too. */
function openerByName(map: KubernetesObject): Opener | undefined {
  const { name } = refOf(map);
  if (!NAME.test(name) || /udp/.test(name)) return undefined;
  const data = mapAt(map, "data");
  if (data !== UNKNOWN) {
    const entries = Object.entries(data);
    const fits = ([port, value]: [string, Value]): boolean => PORT.test(port) && (value === UNKNOWN || ENTRY.test(String(value)));
    if (entries.length === 0 || !entries.every(fits)) return undefined;
  } else if (name !== "tcp-services") return undefined;
  if (/haproxy/.test(name) || /haproxy/.test(namespaceOf(map))) {
    return /kubernetes-ingress/.test(name) ? "haproxytech-ingress" : "unknown";
  }
  return name === "tcp-services" || /nginx/.test(name) || /nginx/.test(namespaceOf(map)) ? "ingress-nginx" : "unknown";
}

function ofMap(map: KubernetesObject, opener: Opener, fronts: ControllerFronts, catalog: Catalog): Path[] {
  const data = mapAt(map, "data");
  if (data === UNKNOWN) return [pendingPath(map, catalog)];
  return Object.entries(data).flatMap(([port, value]): Path[] => {
    if (value === UNKNOWN) return [pendingPath(map, catalog)];
    const [, namespace, name, target] = ENTRY.exec(String(value)) ?? [];
    if (!PORT.test(port) || name === undefined || namespace === undefined || target === undefined) return [];
    const ref: ObjectRef = { apiVersion: "v1", kind: "Service", namespace, name };
    const end = podEnd(catalog.resolve(ref), catalog);
    const hops = [...(opener === "unknown" ? [] : fronts.before(opener)), hopOfOpener(opener, map, catalog), end.hop];
    return [{ entry: refOf(map), service: ref, port: PORT.test(target) ? Number(target) : target, ...end.reached, hops }];
  });
}

function pendingPath(map: KubernetesObject, catalog: Catalog): Path {
  const settle = `data of ${nameOf(map)} is not known before the update`;
  const proxy = undecidedHop("unknown-proxy", { from: nameOf(map), settle, pending: true });
  const ref: ObjectRef = { apiVersion: "v1", kind: "Service", namespace: namespaceOf(map), name: NAME_NOT_KNOWN };
  const end = podEnd(undefined, catalog);
  return { entry: refOf(map), service: ref, port: "any", ...end.reached, hops: [proxy, end.hop] };
}

function hopOfOpener(opener: Opener, map: KubernetesObject, catalog: Catalog): Hop {
  if (opener === "ingress-nginx") return nginxTcpHop(map, catalog);
  if (opener !== "unknown") return haproxyTcpHop(opener, map, catalog);
  const settle = `add the Ingress controller that reads ${nameOf(map)} to what is read`;
  return undecidedHop("unknown-proxy", { from: nameOf(map), settle });
}

function nginxTcpHop(map: KubernetesObject, catalog: Catalog): Hop {
  const { knob, defaultSeconds } = facts("ingress-nginx-tcp").idle;
  const key = knob?.keys[0] ?? "";
  const names = CONTROLLERS.find(({ hop }) => hop === "ingress-nginx")?.configMaps ?? [];
  const config = names.map((name) => catalog.named("ConfigMap", name)).find((found) => found !== undefined);
  const text = textAt(config, "data", key);
  const where =
    config === undefined ? `${nameOf(map)}; ${key} in the controller's ConfigMap was not read` : `${nameOf(config)} ${key}`;
  const seconds = typeof text === "string" ? nginxTime(text) : undefined;
  return hopOf("ingress-nginx-tcp", {
    from: config !== undefined && text === undefined ? `${where} is not set` : where,
    idleSeconds: seconds ?? defaultSeconds,
    ...(text === UNKNOWN && clockNotKnownYet(where)),
    balances: true,
    ...(config !== undefined && { writtenIn: refOf(config), writtenAt: ["data", key] }),
    writeIdle: (promised) => `${key}: "${secondsToWrite("ingress-nginx-tcp", promised)}s" in the controller's ConfigMap`,
    writeAffinity: () => "a Service of type LoadBalancer with sessionAffinity: ClientIP in place of the port of the controller",
  });
}
