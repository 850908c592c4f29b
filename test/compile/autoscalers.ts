import type { Block } from "./stacks";

export const KEDA = { serverAddress: "http://prometheus.monitoring.svc:9090" };

/** An autoscaler of every kind. The name is that of its golden file. */
export const AUTOSCALERS: Record<string, { service: Block; cluster?: Block }> = {
  "cpu-memory": { service: {} },
  connections: { service: { scaling: { profile: "connections", connections: { perPod: 500 } } } },
  "connections-and-memory": { service: { scaling: { profile: "connections", memoryPercent: 85 } } },
  keda: { service: { scaling: { profile: "connections", keda: KEDA } } },
  "keda-before-2.17": {
    service: {
      metrics: { via: "none" },
      scaling: {
        min: 4,
        max: 20,
        profile: "connections",
        keda: { ...KEDA, query: "sum(open_sockets)", pollingSeconds: 15, fallback: { failureThreshold: 5, replicas: 12 } },
      },
    },
    cluster: { controllers: { metallb: "0.15.2", keda: "2.16.1" } },
  },
};
