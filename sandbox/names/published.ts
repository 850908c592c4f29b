import { EXTERNAL_DNS } from "../../path/facts/externalDns";
import { NODES, TRAEFIK_LOAD_BALANCER_ADDRESS } from "../addresses";
import type { KubernetesObject } from "../api";

/** Where a name leads. */
export interface PublishedName {
  /** In small letters, without a dot at its end; may begin with `*.`. */
  name: string;
  /** Addresses; or one other name. */
  targets: string[];
  /** Seconds a resolver may keep it. */
  ttlSeconds: number;
  /** Who says so, for a person. */
  from: string;
}

/** URL of a list -> its objects. */
export type Lists = ReadonlyMap<string, KubernetesObject[]>;

/** What leads a name where nothing else was said: short, for a test is shorter. */
export const TTL_SECONDS = 1;

interface Target {
  ip?: string;
  hostname?: string;
}

/** The value of one of ExternalDNS' annotations, under whichever prefix. */
function setting({ metadata }: KubernetesObject, name: string): string | undefined {
  return EXTERNAL_DNS.prefixes.map((prefix) => metadata.annotations?.[`${prefix}${name}`]).find((each) => each !== undefined);
}

const listed = (text = ""): string[] => text.split(",").flatMap((each) => each.trim() || []);

/** What the object's own load balancer answers at. */
function statusTargets({ status }: KubernetesObject): string[] {
  const found = (status?.loadBalancer?.ingress ?? []) as Target[];
  return found.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}

function serviceTargets(service: KubernetesObject): string[] {
  return service.spec?.type === "NodePort" ? NODES.map(({ address }) => address) : statusTargets(service);
}

const key = (namespace: string | undefined, name: string) => `${namespace}/${name}`;

/** A route leads to the addresses of the first of its Gateways that has one. */
function gatewayTargets(route: KubernetesObject, lists: Lists): string[] {
  const gateways = new Map((lists.get(GATEWAYS) ?? []).map((each) => [key(each.metadata.namespace, each.metadata.name), each]));
  const parents = (route.spec?.parentRefs ?? []) as { name: string; namespace?: string }[];
  const addresses = parents.map(({ name, namespace }) => {
    const gateway = gateways.get(key(namespace ?? route.metadata.namespace, name));
    return ((gateway?.status?.addresses ?? []) as { value?: string }[]).flatMap(({ value }) => value ?? []);
  });
  return addresses.find((each) => each.length > 0) ?? [];
}

function traefikHosts(route: KubernetesObject): string[] {
  const rules = ((route.spec?.routes ?? []) as { match?: string }[]).map(({ match }) => match ?? "");
  return rules.flatMap((rule) => [...rule.matchAll(/Host\(`([^`]+)`\)/g)].map((found) => found[1]!));
}

const ingressHosts = ({ spec }: KubernetesObject) =>
  ((spec?.rules ?? []) as { host?: string }[]).flatMap(({ host }) => host ?? []);

interface Source {
  hosts(object: KubernetesObject): string[];
  targets(object: KubernetesObject, lists: Lists): string[];
  /** Kinds that ExternalDNS cannot be told to pass by. */
  always?: true;
}

const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/gateways";
const DNS_ENDPOINTS = "/apis/externaldns.k8s.io/v1alpha1/dnsendpoints";
const route: Source = { hosts: ({ spec }) => (spec?.hostnames ?? []) as string[], targets: gatewayTargets };

/** Of two objects that publish one name, the one of the later source wins. */
const SOURCES: Record<string, Source> = {
  "/api/v1/services": { hosts: () => [], targets: serviceTargets },
  "/apis/gateway.networking.k8s.io/v1/httproutes": route,
  "/apis/gateway.networking.k8s.io/v1/grpcroutes": route,
  "/apis/projectcontour.io/v1/httpproxies": {
    hosts: ({ spec }) => [(spec?.virtualhost?.fqdn ?? []) as string | string[]].flat(),
    targets: statusTargets,
  },
  "/apis/traefik.io/v1alpha1/ingressroutes": {
    hosts: traefikHosts,
    targets: () => [TRAEFIK_LOAD_BALANCER_ADDRESS],
    always: true,
  },
  "/apis/networking.k8s.io/v1/ingresses": { hosts: ingressHosts, targets: statusTargets },
};

/** The object by which a person overrules what is published: name -> addresses, or `none`. */
export const OVERRULED = { namespace: "kube-system", name: "holdfast-names" } as const;
const OVERRULING = `/api/v1/namespaces/${OVERRULED.namespace}/configmaps?fieldSelector=metadata.name%3D${OVERRULED.name}`;
export const NONE = "none";

/** Everything that names are taken from. */
export const FOLLOWED: readonly string[] = [...Object.keys(SOURCES), GATEWAYS, DNS_ENDPOINTS, OVERRULING];

/** Whether a name can be written into a zone; what an annotation says nobody has checked before. */
export function isName(name: string): boolean {
  const labels = name.replace(/^\*\./, "").split(".");
  return name.length <= 253 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

function namesOf(url: string, lists: Lists): PublishedName[] {
  const source = SOURCES[url]!;
  return (lists.get(url) ?? []).flatMap((object) => {
    const { kind = url.split("/").at(-1)!, metadata } = object;
    const controller = setting(object, "controller") ?? "dns-controller";
    if (controller !== "dns-controller" && !source.always) return [];
    const declared = listed(setting(object, "target"));
    const targets = declared.length > 0 ? declared : source.targets(object, lists);
    const hosts = new Set([...source.hosts(object), ...listed(setting(object, "hostname"))]);
    const ttlSeconds = Number(setting(object, "ttl") ?? TTL_SECONDS) || TTL_SECONDS;
    const from = `${kind} ${metadata.namespace}/${metadata.name}`;
    return [...hosts].map((name) => ({ name, targets, ttlSeconds, from }));
  });
}

interface Endpoint {
  dnsName?: string;
  recordTTL?: number;
  targets?: string[];
}

function endpointNames(lists: Lists): PublishedName[] {
  return (lists.get(DNS_ENDPOINTS) ?? []).flatMap(({ metadata, spec }) =>
    ((spec?.endpoints ?? []) as Endpoint[]).map(({ dnsName = "", recordTTL, targets = [] }) => ({
      name: dnsName,
      targets,
      ttlSeconds: recordTTL ?? TTL_SECONDS,
      from: `DNSEndpoint ${metadata.namespace}/${metadata.name}`,
    })),
  );
}

function overruled(lists: Lists): PublishedName[] {
  const data = (lists.get(OVERRULING)?.[0]?.data ?? {}) as Record<string, string>;
  return Object.entries(data).map(([name, text]) => ({
    name,
    targets: listed(text).filter((each) => each !== NONE),
    ttlSeconds: TTL_SECONDS,
    from: `ConfigMap ${OVERRULED.namespace}/${OVERRULED.name}`,
  }));
}

/** Every name that the cluster's objects publish and that leads somewhere, by name. */
export function publishedNames(lists: Lists): PublishedName[] {
  const published = [...Object.keys(SOURCES).flatMap((url) => namesOf(url, lists)), ...endpointNames(lists)];
  const leading = published.filter(({ targets }) => targets.length > 0);
  const byName = new Map<string, PublishedName>();
  for (const each of [...leading, ...overruled(lists)]) {
    const name = each.name.toLowerCase().replace(/\.$/, "");
    if (isName(name)) byName.set(name, { ...each, name });
  }
  return [...byName.values()].filter(({ targets }) => targets.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}
