import { AUTOSCALER_DEFAULTS } from "../../path/facts";
import { NAME_NOT_KNOWN, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "../../path/value";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { nearest } from "../../path/nearest";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { EVICTED_KINDS } from "../workload/pods";
import { metricFindings } from "../workload/metricFindings";
import { isWritten } from "../workload/written";

/** What scales a judged workload owns its number of pods alone, keeps enough of them, and counts what connections cost. */
export const autoscaler: Rule = {
  id: "autoscaler",
  title: "The autoscaler keeps the pods that connections need",
  description: "An autoscaler owns the number of pods alone and measures what connections cost.",
  group: "availability",
  check: (context: RuleContext): Statement[] => [
    ...context.workloads.flatMap(({ workload, perhaps }) => {
      const { certain, perhaps: open } = context.catalog.autoscalersOver(workload);
      const own = certain.filter((one) => !isMadeByKeda(one));
      const statements = [
        ...(open && EVICTED_KINDS.has(workload.kind) ? [notKnownYet(workload)] : []),
        ...(own.length > 0 ? staticReplicas(workload, own) : []),
        ...rivals(workload, own),
        ...own.flatMap((one) => [...range(one), ...metricFindings(one, workload, context)]),
      ];
      return statements.map((statement) => notBefore(statement, perhaps));
    }),
    ...ownedElsewhere(context),
    ...withoutTarget(context),
  ],
};

/** KEDA writes a HorizontalPodAutoscaler of its own for each of its objects. */
const isMadeByKeda = (object: KubernetesObject): boolean =>
  valueAt(object, "metadata", "ownerReferences", 0, "kind") === "ScaledObject";

function notKnownYet(workload: KubernetesObject): Statement {
  return {
    severity: "warning",
    object: refOf(workload),
    at: ["spec", "replicas"],
    found: "whether an autoscaler owns its number of pods is not known yet",
    needed: "one autoscaler at most, which owns the number alone",
    fix: "wait for the update",
    reason: "what scales it decides how many pods are left in a quiet hour",
    pending: true,
  };
}

/** Where all is judged: who owns the number of pods is a matter of its own, whatever leads to them. */
function ownedElsewhere({ catalog, workloads, options }: RuleContext): Statement[] {
  if (options.assume !== "all") return [];
  const judged = new Set(workloads.map(({ workload }) => workload));
  const others = catalog.workloads().filter((workload) => EVICTED_KINDS.has(workload.kind) && !judged.has(workload));
  return others.flatMap((workload) => {
    const { certain, perhaps } = catalog.autoscalersOver(workload);
    const own = certain.filter((one) => !isMadeByKeda(one));
    if (own.length > 0) return [...staticReplicas(workload, own), ...rivals(workload, own)];
    return perhaps && isWritten(workload, "replicas") !== false ? [notKnownYet(workload)] : [];
  });
}

function staticReplicas(workload: KubernetesObject, autoscalers: KubernetesObject[]): Statement[] {
  const written = isWritten(workload, "replicas");
  if (written === false) return [];
  const replicas = valueAt(workload, "spec", "replicas");
  const names = autoscalers.map(nameOf).sort().join(", ");
  return [
    {
      severity: "warning",
      object: refOf(workload),
      at: ["spec", "replicas"],
      found: `replicas ${replicas === UNKNOWN ? "(not known yet)" : JSON.stringify(replicas)} is written, and ${names} owns the number of pods`,
      needed: "no replicas beside an autoscaler",
      fix: "delete spec.replicas",
      reason:
        "every time it is applied the number of pods falls back to what is written, and the pods above it go with all their connections",
      ...(written === UNKNOWN && { pending: true }),
    },
  ];
}

function rivals(workload: KubernetesObject, autoscalers: KubernetesObject[]): Statement[] {
  const [, ...others] = [...autoscalers].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  return others.map((one) => ({
    severity: "error",
    object: refOf(one),
    at: ["spec", "scaleTargetRef"],
    found: `${autoscalers
      .filter((other) => other !== one)
      .map(nameOf)
      .sort()
      .join(", ")} scales ${nameOf(workload)} as well`,
    needed: "one autoscaler for each workload",
    fix: "one autoscaler with the metrics of both: the highest answer counts",
    reason: "each takes away the pods that the other added, again and again, and every pod goes with its connections",
  }));
}

/** The fewest and the most pods that an autoscaler allows. */
function range(autoscaler: KubernetesObject): Statement[] {
  const keda = autoscaler.kind === "ScaledObject";
  const [low, high] = keda ? ["minReplicaCount", "maxReplicaCount"] : ["minReplicas", "maxReplicas"];
  const minimum = numberAt(autoscaler, "spec", low);
  const maximum = numberAt(autoscaler, "spec", high);
  const object = refOf(autoscaler);
  if (minimum === UNKNOWN || maximum === UNKNOWN) {
    const found = `${minimum === UNKNOWN ? low : high} is not known yet`;
    const needed = "at least 2 pods, and room above them";
    return [{ severity: "warning", object, at: ["spec"], found, needed, fix: `${low}: 2 or more`, reason: FEW, pending: true }];
  }
  if (maximum === undefined && !keda) {
    const needed = "the most pods there may be";
    const reason = "the API server refuses an autoscaler without it, and nothing scales";
    return [
      { severity: "error", object, at: ["spec"], found: "maxReplicas is not written", needed, fix: "maxReplicas: 10", reason },
    ];
  }
  const { scaledObject, horizontalPodAutoscaler } = AUTOSCALER_DEFAULTS;
  const fewest = minimum ?? (keda ? scaledObject : horizontalPodAutoscaler).minimumPods;
  if (maximum !== undefined && fewest > maximum) {
    const found = `${low} ${fewest} is above ${high} ${maximum}`;
    const needed = `${low} of at most ${high}`;
    const reason = keda ? "KEDA refuses it, and nothing scales" : "the API server refuses it, and nothing scales";
    return [{ severity: "error", object, at: ["spec", low], found, needed, fix: `${high}: ${fewest} or more`, reason }];
  }
  const written = minimum === undefined ? `${low} is not written, which means ${fewest}` : `${low} ${fewest}`;
  if (fewest < 2) {
    const needed = `${low} 2 at least; the workload says how many are asked for`;
    return [{ severity: "warning", object, at: ["spec", low], found: written, needed, fix: `${low}: 3`, reason: FEW }];
  }
  if (fewest !== maximum) return [];
  const found = `${low} and ${high} are both ${fewest}: it never scales`;
  const fix = `raise ${high}, or delete it and write replicas: ${fewest}`;
  const reason = "when more clients come than the pods carry, no pod is added";
  return [{ severity: "info", object, at: ["spec", high], found, needed: `${high} above ${low}`, fix, reason }];
}

const FEW =
  "in a quiet hour one pod is left or none: whatever happens to it happens to every client, and nobody is served meanwhile";

/** An autoscaler whose target is not there, where something near it is; else the target may just not have been read. */
function withoutTarget({ catalog, workloads }: RuleContext): Statement[] {
  const judged = new Set(workloads.map(({ workload }) => namespaceOf(workload)));
  const named = new Map<string, string[]>();
  return ["HorizontalPodAutoscaler", "ScaledObject"].flatMap((kind) =>
    catalog.ofKind(kind).flatMap((one): Statement[] => {
      const namespace = namespaceOf(one);
      const target = textAt(one, "spec", "scaleTargetRef", "name");
      const targetKind = textAt(one, "spec", "scaleTargetRef", "kind") ?? "Deployment";
      if (!judged.has(namespace) || target === UNKNOWN || targetKind === UNKNOWN || namespace === NAME_NOT_KNOWN) return [];
      const ref = { apiVersion: "", kind: targetKind, namespace, name: target ?? "" };
      if (!EVICTED_KINDS.has(targetKind) || catalog.resolve(ref) !== undefined || catalog.mayStillMean(ref)) return [];
      const names = named.get(namespace) ?? namesIn(catalog, namespace);
      named.set(namespace, names);
      const near = nearest(ref.name, names.slice(0, 200));
      return [
        {
          severity: near === undefined ? "info" : "warning",
          object: refOf(one),
          at: ["spec", "scaleTargetRef"],
          found: `its target ${nameOf(ref)} is not among what was read`,
          needed: "a target that is there, in its own namespace",
          fix:
            near === undefined
              ? "correct scaleTargetRef, or delete the autoscaler"
              : `scaleTargetRef: ${meant(catalog, namespace, near)}`,
          reason: "an autoscaler without a target scales nothing, and the pods that clients need never come",
        },
      ];
    }),
  );
}

function namesIn(catalog: RuleContext["catalog"], namespace: string): string[] {
  return [...EVICTED_KINDS].flatMap((kind) => catalog.ofKind(kind, namespace).map((object) => refOf(object).name));
}

function meant(catalog: RuleContext["catalog"], namespace: string, name: string): string {
  const kind = [...EVICTED_KINDS].find((one) => catalog.find(one, namespace, name) !== undefined);
  const apiVersion = catalog.find(kind ?? "", namespace, name)?.apiVersion;
  return `{ apiVersion: ${apiVersion}, kind: ${kind}, name: ${name} }`;
}
