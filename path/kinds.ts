const GATEWAY_API = ["gateway.networking.k8s.io"];
const APPS = ["apps", "extensions"];
const NETWORKING = ["networking.k8s.io", "extensions"];

/**
 * The API groups in which a kind is what its name makes people think of. Knative has a Service and an Ingress of its own and Istio a
 * Gateway; they share the name and nothing else. The group of `v1` is the empty one.
 */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ConfigMap", [""]],
  ["Endpoints", [""]],
  ["Namespace", [""]],
  ["Node", [""]],
  ["PersistentVolumeClaim", [""]],
  ["Pod", [""]],
  ["ReplicationController", [""]],
  ["Secret", [""]],
  ["Service", [""]],
  ["ServiceAccount", [""]],
  ["DaemonSet", APPS],
  ["Deployment", APPS],
  ["ReplicaSet", APPS],
  ["StatefulSet", APPS],
  ["Rollout", ["argoproj.io"]],
  ["DeploymentConfig", ["apps.openshift.io", ""]],
  ["HorizontalPodAutoscaler", ["autoscaling"]],
  ["ScaledObject", ["keda.sh"]],
  ["PodDisruptionBudget", ["policy"]],
  ["EndpointSlice", ["discovery.k8s.io"]],
  ["Ingress", NETWORKING],
  ["IngressClass", NETWORKING],
  ["NetworkPolicy", NETWORKING],
  ["Gateway", GATEWAY_API],
  ["GatewayClass", GATEWAY_API],
  // Gloo has routes of the same name, and Knative has Routes.
  ["VirtualService", ["networking.istio.io"]],
  ["DestinationRule", ["networking.istio.io"]],
  ["Route", ["route.openshift.io", ""]],
  ["Mapping", ["getambassador.io"]],
  ["GRPCRoute", GATEWAY_API],
  ["HTTPRoute", GATEWAY_API],
  ["TCPRoute", GATEWAY_API],
  ["TLSRoute", GATEWAY_API],
]);

/** The name by which a kind is looked up: its own, or with its group behind it where it only shares the name of a better known one. */
export function kindIn(apiVersion: unknown, kind: string): string {
  if (typeof apiVersion !== "string" || apiVersion === "") return kind;
  if (isCloud(apiVersion)) return `${apiVersion}:${kind}`;
  const groups = GROUPS.get(kind);
  const slash = apiVersion.indexOf("/");
  const group = slash === -1 ? "" : apiVersion.slice(0, slash);
  return groups === undefined || groups.includes(group) ? kind : `${kind}.${group}`;
}

/** Whether an apiVersion is the package and module of a cloud resource that Pulumi makes (`aws:lb`): no Kubernetes one has a colon. */
export function isCloud(apiVersion: unknown): boolean {
  return typeof apiVersion === "string" && apiVersion.includes(":");
}
