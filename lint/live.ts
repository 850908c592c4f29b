import type { ClusterReader, Refusal } from "../cluster";
import type { KubernetesObject } from "../path/objects";
import { noDocuments } from "./documents";
import type { Documents } from "./model";
import { counted } from "../explain/words";

/** Many of them, changing all the time, and nothing in them concerns a connection. */
const PASSED_OVER = new Set([
  "APIService",
  "CSINode",
  "CSIStorageCapacity",
  "ComponentStatus",
  "ControllerRevision",
  "CustomResourceDefinition",
  "Event",
  "FlowSchema",
  "Job",
  "Lease",
  "NodeMetrics",
  "PodMetrics",
  "PriorityLevelConfiguration",
  "VolumeAttachment",
]);

/** Without these nothing can be said of the ways in. */
const NEEDED = new Set([
  "Service",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Ingress",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
]);

/** Who only may not see some kinds gets a report about the others. */
const MOST_NAMED = 8;

/**
 * Every object of a cluster that a rule may look at, by list calls alone; Secrets are never asked for. What may not be read is told.
 *
 * @param namespace absent: all of them.
 */
export async function readCluster(reader: ClusterReader, namespace?: string): Promise<Documents> {
  const documents = noDocuments();
  const kinds = oneVersionEach(await reader.listable()).filter(({ kind }) => !PASSED_OVER.has(kind));
  const refused: { kind: string; why: Refusal }[] = [];
  const lists = await Promise.all(
    kinds.map(async ({ apiVersion, kind }) => {
      const listed = await reader.list(apiVersion, kind, namespace);
      if ("objects" in listed) return listed.objects;
      refused.push({ kind, why: listed.refused });
      return [];
    }),
  );
  documents.objects.push(...lists.flat().filter(isOwn).map(withoutServerFields));
  documents.count = documents.objects.length;
  tellRefused(refused, documents, reader.context);
  return documents;
}

/** A cluster serves many kinds in several versions, and each of them lists the same objects. The preferred version comes first. */
function oneVersionEach(kinds: { apiVersion: string; kind: string }[]): { apiVersion: string; kind: string }[] {
  const first = new Map<string, { apiVersion: string; kind: string }>();
  for (const each of kinds) {
    const group = each.apiVersion.includes("/") ? each.apiVersion.split("/")[0] : "";
    const key = `${group} ${each.kind}`;
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()];
}

interface Owned {
  ownerReferences?: { controller?: boolean }[];
  deletionTimestamp?: string;
}

/** Pods and ReplicaSets that a Deployment made say nothing that it does not say itself; what is being deleted is as good as gone. */
function isOwn({ kind, metadata }: KubernetesObject): boolean {
  const { ownerReferences = [], deletionTimestamp } = metadata as Owned;
  if (deletionTimestamp !== undefined) return false;
  return !["Pod", "ReplicaSet"].includes(kind) || !ownerReferences.some(({ controller }) => controller === true);
}

/** Those of which a rule asks who wrote a field: whether replicas are somebody's, or only the autoscaler's. */
const SCALED = new Set(["Deployment", "StatefulSet"]);

/** What the server and kubectl keep for themselves: as large as the object, and a copy of everything in it. */
function withoutServerFields(object: KubernetesObject): KubernetesObject {
  if (SCALED.has(object.kind)) return object;
  const metadata: KubernetesObject["metadata"] = { ...object.metadata, annotations: { ...object.metadata.annotations } };
  delete metadata.managedFields;
  delete metadata.annotations!["kubectl.kubernetes.io/last-applied-configuration"];
  return { ...object, metadata };
}

function tellRefused(refused: { kind: string; why: Refusal }[], { problems, notes }: Documents, context: string): void {
  const told = refused.filter(({ why }) => why.why !== "not-served");
  for (const { kind, why } of told.filter((each) => NEEDED.has(each.kind))) {
    problems.push({
      file: `context ${context}`,
      message: `${kind}${kind.endsWith("s") ? "es" : "s"} cannot be listed: ${why.said}. The report leaves out what depends on them.`,
    });
  }
  const others = told.filter(({ kind }) => !NEEDED.has(kind)).map(({ kind }) => kind);
  if (others.length === 0) return;
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : "";
  notes.push(
    `context ${context}: ${counted(others.length, "other kind")} could not be listed: ${others.slice(0, MOST_NAMED).join(", ")}${more}.`,
  );
}
