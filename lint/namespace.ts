import { Catalog } from "../path/catalog";
import { PROXIES_IN_CLUSTER, proxyInCluster } from "../path/facts/networkSources";
import type { ClusterFacts, Path } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { readPaths } from "../path/reader";
import { namespaceOf, refOf, textAt, valueAt } from "../path/value";
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

const hasNone = (object: KubernetesObject): boolean =>
  !OF_THE_CLUSTER.has(object.kind) && textAt(object, "metadata", "namespace") === undefined;

/**
 * The namespace in which a bundle means its objects without one: `kubectl apply --namespace` and kustomize give it to them, and the files show
 * it only where one of them and one that names a namespace refer to each other. Undefined where nothing shows one, where more than one is
 * shown, and where other objects without one are a way in that is whole without it.
 */
export function namespaceOfOthers(objects: readonly KubernetesObject[], cluster: ClusterFacts): string | undefined {
  const without = objects.filter(hasNone);
  if (without.length === 0) return undefined;
  if (!objects.some((object) => !hasNone(object) && namespaceOf(object) !== "default")) return undefined;
  const catalog = new Catalog(objects);
  const paths = readPaths([...objects], cluster);
  const namespaces = namespacesOfWorkloads(catalog);
  const named = paths.flatMap((path) => byName(path, catalog));
  const shown = new Set([
    ...named.map(({ namespace }) => namespace),
    ...catalog.ofKind("Service").flatMap((service) => bySelector(service, catalog, namespaces)),
  ]);
  const [only, ...others] = [...shown];
  if (only === undefined || others.length > 0) return undefined;
  // Of two with one name only one would be left.
  if (without.some((object) => catalog.find(object.kind, only, refOf(object).name) !== undefined)) return undefined;
  const meant = new Set(named.map(({ service }) => service));
  return paths.some((path) => isWhole(path, meant, catalog)) ? undefined : only;
}

/** A way in from end to end among the objects without a namespace, to a Service that nobody names from elsewhere. */
function isWhole({ entry, service, workloads }: Path, meant: ReadonlySet<KubernetesObject>, catalog: Catalog): boolean {
  const [way, leadsTo, ...pods] = [entry, service, ...workloads].map((ref) => catalog.resolve(ref));
  if (way === undefined || leadsTo === undefined || meant.has(leadsTo) || pods.length === 0) return false;
  return [way, leadsTo, ...pods].every((object) => object !== undefined && hasNone(object));
}

const ownName = (object: KubernetesObject): string[] => [refOf(object).name];

/** Where controllers run; whoever writes an Ingress there most often believes that it has to be where its controller is. */
const OF_CONTROLLERS = new Set([
  "kube-system",
  ...Object.keys(PROXIES_IN_CLUSTER).map((controller) => proxyInCluster(controller)?.namespace),
]);

/** A way in that names a Service which is not there, while the only one of its name is on the other side. */
function byName({ entry, service }: Path, catalog: Catalog): { namespace: string; service: KubernetesObject }[] {
  if (service.kind !== "Service" || catalog.resolve(service) !== undefined || catalog.mayStillMean(service)) return [];
  const [only, ...others] = catalog.under(service.name, "Service", ownName);
  if (only === undefined || others.length > 0) return [];
  const { namespace = "default" } = service;
  if (hasNone(only)) return OF_CONTROLLERS.has(namespace) ? [] : [{ namespace, service: only }];
  const way = catalog.resolve(entry);
  const isBeside = way !== undefined && hasNone(way) && service.namespace === namespaceOf(way);
  return isBeside ? [{ namespace: namespaceOf(only), service: only }] : [];
}

/**
 * A Service in a namespace that selects nothing there, but pods of a workload without one; or a Service without one that selects nothing beside
 * it, but pods in one of the few namespaces that there are.
 */
function bySelector(service: KubernetesObject, catalog: Catalog, namespaces: readonly string[]): string[] {
  const namespace = namespaceOf(service);
  if (valueAt(service, "spec", "selector") === undefined) return [];
  const here = catalog.selectedBy(service);
  if (here.certain.length > 0 || here.perhaps.length > 0) return [];
  if (hasNone(service)) return namespaces.filter((other) => podsIn(other, service, catalog).length > 0);
  return namespace !== "default" && podsIn("default", service, catalog).some(hasNone) ? [namespace] : [];
}

const podsIn = (namespace: string, service: KubernetesObject, catalog: Catalog): KubernetesObject[] =>
  catalog.selectedBy({ ...service, metadata: { ...service.metadata, namespace } }).certain;

/** More are an inventory of a whole cluster, where every object says where it belongs. */
const MOST_NAMESPACES = 8;

function namespacesOfWorkloads(catalog: Catalog): string[] {
  const found = new Set(catalog.workloads().flatMap((one) => (hasNone(one) ? [] : [namespaceOf(one)])));
  return found.size > MOST_NAMESPACES ? [] : [...found].filter((namespace) => namespace !== "default");
}
