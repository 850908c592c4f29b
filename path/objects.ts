/**
 * A value that a preview does not know yet (an output of a resource that is still to be created).
 * It may stand anywhere in a {@link KubernetesObject}; whoever reads it answers `unknown`, never "absent" and never "good".
 */
export const UNKNOWN: unique symbol = Symbol.for("holdfast.unknown");
export type Unknown = typeof UNKNOWN;

/** Any value inside a Kubernetes object, as read from YAML, the API server or a Pulumi preview. */
export type Value = string | number | boolean | null | undefined | Unknown | Value[] | { [key: string]: Value };

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [key: string]: unknown;
}

/** A plain Kubernetes object: what `kubectl get -o json` prints and what `compile` writes. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [key: string]: unknown;
}

/** The coordinates of an object, for messages and for matching references. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}
