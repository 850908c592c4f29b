/** How far a workload is with what was asked of it. */
export interface WorkloadProgress {
  generation: number;
  /** Everything asked for is there, in the version that was asked for. */
  whole: boolean;
  /** What is missing where it is not. */
  missing: string;
  /** Why it does not get any further; absent where it may. */
  stuck?: string;
}

interface Workload {
  kind: string;
  metadata: { name: string; generation?: number };
  spec?: { replicas?: number };
  status?: Partial<
    Record<
      | "observedGeneration"
      | "replicas"
      | "updatedReplicas"
      | "availableReplicas"
      | "desiredNumberScheduled"
      | "updatedNumberScheduled"
      | "numberAvailable",
      number
    >
  > & { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** Reads the status of a Deployment, a StatefulSet or a DaemonSet. */
export function progressOf(object: object): WorkloadProgress {
  const { kind, metadata, spec, status = {} } = object as Workload;
  const { generation = 0, name } = metadata;
  const daemons = kind === "DaemonSet";
  const wanted = daemons ? (status.desiredNumberScheduled ?? 0) : (spec?.replicas ?? 1);
  const there = daemons ? wanted : (status.replicas ?? 0);
  const updated = (daemons ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0;
  const available = (daemons ? status.numberAvailable : status.availableReplicas) ?? 0;
  const isSeen = (status.observedGeneration ?? 0) >= generation;
  const late = status.conditions?.find(({ type, status: is }) => type === "Progressing" && is === "False");
  return {
    generation,
    whole: isSeen && updated === wanted && there === wanted && available === wanted,
    missing: `${kind} ${name} has ${updated} of ${wanted} pods updated and ${available} available`,
    ...(late !== undefined && {
      stuck: `${kind} ${name} does not get any further (${late.reason ?? "Progressing is False"}): ${late.message ?? "it does not say why"}`,
    }),
  };
}
