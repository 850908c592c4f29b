import type { ClusterReader } from "../../cluster";
import type { ExaminedService } from "../../compile/parse";
import type { KubernetesObject, Value } from "../../path/objects";
import { nameOf, textAt, valueAt } from "../../path/value";

/** How sure it is: the cluster shows it, nothing shows it, or it was seen to be otherwise. */
export type Likelihood = "seen" | "no sign" | "ruled out";

export interface Cause {
  likelihood: Likelihood;
  what: string;
  /** What shows it, with the names of the cluster. */
  evidence?: string;
  /** What to do, or the command that shows more. */
  mend: string;
}

/** What may be wrong with one object, what the cluster shows first. */
export interface Diagnosis {
  about: string;
  causes: Cause[];
}

/** What a symptom is looked for in. */
export interface Ward {
  reader: ClusterReader;
  services: readonly ExaminedService[];
  /** Those of the stack's services. */
  namespaces: string[];
  /** Kinds that could not be listed, with the reason: nothing follows from their absence. */
  refused?: Map<string, string>;
}

export const sorted = (causes: Cause[]): Cause[] => {
  const order: Likelihood[] = ["seen", "no sign", "ruled out"];
  return [...causes].sort((left, right) => order.indexOf(left.likelihood) - order.indexOf(right.likelihood));
};

/** The objects of a kind in the stack's namespaces. */
export async function objectsIn(
  { reader, namespaces, refused }: Pick<Ward, "reader" | "namespaces" | "refused">,
  apiVersion: string,
  kind: string,
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(namespaces.map((namespace) => reader.list(apiVersion, kind, namespace)));
  for (const listed of lists) {
    if ("refused" in listed && listed.refused.why !== "not-served") refused?.set(kind, listed.refused.said);
  }
  return lists.flatMap((listed) => ("objects" in listed ? listed.objects : []));
}

/** What could not be read, so that nobody takes silence for health. */
export function notRead(refused: ReadonlyMap<string, string>): Diagnosis[] {
  if (refused.size === 0) return [];
  const causes = [...refused].map(([kind, said]): Cause => {
    const mend = `kubectl auth can-i list ${kind.toLowerCase()} -n <namespace>`;
    return { likelihood: "no sign", what: `no ${kind} could be read`, evidence: said, mend };
  });
  return [{ about: "what could not be read, and may hold the cause", causes }];
}

/** `reason: message` of every event about an object, the newest first. */
export async function eventsOf(
  ward: Pick<Ward, "reader" | "namespaces" | "refused">,
  about: KubernetesObject,
): Promise<string[]> {
  const events = await objectsIn(ward, "v1", "Event");
  const time = (event: KubernetesObject): string =>
    String(textAt(event, "lastTimestamp") ?? textAt(event, "eventTime") ?? textAt(event, "metadata", "creationTimestamp") ?? "");
  return events
    .filter((event) => {
      const of = valueAt(event, "involvedObject");
      return textAt(of, "kind") === about.kind && textAt(of, "name") === about.metadata.name && isIn(of, about);
    })
    .sort((left, right) => (time(left) < time(right) ? 1 : -1))
    .map((event) => `${String(textAt(event, "reason") ?? "")}: ${String(textAt(event, "message") ?? "")}`);
}

const isIn = (of: Value, about: KubernetesObject): boolean => textAt(of, "namespace") === about.metadata.namespace;

/** `kubectl describe service web -n chat`. */
export const describe = (object: KubernetesObject): string =>
  `kubectl describe ${object.kind.toLowerCase()} ${object.metadata.name} -n ${object.metadata.namespace ?? "default"}`;

export { nameOf };

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export function conditionsOf(object: KubernetesObject): Condition[] {
  const { conditions = [] } = (object.status ?? {}) as { conditions?: Condition[] };
  return conditions;
}
