import type { Catalog } from "../catalog";
import type { ClusterFacts, Path } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, refOf, textAt, valueAt } from "../value";
import { frontOf } from "./loadBalancer";
import { podEnd } from "./pod";
import { serviceProxyHop } from "./serviceProxy";

/** The ways in that a Service itself opens: one per port of a LoadBalancer or NodePort Service. */
export function readService(service: KubernetesObject, catalog: Catalog, cluster: ClusterFacts): Path[] {
  const type = textAt(service, "spec", "type");
  if (type !== "LoadBalancer" && type !== "NodePort" && type !== UNKNOWN) return [];
  const end = podEnd(service, catalog);
  const ports = listAt(service, "spec", "ports");
  const numbers = ports === UNKNOWN || ports.length === 0 ? ["any"] : ports.map((port) => portName(valueAt(port, "port")));
  return numbers.map((port) => {
    const front = frontOf(service, port, catalog, cluster);
    return {
      entry: refOf(service),
      service: refOf(service),
      port,
      ...end.reached,
      hops: [...front.hops, ...(front.toPods ? [] : [serviceProxyHop(service, cluster)]), end.hop],
    };
  });
}

function portName(port: unknown): string | number {
  return typeof port === "number" || typeof port === "string" ? port : "any";
}
