import type { KubernetesObject } from "../../path/objects";
import { annotationOf, hasAnnotationUnder, refOf, textAt } from "../../path/value";
import type { RuleContext, Statement } from "../rule";
import type { OwnMend } from ".";
import { asMends } from ".";

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

/** What `stable-address` says of each Service whose address can move for certain. */
export function deprecatedAddresses({ catalog }: RuleContext): Statement[] {
  return catalog.ofKind("Service").flatMap((service): Statement[] => {
    const mends = pinnedAddressMends(service);
    if (mends.length === 0) return [];
    const address = textAt(service, "spec", "loadBalancerIP");
    return [
      {
        severity: "info",
        object: refOf(service),
        at: ["spec", "loadBalancerIP"],
        found: `${String(address)} stands in spec.loadBalancerIP, which is deprecated since Kubernetes 1.24`,
        needed: "the annotation that MetalLB reads",
        fix: `${ADDRESSES}: ${String(address)}, and no spec.loadBalancerIP`,
        reason: "the field may go in any later API version, and with it the address that clients know",
        mends: asMends(service, mends),
      },
    ];
  });
}
