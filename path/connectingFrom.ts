import type { Catalog } from "./catalog";
import { podLabelsOf } from "./catalog";
import { podSpecPath } from "./containers";
import type { ControllerHop } from "./facts";
import type { ProxyInCluster } from "./facts/networkSources";
import { GOOGLE_PROXIES, PROXIES_IN_CLUSTER, proxyInCluster } from "./facts/networkSources";
import type { Hop, Path } from "./model";
import type { KubernetesObject, Unknown } from "./objects";
import { UNKNOWN } from "./objects";
import { nameOf, namespaceOf, textAt, valueAt } from "./value";

/** Who opens the connections that arrive at the pods of a way in. */
export type ConnectingFrom =
  /** The pods of a proxy. `workload` where they were read, else `namespace` is the usual one, where there is one. */
  | { who: "proxy"; title: string; workload?: KubernetesObject; namespace?: string }
  /** Addresses that are no pod's: a load balancer's own, the clients', the nodes'. */
  | { who: "outside"; title: string; /** True where whatever carries it there may be a pod all the same. */ perhaps?: boolean }
  /** Addresses that the vendor publishes. */
  | { who: "vendor"; title: string; ranges: readonly string[]; source: string }
  /** The pods themselves: they dial out, and what comes in does so on connections of their own. */
  | { who: "nobody"; title: string }
  /** Nothing that was read shows who; `perhaps` one of these workloads. */
  | { who: "anybody"; title: string; perhaps?: readonly KubernetesObject[] }
  /** Only the update will know. */
  | { who: "pending"; title: string };

/** Whoever opens connections that come in, for a policy of the pods to let in. */
export type Opening = Exclude<ConnectingFrom, { who: "nobody" }>;

/** Hops that pass packets on as they come, or are the pods themselves. */
const PASSES_ON = /^(pod$|kube-proxy|calico-ebpf|cilium-ebpf|unknown-service-proxy|aws-node-eni|gke-gateway-lifetime)/;
/**
 * The pods of k3s's ServiceLB put their own address in place of the client's. Sources: k3s-io/klipper-lb entry (MASQUERADE);
 * docs.k3s.io/networking/networking-services, --servicelb-namespace (2026-06).
 */
const SERVICE_LB_NAMESPACE = "kube-system";
const DIALS_OUT = /-tunnel$/;
const ON_NODES = /^(kube-proxy|calico-ebpf|cilium-ebpf|unknown-service-proxy)/;

/** Whose pods each kind of hop is; a new kind is placed here, or does not compile. */
const PROXIES: Record<ControllerHop, ProxyInCluster | "of-nodes"> = {
  "ingress-nginx": "ingress-nginx",
  "ingress-nginx-tcp": "ingress-nginx",
  "f5-nginx": "f5-nginx",
  "f5-virtual-server": "f5-nginx",
  "f5-transport-server": "f5-nginx",
  traefik: "traefik",
  "traefik-nginx-provider": "traefik",
  "traefik-nginx-provider-3.7": "traefik",
  "traefik-ingressroute": "traefik",
  "traefik-ingressroute-tcp": "traefik",
  "traefik-gateway": "traefik",
  "envoy-gateway": "envoy-gateway",
  contour: "contour",
  "contour-gateway": "contour",
  "contour-tcp": "contour",
  "haproxy-ingress": "haproxy-ingress",
  "haproxytech-ingress": "haproxytech-ingress",
  istio: "istio",
  "istio-tcp": "istio",
  "approuting-istio": "istio",
  kong: "kong",
  emissary: "emissary",
  "emissary-tcp": "emissary",
  "nginx-gateway": "nginx-gateway",
  "nginx-gateway-tcp": "nginx-gateway",
  apisix: "apisix",
  gloo: "gloo",
  // They run in the network of their nodes, or the router of OpenShift only on some platforms.
  cilium: "of-nodes",
  "openshift-router": "of-nodes",
};

export function connectingFrom({ hops, entry, openedBy, perhapsOpenedBy = [] }: Path, catalog: Catalog): ConnectingFrom {
  const last = hops.findLast(({ hop }) => !PASSES_ON.test(hop));
  if (last !== undefined && DIALS_OUT.test(last.hop)) return { who: "nobody", title: last.title };
  if (hops.some(({ pending }) => pending === true)) return { who: "pending", title: "whoever opens the way in" };
  if (openedBy !== undefined) {
    const opener = catalog.resolve(openedBy);
    // What was read as the opener is found by its name again, if that is known before the update.
    return opener === undefined ? { who: "pending", title: nameOf(openedBy) } : podsOf(opener, nameOf(opener));
  }
  if (last?.hop === "k3s-servicelb") return { who: "proxy", title: last.title, namespace: SERVICE_LB_NAMESPACE };
  if (last === undefined || /^(unknown-|declared-hop|own-|cilium$|openshift-router$)/.test(last.hop)) {
    const open = entry.kind === "Service" && textAt(catalog.resolve(entry), "spec", "type") === "LoadBalancer";
    if (open && last?.hop === "unknown-load-balancer") return { who: "outside", title: "a load balancer", perhaps: true };
    const perhaps = perhapsOpenedBy
      .flatMap((ref) => catalog.resolve(ref) ?? [])
      .filter((workload) => valueAt(workload, ...podSpecPath(workload), "hostNetwork") !== true);
    return { who: "anybody", title: "whoever opens the way in", ...(perhaps.length > 0 && { perhaps }) };
  }
  const controller = Object.hasOwn(PROXIES, last.hop) ? PROXIES[last.hop as ControllerHop] : "of-nodes";
  if (controller !== "of-nodes") return proxy(last, controller, catalog);
  const toPods = !hops.some(({ hop }) => ON_NODES.test(hop));
  if (toPods && /^(gce-ingress|gke-gateway)/.test(last.hop)) return { who: "vendor", title: last.title, ...GOOGLE_PROXIES };
  return { who: "outside", title: last.title };
}

function proxy({ title }: Hop, controller: ProxyInCluster, catalog: Catalog): ConnectingFrom {
  const workload = proxiesOf(catalog).get(controller);
  if (workload === UNKNOWN) return { who: "pending", title };
  if (workload !== undefined) return podsOf(workload, title);
  const usual = proxyInCluster(controller)?.namespace;
  return { who: "proxy", title, ...(usual !== undefined && { namespace: usual }) };
}

function podsOf(workload: KubernetesObject, title: string): ConnectingFrom {
  // Pods in the network of their nodes connect with the nodes' addresses, which no selector of pods means.
  const hostNetwork = valueAt(workload, ...podSpecPath(workload), "hostNetwork");
  if (hostNetwork === UNKNOWN) return { who: "pending", title };
  if (hostNetwork === true) {
    return { who: "outside", title: `${title} (in the network of its nodes)`, perhaps: true };
  }
  return { who: "proxy", title, workload, namespace: namespaceOf(workload) };
}

const known = new WeakMap<Catalog, Map<string, KubernetesObject | Unknown>>();

/** The workloads that run the proxies, looked up once for all ways in. */
function proxiesOf(catalog: Catalog): Map<string, KubernetesObject | Unknown> {
  let found = known.get(catalog);
  if (found === undefined) {
    found = new Map();
    for (const workload of catalog.workloads()) {
      const labels = podLabelsOf(workload);
      for (const [controller, { labels: pairs }] of Object.entries(PROXIES_IN_CLUSTER)) {
        const values = pairs.map(([label, value]) => [textAt(labels, label), value] as const);
        if (values.some(([own, value]) => own === value)) found.set(controller, workload);
        else if (values.some(([own]) => own === UNKNOWN) && !found.has(controller)) found.set(controller, UNKNOWN);
      }
    }
    known.set(catalog, found);
  }
  return found;
}
