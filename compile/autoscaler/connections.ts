import { block, text, wholeNumber } from "../check/fields";
import type { Service } from "../service";

/** How many connections one pod should carry. */
export interface Connections {
  /** Open connections a pod carries on average; above it pods are added. 1 to 1000000, default 1000. */
  perPod: number;
  /** The gauge of open connections that every pod exports. Default websocket_connections_current. */
  metric: string;
}

export const DEFAULT_CONNECTIONS: Connections = { perPod: 1000, metric: "websocket_connections_current" };

export const connectionsSchema = block({
  perPod: wholeNumber("connections", 1, 1_000_000).default(DEFAULT_CONNECTIONS.perPod),
  metric: text(
    "the name of a metric of Prometheus: letters, digits, underscores and colons, not beginning with a digit",
    /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  ).default(DEFAULT_CONNECTIONS.metric),
});

/** What the autoscaler asks of the custom metrics API: the average over the pods. */
export function podsMetric({ metric, perPod }: Connections) {
  return {
    type: "Pods",
    pods: { metric: { name: metric }, target: { type: "AverageValue", averageValue: String(perPod) } },
  };
}

/** All open connections of the service, by the labels that a ServiceMonitor's numbers get. */
export function connectionsQuery({ name, namespace }: Service, { metric }: Connections): string {
  return `sum(${metric}{namespace="${namespace}",service="${name}"})`;
}
