import type { Catalog } from "../catalog";
import { parseDeclaredPods, PODS_ANNOTATION } from "../declarations";
import { POD_LIFECYCLE } from "../facts";
import type { Hop, Path } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { picksOnePod } from "../onePod";
import { annotationOf, nameOf, numberAt, refOf } from "../value";
import { hopOf } from "./hop";

/** The end of a path: the pods a Service sends to, what they are called and how many there can be. */
export function podEnd(
  service: KubernetesObject | undefined,
  catalog: Catalog,
): { hop: Hop; reached: Pick<Path, "workloads" | "maximumPods"> } {
  if (service === undefined) {
    return { hop: hopOf("pod", { from: "the Service is not among the objects" }), reached: { workloads: [] } };
  }
  const { certain, perhaps } = catalog.selectedBy(service);
  const first = certain[0];
  const grace = first === undefined ? undefined : numberAt(first, "spec", "template", "spec", "terminationGracePeriodSeconds");
  if (first === undefined && perhaps.length === 0) {
    const declared = declaredPods(service);
    if (declared !== undefined) return declared;
  }
  const hop = hopOf("pod", {
    from: first === undefined ? `${nameOf(service)} selects no workload among the objects` : nameOf(first),
    drainSeconds: grace === UNKNOWN ? null : (grace ?? POD_LIFECYCLE.defaultGracePeriodSeconds),
  });
  const reached: Pick<Path, "workloads" | "maximumPods"> = { workloads: certain.map(refOf) };
  const most = picksOnePod(service) ? (certain.length === 0 ? undefined : certain.length) : mostPods(certain, catalog);
  const maximumPods = perhaps.length > 0 ? undefined : most;
  if (maximumPods !== undefined) reached.maximumPods = maximumPods;
  return { hop, reached };
}

/** What the Service declares of pods whose workload is not among the objects. */
function declaredPods(service: KubernetesObject): ReturnType<typeof podEnd> | undefined {
  const text = annotationOf(service, PODS_ANNOTATION);
  const declared = typeof text === "string" ? parseDeclaredPods(text) : undefined;
  if (declared === undefined) return undefined;
  const from = `${nameOf(service)} annotation ${PODS_ANNOTATION}`;
  const hop = hopOf("pod", { from, drainSeconds: declared.gracePeriodSeconds ?? null });
  return { hop, reached: { workloads: [], ...(declared.replicas === undefined ? {} : { maximumPods: declared.replicas }) } };
}

function mostPods(workloads: KubernetesObject[], catalog: Catalog): number | undefined {
  if (workloads.length === 0) return undefined;
  let most = 0;
  for (const workload of workloads) {
    const { ceiling } = catalog.podRange(workload);
    if (typeof ceiling !== "number") return undefined;
    most += ceiling;
  }
  return most;
}
