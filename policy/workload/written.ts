import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import { annotationOf, listAt, textAt, valueAt } from "../../path/value";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Whether its owner wrote a field of the spec. What the API server gives back has every default and what the controllers wrote; there the
 * records of who wrote what decide, and where there are none nobody is said to have.
 */
export function isWritten(object: KubernetesObject, field: string): Ternary {
  const value = valueAt(object, "spec", field);
  if (value === UNKNOWN || value === undefined) return value === UNKNOWN ? UNKNOWN : false;
  if (!isFromServer(object)) return true;
  const applied = annotationOf(object, LAST_APPLIED);
  if (typeof applied === "string") return valueAt(parsed(applied), "spec", field) !== undefined;
  const managers = listAt(object, "metadata", "managedFields");
  if (managers === UNKNOWN || managers.includes(UNKNOWN)) return UNKNOWN;
  return managers.some((manager) => isOwner(manager) && valueAt(manager, "fieldsV1", "f:spec", `f:${field}`) !== undefined);
}

/** Only the API server gives these; what it answers to a dry run has the first alone. */
const isFromServer = (object: KubernetesObject): boolean =>
  ["uid", "resourceVersion"].some((key) => typeof textAt(object, "metadata", key) === "string");

/** An autoscaler writes through the scale subresource, and controllers are nobody's manifest. */
function isOwner(manager: Value): boolean {
  const name = textAt(manager, "manager");
  return textAt(manager, "subresource") === undefined && name !== "kube-controller-manager" && name !== "keda-operator";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
