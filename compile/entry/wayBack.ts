import { LED_BACK_BY_TRAEFIK } from "../../path/facts/readiness";
import type { Service } from "../service";

/** Where Traefik's cookie leads clients back to a pod for longer than that says goodbye: they would come back to nobody. */
export function warnAboutWayBack({ promise, probes, workload }: Service): string[] {
  const { periodSeconds, failureThreshold } = probes.readiness;
  const readySeconds = periodSeconds * failureThreshold;
  if (workload.mode !== "create" || promise.affinity.mode === "none" || readySeconds < promise.drainSeconds) return [];
  return [
    `Traefik leads clients with a cookie back to a pod that leaves until its readiness probe has failed, here for up to ${readySeconds} s (periodSeconds ${periodSeconds} x failureThreshold ${failureThreshold}); with promise.drainSeconds ${promise.drainSeconds} the pod is gone by then, and they are turned away (${LED_BACK_BY_TRAEFIK.source}). Make the product less than drainSeconds in probes.readiness`,
  ];
}
