import type { ClusterFacts } from "../path/model";
import { isAutoscaled } from "./horizontalPodAutoscaler";
import { metadataOf, selectorOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import { podObjects, podTemplate } from "./podTemplate";
import type { Service } from "./service";

export function compileDeployment(service: Service, cluster: ClusterFacts): CompiledObject {
  const autoscaled = isAutoscaled(service);
  const { template, why } = podTemplate(service, cluster);
  const spec = {
    ...(autoscaled ? {} : { replicas: service.scaling.min }),
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    ...(service.minReadySeconds === undefined ? {} : { minReadySeconds: service.minReadySeconds }),
    selector: { matchLabels: selectorOf(service) },
    template,
  };
  return {
    logicalName: "deployment",
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: metadataOf(service), spec },
    after: [...afterNamespace(service), ...podObjects(service)],
    ...(autoscaled ? { ignoreChanges: ["spec.replicas"] } : {}),
    why: [
      ...(autoscaled
        ? [`replicas is the autoscaler's alone, which keeps ${service.scaling.min} to ${service.scaling.max} pods.`]
        : []),
      ...why,
    ],
  };
}
