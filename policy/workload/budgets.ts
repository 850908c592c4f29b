import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { namespaceOf, refOf } from "../../path/value";
import { EVICTED_KINDS, selectorText } from "./pods";

/** Which workloads each disruption budget counts the pods of. */
export interface Coverage {
  certain: KubernetesObject[];
  perhaps: KubernetesObject[];
}

/** Every budget that was read with the workloads that it selects, none for one that selects nothing. */
export function coverageOf(catalog: Catalog): Map<KubernetesObject, Coverage> {
  const coverage = new Map<KubernetesObject, Coverage>();
  for (const budget of catalog.ofKind("PodDisruptionBudget")) coverage.set(budget, { certain: [], perhaps: [] });
  for (const workload of [...EVICTED_KINDS, "Pod"].flatMap((kind) => catalog.ofKind(kind))) {
    const { certain, perhaps } = catalog.budgetsOver(workload);
    for (const budget of certain) coverage.get(budget)?.certain.push(workload);
    for (const budget of perhaps) coverage.get(budget)?.perhaps.push(workload);
  }
  return coverage;
}

/**
 * The budget to write for a workload, as one line of YAML. One pod at a time: that holds for any number of pods, whereas a minimum that stays
 * behind when the service grows lets all new ones go at once.
 */
export function budgetToWrite(workload: KubernetesObject): string {
  const name = `{ name: ${refOf(workload).name}, namespace: ${namespaceOf(workload)} }`;
  const spec = `{ maxUnavailable: 1, selector: { matchLabels: { ${selectorText(workload)} } } }`;
  return `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: ${name}, spec: ${spec} }`;
}
