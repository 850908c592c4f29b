import type { KubernetesObject } from "../path/objects";
import { textAt } from "../path/value";
import type { Documents } from "./model";

/** Kinds that have no namespace, whatever `--namespace` says. */
const OF_THE_CLUSTER = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CustomResourceDefinition",
  "GatewayClass",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingWebhookConfiguration",
]);

/** The object as `kubectl apply --namespace` would create it. Where it stands stays known. */
export function withNamespace(
  object: KubernetesObject,
  namespace: string | undefined,
  origins: Documents["origins"],
): KubernetesObject {
  if (namespace === undefined || OF_THE_CLUSTER.has(object.kind)) return object;
  if (textAt(object, "metadata", "namespace") !== undefined) return object;
  const placed = { ...object, metadata: { ...object.metadata, namespace } };
  const origin = origins.get(object);
  if (origin !== undefined) origins.set(placed, origin);
  return placed;
}
