import * as dns from "node:dns/promises";
import { isIP } from "node:net";
import type { ClusterReader } from "../../cluster";
import type { KubernetesObject, ObjectRef } from "../../path/objects";
import { nameOf, textAt } from "../../path/value";
import { hostOf } from "../connect/dial";
import type { TargetEntry } from "../model";
import { backendsOf } from "../pods";
import type { Carrier, Found, Given, Resolved, TargetConsumer, TargetEndpoint } from "./model";

export type Resolve = (host: string) => Promise<Resolved>;

const NO_SUCH_NAME = new Set(["ENOTFOUND", "ENODATA"]);

/** As every program on this machine does it. */
export const resolveHere: Resolve = async (host) => {
  try {
    return { addresses: (await dns.lookup(host, { all: true })).map(({ address }) => address) };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return { failed: NO_SUCH_NAME.has(code) ? "no-such-name" : "no-answer", said: code || message };
  }
};

/** Follows one endpoint from its name to those who were told of it. */
export async function look(
  endpoint: TargetEndpoint,
  entry: TargetEntry | undefined,
  cluster: ClusterReader | undefined,
  resolve: Resolve,
): Promise<Found> {
  const url = entry?.url ?? endpoint.url;
  const host = url === undefined ? undefined : hostOf(new URL(url));
  const insideOnly = endpoint.entry === undefined && endpoint.service !== undefined;
  const resolved = host === undefined || isIP(host) !== 0 || insideOnly ? undefined : await resolve(host);
  const addresses =
    resolved === undefined ? (host === undefined || insideOnly ? [] : [host]) : "addresses" in resolved ? resolved.addresses : [];
  const inFront = entry?.path?.hops.find(({ hop }) => hop === "declared-hop")?.title;
  return {
    endpoint,
    ...(host !== undefined && { host }),
    ...(resolved !== undefined && { resolved }),
    addresses,
    ...(entry?.address !== undefined && { recorded: entry.address }),
    ...(inFront !== undefined && { inFront }),
    ...(cluster && (await lookInside(endpoint, entry, cluster, resolve, addresses))),
    given: cluster === undefined ? [] : await Promise.all(endpoint.consumers.map((consumer) => givenTo(consumer, cluster))),
  };
}

async function lookInside(
  { service }: TargetEndpoint,
  entry: TargetEntry | undefined,
  cluster: ClusterReader,
  resolve: Resolve,
  addresses: string[],
): Promise<Pick<Found, "carrier" | "backends" | "behind">> {
  const ref: ObjectRef | undefined = entry?.path?.service ?? (service && { apiVersion: "v1", kind: "Service", ...service });
  return {
    ...(entry?.path && { carrier: await carrierOf(entry.path.entry, cluster, resolve, addresses) }),
    ...(ref && { backends: await backendsOf(cluster, ref), behind: nameOf(ref) }),
  };
}

interface Status {
  loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  addresses?: ({ value: string } | { type: string; address: string })[];
}

/** Every address that an object's status shows: of a Service, an Ingress, a Gateway or a node. */
function placesIn({ status }: KubernetesObject): string[] {
  const { loadBalancer, addresses = [] } = (status ?? {}) as Status;
  const ingress = (loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return [...ingress, ...addresses.map((each) => ("value" in each ? each.value : each.address))];
}

async function carrierOf(ref: ObjectRef, cluster: ClusterReader, resolve: Resolve, addresses: string[]): Promise<Carrier> {
  const found = await cluster.find(ref.apiVersion, ref.kind, ref.name, ref.namespace);
  if (found === undefined) return { refused: `${nameOf(ref)} is not there, or may not be read` };
  if (ref.kind === "Service" && textAt(found, "spec", "type") !== "LoadBalancer") {
    const nodes = await cluster.list("v1", "Node");
    if ("refused" in nodes) return { refused: nodes.refused.said };
    return {
      object: "the cluster by its nodes",
      addresses: nodes.objects.flatMap(placesIn).filter((place) => isIP(place) !== 0),
    };
  }
  const [carrier = found] = await gatewaysOf(found, cluster);
  const places = placesIn(carrier);
  if (places.length === 0 && !["Service", "Ingress", "Gateway"].includes(carrier.kind)) {
    return { object: nameOf(ref), owners: await ownersOf(addresses, cluster) };
  }
  return { object: nameOf(carrier), addresses: await numeric(places, resolve) };
}

/** What a route hangs on. */
async function gatewaysOf(route: KubernetesObject, cluster: ClusterReader): Promise<KubernetesObject[]> {
  const { parentRefs = [] } = (route.spec ?? {}) as { parentRefs?: { name: string; namespace?: string; kind?: string }[] };
  const found = await Promise.all(
    parentRefs
      .filter(({ kind = "Gateway" }) => kind === "Gateway")
      .map(({ name, namespace = route.metadata.namespace }) =>
        cluster.find("gateway.networking.k8s.io/v1", "Gateway", name, namespace),
      ),
  );
  return found.flatMap((gateway) => gateway ?? []);
}

/** Clouds give a load balancer a name whose addresses change; what it leads to now is what is compared. */
async function numeric(places: string[], resolve: Resolve): Promise<string[]> {
  const found = await Promise.all(
    places.map(async (place) => {
      if (isIP(place) !== 0) return [place];
      const resolved = await resolve(place);
      return "addresses" in resolved ? resolved.addresses : [];
    }),
  );
  return [...new Set(found.flat())];
}

/** Who in the cluster has these addresses: a load balancer's Service, or a node. */
async function ownersOf(addresses: string[], cluster: ClusterReader): Promise<{ address: string; owner: string | undefined }[]> {
  const lists = await Promise.all([cluster.list("v1", "Service"), cluster.list("v1", "Node")]);
  const objects = lists.flatMap((listed) => ("objects" in listed ? listed.objects : []));
  return addresses.map((address) => {
    const owner = objects.find((object) => placesIn(object).includes(address));
    return { address, owner: owner && nameOf(owner) };
  });
}

async function givenTo(consumer: TargetConsumer, cluster: ClusterReader): Promise<Given> {
  const { configMap, namespace, variable, name } = consumer;
  const found = await cluster.find("v1", "ConfigMap", configMap, namespace);
  if (found === undefined) {
    // A list tells what is not there from what may not be seen.
    const listed = await cluster.list("v1", "ConfigMap", namespace);
    return { consumer, ...("refused" in listed ? { refused: listed.refused.said } : { missing: true as const }) };
  }
  const value = textAt(found, "data", variable);
  const updating = await rolloutOf(name, namespace, cluster);
  return { consumer, ...(typeof value === "string" && { found: value }), ...(updating !== undefined && { updating }) };
}

/** Pods read their variables once, at their start: until a rollout has ended there are some with the values of before. */
async function rolloutOf(name: string, namespace: string, cluster: ClusterReader): Promise<string | undefined> {
  const workload =
    (await cluster.find("apps/v1", "Deployment", name, namespace)) ??
    (await cluster.find("apps/v1", "StatefulSet", name, namespace));
  const { replicas = 0, updatedReplicas = replicas } = (workload?.status ?? {}) as {
    replicas?: number;
    updatedReplicas?: number;
  };
  return workload === undefined || updatedReplicas >= replicas
    ? undefined
    : `${nameOf(workload)} has ${updatedReplicas} of ${replicas} pods updated`;
}
