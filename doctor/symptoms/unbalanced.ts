import type { KubernetesObject } from "../../path/objects";
import { selectsByPairs } from "../../path/selector";
import { textAt, valueAt } from "../../path/value";
import { nameOf, objectsIn, sorted, type Cause, type Diagnosis, type Ward } from "./diagnosis";

interface Address {
  ready: boolean;
  node?: string;
}

/** One pod gets everything: what the Service sends to, by which rule, and what only looks like it. */
export async function unbalanced(ward: Ward): Promise<Diagnosis[]> {
  const [services, slices, pods] = await Promise.all([
    objectsIn(ward, "v1", "Service"),
    objectsIn(ward, "discovery.k8s.io/v1", "EndpointSlice"),
    objectsIn(ward, "v1", "Pod"),
  ]);
  return services.map((service) => {
    const addresses = slices.filter((slice) => belongsTo(slice, service)).flatMap(addressesOf);
    const causes = [
      ready(addresses),
      sticky(service),
      local(service, addresses),
      young(pods.filter((pod) => isBehind(pod, service))),
      FORWARDED,
    ];
    return { about: nameOf(service), causes: sorted(causes) };
  });
}

function isBehind(pod: KubernetesObject, service: KubernetesObject): boolean {
  const isSelected = selectsByPairs(valueAt(service, "spec", "selector"), valueAt(pod, "metadata", "labels"));
  return isSelected === true && pod.metadata.namespace === service.metadata.namespace;
}

function belongsTo(slice: KubernetesObject, service: KubernetesObject): boolean {
  const of = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
  return of === service.metadata.name && slice.metadata.namespace === service.metadata.namespace;
}

function addressesOf(slice: KubernetesObject): Address[] {
  type Endpoint = { conditions?: { ready?: boolean }; nodeName?: string };
  return ((slice.endpoints as Endpoint[] | undefined) ?? []).map(({ conditions, nodeName }) => ({
    ready: conditions?.ready !== false,
    ...(nodeName !== undefined && { node: nodeName }),
  }));
}

function ready(addresses: Address[]): Cause {
  const count = addresses.filter((address) => address.ready).length;
  const evidence = `${count} of ${addresses.length} pods are ready`;
  const mend = "kubectl get pods -o wide; kubectl describe pod of those that are not ready";
  return {
    likelihood: count < 2 || count < addresses.length ? "seen" : "ruled out",
    what: "too few pods are ready",
    evidence,
    mend,
  };
}

function sticky(service: KubernetesObject): Cause {
  const isSticky = textAt(service, "spec", "sessionAffinity") === "ClientIP";
  return {
    likelihood: isSticky ? "seen" : "ruled out",
    what: "it sends each source address to one pod, as it should: few clients, or one NAT before all of them, reach few pods",
    evidence: `sessionAffinity is ${isSticky ? "ClientIP" : "None"}`,
    mend: "test from several source addresses; where clients share one, stick by cookie: kind https",
  };
}

function local(service: KubernetesObject, addresses: Address[]): Cause {
  const isLocal = textAt(service, "spec", "externalTrafficPolicy") === "Local";
  const perNode = new Map<string, number>();
  for (const { node = "?" } of addresses) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  const counts = [...perNode.values()];
  const isUneven = counts.length > 0 && Math.max(...counts) !== Math.min(...counts);
  return {
    likelihood: isLocal && isUneven ? "seen" : isLocal ? "no sign" : "ruled out",
    what: "every node gets the same share and divides it among its own pods",
    evidence: `externalTrafficPolicy is ${isLocal ? "Local" : "Cluster"}; pods per node: ${counts.join(", ") || "none"}`,
    mend: "spread the pods evenly over the nodes, or externalTrafficPolicy: Cluster",
  };
}

/** Minutes by which the youngest pod must be younger for connections to sit on the others. */
const YOUNG_MINUTES = 10;

function young(pods: KubernetesObject[]): Cause {
  const starts = pods
    .flatMap((pod) => textAt(pod, "status", "startTime") ?? [])
    .map((time) => Date.parse(String(time)))
    .filter(Number.isFinite);
  const spreadMinutes = starts.length < 2 ? 0 : Math.round((Math.max(...starts) - Math.min(...starts)) / 60_000);
  return {
    likelihood: spreadMinutes >= YOUNG_MINUTES ? "seen" : "no sign",
    what: "connections stay where they are when a pod comes: a new one starts empty and fills only by new connections",
    evidence: `the youngest pod started ${spreadMinutes} min after the oldest`,
    mend: "let the server close connections after a while, spread in time; clients that reconnect find the new pods",
  };
}

const FORWARDED: Cause = {
  likelihood: "no sign",
  what: "the test went through kubectl port-forward, which is a tunnel to one pod past the Service",
  mend: "test through an address of the entry: npx holdfast urls, npx holdfast load-test",
};
