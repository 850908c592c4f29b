import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, nameOf, refOf, valueAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import type { Claim } from "../workload/claims";
import { mountingOf } from "../workload/claims";
import { EVICTED_KINDS, sharedClaims } from "../workload/pods";

const REASON =
  "every pod that goes takes its connections along, and the fewer there are the more of all clients that is; the only one takes all of them, and nobody is served until it is back";

/** A judged workload never has fewer pods than asked, also while it is quiet. */
export const replicaFloor: Rule = {
  id: "replica-floor",
  title: "Enough pods, also at the quietest hour",
  description: "Every workload with long connections has at least the pods that are asked for.",
  group: "availability",
  check: (context: RuleContext): Statement[] => context.workloads.flatMap((judged) => check(judged, context)),
};

function check({ workload, perhaps }: JudgedWorkload, { catalog, options: { minimumReplicas } }: RuleContext): Statement[] {
  if (!EVICTED_KINDS.has(workload.kind) && workload.kind !== "Pod") return [];
  const { floor, ceiling } = catalog.podRange(workload);
  if (ceiling === 0 || (typeof floor === "number" && floor >= minimumReplicas)) return [];
  const common = {
    severity: "warning",
    object: refOf(workload),
    at: ["spec", ...(workload.kind === "Pod" ? [] : ["replicas"])],
    needed: `at least ${minimumReplicas} pods`,
    reason: REASON,
  } as const;
  if (floor === UNKNOWN || floor === undefined) {
    const fix = `replicas: ${minimumReplicas}`;
    return [notBefore({ ...common, found: "how many pods there are at least is not known yet", fix, pending: true }, perhaps)];
  }
  const found = `${floor === 1 ? "1 pod" : `${floor} pods`}${saidBy(workload, catalog)}`;
  return [notBefore({ ...common, found, fix: whatToWrite(workload, catalog, minimumReplicas) }, perhaps)];
}

function saidBy(workload: KubernetesObject, catalog: Catalog): string {
  if (workload.kind === "Pod") return " of its own, which nothing brings back";
  const autoscaler = catalog.autoscalersOver(workload).certain[0];
  if (autoscaler !== undefined) return ` at least, says ${nameOf(autoscaler)}`;
  return valueAt(workload, "spec", "replicas") === undefined ? ": replicas is not written" : "";
}

/** A claim that was read and that pods on several nodes mount as it is. */
const isShared = (mounting: Claim["mounting"]): boolean =>
  mounting !== undefined && mounting !== UNKNOWN && mounting.modes.length > 0 && !mounting.isForOneNode;

/** More pods, and what they need first where they would share a disk or lose each other's. */
function whatToWrite(workload: KubernetesObject, catalog: Catalog, minimumReplicas: number): string {
  if (workload.kind === "Pod") return `a Deployment with replicas: ${minimumReplicas} and this Pod's spec as its template`;
  const autoscaler = catalog.autoscalersOver(workload).certain[0];
  const key = autoscaler?.kind === "ScaledObject" ? "minReplicaCount" : "minReplicas";
  const line = autoscaler === undefined ? `replicas: ${minimumReplicas}` : `${key}: ${minimumReplicas} in ${nameOf(autoscaler)}`;
  const templates = listAt(workload, "spec", "volumeClaimTemplates");
  const waive = 'where it must stay alone: holdfast/waive.replica-floor: "<why>"';
  if (templates !== UNKNOWN && templates.length > 0) {
    return `${line}, if its pods tell each other what they keep: each has a disk of its own; ${waive}`;
  }
  const claims = sharedClaims(workload);
  const alone = claims === UNKNOWN ? [] : claims.filter((claim) => !isShared(mountingOf(workload, claim, catalog)));
  if (alone.length === 0) return line;
  return `${line}, once its pods can share ${alone.join(", ")} (accessModes: [ReadWriteMany]); ${waive}`;
}
