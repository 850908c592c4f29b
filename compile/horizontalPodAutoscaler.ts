import type { ClusterFacts } from "../path/model";
import { behaviorOf, behaviorSchema, drainPeriodSeconds, type WrittenBehavior } from "./autoscaler/behavior";
import {
  connectionsMetric,
  connectionsSchema,
  DEFAULT_CONNECTIONS,
  podsMetric,
  type Connections,
} from "./autoscaler/connections";
import { compileScaledObject, kedaSchema, type Keda } from "./autoscaler/keda";
import { block, oneOf, wholeNumber } from "./check/fields";
import { metadataOf } from "./labels";
import type { CompiledObject, Need } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";
import { workloadKind } from "./workload";

/** How many pods there are. */
export interface Scaling {
  /** Fewest pods. 1 to 1000, default 3; at least 2 in production. */
  min: number;
  /** Most pods. 1 to 1000, default 10, at least `min`. The same as `min`: a fixed number, without an autoscaler. */
  max: number;
  /**
   * What decides between the two. `cpu-memory` (default): how busy the pods are. `connections`: how many connections they hold; pods
   * come quickly and go one at a time. Absent where the number is fixed.
   */
  profile?: "cpu-memory" | "connections";
  /** Average use of the reserved processor time above which pods are added. 1 to 100 percent, default 70; with `connections` none. */
  cpuPercent?: number;
  /** Average use of the reserved memory above which pods are added. 1 to 100 percent, default 80; with `connections` none. */
  memoryPercent?: number;
  /** Only `connections`: how many one pod should carry. */
  connections?: Connections;
  /** Only `connections`: KEDA, which asks Prometheus itself, in place of a HorizontalPodAutoscaler. */
  keda?: Keda;
  /** How fast pods come and go, where the profile's way does not suit. */
  behavior?: WrittenBehavior;
}

const MAXIMUM_PODS = 1000;
const OF_AN_AUTOSCALER = ["profile", "cpuPercent", "memoryPercent", "connections", "keda", "behavior"] as const;

const written = block({
  min: wholeNumber("pods", 1, MAXIMUM_PODS).default(3),
  max: wholeNumber("pods", 1, MAXIMUM_PODS).default(10),
  profile: oneOf(["cpu-memory", "connections"]).optional(),
  cpuPercent: wholeNumber("percent", 1, 100).optional(),
  memoryPercent: wholeNumber("percent", 1, 100).optional(),
  connections: connectionsSchema.optional(),
  keda: kedaSchema.optional(),
  behavior: behaviorSchema.optional(),
});

export const scalingSchema = written
  .superRefine((scaling, context) => {
    for (const [key, message] of problemsOfScaling(scaling)) context.addIssue({ code: "custom", path: [key], message });
  })
  .transform((scaling): Scaling => {
    if (scaling.min === scaling.max) return scaling;
    const { profile = "cpu-memory", connections = DEFAULT_CONNECTIONS, cpuPercent = 70, memoryPercent = 80, ...rest } = scaling;
    if (profile === "connections") return { ...scaling, profile, connections };
    return { ...rest, profile, cpuPercent, memoryPercent };
  });

type Written = (typeof written)["_output"];

function* problemsOfScaling(scaling: Written): Iterable<[key: keyof Scaling, message: string]> {
  const { min, max, profile, connections, keda } = scaling;
  if (min > max) yield ["min", `found ${min}, above scaling.max (${max}). Write ${max} or fewer, or raise scaling.max.`];
  if (min === max) {
    for (const key of OF_AN_AUTOSCALER) {
      if (scaling[key] === undefined) continue;
      yield [key, `found with min and max both ${min}, where no autoscaler reads it. Remove it, or raise scaling.max.`];
    }
    return;
  }
  if (profile !== "connections") {
    const found = profile === undefined ? "the profile that is the default, cpu-memory" : "profile: cpu-memory";
    if (connections !== undefined) {
      yield ["connections", `found with ${found}, which does not count connections. Write profile: connections, or remove it.`];
    }
    if (keda !== undefined) {
      yield [
        "keda",
        `found with ${found}, which is a HorizontalPodAutoscaler: KEDA would make a second one, and the two would fight over the pods. Write profile: connections, or remove it.`,
      ];
    }
  }
  if (keda === undefined) return;
  for (const key of ["cpuPercent", "memoryPercent"] as const) {
    if (scaling[key] === undefined) continue;
    yield [key, `found ${scaling[key]} beside keda, which counts connections alone. Remove one of the two.`];
  }
}

/** Whether an autoscaler decides how many pods there are. */
export function isAutoscaled({ scaling }: Service): boolean {
  return scaling.min < scaling.max;
}

const averageUtilization = (name: string, percent: number | undefined) =>
  percent === undefined
    ? []
    : [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: percent } } }];

/** The autoscaler, where there is one: the cluster's own, or KEDA's. */
export function compileAutoscaler(service: Service, cluster: ClusterFacts): CompiledObject[] {
  if (!isAutoscaled(service)) return [];
  return [service.scaling.keda === undefined ? horizontalPodAutoscaler(service, cluster) : compileScaledObject(service, cluster)];
}

function horizontalPodAutoscaler(service: Service, cluster: ClusterFacts): CompiledObject {
  const { min, max, profile, cpuPercent, memoryPercent } = service.scaling;
  const leaves = drainPeriodSeconds(service, cluster);
  return {
    logicalName: "horizontal-pod-autoscaler",
    object: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadataOf(service),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: workloadKind(service), name: service.name },
        minReplicas: min,
        maxReplicas: max,
        metrics: [
          ...(profile === "connections" ? [podsMetric(service)] : []),
          ...averageUtilization("cpu", cpuPercent),
          ...averageUtilization("memory", memoryPercent),
        ],
        behavior: behaviorOf(service, cluster),
      },
    },
    after: afterNamespace(service),
    ...(profile === "connections" && service.scaling.behavior?.scaleDown?.policies === undefined
      ? { why: [`Pods go one at a time: one takes up to ${leaves} s to leave, and its clients have to find room on the others.`] }
      : {}),
  };
}

/** What must be in the cluster for connections to be counted. */
export function autoscalerNeeds(service: Service): Need[] {
  const { scaling } = service;
  if (scaling.profile !== "connections") return [];
  if (scaling.keda !== undefined) {
    const why = `KEDA asks ${scaling.keda.serverAddress} for the connections and scales by them`;
    return [{ kind: "CustomResourceDefinition", name: "scaledobjects.keda.sh", why }];
  }
  const why = `an adapter such as prometheus-adapter answers there with ${connectionsMetric(service)} of each pod; without it no pod is added`;
  return [{ kind: "API group", name: "custom.metrics.k8s.io", why }];
}
