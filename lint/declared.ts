import { CLUSTER_ANNOTATION, parseClusterFacts } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { annotationOf, nameOf } from "../path/value";

/** What the Namespaces among the objects declare of their cluster. */
export function declaredBy(
  objects: readonly KubernetesObject[],
  complain: (object: KubernetesObject, problem: string) => void,
): ClusterFacts {
  let declared: ClusterFacts = {};
  for (const object of objects) {
    const text = object.kind === "Namespace" ? annotationOf(object, CLUSTER_ANNOTATION) : undefined;
    if (typeof text !== "string") continue;
    const parsed = parseClusterFacts(text, `${nameOf(object)} annotation ${CLUSTER_ANNOTATION}`);
    if ("value" in parsed) declared = { ...declared, ...parsed.value };
    else for (const problem of parsed.problems) complain(object, problem);
  }
  return declared;
}
