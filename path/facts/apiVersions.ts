/** API versions that an API server, or the controller of a kind, no longer knows. */
export interface RemovedApi {
  apiVersion: string;
  kinds: readonly string[];
  /** The first version without it. */
  removedIn: string;
  /** What to write instead; absent where nothing took its place. */
  instead?: string;
  /** True where the same fields mean the same under the new version, so that only the one line changes. */
  sameFields?: boolean;
}

/** The Kubernetes version that is taken where none is declared: the newest that these tables were read for. */
export const CURRENT_KUBERNETES = "1.36";

export const REMOVED_APIS_SOURCE =
  "kubernetes.io/docs/reference/using-api/deprecation-guide (read 2026-11; nothing was added after v1.32)";

const removed = (removedIn: string, apiVersion: string, kinds: string, instead?: string, sameFields?: boolean): RemovedApi => ({
  apiVersion,
  kinds: kinds.split(" "),
  removedIn,
  ...(instead !== undefined && { instead }),
  ...(sameFields === true && { sameFields }),
});

const RBAC = "ClusterRole ClusterRoleBinding Role RoleBinding";
const FLOW = "FlowSchema PriorityLevelConfiguration";

/** Source: {@link REMOVED_APIS_SOURCE}. */
export const REMOVED_APIS: readonly RemovedApi[] = [
  removed("1.16", "extensions/v1beta1", "Deployment DaemonSet ReplicaSet", "apps/v1"),
  removed("1.16", "extensions/v1beta1", "NetworkPolicy", "networking.k8s.io/v1", true),
  removed("1.16", "extensions/v1beta1", "PodSecurityPolicy"),
  removed("1.16", "apps/v1beta1", "Deployment StatefulSet ReplicaSet", "apps/v1"),
  removed("1.16", "apps/v1beta2", "Deployment DaemonSet ReplicaSet StatefulSet", "apps/v1"),
  removed("1.22", "extensions/v1beta1", "Ingress", "networking.k8s.io/v1"),
  removed("1.22", "networking.k8s.io/v1beta1", "Ingress", "networking.k8s.io/v1"),
  removed("1.22", "networking.k8s.io/v1beta1", "IngressClass", "networking.k8s.io/v1", true),
  removed(
    "1.22",
    "admissionregistration.k8s.io/v1beta1",
    "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1",
  ),
  removed("1.22", "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "apiextensions.k8s.io/v1"),
  removed("1.22", "apiregistration.k8s.io/v1beta1", "APIService", "apiregistration.k8s.io/v1", true),
  removed("1.22", "certificates.k8s.io/v1beta1", "CertificateSigningRequest", "certificates.k8s.io/v1"),
  removed("1.22", "coordination.k8s.io/v1beta1", "Lease", "coordination.k8s.io/v1", true),
  removed("1.22", "rbac.authorization.k8s.io/v1beta1", RBAC, "rbac.authorization.k8s.io/v1", true),
  removed("1.22", "scheduling.k8s.io/v1beta1", "PriorityClass", "scheduling.k8s.io/v1", true),
  removed("1.22", "storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", "storage.k8s.io/v1", true),
  removed("1.25", "batch/v1beta1", "CronJob", "batch/v1", true),
  removed("1.25", "discovery.k8s.io/v1beta1", "EndpointSlice", "discovery.k8s.io/v1"),
  removed("1.25", "events.k8s.io/v1beta1", "Event", "events.k8s.io/v1"),
  removed("1.25", "autoscaling/v2beta1", "HorizontalPodAutoscaler", "autoscaling/v2"),
  removed("1.25", "policy/v1beta1", "PodDisruptionBudget", "policy/v1"),
  removed("1.25", "policy/v1beta1", "PodSecurityPolicy"),
  removed("1.25", "node.k8s.io/v1beta1", "RuntimeClass", "node.k8s.io/v1", true),
  removed("1.26", "autoscaling/v2beta2", "HorizontalPodAutoscaler", "autoscaling/v2", true),
  removed("1.26", "flowcontrol.apiserver.k8s.io/v1beta1", FLOW, "flowcontrol.apiserver.k8s.io/v1"),
  removed("1.27", "storage.k8s.io/v1beta1", "CSIStorageCapacity", "storage.k8s.io/v1", true),
  removed("1.29", "flowcontrol.apiserver.k8s.io/v1beta2", FLOW, "flowcontrol.apiserver.k8s.io/v1"),
  removed("1.32", "flowcontrol.apiserver.k8s.io/v1beta3", FLOW, "flowcontrol.apiserver.k8s.io/v1"),
];

/** A group that the controller which reads it gave up. Whether it still does depends on its version alone. */
export interface RemovedGroup {
  group: string;
  controller: string;
  /** The last part of its image's name: a tag of it shows the version. */
  image: string;
  removedIn: string;
  /** The group that took its place; with a version behind it where the versions are not the same either. */
  instead: string;
  source: string;
}

export const REMOVED_GROUPS: readonly RemovedGroup[] = [
  {
    group: "traefik.containo.us",
    controller: "traefik",
    image: "traefik",
    removedIn: "3",
    instead: "traefik.io",
    source: "doc.traefik.io/traefik/migrate/v2-to-v3-details, Kubernetes CRDs API group (v3.0)",
  },
  {
    group: "certmanager.k8s.io",
    controller: "cert-manager",
    image: "cert-manager-controller",
    removedIn: "0.11",
    instead: "cert-manager.io/v1",
    source: "cert-manager.io/docs/releases/upgrading/upgrading-0.10-0.11",
  },
  {
    group: "keda.k8s.io",
    controller: "keda",
    image: "keda",
    removedIn: "2",
    instead: "keda.sh/v1alpha1",
    source: "keda.sh/docs/2.0/migration",
  },
];

/** The class annotation of an Ingress, from before the field `spec.ingressClassName`. */
export const OLD_CLASS_ANNOTATION = {
  key: "kubernetes.io/ingress.class",
  /** GKE's own Ingress controller reads the annotation alone; it serves no Ingress that names a class in the field. */
  stillNeededBy: ["gce", "gce-internal"],
  source:
    "kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation (v1.36); docs.cloud.google.com/kubernetes-engine/docs/concepts/ingress; kubernetes/ingress-gce pkg/utils/utils.go, IsGCEIngress",
} as const;

/** Since when an API server takes an Ingress that names its class in both places, where both say the same. */
export const CLASS_NAMED_TWICE = {
  allowedSince: "1.27",
  source:
    "kubernetes/kubernetes pkg/apis/networking/validation/validation.go, ValidateIngressCreate (v1.27); kubernetes/kubernetes#115447",
} as const;

/** The annotation by which an IngressClass serves every Ingress that names none. */
export const DEFAULT_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";
