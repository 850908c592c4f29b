/**
 * Volumes that no node is given for itself: a share of files, whatever access mode a claim to it asks for. Kubernetes attaches nothing there
 * (a CSI driver with attachRequired: false, or a volume of a network file system), and so holds no second node back. Sources: the CSIDriver
 * objects in kubernetes-sigs/azurefile-csi-driver, blob-csi-driver, aws-efs-csi-driver, aws-fsx-csi-driver, gcp-filestore-csi-driver and
 * kubernetes-csi/csi-driver-nfs, csi-driver-smb; kubernetes-sigs/nfs-subdir-external-provisioner README;
 * kubernetes.io/docs/concepts/storage/persistent-volumes, access modes (not enforced once a volume is mounted).
 */
export const SHARES = {
  provisioners: new Set([
    "file.csi.azure.com",
    "kubernetes.io/azure-file",
    "blob.csi.azure.com",
    "efs.csi.aws.com",
    "fsx.csi.aws.com",
    "filestore.csi.storage.gke.io",
    "nfs.csi.k8s.io",
    "smb.csi.k8s.io",
    "k8s-sigs.io/nfs-subdir-external-provisioner",
  ]),
  /** The same as fields of a PersistentVolume. */
  volumes: ["nfs", "azureFile", "cephfs", "glusterfs"],
  /**
   * Classes that a managed cluster comes with. Sources: learn.microsoft.com/azure/aks/concepts-storage, storage classes;
   * docs.cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/filestore-csi-driver.
   */
  classes:
    /^(azurefile|azureblob)-?(csi|premium|csi-premium|nfs-premium|fuse-premium)?$|^(standard|premium|zonal|enterprise|enterprise-multishare)-rwx$/,
};

/**
 * A folder of one node: every pod that mounts it is put there, several beside each other. Source: rancher/local-path-provisioner README (the
 * class that k3s comes with: docs.k3s.io/storage).
 */
export const FOLDERS_OF_A_NODE = { provisioners: new Set(["rancher.io/local-path"]), classes: /^local-path$/ };

/**
 * Disks that are named in the pod itself, without a claim, and that one pod at a time can write to: the scheduler or the storage refuses a
 * second one. Source: kubernetes.io/docs/concepts/storage/volumes and persistent-volumes, Access Modes (1.31); kubernetes/kubernetes
 * pkg/scheduler/framework/plugins/volumerestrictions (v1.36).
 */
export const DISKS_OF_ONE_POD: ReadonlySet<string> = new Set([
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "azureDisk",
  "cinder",
  "vsphereVolume",
  "iscsi",
  "rbd",
]);
