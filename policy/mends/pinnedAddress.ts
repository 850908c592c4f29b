import type { KubernetesObject } from "../../path/objects";
import { annotationOf, hasAnnotationUnder, textAt } from "../../path/value";
import type { OwnMend } from ".";

const METALLB_PREFIX = "metallb.io/";
const ADDRESSES = `${METALLB_PREFIX}loadBalancerIPs`;

/**
 * MetalLB reads a pinned address from its annotation and from the deprecated `spec.loadBalancerIP`, and refuses a Service with both, so
 * the address moves. Only where the Service shows that MetalLB serves it: others still read the field.
 */
export function pinnedAddressMends(object: KubernetesObject): OwnMend[] {
  if (object.kind !== "Service" || object.apiVersion !== "v1") return [];
  const address = textAt(object, "spec", "loadBalancerIP");
  if (typeof address !== "string" || address.trim() === "") return [];
  if (hasAnnotationUnder(object, METALLB_PREFIX) !== true || annotationOf(object, ADDRESSES) !== undefined) return [];
  return [
    { at: ["metadata", "annotations", ADDRESSES], write: address },
    { at: ["spec", "loadBalancerIP"], write: undefined },
  ];
}
