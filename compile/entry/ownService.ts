import { ENTRY_LABEL, metadataOf, selectorOf } from "../labels";
import type { CompiledObject } from "../model";
import { afterNamespace } from "../namespace";
import { clusterPort, portName, servicePort } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import { podsAnnotation } from "../workload";
import { entryName, objectNameOf, type EntryArgs } from "./kind";

/**
 * A Service inside the cluster for one entry alone: what a load balancer is told about its backends hangs on the Service, and two
 * entries need not agree on it.
 */
export function ownService(
  args: EntryArgs,
  service: Service,
  own: { annotations?: Record<string, string>; appProtocol?: string | null; after?: string[]; why: string },
): CompiledObject {
  const { labels, ...metadata } = metadataOf(service, objectNameOf(service, args));
  const { appProtocol: standard, ...port } = servicePort(service, clusterPort(service));
  const appProtocol = own.appProtocol === undefined ? standard : own.appProtocol;
  return {
    logicalName: ownServiceName(args),
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...metadata,
        labels: { ...labels, [ENTRY_LABEL]: args.kind },
        annotations: { ...own.annotations, ...promiseAnnotation(service), ...podsAnnotation(service) },
      },
      spec: {
        type: "ClusterIP",
        selector: selectorOf(service),
        ports: [{ ...port, ...(appProtocol === null || appProtocol === undefined ? {} : { appProtocol }) }],
        sessionAffinity: "None",
      },
    },
    after: [...afterNamespace(service), ...(own.after ?? [])],
    why: [own.why, "No sessionAffinity: the load balancer sends to the pods themselves and never asks the Service."],
  };
}

export const ownServiceName = (args: EntryArgs): string => `${entryName(args)}-service`;

/** How an Ingress names it. */
export function ownBackend(args: EntryArgs, service: Service) {
  return { service: { name: objectNameOf(service, args), port: { name: portName(service) } } };
}
