import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { listAt, namespaceOf } from "../../path/value";

/** A claim, and how it can be mounted where it was read. */
export type Claim = { name: string; modes: Read<string[]> };

export function accessModes(workload: KubernetesObject, claim: string, catalog: Catalog): Claim["modes"] {
  const ref = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: namespaceOf(workload), name: claim };
  const found = catalog.resolve(ref);
  if (found === undefined) return catalog.mayStillMean(ref) ? UNKNOWN : undefined;
  const modes = listAt(found, "spec", "accessModes");
  if (modes === UNKNOWN || modes.includes(UNKNOWN)) return UNKNOWN;
  return modes.map(String);
}

export const isForOneNode = (modes: string[]): boolean => modes.length > 0 && !modes.some((mode) => /Many$/.test(mode));
