import { block, wholeNumber } from "../check/fields";
import type { Problem } from "../check/problem";
import { metricNames } from "../observed";
import type { Service } from "../service";

/** How many connections one pod should carry. */
export interface Connections {
  /** Open connections a pod carries on average; above it pods are added. 1 to 1000000, default 1000. */
  perPod: number;
}

export const DEFAULT_CONNECTIONS: Connections = { perPod: 1000 };

export const connectionsSchema = block({
  perPod: wholeNumber("connections", 1, 1_000_000).default(DEFAULT_CONNECTIONS.perPod),
});

/** The gauge of open connections that every pod exports. */
export const connectionsMetric = (service: Pick<Service, "metrics" | "protocol">): string | undefined =>
  metricNames(service).connections;

/** Without a gauge nothing can be counted. */
export function checkConnections({ scaling, metrics, protocol }: Partial<Service>): Problem[] {
  if (scaling?.profile !== "connections" || metrics === undefined || protocol === undefined) return [];
  if (scaling.keda?.query !== undefined || connectionsMetric({ metrics, protocol }) !== undefined) return [];
  const found = metrics.names?.connections === undefined ? `missing with protocol: ${protocol}` : "found none";
  const message = `${found}; scaling.profile: connections counts by this gauge. Name the one your application exports, or write profile: cpu-memory.`;
  return [{ path: "metrics.names.connections", message }];
}

/** What the autoscaler asks of the custom metrics API: the average over the pods. */
export function podsMetric(service: Service) {
  const averageValue = String(service.scaling.connections!.perPod);
  return {
    type: "Pods",
    pods: { metric: { name: connectionsMetric(service)! }, target: { type: "AverageValue", averageValue } },
  };
}

/** All open connections of the service, by the labels that a ServiceMonitor's numbers get. */
export function connectionsQuery(service: Service): string {
  return `sum(${connectionsMetric(service)}{namespace="${service.namespace}",service="${service.name}"})`;
}
