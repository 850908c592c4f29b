import { type Cluster, UnknownKind } from "./cluster";
import { ApiError, explain } from "./failures";
import { describe, isManagedBy } from "./identity";
import { annotationOf, type Json, type KubernetesObject } from "./properties";
import { sleep } from "./request";

/** Seconds a creation waits for what it needs and is created beside it: a namespace, a CustomResourceDefinition. */
const missingSeconds = 30;

export interface ApplyOptions {
  cluster: Cluster;
  manager: string;
  /** Take fields over from other managers. */
  force: boolean;
  /** Also apply to an object that somebody else made. */
  upsert: boolean;
  signal: AbortSignal;
  onStatus: (message: string) => void;
}

/**
 * Server-side apply. Fields that the kind does not have are refused, in a preview and for real: Kubernetes would drop them in silence.
 */
async function apply(object: KubernetesObject, options: ApplyOptions & { dryRun?: boolean }): Promise<KubernetesObject> {
  const { cluster, manager, force, dryRun, onStatus } = options;
  const path = await cluster.pathOf(object, object.metadata.name);
  const query = { fieldManager: manager, force: String(force), fieldValidation: "Strict", ...(dryRun ? { dryRun: "All" } : {}) };
  return (await cluster.request({
    method: "PATCH",
    path,
    query,
    body: object,
    // JSON is YAML, and the only type that every API server takes for an apply.
    contentType: "application/apply-patch+yaml",
    onStatus,
  })) as KubernetesObject;
}

export function forces(object: Json, patchForce: boolean): boolean {
  return patchForce || annotationOf(object, "pulumi.com/patchForce") === "true";
}

/** Makes an object that is not there, or finishes one that this resource began to make. */
export async function create(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
  const giveUpAt = Date.now() + missingSeconds * 1000;
  for (let attempt = 0; ; attempt++) {
    try {
      await requireOwn(object, options);
      return await apply(object, options);
    } catch (error) {
      if (!isMissingSurrounding(error) || Date.now() >= giveUpAt) throw explain(error, describe(object));
      options.onStatus(`Waiting for what it needs: ${(error as Error).message}`);
      await sleep(Math.min(4000, 500 * 2 ** attempt), options.signal);
    }
  }
}

export async function update(object: KubernetesObject, options: ApplyOptions & { dryRun?: boolean }): Promise<KubernetesObject> {
  return apply(object, options).catch((error: unknown) => {
    throw explain(error, describe(object));
  });
}

/** What a creation would make; undefined where only the real creation can tell. */
export async function previewCreate(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject | undefined> {
  try {
    await requireOwn(object, options);
    return await apply(object, { ...options, force: true, dryRun: true });
  } catch (error) {
    if (error instanceof UnknownKind) return undefined;
    // The old object still stands where its replacement will: check the new one under another name.
    if (error instanceof ApiError && error.isImmutableField) return previewElsewhere(object, options, {});
    if (error instanceof ApiError && error.missing === "namespaces") {
      // What the namespace will hold can be checked in another one, but what the API server would fill in there proves nothing.
      await previewElsewhere(object, options, { namespace: "default" });
      return undefined;
    }
    throw explain(error, describe(object));
  }
}

async function previewElsewhere(
  object: KubernetesObject,
  { cluster, manager, onStatus }: ApplyOptions,
  place: { namespace?: string },
): Promise<KubernetesObject | undefined> {
  const { name } = object.metadata;
  const stranger = `${name.slice(0, 50)}-preview`;
  const body = { ...object, metadata: { ...object.metadata, ...place, name: stranger } };
  try {
    const path = await cluster.pathOf(body, null);
    const query = { dryRun: "All", fieldManager: manager, fieldValidation: "Strict" };
    const made = (await cluster.request({ method: "POST", path, query, body, onStatus })) as KubernetesObject;
    return { ...made, metadata: { ...made.metadata, name, namespace: object.metadata.namespace ?? null } };
  } catch (error) {
    // Malformed or invalid anywhere; every other refusal may be about the other place. A taken address or port is the old object's.
    const isObjectsFault =
      error instanceof ApiError && (error.status === 400 || error.status === 422) && !/already allocated/.test(error.message);
    if (isObjectsFault) throw explain(error, describe(object));
    return undefined;
  }
}

/** Refuses to make an object that exists and was made by somebody else: the next `destroy` would take it away from them. */
async function requireOwn(object: KubernetesObject, { cluster, manager, upsert, onStatus, signal }: ApplyOptions): Promise<void> {
  const live = await cluster.get(object, onStatus);
  if (!live) return;
  if (upsert || isManagedBy(live, manager)) {
    if (live.metadata.deletionTimestamp) return waitForDeletion(live, { cluster, signal, onStatus });
    return;
  }
  throw new Error(
    `${describe(object)} already exists in the cluster and was not made by this resource. Give it another name, take it into the stack with ` +
      "`pulumi import`, keep its place with an alias if you renamed the resource, or set upsertExistingObjects on the provider to take it over.",
  );
}

async function waitForDeletion(
  live: KubernetesObject,
  { cluster, signal, onStatus }: Pick<ApplyOptions, "cluster" | "signal" | "onStatus">,
) {
  onStatus(`Waiting for the former ${describe(live)} to be deleted`);
  for (let waited = 0; waited < missingSeconds; waited++) {
    const now = await cluster.get(live, onStatus);
    if (now?.metadata.uid !== live.metadata.uid) return;
    await sleep(1000, signal);
  }
  throw new Error(
    `The former ${describe(live)} is still being deleted after ${missingSeconds} s. See its finalizers and try again.`,
  );
}

function isMissingSurrounding(error: unknown): boolean {
  if (error instanceof UnknownKind) return true;
  // A kind that was defined a moment ago is announced before it is served.
  return error instanceof ApiError && error.status === 404 && ["namespaces", ""].includes(error.missing);
}

export async function remove(object: KubernetesObject, cluster: Cluster, onStatus: (message: string) => void): Promise<void> {
  const policy = annotationOf(object, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  const propagationPolicy = { orphan: "Orphan", background: "Background" }[policy] ?? "Foreground";
  try {
    const path = await cluster.pathOf(object, object.metadata.name);
    await cluster.request({ method: "DELETE", path, body: { propagationPolicy }, onStatus });
  } catch (error) {
    if (error instanceof UnknownKind || (error instanceof ApiError && error.status === 404)) return;
    throw explain(error, describe(object));
  }
}
