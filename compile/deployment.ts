import type { ClusterFacts } from "../path/model";
import { CONFIG_MAP, configMapName, FILES, filesName } from "./configMap";
import { compilePreStop, drainOf } from "./drain";
import { isAutoscaled } from "./horizontalPodAutoscaler";
import { labelsOf, metadataOf, selectorOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import { overloadEnvironment, overloadWhy } from "./overload";
import { portName } from "./port";
import { compileProbes } from "./probes";
import { SECRET, secretName } from "./secret";
import { scrapeAnnotations } from "./serviceMonitor";
import type { Service } from "./service";

const FILES_VOLUME = "files";

export function compileDeployment(service: Service, cluster: ClusterFacts): CompiledObject {
  const autoscaled = isAutoscaled(service);
  const drain = drainOf(service, cluster);
  const preStop = compilePreStop(drain.preStopSeconds, cluster);
  const spec = {
    ...(autoscaled ? {} : { replicas: service.scaling.min }),
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: selectorOf(service) },
    template: { metadata: podMetadata(service), spec: podSpec(service, drain.gracePeriodSeconds, preStop.lifecycle) },
  };
  return {
    logicalName: "deployment",
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: metadataOf(service), spec },
    after: [...afterNamespace(service), ...environmentObjects(service)],
    ...(autoscaled ? { ignoreChanges: ["spec.replicas"] } : {}),
    why: [
      ...(autoscaled
        ? [`replicas is the autoscaler's alone, which keeps ${service.scaling.min} to ${service.scaling.max} pods.`]
        : []),
      `terminationGracePeriodSeconds ${drain.gracePeriodSeconds}: preStop ${drain.preStopSeconds} + drain ${drain.drainSeconds} + margin ${drain.gracePeriodSeconds - drain.preStopSeconds - drain.drainSeconds}.`,
      ...overloadWhy(service),
      ...preStop.why,
    ],
  };
}

/** The objects the pods cannot start without. */
function environmentObjects(service: Service): string[] {
  const created = service.secrets !== undefined && service.secrets.source !== "existing";
  return [
    ...(Object.keys(service.config).length > 0 ? [CONFIG_MAP] : []),
    ...(service.files === undefined ? [] : [FILES]),
    ...(created ? [SECRET] : []),
  ];
}

function podMetadata(service: Service) {
  const annotations = scrapeAnnotations(service);
  return { labels: labelsOf(service), ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
}

function podSpec(service: Service, terminationGracePeriodSeconds: number, lifecycle: object | undefined) {
  const volumes = [{ name: FILES_VOLUME, configMap: { name: filesName(service) } }];
  return {
    terminationGracePeriodSeconds,
    containers: [container(service, lifecycle)],
    affinity: spreadOverNodes(service),
    ...(service.files === undefined ? {} : { volumes }),
  };
}

function container(service: Service, lifecycle: object | undefined) {
  const name = portName(service);
  return {
    name: service.name,
    image: service.image,
    imagePullPolicy: service.imagePullPolicy,
    ...(service.command === undefined ? {} : { command: service.command }),
    ...(service.args === undefined ? {} : { args: service.args }),
    ports: [{ name, containerPort: service.port, protocol: "TCP" }],
    ...overloadEnvironment(service),
    ...environment(service),
    resources: service.resources,
    ...compileProbes(service.probes, service.protocol, { name, number: service.port }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(service.files === undefined
      ? {}
      : { volumeMounts: [{ name: FILES_VOLUME, mountPath: service.files.mountPath, readOnly: true }] }),
  };
}

function environment(service: Service) {
  const secret = secretName(service);
  const envFrom = [
    ...(Object.keys(service.config).length > 0 ? [{ configMapRef: { name: configMapName(service) } }] : []),
    ...(secret === undefined ? [] : [{ secretRef: { name: secret } }]),
  ];
  return envFrom.length === 0 ? {} : { envFrom };
}

/** Preferred, not required: on a cluster with fewer nodes than pods they must still start. */
function spreadOverNodes(service: Service) {
  const labelSelector = { matchExpressions: [{ key: "app", operator: "In", values: [service.name] }] };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { labelSelector, topologyKey: "kubernetes.io/hostname" } },
      ],
    },
  };
}
