import { isAutoscaled } from "./horizontalPodAutoscaler";
import { metadataOf, selectorOf } from "./labels";
import { minReadyFields, minReadyOf } from "./minReady";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import { podObjects, podTemplate } from "./podTemplate";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

export function compileDeployment(service: Service, surroundings: Surroundings): CompiledObject {
  const autoscaled = isAutoscaled(service);
  const minReady = minReadyOf(service, surroundings);
  const { template, why } = podTemplate(service, surroundings.cluster);
  const spec = {
    ...(autoscaled ? {} : { replicas: service.scaling.min }),
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    ...minReadyFields(minReady.seconds),
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
      ...minReady.why,
      ...why,
    ],
  };
}
