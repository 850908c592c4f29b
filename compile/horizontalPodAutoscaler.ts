import { block, list, oneOf, seconds, wholeNumber } from "./check/fields";
import { metadataOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";

/** How fast the number of pods may change in one direction. */
export interface ScalingBehavior {
  /** Seconds the autoscaler looks back, so that a short dip or peak changes nothing. 0 to 3600. */
  stabilizationWindowSeconds: number;
  /** At most so many percent of the pods, or so many pods, in each period. */
  policies: { type: "Percent" | "Pods"; value: number; periodSeconds: number }[];
}

/** How many pods there are. */
export interface Scaling {
  /** Fewest pods. 1 to 1000, default 3; at least 2 in production. */
  min: number;
  /** Most pods. 1 to 1000, default 10, at least `min`. The same as `min`: a fixed number, without an autoscaler. */
  max: number;
  /** Average use of the reserved processor time above which pods are added. 1 to 100 percent, default 70. */
  cpuPercent: number;
  /** Average use of the reserved memory above which pods are added. 1 to 100 percent, default 80. */
  memoryPercent: number;
  behavior: {
    /** Default: after 300 s, at most half of the pods a minute. Every pod that leaves closes its connections. */
    scaleDown: ScalingBehavior;
    /** Default: after 60 s, at most twice the pods a minute. */
    scaleUp: ScalingBehavior;
  };
}

const MAXIMUM_PODS = 1000;

const SCALE_DOWN: ScalingBehavior = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
};
const SCALE_UP: ScalingBehavior = {
  stabilizationWindowSeconds: 60,
  policies: [{ type: "Percent", value: 100, periodSeconds: 60 }],
};

function behaviorSchema(standard: ScalingBehavior) {
  const policy = block({
    type: oneOf(["Percent", "Pods"]),
    value: wholeNumber("pods or percent", 1, MAXIMUM_PODS),
    periodSeconds: seconds(1, 1800),
  });
  return block({
    stabilizationWindowSeconds: seconds(0, 3600).default(standard.stabilizationWindowSeconds),
    policies: list(policy, "policies, each with type, value and periodSeconds")
      .min(1, { error: () => "found an empty list; allowed: at least one policy. Write one, or remove the key for the default." })
      .default(standard.policies),
  }).prefault({});
}

export const scalingSchema = block({
  min: wholeNumber("pods", 1, MAXIMUM_PODS).default(3),
  max: wholeNumber("pods", 1, MAXIMUM_PODS).default(10),
  cpuPercent: wholeNumber("percent", 1, 100).optional(),
  memoryPercent: wholeNumber("percent", 1, 100).optional(),
  behavior: block({ scaleDown: behaviorSchema(SCALE_DOWN), scaleUp: behaviorSchema(SCALE_UP) }).optional(),
})
  .superRefine((scaling, context) => {
    const { min, max } = scaling;
    if (min > max) {
      const message = `found ${min}, above scaling.max (${max}). Write ${max} or fewer, or raise scaling.max.`;
      context.addIssue({ code: "custom", path: ["min"], message });
    }
    if (min !== max) return;
    for (const key of ["cpuPercent", "memoryPercent", "behavior"] as const) {
      if (scaling[key] === undefined) continue;
      const message = `found with min and max both ${min}, where no autoscaler reads it. Remove it, or raise scaling.max.`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  })
  .transform(
    ({
      cpuPercent = 70,
      memoryPercent = 80,
      behavior = { scaleDown: SCALE_DOWN, scaleUp: SCALE_UP },
      ...floorAndCeiling
    }): Scaling => {
      return { ...floorAndCeiling, cpuPercent, memoryPercent, behavior };
    },
  );

/** Whether an autoscaler decides how many pods there are. */
export function isAutoscaled({ scaling }: Service): boolean {
  return scaling.min < scaling.max;
}

const averageUtilization = (name: string, percent: number) => ({
  type: "Resource",
  resource: { name, target: { type: "Utilization", averageUtilization: percent } },
});

export function compileHorizontalPodAutoscaler(service: Service): CompiledObject[] {
  if (!isAutoscaled(service)) return [];
  const { min, max, cpuPercent, memoryPercent, behavior } = service.scaling;
  return [
    {
      logicalName: "horizontal-pod-autoscaler",
      object: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: metadataOf(service),
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: service.name },
          minReplicas: min,
          maxReplicas: max,
          metrics: [averageUtilization("cpu", cpuPercent), averageUtilization("memory", memoryPercent)],
          behavior,
        },
      },
      after: afterNamespace(service),
    },
  ];
}
