import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { poolMeant } from "../../path/read/inferencePool";
import type { Asked } from "./asked";

/** A workload whose pods carry connections that are judged. */
export interface JudgedWorkload {
  workload: KubernetesObject;
  /** The ways in that lead to it. */
  paths: Path[];
  /** True where it is not known before the update whether any leads to it. */
  perhaps: boolean;
  /** True where every way to it is a route that was written for another Service behind it. */
  byNeighboursOnly: boolean;
}

/** The workloads behind the ways in that are judged, each once. */
export function judgedWorkloads(catalog: Catalog, asked: readonly Asked[]): JudgedWorkload[] {
  const judged = new Map<KubernetesObject, JudgedWorkload>();
  for (const one of asked) {
    const { certain, perhaps } = behind(one.path, catalog);
    const open = !("requirement" in one) ? "open" in one : one.perhaps;
    const byNeighboursOnly = "requirement" in one && one.byANeighbour;
    for (const workload of certain) add(judged, workload, { path: one.path, open, byNeighboursOnly });
    for (const workload of perhaps) add(judged, workload, { path: one.path, open: true, byNeighboursOnly });
  }
  return [...judged.values()];
}

function add(
  judged: Map<KubernetesObject, JudgedWorkload>,
  workload: KubernetesObject,
  { path, open, byNeighboursOnly }: { path: Path; open: boolean; byNeighboursOnly: boolean },
): void {
  const known = judged.get(workload);
  if (known === undefined) judged.set(workload, { workload, paths: [path], perhaps: open, byNeighboursOnly });
  else {
    known.paths.push(path);
    known.perhaps &&= open;
    known.byNeighboursOnly &&= byNeighboursOnly;
  }
}

/** A way in may be a workload itself, where its Service is elsewhere. One whose Service is not known yet may lead to any workload. */
export function behind({ entry, service }: Path, catalog: Catalog): { certain: KubernetesObject[]; perhaps: KubernetesObject[] } {
  if (WORKLOAD_KINDS.has(entry.kind)) {
    const own = catalog.resolve(entry);
    if (own !== undefined) return { certain: [own], perhaps: [] };
    return { certain: [], perhaps: catalog.mayStillMean(entry) ? catalog.ofKind(entry.kind) : [] };
  }
  const found = catalog.resolve(service) ?? poolMeant(service, catalog);
  if (found !== undefined) return catalog.selectedBy(found);
  return { certain: [], perhaps: catalog.mayStillMean(service) ? catalog.workloads() : [] };
}
