import type { CheckContext, CheckOptions, Limits } from "../../../verify/checks/model";
import { hopOf } from "../../../path/read/hop";
import type { Hop, Path } from "../../../path/model";
import { open } from "../../../verify/connect/open";
import type { TargetEntry } from "../../../verify/model";

const SERVICE = { apiVersion: "v1", kind: "Service", namespace: "chat", name: "chat" };

/** A way in with these hops, and the pod behind them. */
export function pathOf(...hops: Hop[]): Path {
  return {
    entry: SERVICE,
    service: SERVICE,
    port: 80,
    workloads: [],
    hops: [...hops, hopOf("pod", { from: "Deployment chat/chat" })],
  };
}

export const envoy = (idleSeconds: number): Hop =>
  hopOf("contour", {
    from: "HTTPProxy chat/chat timeoutPolicy.idle",
    idleSeconds,
    perProtocol: {},
    writeIdle: (seconds) => `timeoutPolicy.idle: ${seconds + 60}s`,
  });

export const node = (idleSeconds: number): Hop =>
  hopOf("kube-proxy-nftables", {
    from: "cluster.nodeConntrackEstablishedSeconds",
    idleSeconds,
    writeIdle: () => "conntrack: more",
  });

export const LIMITS: Limits = { connections: 200, ratePerSecond: 100, seconds: 600 };
export const OPTIONS: CheckOptions = { full: false, idleSeconds: 75, rollout: false, sockets: 50, requests: 60, waitSeconds: 0 };

export function entryOf(own: Partial<TargetEntry> = {}): TargetEntry {
  return {
    service: "chat",
    entry: "main",
    url: "ws://chat.example.test/ws",
    protocol: "websocket",
    promise: { idleSeconds: 60, drainSeconds: 0, affinity: { mode: "none", ttlSeconds: 3600 } },
    ...own,
  };
}

/** What a run gives a check, without the run: no limit of rate, and nobody to ask. */
export function contextOf(
  entry: TargetEntry,
  options: Partial<CheckOptions> = {},
  signal = new AbortController().signal,
): CheckContext {
  return {
    target: { title: entry.url, entries: [entry], own: [] },
    entry,
    limits: LIMITS,
    sources: [undefined],
    options: { ...OPTIONS, ...options },
    open: (own) => open({ url: entry.url, signal, ...own }),
    progress: () => {},
    signal,
    confirm: () => Promise.resolve(false),
  };
}
