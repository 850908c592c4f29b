import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { OwnProxy } from "../../path/read/ownProxy/index";
import { hopOf, undecidedHop } from "../../path/read/hop";
import { ownProxiesOf } from "../../path/read/ownProxy/index";
import type { Choice } from "../../path/read/ownProxy/choice";
import { notRead } from "../../path/read/ownProxy/choice";
import { podEnd } from "../../path/read/pod";
import { serviceProxyHop } from "../../path/read/serviceProxy";
import { listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { behind } from "./workloads";

/** A proxy of the user's own, whose it is, and whether it is not known before the update that the way in leads there. */
export type ProxyBehind = OwnProxy & { workload: KubernetesObject; perhaps: boolean };

const known = new WeakMap<Catalog, Map<Path, ProxyBehind[]>>();

/** The proxies of the user's own that the pods of a way in put before their application; several rules ask, and their files are read once. */
export function proxiesBehind(path: Path, catalog: Catalog): ProxyBehind[] {
  const ofAll = known.get(catalog) ?? new Map<Path, ProxyBehind[]>();
  known.set(catalog, ofAll);
  let found = ofAll.get(path);
  if (found === undefined) {
    found = lookBehind(path, catalog);
    ofAll.set(path, found);
  }
  return found;
}

function lookBehind(path: Path, catalog: Catalog): ProxyBehind[] {
  const target = targetPortOf(path, catalog);
  const { certain, perhaps } = behind(path, catalog);
  const of = (workload: KubernetesObject, unsure: boolean): ProxyBehind[] =>
    ownProxiesOf(workload, target, catalog).map((proxy) => ({ ...proxy, workload, perhaps: unsure }));
  return [...certain.flatMap((workload) => of(workload, false)), ...perhaps.flatMap((workload) => of(workload, true))];
}

/** The container's port behind the way in, by number or name; undefined where it is not known. */
export function targetPortOf({ service, port }: Path, catalog: Catalog): Value {
  const ports = listAt(catalog.resolve(service), "spec", "ports");
  if (ports === UNKNOWN) return undefined;
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(port));
  const target = valueAt(own, "targetPort") ?? valueAt(own, "port");
  return target === UNKNOWN ? undefined : target;
}

/** The ways through proxies of the user's own to what they pass connections to. */
export function waysThroughOwnProxies(path: Path, catalog: Catalog): Path[] {
  return proxiesBehind(path, catalog).flatMap((proxy) => {
    const choices = new Map<KubernetesObject, Choice[]>();
    const leadsOn = [proxy.hop, path.hops[0]].some((hop) => LEADS_ON.test(hop?.hop ?? ""));
    let isOpen = leadsOn && proxy.hop.pending === true;
    for (const { host, choice } of proxy.targets) {
      const service = serviceNamed(host, namespaceOf(proxy.workload), catalog);
      if (service !== undefined) choices.set(service, [...(choices.get(service) ?? []), choice]);
      else isOpen ||= mayBeNamed(host, namespaceOf(proxy.workload), catalog);
    }
    const known = [...choices].map(([service, found]) => wayTo(service, path, { proxy, choices: found }, catalog));
    return isOpen ? [...known, wayToAny(path, proxy, catalog)] : known;
  });
}

interface Chooser {
  proxy: ProxyBehind;
  choices: Choice[];
}

function wayTo(service: KubernetesObject, { entry, host, pathPrefix }: Path, chooser: Chooser, catalog: Catalog): Path {
  const end = podEnd(service, catalog);
  const headless = textAt(service, "spec", "clusterIP");
  const chooses = headless === "None" || headless === UNKNOWN ? chosenByProxy(chooser) : chosenBehind(service, chooser);
  const place = { ...(host !== undefined && { host }), ...(pathPrefix !== undefined && { pathPrefix }) };
  // Where a workload itself is the way in, the next one begins at the Service.
  return {
    entry: WORKLOAD_KINDS.has(entry.kind) ? refOf(service) : entry,
    ...place,
    service: refOf(service),
    port: "any",
    ...end.reached,
    hops: [chooses, end.hop],
    openedBy: refOf(chooser.proxy.workload),
  };
}

/** What it is told is not known before the update, and so may be any Service. */
function wayToAny({ entry }: Path, { hop, workload }: ProxyBehind, catalog: Catalog): Path {
  const settle = hop.settle ?? `${hop.from} is not known before the update`;
  const proxy = undecidedHop("unknown-proxy", { title: hop.title, from: hop.from, settle, pending: true });
  const service = { apiVersion: "v1", kind: "Service", namespace: namespaceOf(workload), name: NAME_NOT_KNOWN };
  const end = podEnd(undefined, catalog);
  const opens = WORKLOAD_KINDS.has(entry.kind) ? service : entry;
  return { entry: opens, service, port: "any", ...end.reached, hops: [proxy, end.hop], openedBy: refOf(workload) };
}

/** A headless Service gives it the addresses of the pods. */
function chosenByProxy({ proxy, choices }: Chooser): Hop {
  const { title, layer, from, hop } = proxy.hop;
  const [first, ...others] = choices;
  const differ = others.some((choice) => JSON.stringify(choice) !== JSON.stringify(first));
  const { config } = proxy;
  return hopOf("unknown-proxy", {
    title,
    from: config === undefined ? from : `${nameOf(config.object)} ${config.key}`,
    layer,
    limit: "none",
    idleSeconds: null,
    balances: true,
    ...(differ ? notRead(`${title} has several ways to the same pods, and they choose differently`) : first),
    ...(config !== undefined && { stickinessIn: refOf(config.object) }),
    ...(Object.hasOwn(STICK, hop) && { writeAffinity: STICK[hop]! }),
  });
}

/** Else what carries Services on the nodes chooses, once for each connection of the proxy, and sees no other client than the proxy. */
function chosenBehind(service: KubernetesObject, { proxy }: Chooser): Hop {
  const hop = serviceProxyHop(service, {});
  const settle = `how many pods of the proxy there are: sessionAffinity of ${nameOf(service)} sees the address of ${proxy.hop.title}, so that each of its pods sends all its clients to one pod`;
  return {
    ...hop,
    title: "what carries Services on the nodes",
    from: `${nameOf(service)}, to which ${proxy.hop.title} passes connections on`,
    limit: "none",
    idleSeconds: null,
    ...(hop.affinity !== null && { affinityUnknown: true, settle }),
    writeAffinity: (affinity) => {
      if (TUNNEL.test(proxy.hop.hop)) {
        return `a proxy with stickiness before ${nameOf(service)}: a tunnel's client chooses no pod`;
      }
      return [
        `clusterIP: None for ${nameOf(service)}, so that ${proxy.hop.title} chooses the pod`,
        ...(Object.hasOwn(STICK, proxy.hop.hop) ? [STICK[proxy.hop.hop]!(affinity)] : ["stickiness there"]),
      ].join(", and ");
    },
  };
}

const TUNNEL = /-tunnel$/;
/** What these do is nothing but lead on: while it is not known to where, it may be anywhere. */
const LEADS_ON = /^own-relay$|-tunnel$/;

/** The lines that make them stick; nothing of a client but a cookie is its own behind what translates addresses. */
const STICK: Record<string, NonNullable<Hop["writeAffinity"]>> = {
  "own-haproxy": ({ cookieName = "route" }) =>
    `cookie ${cookieName} insert indirect nocache dynamic, with dynamic-cookie-key and server-template, in every backend that leads there`,
  "own-nginx": ({ cookieName = "route" }) => `hash $cookie_${cookieName} consistent; in an upstream whose servers are the pods`,
  "own-envoy": ({ cookieName = "route", ttlSeconds }) =>
    `lb_policy: RING_HASH of a STRICT_DNS cluster, with hash_policy: [{ cookie: { name: ${cookieName}, ttl: ${ttlSeconds}s } }] on its routes`,
};

/** Whether a Service whose name or namespace is not known before the update may be the one that is named. */
function mayBeNamed(host: string, namespace: string, catalog: Catalog): boolean {
  const [name = "", second] = host.split(".").filter((label) => !label.startsWith("_"));
  return catalog.mayStillMean({ apiVersion: "v1", kind: "Service", namespace: second ?? namespace, name });
}

/** `web`, `web.chat`, `_http._tcp.web.chat.svc.cluster.local`, `web-0.web.chat`: a Service, or a pod of one, by the names that DNS has. */
export function serviceNamed(host: string, namespace: string, catalog: Catalog): KubernetesObject | undefined {
  const [name = "", second, third = namespace] = host.split(".").filter((label) => !label.startsWith("_"));
  const found = catalog.find("Service", second ?? namespace, name);
  // A single label is a Service's: a pod's name is one only before that of its Service.
  if (found !== undefined || second === undefined || !/-\d+$/.test(name)) return found;
  const ofPods = catalog.find("Service", third === "svc" ? namespace : third, second);
  return textAt(ofPods, "spec", "clusterIP") === "None" ? ofPods : undefined;
}

/** Whether a host may be a Service whose name or namespace only the update will know. */
export function mayBeService(host: string, namespace: string, catalog: Catalog): boolean {
  const [name = "", second = namespace] = host.split(".");
  return catalog.mayStillMean({ apiVersion: "v1", kind: "Service", namespace: second, name });
}
