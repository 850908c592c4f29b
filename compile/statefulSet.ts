import type { ClusterFacts } from "../path/model";
import { drainOf } from "./drain";
import { isAutoscaled } from "./horizontalPodAutoscaler";
import { metadataOf, selectorOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import { podObjects, podTemplate } from "./podTemplate";
import { servicePorts } from "./port";
import type { Service } from "./service";
import type { Volume } from "./workload";

const HEADLESS_SERVICE = "headless-service";

/** The longest name whose headless Service still has a name. */
export const LONGEST_STATEFUL_NAME_CHARACTERS = 63 - "-headless".length;

const headlessName = (service: Service): string => `${service.name}-headless`;

/** Pods with a name and volumes of their own, and the Service that gives each a DNS name. */
export function compileStatefulSet(service: Service, cluster: ClusterFacts): CompiledObject[] {
  const autoscaled = isAutoscaled(service);
  const { podManagement, volumes } = service.workload;
  const { template, why } = podTemplate(service, cluster);
  const spec = {
    ...(autoscaled ? {} : { replicas: service.scaling.min }),
    serviceName: headlessName(service),
    podManagementPolicy: podManagement === "parallel" ? "Parallel" : "OrderedReady",
    updateStrategy: { type: "RollingUpdate" },
    ...(volumes.length === 0 ? {} : { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } }),
    ...(service.minReadySeconds === undefined ? {} : { minReadySeconds: service.minReadySeconds }),
    selector: { matchLabels: selectorOf(service) },
    template,
    ...(volumes.length === 0 ? {} : { volumeClaimTemplates: volumes.map(claimTemplate) }),
  };
  const { gracePeriodSeconds } = drainOf(service, cluster);
  return [
    headlessService(service),
    {
      logicalName: "stateful-set",
      object: { apiVersion: "apps/v1", kind: "StatefulSet", metadata: metadataOf(service), spec },
      after: [...afterNamespace(service), HEADLESS_SERVICE, ...podObjects(service)],
      ...(autoscaled ? { ignoreChanges: ["spec.replicas"] } : {}),
      why: [
        `No pod is started before its predecessor is gone: a rollout takes up to ${gracePeriodSeconds} s and a start for each pod${service.scaling.max === 1 ? ", in which nobody is served" : ", one after the other"}.`,
        ...(volumes.length === 0
          ? []
          : ["The volumes stay when the StatefulSet goes or shrinks: who wants them gone deletes their claims."]),
        ...why,
      ],
    },
  ];
}

function claimTemplate({ name, sizeGib, storageClassName }: Volume) {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: `${sizeGib}Gi` } },
    },
  };
}

function headlessService(service: Service): CompiledObject {
  const { labels, ...metadata } = metadataOf(service, headlessName(service));
  // Without the label `app` no monitor takes it for a second Service with the same pods.
  const others = Object.fromEntries(Object.entries(labels!).filter(([key]) => key !== "app"));
  return {
    logicalName: HEADLESS_SERVICE,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: others },
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selectorOf(service),
        ports: servicePorts(service),
      },
    },
    after: afterNamespace(service),
    why: ["Only gives each pod a DNS name; connections come through the Service with an address."],
  };
}
