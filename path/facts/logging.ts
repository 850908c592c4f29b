/** Where a node keeps what its pods write to their standard output, and what a collector on every node reads. */
export const NODE_LOGS = {
  folder: "/var/log",
  source: "kubernetes.io/docs/concepts/cluster-administration/logging (the kubelet's podLogsDir, /var/log/pods by default)",
} as const;
