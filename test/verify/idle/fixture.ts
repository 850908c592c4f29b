import type { CheckContext, CheckOptions, Limits } from "../../../verify/checks/model";
import { hopOf } from "../../../path/read/hop";
import type { Hop, Path } from "../../../path/model";
import type { TargetEntry } from "../../../verify/model";
import * as support from "../support";

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

export const LIMITS: Limits = { connections: 200, ratePerSecond: 1000, seconds: 600 };
export const { OPTIONS } = support;

export function entryOf(own: Partial<TargetEntry> = {}): TargetEntry {
  return support.entryOf("ws://chat.example.test/ws", { promise: { ...support.PROMISE, idleSeconds: 60 }, ...own });
}

export function contextOf(
  entry: TargetEntry,
  options: Partial<CheckOptions> = {},
  interrupt = new AbortController().signal,
): CheckContext {
  return support.contextFor(entry, { options, limits: LIMITS, interrupt }).context;
}
