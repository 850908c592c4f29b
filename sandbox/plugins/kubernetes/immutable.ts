// Which fields the API server refuses to change, so that a change means another object. The list is the official provider's, because a
// stack must do the same under both.
import { at, type JsonObject } from "./properties";

const selector = ["spec.selector"];
const statefulSet = ["spec.podManagementPolicy", ...selector, "spec.serviceName", "spec.volumeClaimTemplates"];
const job = ["spec.completions", "spec.parallelism", ...selector, "spec.template"];

const pod = [
  ..."affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname".split(
    " ",
  ),
  ..."imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy".split(
    " ",
  ),
  ..."runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain".split(
    " ",
  ),
  ..."terminationGracePeriodSeconds volumes".split(" "),
].map((field) => `spec.${field}`);
const container = [
  ..."args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin".split(
    " ",
  ),
  ..."stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir".split(" "),
].flatMap((field) => [`spec.containers[*].${field}`, `spec.initContainers[*].${field}`]);

const volumeSources = (
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local " +
  "nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
).split(" ");

const byKind: Record<string, string[]> = {
  "apps DaemonSet": selector,
  "apps Deployment": selector,
  "apps StatefulSet": statefulSet,
  "batch Job": job,
  "rbac.authorization.k8s.io ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io RoleBinding": ["roleRef"],
  "storage.k8s.io StorageClass": ["parameters", "provisioner"],
  " PersistentVolume": volumeSources.map((source) => `spec.${source}`),
  " PersistentVolumeClaim": ["spec.accessModes", ...selector, "spec.storageClassName", "spec.volumeName"],
  " Pod": [...pod, ...container],
  " ResourceQuota": ["spec.scopes"],
  " Secret": ["type"],
  " Service": ["spec.clusterIP"],
};

const identity = ["kind", "metadata.name", "metadata.namespace"];

export interface Immutability {
  replaceConfigMaps: boolean;
  replaceSecrets: boolean;
}

/** The paths a change of which replaces an object of this kind; a path covers everything below it. */
export function immutablePaths(object: JsonObject, { replaceConfigMaps, replaceSecrets }: Immutability): string[] {
  const apiVersion = String(object.apiVersion ?? "");
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const paths = [...identity, ...(byKind[`${group} ${String(object.kind)}`] ?? [])];
  const frozen = at(object, "immutable") === true;
  if (group === "" && object.kind === "ConfigMap" && (frozen || replaceConfigMaps)) paths.push("data", "binaryData");
  if (group === "" && object.kind === "Secret" && (frozen || replaceSecrets)) paths.push("data", "stringData");
  return paths;
}
