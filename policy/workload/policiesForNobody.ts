import type { Catalog } from "../../path/catalog";
import { limitsIngress, policiesOver } from "../../path/networkPolicy";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { knownItems, mapAt, nameOf, namespaceOf, refOf } from "../../path/value";
import type { Statement } from "../rule";

/**
 * Policies with rules that select none of the pods which were read, beside pods that nobody is let in to: whoever wrote them counts on them.
 * Where everybody is let in who should be, they may be for pods that somebody else installs.
 */
export function policiesForNobody(refused: readonly KubernetesObject[], catalog: Catalog): Statement[] {
  const byNamespace = new Map<string, KubernetesObject[]>();
  for (const workload of refused) {
    byNamespace.set(namespaceOf(workload), [...(byNamespace.get(namespaceOf(workload)) ?? []), workload]);
  }
  return [...byNamespace].flatMap(([namespace, workloads]) => {
    const selecting = new Set(
      catalog.workloads().flatMap((workload) => {
        if (namespaceOf(workload) !== namespace) return [];
        const { certain, perhaps } = policiesOver(workload, catalog);
        return [...certain, ...perhaps];
      }),
    );
    const idle = catalog.ofKind("NetworkPolicy", namespace).filter((policy) => !selecting.has(policy));
    return idle.filter(opensSomething).map((policy) => forNobody(policy, workloads));
  });
}

const opensSomething = (policy: KubernetesObject): boolean =>
  limitsIngress(policy) === true && knownItems(policy, "spec", "ingress").length > 0;

function forNobody(policy: KubernetesObject, refused: readonly KubernetesObject[]): Statement {
  const wanted = pairsOf(policy, "spec", "podSelector", "matchLabels");
  const [first, ...others] = [...refused].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const names = `${nameOf(first!)}${others.length === 0 ? "" : ` and ${others.length} more`}`;
  return {
    severity: "warning",
    object: refOf(policy),
    at: ["spec", "podSelector"],
    found: `${nameOf(policy)} selects no pods that were read${wanted === "" ? "" : ` (${wanted})`}, while those over ${names} leave out who connects`,
    needed: "labels of the pods that it is meant to open",
    fix: `podSelector: { matchLabels: { ${pairsOf(first!, "spec", "selector", "matchLabels")} } }`,
    reason: "a policy lets somebody in only to the pods that it selects, and says nothing where there are none",
  };
}

function pairsOf(object: KubernetesObject, ...at: string[]): string {
  const labels = mapAt(object, ...at);
  const pairs = labels === UNKNOWN ? [] : Object.entries(labels).map(([key, value]) => `${key}: ${String(value)}`);
  return pairs.sort().join(", ");
}
