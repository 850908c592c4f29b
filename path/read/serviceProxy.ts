import type { HopKind } from "../facts";
import { CLIENT_IP_AFFINITY, facts } from "../facts";
import type { ClusterFacts, ConnectionPromise, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { nameOf, numberAt, textAt } from "../value";
import { hopOf } from "./hop";

type AffinityPart = Pick<Hop, "affinity" | "affinityUnknown" | "pending" | "settle" | "inert">;

/** What carries a Service's traffic from the node to a pod: kube-proxy, or what stands in its place. */
export function serviceProxyHop(service: KubernetesObject, cluster: ClusterFacts): Hop {
  const hop = bareServiceProxyHop(cluster);
  const local = textAt(service, "spec", "externalTrafficPolicy") === "Local";
  return Object.assign(hop, affinityPart(service, hop), local && { withinNode: true });
}

/** The same hop before somebody else's Service (that of an Ingress controller): only its clock matters there. */
export function bareServiceProxyHop(cluster: ClusterFacts): Hop {
  const kind = serviceProxyKind(cluster);
  const timed = clockOf(kind, cluster);
  return hopOf(kind, {
    balances: true,
    writeAffinity: writeClientIp,
    ...timed,
  });
}

function serviceProxyKind({ kubeProxyMode, cni }: ClusterFacts): HopKind {
  const calico = cni !== undefined && /calico/i.test(cni);
  if (calico && (kubeProxyMode === "none" || /ebpf|bpf/i.test(cni))) return "calico-ebpf";
  if (kubeProxyMode === "none" && cni !== undefined && /cilium/i.test(cni)) return "cilium-ebpf";
  if (kubeProxyMode === "iptables") return "kube-proxy-iptables";
  if (kubeProxyMode === "nftables") return "kube-proxy-nftables";
  if (kubeProxyMode === "ipvs") return "kube-proxy-ipvs";
  return "unknown-service-proxy";
}

/** Whether the kernel's own table of connections is the clock, and nothing beside it. */
const followsTheKernel = (kind: HopKind): boolean => kind === "kube-proxy-iptables" || kind === "kube-proxy-nftables";

function clockOf(kind: HopKind, cluster: ClusterFacts): Partial<Hop> & { from: string } {
  const { idle, title } = facts(kind);
  const declared = followsTheKernel(kind) ? undefined : cluster.serviceProxyIdleSeconds;
  if (kind === "unknown-service-proxy" && declared !== undefined) {
    const name = cluster.cni ?? "what carries Services on the nodes";
    return { title: name, limit: "idle", idleSeconds: declared, from: "cluster.serviceProxyIdleSeconds" };
  }
  if (kind === "unknown-service-proxy") {
    const mode = cluster.kubeProxyMode;
    return {
      from:
        mode === undefined
          ? "cluster.kubeProxyMode is not declared"
          : `cluster.kubeProxyMode: ${mode}, cluster.cni: ${cluster.cni ?? "not declared"}`,
      settle:
        mode === undefined
          ? "declare cluster.kubeProxyMode: iptables, nftables or ipvs differ in how long they keep a silent connection"
          : "declare cluster.serviceProxyIdleSeconds: what replaces kube-proxy decides how long a silent connection is kept",
    };
  }
  const conntrack = cluster.nodeConntrackEstablishedSeconds;
  const ownSeconds = declared ?? idle.defaultSeconds ?? 0;
  // IPVS keeps a timer of its own beside the kernel's; an eBPF data plane does not use the kernel's at all.
  const seconds =
    conntrack === undefined || kind === "calico-ebpf" || kind === "cilium-ebpf"
      ? ownSeconds
      : kind === "kube-proxy-ipvs"
        ? Math.min(ownSeconds, conntrack)
        : conntrack;
  const byConntrack = seconds === conntrack && seconds !== ownSeconds;
  const byDeclaration = declared === undefined ? `${title}, default` : "cluster.serviceProxyIdleSeconds";
  const key = byConntrack || followsTheKernel(kind) ? "nodeConntrackEstablishedSeconds" : "serviceProxyIdleSeconds";
  return {
    idleSeconds: seconds,
    from: byConntrack ? "cluster.nodeConntrackEstablishedSeconds" : byDeclaration,
    writeIdle: (idleSeconds) => {
      const wanted = idleSeconds + idle.marginSeconds;
      return `${idle.knob?.keys[0]}: ${wanted}s in ${idle.knob?.where}, and where that is done cluster.${key}: ${wanted}`;
    },
  };
}

function affinityPart(service: KubernetesObject, hop: Hop): Partial<AffinityPart> {
  const kind = textAt(service, "spec", "sessionAffinity");
  const written = textAt(service, "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
  if (kind === UNKNOWN || (kind === "ClientIP" && written === UNKNOWN)) {
    const settle = `${nameOf(service)} spec.sessionAffinity is not known before the update`;
    return { affinityUnknown: true, pending: true, settle: hop.settle ?? settle };
  }
  if (kind !== "ClientIP") return {};
  const seconds = numberAt(service, "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
  const ttlSeconds = typeof seconds === "number" ? seconds : CLIENT_IP_AFFINITY.defaultSeconds;
  const { minimumSeconds, maximumSeconds } = CLIENT_IP_AFFINITY;
  if (ttlSeconds < minimumSeconds || ttlSeconds > maximumSeconds) {
    return {
      inert: [
        `clientIP.timeoutSeconds ${ttlSeconds} is refused by the API server: it allows ${minimumSeconds} to ${maximumSeconds} s.`,
      ],
    };
  }
  return { affinity: { mechanism: "source-ip", ttlSeconds } };
}

/** The fields that make a Service stick to the client's address. */
export function writeClientIp(affinity: ConnectionPromise["affinity"]): string {
  return `spec.sessionAffinity: ClientIP with spec.sessionAffinityConfig.clientIP.timeoutSeconds: ${affinity.ttlSeconds}`;
}
