import type { ClusterReader } from "../cluster";
import type { KubernetesObject, ObjectRef } from "../path/objects";
import { textAt } from "../path/value";
import type { TargetEntry } from "./model";

/** One pod behind a Service. */
export interface Backend {
  /** Name of the pod; its address where it is none. */
  name: string;
  node?: string;
  isReady: boolean;
}

/** What stands behind a Service, as the cluster's own lists have it; or why that could not be read. */
export type Backends = { pods: Backend[] } | { refused: string };

export async function backendsOf(reader: ClusterReader, service: ObjectRef): Promise<Backends> {
  const listed = await reader.list("discovery.k8s.io/v1", "EndpointSlice", service.namespace);
  if ("refused" in listed) return { refused: listed.refused.said };
  const own = listed.objects.filter(
    (slice) => textAt(slice, "metadata", "labels", "kubernetes.io/service-name") === service.name,
  );
  // A Service of two families has every pod twice.
  return { pods: [...new Map(own.flatMap(backendsIn).map((pod) => [pod.name, pod])).values()] };
}

function backendsIn(slice: KubernetesObject): Backend[] {
  type Endpoint = { addresses?: string[]; nodeName?: string; targetRef?: { name?: string }; conditions?: { ready?: boolean } };
  return ((slice.endpoints ?? []) as Endpoint[]).map(({ addresses, nodeName, targetRef, conditions }) => ({
    name: targetRef?.name ?? addresses?.[0] ?? "",
    ...(nodeName !== undefined && { node: nodeName }),
    isReady: conditions?.ready !== false,
  }));
}

export const readyOf = (backends: Backends): Backend[] =>
  "pods" in backends ? backends.pods.filter(({ isReady }) => isReady) : [];

const namesOf = (backends: Backends): string[] => readyOf(backends).map(({ name }) => name);

/** Pods that were ready at the first look and not at the second. */
export const wentAway = (before: Backends, after: Backends): string[] =>
  namesOf(before).filter((name) => !namesOf(after).includes(name));

/** What came and went between two looks, in words; undefined where nothing did. */
export function changeOf(before: Backends, after: Backends): string | undefined {
  const gone = wentAway(before, after);
  const come = wentAway(after, before);
  const parts = [
    ...(gone.length > 0 ? [`${gone.join(", ")} went`] : []),
    ...(come.length > 0 ? [`${come.join(", ")} came`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** In words, where no more than one pod is ready of several that were asked for; undefined elsewhere. */
export function stillAlone(ready: number | undefined, { pods = 1 }: Pick<TargetEntry, "pods">): string | undefined {
  return ready === 1 && pods > 1 ? `1 of the ${pods} pods that the stack asks for is ready, so nobody can tell yet.` : undefined;
}

/** The same at the way in of a check; undefined where there is nobody to ask, or the answer is that nothing is ready. */
export async function readyAt({
  cluster,
  entry,
}: {
  cluster?: ClusterReader;
  entry: TargetEntry;
}): Promise<Backends | undefined> {
  if (cluster === undefined || entry.path === undefined) return undefined;
  const backends = await backendsOf(cluster, entry.path.service);
  return readyOf(backends).length === 0 ? undefined : backends;
}
