import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import type { Asked } from "./asked";

/** A workload whose pods carry connections that are judged. */
export interface JudgedWorkload {
  workload: KubernetesObject;
  /** The ways in that lead to it. */
  paths: Path[];
  /** True where it is not known before the update whether any leads to it. */
  perhaps: boolean;
}

/** The workloads behind the ways in that are judged, each once. */
export function judgedWorkloads(catalog: Catalog, asked: readonly Asked[]): JudgedWorkload[] {
  const judged = new Map<KubernetesObject, JudgedWorkload>();
  for (const one of asked) {
    const { certain, perhaps } = behind(one.path, catalog);
    const open = !("requirement" in one) ? "open" in one : one.perhaps;
    for (const workload of certain) add(judged, workload, one.path, open);
    for (const workload of perhaps) add(judged, workload, one.path, true);
  }
  return [...judged.values()];
}

function add(judged: Map<KubernetesObject, JudgedWorkload>, workload: KubernetesObject, path: Path, perhaps: boolean): void {
  const known = judged.get(workload);
  if (known === undefined) judged.set(workload, { workload, paths: [path], perhaps });
  else {
    known.paths.push(path);
    known.perhaps &&= perhaps;
  }
}

/** A way in may be a workload itself, where its Service is elsewhere. One whose Service is not known yet may lead to any workload. */
export function behind({ entry, service }: Path, catalog: Catalog): { certain: KubernetesObject[]; perhaps: KubernetesObject[] } {
  if (WORKLOAD_KINDS.has(entry.kind)) return { certain: [catalog.resolve(entry) ?? []].flat(), perhaps: [] };
  const found = catalog.resolve(service);
  if (found !== undefined) return catalog.selectedBy(found);
  return { certain: [], perhaps: catalog.mayStillMean(service) ? catalog.workloads() : [] };
}
