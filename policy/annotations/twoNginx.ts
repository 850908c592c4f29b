import type { AnnotationSetName } from "../../path/annotationReaders";
import { ANNOTATION_SETS } from "../../path/facts/knownAnnotations";
import type { KubernetesObject } from "../../path/objects";
import { refOf } from "../../path/value";
import type { Statement } from "../rule";
import { annotationAt } from "../scope/place";

const F5: readonly AnnotationSetName[] = ["f5-nginx", "f5-nginx-plus"];

/**
 * Two controllers are called nginx, and neither reads the other's annotations: where no class says which of them serves an Ingress that has
 * both, half of it does nothing.
 */
export function annotationsOfTwo(
  object: KubernetesObject,
  owned: readonly { key: string; owner: AnnotationSetName }[],
): Statement[] {
  const keysOf = (owners: readonly AnnotationSetName[]): string[] =>
    owned.filter(({ owner }) => owners.includes(owner)).map(({ key }) => key);
  const [community, f5] = [keysOf(["ingress-nginx"]), keysOf(F5)];
  const [first] = f5;
  if (object.kind !== "Ingress" || community.length === 0 || first === undefined) return [];
  const [ours, theirs] = [ANNOTATION_SETS["ingress-nginx"].title, ANNOTATION_SETS["f5-nginx"].title];
  return [
    {
      severity: "warning",
      object: refOf(object),
      at: annotationAt(first),
      found: `${f5.join(", ")} for ${theirs} beside ${community.join(", ")} for ${ours}, and no class says which of the two serves it`,
      needed: "annotations of one controller, and its class",
      fix: `ingressClassName, and what ${ours} or ${theirs} reads alone`,
      reason: "neither reads what is written for the other: a timeout that stands there is the default of 60 s",
    },
  ];
}
