import type { ClusterFacts } from "../model";
import { AWS_SERVICE_PREFIX } from "./aws";
import { AZURE_SERVICE_PREFIX } from "./azure";

type Platform = NonNullable<ClusterFacts["platform"]>;

/** API groups that only one platform serves. */
export const PLATFORM_GROUPS: Readonly<Record<string, Platform>> = {
  "cloud.google.com": "gcp",
  "networking.gke.io": "gcp",
  "elbv2.k8s.aws": "aws",
  "gateway.k8s.aws": "aws",
  "eks.amazonaws.com": "aws",
  "vpcresources.k8s.aws": "aws",
  "karpenter.k8s.aws": "aws",
  "appgw.ingress.azure.io": "azure",
  "alb.networking.azure.io": "azure",
};

/** Annotations that only one platform's controllers read. */
export const PLATFORM_ANNOTATIONS: readonly (readonly [prefix: string, platform: Platform])[] = [
  ["cloud.google.com/", "gcp"],
  ["networking.gke.io/", "gcp"],
  ["iam.gke.io/", "gcp"],
  ["ingress.gcp.kubernetes.io/", "gcp"],
  ["kubernetes.io/ingress.global-static-ip-name", "gcp"],
  ["kubernetes.io/ingress.regional-static-ip-name", "gcp"],
  [AWS_SERVICE_PREFIX, "aws"],
  ["alb.ingress.kubernetes.io/", "aws"],
  ["eks.amazonaws.com/", "aws"],
  [AZURE_SERVICE_PREFIX, "azure"],
  ["appgw.ingress.kubernetes.io/", "azure"],
  ["azure.workload.identity/", "azure"],
];

/** The Ingress classes that a platform serves itself. */
export const PLATFORM_CLASSES: Readonly<Record<string, Platform>> = {
  gce: "gcp",
  "gce-internal": "gcp",
  alb: "aws",
  "azure/application-gateway": "azure",
  "azure-application-gateway": "azure",
  "addon-http-application-routing": "azure",
  "webapprouting.kubernetes.azure.com": "azure",
};

/**
 * Who makes the disks of a StorageClass or a volume: the drivers inside Kubernetes and those of the CSI, which run on their own cloud's
 * machines only. Source: kubernetes.io/docs/concepts/storage/storage-classes, kubernetes.io/docs/concepts/storage/volumes (1.31);
 * docs.aws.amazon.com/eks/latest/userguide/storage.html; learn.microsoft.com/azure/aks/csi-storage-drivers;
 * docs.cloud.google.com/kubernetes-engine/docs/concepts/storage-overview.
 */
export const PLATFORM_DISKS: Readonly<Record<string, Platform>> = {
  "kubernetes.io/gce-pd": "gcp",
  "pd.csi.storage.gke.io": "gcp",
  "filestore.csi.storage.gke.io": "gcp",
  "gcsfuse.csi.storage.gke.io": "gcp",
  "kubernetes.io/aws-ebs": "aws",
  "ebs.csi.aws.com": "aws",
  "ebs.csi.eks.amazonaws.com": "aws",
  "efs.csi.aws.com": "aws",
  "fsx.csi.aws.com": "aws",
  "kubernetes.io/azure-disk": "azure",
  "kubernetes.io/azure-file": "azure",
  "disk.csi.azure.com": "azure",
  "file.csi.azure.com": "azure",
  "blob.csi.azure.com": "azure",
};

/** The same as fields of a volume, in a pod or in a PersistentVolume. Source: as above. */
export const PLATFORM_VOLUMES: Readonly<Record<string, Platform>> = {
  gcePersistentDisk: "gcp",
  awsElasticBlockStore: "aws",
  azureDisk: "azure",
  azureFile: "azure",
};

/**
 * Labels that only one platform's nodes carry. Source: docs.cloud.google.com/kubernetes-engine/docs/how-to/node-auto-provisioning,
 * docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html, learn.microsoft.com/azure/aks/use-labels.
 */
export const PLATFORM_NODE_LABELS: readonly (readonly [label: RegExp, platform: Platform])[] = [
  [/^(cloud\.google\.com|topology\.gke\.io)\//, "gcp"],
  [/^((eks|vpc)\.amazonaws\.com|alpha\.eksctl\.io|karpenter\.k8s\.aws)\//, "aws"],
  [/^kubernetes\.azure\.com\//, "azure"],
];

/** Private registries of a cloud; who pulls from one mostly runs there. It shows a platform only where nothing surer does. */
export const PLATFORM_REGISTRIES: readonly (readonly [image: RegExp, platform: Platform])[] = [
  [/^[\w-]+-docker\.pkg\.dev\//, "gcp"],
  [/^\w+\.dkr\.ecr\.[\w-]+\.amazonaws\.com\//, "aws"],
  [/^[\w-]+\.azurecr\.io\//, "azure"],
  // Of gcr.io not what everybody pulls: the projects below publish what they make there.
  [
    /^((us|eu|asia)\.)?gcr\.io\/(?!(k8s-|google[-_](samples|containers)|googlecontainer|distroless|cadvisor|kaniko|knative|istio|kube|tekton|etcd|heptio|linkerd|tetrate|spinnaker|agones|stackdriver|cloud-(builders|marketplace)|ml-pipeline|projectcalico|arrikto|tfx|gke-release|jetstack|datadoghq|pixie|run-ai|runai|vitess|cockroachdb|buildpacksio|paketo)[\w.-]*\/)/,
    "gcp",
  ],
];
