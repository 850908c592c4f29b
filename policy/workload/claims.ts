import type { Catalog } from "../../path/catalog";
import { DISKS_OF_ONE_POD, FOLDERS_OF_A_NODE, SHARES } from "../../path/facts/storage";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import type { Read } from "../../path/value";
import { listAt, mapAt, namespaceOf, textAt, valueAt } from "../../path/value";
import { podSpecAt } from "./pods";

/** How a claim can be mounted, where it was read. */
export interface Mounting {
  modes: string[];
  /** Whether only the pods of one node can have it. */
  isForOneNode: boolean;
  /** True where its pods are all put on the node that has it, several at a time. */
  isOfItsNode: boolean;
}

/** A claim, and how it can be mounted where it was read. */
export type Claim = { name: string; mounting: Read<Mounting> };

export function mountingOf(workload: KubernetesObject, claim: string, catalog: Catalog): Claim["mounting"] {
  const ref = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: namespaceOf(workload), name: claim };
  const found = catalog.resolve(ref);
  if (found === undefined) return catalog.mayStillMean(ref) ? UNKNOWN : undefined;
  const modes = listAt(found, "spec", "accessModes");
  if (modes === UNKNOWN || modes.includes(UNKNOWN)) return UNKNOWN;
  const written = modes.map(String);
  const narrow = written.length > 0 && !written.some((mode) => /Many$/.test(mode));
  // One pod alone is what the scheduler sees to, wherever it is stored.
  if (!narrow || written.includes("ReadWriteOncePod")) return { modes: written, isForOneNode: narrow, isOfItsNode: false };
  const shared = isMadeAs(SHARES, found, catalog);
  const local = isMadeAs(FOLDERS_OF_A_NODE, found, catalog);
  if (shared === UNKNOWN || local === UNKNOWN) return UNKNOWN;
  return { modes: written, isForOneNode: !shared, isOfItsNode: local };
}

interface Kind {
  provisioners: ReadonlySet<string>;
  classes: RegExp;
  volumes?: readonly string[];
}

/** By the volume it is bound to, else by who makes the volumes of its class, else by the class's own name. */
function isMadeAs({ provisioners, classes, volumes = [] }: Kind, claim: KubernetesObject, catalog: Catalog): Ternary {
  const bound = textAt(claim, "spec", "volumeName");
  const className = textAt(claim, "spec", "storageClassName");
  if (bound === UNKNOWN || className === UNKNOWN) return UNKNOWN;
  const volume = catalog.named("PersistentVolume", bound);
  if (volume !== undefined) {
    const driver = textAt(volume, "spec", "csi", "driver");
    if (driver === UNKNOWN) return UNKNOWN;
    return provisioners.has(driver ?? "") || volumes.some((key) => valueAt(volume, "spec", key) !== undefined);
  }
  const storage = catalog.named("StorageClass", className);
  if (storage === undefined) return classes.test(className ?? "");
  const provisioner = textAt(storage, "provisioner");
  return provisioner === UNKNOWN ? UNKNOWN : provisioners.has(provisioner ?? "");
}

/** The name of a volume that is a disk of its own, which one pod at a time can write to. */
export function diskOfOnePod(workload: KubernetesObject): Read<string> {
  const volumes = listAt(workload, ...podSpecAt(workload), "volumes");
  if (volumes === UNKNOWN) return UNKNOWN;
  const found = volumes.map((volume) => {
    const sources = mapAt(volume);
    const kind = sources === UNKNOWN ? undefined : Object.keys(sources).find((key) => DISKS_OF_ONE_POD.has(key));
    if (kind === undefined) return undefined;
    const readOnly = valueAt(volume, kind, "readOnly");
    if (readOnly === UNKNOWN) return UNKNOWN;
    return readOnly === true ? undefined : textAt(volume, "name");
  });
  return found.find((one) => typeof one === "string") ?? (found.includes(UNKNOWN) ? UNKNOWN : undefined);
}
