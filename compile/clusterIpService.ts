import { metadataOf, selectorOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import { servicePorts } from "./port";
import { promiseAnnotation } from "./promise";
import type { Service } from "./service";
import { podsAnnotation } from "./workload";

/** The affinity fields of a Service, as kube-proxy reads them. */
export function serviceAffinity({ promise: { affinity } }: Service) {
  if (affinity.mode === "none") return { sessionAffinity: "None" };
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: affinity.ttlSeconds } } };
}

export const CLUSTER_IP_SERVICE = "service";

export function compileClusterIpService(service: Service): CompiledObject {
  const metadata = { ...metadataOf(service), annotations: { ...promiseAnnotation(service), ...podsAnnotation(service) } };
  const sticks = service.promise.affinity.mode === "client";
  return {
    logicalName: CLUSTER_IP_SERVICE,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        selector: selectorOf(service),
        ports: servicePorts(service),
        ...serviceAffinity(service),
      },
    },
    after: afterNamespace(service),
    why: sticks
      ? [
          "ClientIP holds for clients inside the cluster that connect to this Service's own address: kube-proxy consults it there.",
          "A proxy that serves an Ingress sends to the pods themselves and never asks; its clients stick by the cookie of the Ingress.",
        ]
      : undefined,
  };
}
