import { canonicalAddress, isAddress } from "../compile/check/addresses";
import type { NamedEndpoint } from "../compile/endpoints";
import type { NodePortEntry } from "../compile/entry/nodePort";
import { entryName } from "../compile/entry";
import type { Stack } from "../compile/stack";
import { chosenUrl, consumersOf } from "./table";

/** An endpoint at a place, and the port it has there. */
interface Answering {
  endpoint: string;
  port: number;
}

/** What a stack knows of addresses, in the shape in which a line of text asks for it. */
export interface KnownAddresses {
  endpoints: Record<string, NamedEndpoint>;
  pools: { name: string; addresses: string[] }[];
  /** Host key -> what answers there today. */
  today: Map<string, Answering[]>;
  /** `host` or `host:port` keys -> the endpoint that was there. */
  formerly: Map<string, string>;
  /** Node port -> the endpoint that answers there on every node. */
  nodePorts: Map<number, string>;
  /** Environment variable -> the endpoint all consumers fill it with, and the ConfigMaps that have it. */
  variables: Map<string, { endpoint: string; configMaps: string[] }>;
  /** Endpoint -> its address as a person would write it; missing where only `pulumi up` tells. */
  urls: Map<string, string>;
}

/** One text for every spelling of an address or a name. */
export function hostKey(host: string): string {
  return isAddress(host) ? canonicalAddress(host) : host.toLowerCase();
}

export function knownAddresses(stack: Stack): KnownAddresses {
  const endpoints = Object.values(stack.endpoints);
  return {
    endpoints: stack.endpoints,
    pools: stack.addressPools,
    today: answeringToday(endpoints),
    formerly: new Map(
      endpoints.flatMap(({ name, formerly }) => formerly.map((place): [string, string] => [placeKey(place), name])),
    ),
    nodePorts: nodePortsOf(stack),
    variables: variablesOf(stack),
    urls: new Map(
      endpoints.flatMap((endpoint): [string, string][] => {
        const url = chosenUrl(endpoint);
        return url === undefined ? [] : [[endpoint.name, url]];
      }),
    ),
  };
}

function answeringToday(endpoints: NamedEndpoint[]): Map<string, Answering[]> {
  const today = new Map<string, Answering[]>();
  const add = (host: string, answering: Answering) => today.set(hostKey(host), [...(today.get(hostKey(host)) ?? []), answering]);
  for (const { name, outside, cluster } of endpoints) {
    if (typeof outside?.host === "string") add(outside.host, { endpoint: name, port: outside.port });
    if (typeof cluster?.host !== "string") continue;
    // Inside the cluster a name may be written with the cluster's domain or without.
    for (const host of [cluster.host, `${cluster.host}.cluster.local`]) add(host, { endpoint: name, port: cluster.port });
  }
  return today;
}

function nodePortsOf({ services, endpoints }: Stack): Map<number, string> {
  const ports = services.flatMap((service) =>
    service.entries
      .filter((entry): entry is NodePortEntry => entry.kind === "node-port")
      .flatMap((entry): [number, string][] => {
        const named = Object.values(endpoints).find((each) => each.service === service.name && each.entry === entryName(entry));
        return named === undefined ? [] : [[entry.nodePort, named.name]];
      }),
  );
  return new Map(ports);
}

/** A variable that consumers fill from different endpoints tells nothing. */
function variablesOf(stack: Stack): KnownAddresses["variables"] {
  const found = new Map<string, { endpoints: Set<string>; configMaps: string[] }>();
  for (const { consumes, configMap } of consumersOf(stack)) {
    for (const [variable, { endpoint }] of Object.entries(consumes)) {
      const known = found.get(variable) ?? { endpoints: new Set(), configMaps: [] };
      found.set(variable, { endpoints: known.endpoints.add(endpoint), configMaps: [...known.configMaps, configMap] });
    }
  }
  const single = [...found].filter(([, { endpoints }]) => endpoints.size === 1);
  return new Map(single.map(([variable, { endpoints, configMaps }]) => [variable, { endpoint: [...endpoints][0]!, configMaps }]));
}

/** `192.168.1.105:30800` or `192.168.1.105` as a key. */
function placeKey(place: string): string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(place) ?? [];
  const host = bracketed ?? plain ?? place;
  return port === undefined ? hostKey(host) : `${hostKey(host)}:${port}`;
}
