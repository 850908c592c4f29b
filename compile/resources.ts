import { block, cpuQuantity, memoryQuantity, quantityValue } from "./check/fields";

/** What a pod reserves and what it may use at most. */
export interface Resources {
  /** What the scheduler reserves, and what the autoscaler's percentages are percentages of. */
  requests: { cpu: string; memory: string };
  /** Above this the processor is throttled; above this much memory the pod is killed, with all its connections. */
  limits: { cpu: string; memory: string };
}

export const resourcesSchema = block({
  requests: block({ cpu: cpuQuantity().default("100m"), memory: memoryQuantity().default("128Mi") }).prefault({}),
  limits: block({ cpu: cpuQuantity().default("500m"), memory: memoryQuantity().default("512Mi") }).prefault({}),
}).superRefine(({ requests, limits }, context) => {
  for (const key of ["cpu", "memory"] as const) {
    if (quantityValue(requests[key]) <= quantityValue(limits[key])) continue;
    const message = `found ${requests[key]}, above the limit ${limits[key]}; a pod cannot reserve more than it may use. Lower it, or raise resources.limits.${key}.`;
    context.addIssue({ code: "custom", path: ["requests", key], message });
  }
});
