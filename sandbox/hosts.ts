import fs from "node:fs";
import path from "node:path";
import { TRAEFIK_LOAD_BALANCER_ADDRESS } from "./addresses";
import type { Api, KubernetesObject } from "./api";
import { namespaceEtc } from "./network";
import type { Layout } from "./paths";

interface Ingress {
  ip?: string;
}

const EXTERNAL_NAME = "external-dns.alpha.kubernetes.io/hostname";

function statusAddress(object: KubernetesObject): string | undefined {
  return (object.status?.loadBalancer?.ingress as Ingress[] | undefined)?.find(({ ip }) => ip)?.ip;
}

function ingressNames(ingress: KubernetesObject): [string, string][] {
  const address = statusAddress(ingress);
  const hosts = ((ingress.spec?.rules ?? []) as { host?: string }[]).flatMap(({ host }) => host ?? []);
  return address ? hosts.map((host) => [host, address]) : [];
}

function serviceNames(service: KubernetesObject): [string, string][] {
  const address = statusAddress(service);
  if (!address) return [];
  const published = service.metadata.annotations?.[EXTERNAL_NAME]?.split(",").map((name) => name.trim()) ?? [];
  return [`${service.metadata.name}.${service.metadata.namespace}`, ...published].map((name) => [name, address]);
}

function httpProxyNames(proxy: KubernetesObject): [string, string][] {
  const address = statusAddress(proxy);
  const name = proxy.spec?.virtualhost?.fqdn as string | undefined;
  return address && name ? [[name, address]] : [];
}

const key = (namespace: string | undefined, name: string) => `${namespace}/${name}`;

/** The names of a route lead to the addresses of the Gateways it hangs on. */
function gatewayRouteNames(route: KubernetesObject, gateways: Map<string, string>): [string, string][] {
  const parents = (route.spec?.parentRefs ?? []) as { name: string; namespace?: string }[];
  const address = parents
    .map(({ name, namespace }) => gateways.get(key(namespace ?? route.metadata.namespace, name)))
    .find((each) => each !== undefined);
  return address ? ((route.spec?.hostnames ?? []) as string[]).map((name) => [name, address]) : [];
}

function gatewayAddresses(list: KubernetesObject[]): Map<string, string> {
  const pairs = list.flatMap(({ metadata, status }): [string, string][] => {
    const address = (status?.addresses as { value?: string }[] | undefined)?.find(({ value }) => value)?.value;
    return address ? [[key(metadata.namespace, metadata.name), address]] : [];
  });
  return new Map(pairs);
}

function traefikRouteNames(route: KubernetesObject): [string, string][] {
  const rules = ((route.spec?.routes ?? []) as { match?: string }[]).map(({ match }) => match ?? "");
  const hosts = rules.flatMap((rule) => [...rule.matchAll(/Host\(`([^`]+)`\)/g)].map((found) => found[1]!));
  return hosts.map((host) => [host, TRAEFIK_LOAD_BALANCER_ADDRESS]);
}

type Names = (object: KubernetesObject, gateways: Map<string, string>) => [string, string][];

const SOURCES: [string, Names][] = [
  ["/api/v1/services", serviceNames],
  ["/apis/gateway.networking.k8s.io/v1/httproutes", gatewayRouteNames],
  ["/apis/projectcontour.io/v1/httpproxies", httpProxyNames],
  ["/apis/traefik.io/v1alpha1/ingressroutes", traefikRouteNames],
  ["/apis/networking.k8s.io/v1/ingresses", ingressNames],
];

/** Every host name that the cluster's objects publish, with the address behind it. A wildcard has no address of its own. */
export async function publishedNames(api: Api): Promise<Map<string, string>> {
  const itemsOf = async (url: string) => ((await api.get(url))?.items ?? []) as KubernetesObject[];
  const gateways = gatewayAddresses(await itemsOf("/apis/gateway.networking.k8s.io/v1/gateways"));
  const lists = await Promise.all(SOURCES.map(([url]) => itemsOf(url)));
  const pairs = lists.flatMap((list, index) => list.flatMap((object) => SOURCES[index]![1](object, gateways)));
  return new Map(pairs.filter(([name]) => /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)));
}

/** Writes what stands in for DNS in the clients' namespace; `ip netns exec` shows these files in place of those in /etc. */
export function writeHosts(layout: Layout, names: Map<string, string>): void {
  const directory = namespaceEtc(layout.clientNamespace);
  fs.mkdirSync(directory, { recursive: true });
  const lines = ["127.0.0.1 localhost", ...[...names].map(([name, address]) => `${address} ${name}`)];
  fs.writeFileSync(path.join(directory, "hosts"), `${lines.join("\n")}\n`);
  // No name server answers in there; without this, each unknown name costs a long wait for the machine's own.
  fs.writeFileSync(path.join(directory, "resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
}
