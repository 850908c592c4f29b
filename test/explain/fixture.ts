import type { ExplainedEntry, ExplainedHop, ExplainedService } from "../../explain/model";

/** A hop as an explanation carries it. */
export function hop(change: Partial<ExplainedHop> = {}): ExplainedHop {
  return {
    hop: "proxy",
    title: "a proxy",
    limit: "idle",
    idleSeconds: 7200,
    affinity: null,
    drainSeconds: null,
    from: "Ingress chat/chat annotation timeout",
    source: "proxy.example.org/docs (v1)",
    weakest: false,
    notes: [],
    patched: false,
    ...change,
  };
}

export function entry(change: Partial<ExplainedEntry> = {}): ExplainedEntry {
  return {
    name: "https",
    kind: "https",
    url: "wss://chat.example.com/ws",
    hops: [
      hop({ hop: "balancer", title: "a load balancer", idleSeconds: 900, weakest: true, from: "the default" }),
      hop({ affinity: { mechanism: "cookie", ttlSeconds: 3600, cookieName: "route" }, notes: ["A setting is not read here."] }),
      hop({ hop: "pod", title: "the pod", limit: "none", idleSeconds: null, drainSeconds: 30 }),
    ],
    verdict: "fails",
    effectiveIdleSeconds: 900,
    meaning: ["Whoever says nothing is cut off after 15 min, 45 min short of the promise."],
    reasons: ["a load balancer closes a connection that is silent for 900 s; 3600 s are promised (the default)."],
    write: ["idle-timeout: 3660 in the load balancer's settings"],
    settle: [],
    edges: [],
    choice: ["https: it serves by host and path."],
    ...change,
  };
}

export function service(change: Partial<ExplainedService> = {}): ExplainedService {
  return {
    name: "chat",
    namespace: "rooms",
    protocol: "websocket",
    promise: { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "client", ttlSeconds: 3600, cookieName: "route" } },
    drain: { preStopSeconds: 15, drainSeconds: 40, marginSeconds: 5, gracePeriodSeconds: 60 },
    needs: [],
    entries: [entry(), openEntry()],
    ...change,
  };
}

/** One of which nothing is known, with a name of its own. */
function openEntry(): ExplainedEntry {
  return entry({
    name: "lan",
    kind: "load-balancer",
    url: "ws://192.168.1.7/ws",
    hops: [
      hop({ hop: "nodes", title: "what carries Services", limit: "unknown", idleSeconds: null, weakest: true }),
      hop({ hop: "pod", title: "the pod", limit: "none", idleSeconds: null }),
    ],
    verdict: "unknown",
    effectiveIdleSeconds: null,
    meaning: ["Nobody can say yet whether a connection that is silent for 1 h stays open."],
    reasons: ["what carries Services: nothing that was read says how long it keeps a silent connection."],
    write: [],
    settle: ["declare cluster.kubeProxyMode"],
    choice: ["load-balancer: the service has an address to itself."],
  });
}
