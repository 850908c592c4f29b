import type { HopKind } from "../../path/facts";
import { facts } from "../../path/facts";
import type { Hop, Path } from "../../path/model";
import type { ObjectRef } from "../../path/objects";
import type { PropertyPath, Statement } from "../rule";

/** The object and the property in which the idle limit of a hop is written, or would be. */
export function placeOfIdle(hop: Hop, path: Path): Pick<Statement, "object" | "at"> {
  const object = hop.writtenIn ?? path.entry;
  if (hop.writtenAt !== undefined) return { object, at: hop.writtenAt };
  const { knob } = facts(hop.hop as HopKind).idle;
  if (knob === null || !knob.where.startsWith(object.kind)) return { object };
  const keys = knob.keys.map((key) => key.replace("<port>", String(path.port)));
  const key = keys.find((candidate) => hop.from.includes(candidate)) ?? keys[0];
  return key === undefined ? { object } : { object, ...placeOfKey(key) };
}

function placeOfKey(key: string): { at?: PropertyPath } {
  if (key.includes("/")) return { at: annotationAt(key) };
  return key.startsWith("spec.") && !key.includes("[") ? { at: key.split(".") } : {};
}

export function annotationAt(key: string): PropertyPath {
  return ["metadata", "annotations", key];
}

/** The object that a reviewer points at where the pods themselves are the reason: the workload, else the way in to what runs elsewhere. */
export function placeOfPods({ workloads, entry }: Path): ObjectRef {
  return workloads[0] ?? entry;
}
