import { block, wholeNumber } from "./check/fields";
import type { Problem } from "./check/problem";
import { metadataOf, selectorOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";
import type { Scaling } from "./horizontalPodAutoscaler";

/** How many pods must stay while nodes are emptied. */
export interface Disruption {
  /** 1 to `scaling.min` - 1 pods, default `scaling.min` - 1. With one pod there is nothing to keep, and none is written. */
  minAvailable?: number;
}

export const disruptionSchema = block({ minAvailable: wholeNumber("pods", 1, 999).optional() });

export function checkDisruption({ minAvailable }: Disruption, { min }: Scaling): Problem[] {
  if (minAvailable === undefined || minAvailable < min) return [];
  const wayOut = min === 1 ? "Remove it, or raise scaling.min." : `Write ${min - 1} or fewer, or raise scaling.min.`;
  const message = `found ${minAvailable}; allowed: fewer pods than scaling.min (${min}), or no node could ever be emptied. ${wayOut}`;
  return [{ path: "disruption.minAvailable", message }];
}

/** The pods that stay; undefined with a single one, which may go. */
export function minimumAvailable({ scaling: { min }, disruption }: Service): number | undefined {
  return min === 1 ? undefined : (disruption.minAvailable ?? min - 1);
}

export function compilePodDisruptionBudget(service: Service): CompiledObject[] {
  const { min } = service.scaling;
  const minAvailable = minimumAvailable(service);
  const budget = minAvailable === undefined ? { maxUnavailable: 1 } : { minAvailable };
  const why = [
    min === 1
      ? "With a single pod a minAvailable of 1 would block every node drain for ever, so the one pod may go."
      : `Below the floor of ${min} pods, so that a node can always be emptied one pod at a time.`,
  ];
  return [
    {
      logicalName: "pod-disruption-budget",
      object: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: metadataOf(service),
        spec: { ...budget, selector: { matchLabels: selectorOf(service) } },
      },
      after: afterNamespace(service),
      why,
    },
  ];
}
