import { AUTOSCALER_BOUNDS } from "../../path/facts/autoscalers";
import type { ClusterFacts } from "../../path/model";
import { block, list, oneOf, seconds, wholeNumber } from "../check/fields";
import { drainOf } from "../drain";
import type { Service } from "../service";

/** How fast the number of pods may change in one direction. */
export interface ScalingBehavior {
  /** Seconds the autoscaler looks back, so that a short dip or peak changes nothing. 0 to 3600. */
  stabilizationWindowSeconds: number;
  /** At most so many percent of the pods, or so many pods, in each period. Of several the one that allows most counts. */
  policies: { type: "Percent" | "Pods"; value: number; periodSeconds: number }[];
}

/** What a user writes of it. */
export interface WrittenBehavior {
  scaleDown?: Partial<ScalingBehavior>;
  scaleUp?: Partial<ScalingBehavior>;
}

const MAXIMUM_CHANGE = 1000;
const { policyPeriod, stabilizationWindow, standardScaleUp } = AUTOSCALER_BOUNDS;

const policy = block({
  type: oneOf(["Percent", "Pods"]),
  value: wholeNumber("pods or percent", 1, MAXIMUM_CHANGE),
  periodSeconds: seconds(policyPeriod.minimum, policyPeriod.maximum),
});

const direction = () =>
  block({
    stabilizationWindowSeconds: seconds(stabilizationWindow.minimum, stabilizationWindow.maximum).optional(),
    policies: list(policy, "policies, each with type, value and periodSeconds")
      .min(1, { error: () => "found an empty list; allowed: at least one policy. Write one, or remove the key for the default." })
      .optional(),
  }).optional();

export const behaviorSchema = block({ scaleDown: direction(), scaleUp: direction() });

type Both = Record<"scaleDown" | "scaleUp", ScalingBehavior>;

const BY_USE: Both = {
  scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Percent", value: 50, periodSeconds: 60 }] },
  scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: "Percent", value: 100, periodSeconds: 60 }] },
};

/** Quick to come, slow to go: no pod begins to leave before the one before it may have gone. */
function byConnections(drainPeriodSeconds: number): Both {
  const { percent, pods, periodSeconds } = standardScaleUp;
  return {
    scaleDown: {
      stabilizationWindowSeconds: Math.min(
        Math.max(BY_USE.scaleDown.stabilizationWindowSeconds, drainPeriodSeconds),
        stabilizationWindow.maximum,
      ),
      policies: [{ type: "Pods", value: 1, periodSeconds: Math.min(drainPeriodSeconds, policyPeriod.maximum) }],
    },
    scaleUp: {
      stabilizationWindowSeconds: 0,
      policies: [
        { type: "Percent", value: percent, periodSeconds },
        { type: "Pods", value: pods, periodSeconds },
      ],
    },
  };
}

type Scaled = Pick<Service, "scaling" | "promise" | "drain" | "entries">;

/** Seconds a pod takes to leave, all included. */
export const drainPeriodSeconds = (service: Scaled, cluster: ClusterFacts): number =>
  drainOf(service, cluster).gracePeriodSeconds;

/** What is written, and the profile's defaults for the rest. */
export function behaviorOf(service: Scaled, cluster: ClusterFacts): Both {
  const { profile, behavior = {} } = service.scaling;
  const standard = profile === "connections" ? byConnections(drainPeriodSeconds(service, cluster)) : BY_USE;
  return {
    scaleDown: { ...standard.scaleDown, ...behavior.scaleDown },
    scaleUp: { ...standard.scaleUp, ...behavior.scaleUp },
  };
}

/** The most pods that can be leaving at one time because the autoscaler takes them away. */
export function mostLeavingAtOnce(service: Scaled, cluster: ClusterFacts): number {
  const wholeDrain = drainPeriodSeconds(service, cluster);
  const { policies } = behaviorOf(service, cluster).scaleDown;
  const perPolicy = policies.map(({ type, value, periodSeconds }) => {
    const pods = type === "Pods" ? value : Math.ceil((service.scaling.max * value) / 100);
    return pods * Math.ceil(wholeDrain / periodSeconds);
  });
  return Math.min(Math.max(...perPolicy), service.scaling.max - service.scaling.min);
}

/** With the profile for connections one at a time is what was asked; where the API or the user makes it more, the user should know. */
export function warnAboutLeaving(service: Service, cluster: ClusterFacts): string[] {
  if (service.scaling.profile !== "connections") return [];
  const pods = mostLeavingAtOnce(service, cluster);
  if (pods <= 1) return [];
  const wholeDrain = drainPeriodSeconds(service, cluster);
  const because =
    service.scaling.behavior?.scaleDown?.policies === undefined
      ? `a policy's period is ${policyPeriod.maximum} s at most (${policyPeriod.source})`
      : "scaling.behavior.scaleDown.policies allows it";
  return [
    `scaling: a pod takes up to ${wholeDrain} s to leave, and up to ${pods} may be leaving at once when connections become fewer: ${because}`,
  ];
}
