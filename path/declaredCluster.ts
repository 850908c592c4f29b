import { CLUSTER_ANNOTATION, parseClusterFacts } from "./declarations";
import type { ClusterFacts } from "./model";
import type { KubernetesObject } from "./objects";
import { UNKNOWN } from "./objects";
import { annotationOf, nameOf } from "./value";

/** What the Namespaces among some objects declare of their cluster. */
export interface DeclaredCluster {
  /** Of all of them together; the later one wins. */
  facts: ClusterFacts;
  /** Declarations that cannot be read, each problem a sentence. */
  problems: { on: KubernetesObject; problem: string }[];
  /** Those whose declaration a preview does not know yet. */
  open: KubernetesObject[];
}

/** Reads every `holdfast/cluster` annotation. */
export function declaredCluster(objects: Iterable<KubernetesObject>): DeclaredCluster {
  const declared: DeclaredCluster = { facts: {}, problems: [], open: [] };
  for (const object of objects) {
    const text = object.kind === "Namespace" ? annotationOf(object, CLUSTER_ANNOTATION) : undefined;
    if (text === undefined) continue;
    if (text === UNKNOWN) {
      declared.open.push(object);
      continue;
    }
    const parsed = parseClusterFacts(text, `${nameOf(object)} annotation ${CLUSTER_ANNOTATION}`);
    if ("value" in parsed) Object.assign(declared.facts, parsed.value);
    else declared.problems.push(...parsed.problems.map((problem) => ({ on: object, problem })));
  }
  return declared;
}
