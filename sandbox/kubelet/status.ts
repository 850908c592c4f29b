import type { V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import type { Container } from "./container";

export interface Parts {
  pod: V1Pod;
  address: string | undefined;
  nodeAddress: string;
  startedAt: string;
  /** Init containers that run beside the others. */
  sidecars: Container[];
  containers: Container[];
}

/** What a pod's status says, but for the conditions that others write. */
export function statusOf(parts: Parts): Partial<V1PodStatus> & { conditions: V1PodCondition[] } {
  const { pod, address, nodeAddress, startedAt, sidecars, containers } = parts;
  const initial = (pod.spec?.initContainers ?? []).map((spec) => {
    const sidecar = sidecars.find((each) => each.spec.name === spec.name);
    if (sidecar !== undefined) return sidecar.status();
    // What has to be done before is taken for done.
    const times = { startedAt, finishedAt: startedAt } as unknown as { startedAt: Date; finishedAt: Date };
    const state = { terminated: { exitCode: 0, reason: "Completed", ...times } };
    return { name: spec.name, image: spec.image ?? "", imageID: "", ready: true, started: false, restartCount: 0, state };
  });
  const addresses = address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] };
  return {
    phase: phaseOf(parts),
    startTime: startedAt as unknown as Date,
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    ...addresses,
    containerStatuses: containers.map((each) => each.status()),
    ...(initial.length === 0 ? {} : { initContainerStatuses: initial }),
    conditions: conditionsOf(parts),
  };
}

function phaseOf({ containers }: Parts): string {
  const codes = containers.map(({ exitCode }) => exitCode);
  if (codes.every((code) => code !== undefined)) return codes.every((code) => code === 0) ? "Succeeded" : "Failed";
  return containers.some(({ hasRun }) => hasRun) ? "Running" : "Pending";
}

/** A condition keeps the time at which it became what it is. */
function conditionsOf({ pod, address, sidecars, containers }: Parts): V1PodCondition[] {
  const before = pod.status?.conditions ?? [];
  const unready = [...sidecars, ...containers].filter(({ ready }) => !ready).map(({ spec }) => spec.name);
  const gates = (pod.spec?.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => !before.some((condition) => condition.type === type && condition.status === "True"));
  const condition = (type: string, holds: boolean, reason?: string, message?: string): V1PodCondition => {
    const status = holds ? "True" : "False";
    const known = before.find((each) => each.type === type && each.status === status);
    const lastTransitionTime = known?.lastTransitionTime ?? new Date();
    // A condition is merged field by field, so what it no longer says has to be taken away.
    const said = { reason: holds ? null : reason, message: holds ? null : message } as { reason?: string; message?: string };
    return { type, status, lastTransitionTime, ...said };
  };
  const names = `containers with unready status: [${unready.join(" ")}]`;
  const inTime = unready.length === 0;
  const gateMessage = `readiness gates that are not True: ${gates.join(", ")}`;
  const ready = inTime
    ? condition("Ready", gates.length === 0, "ReadinessGatesNotReady", gateMessage)
    : condition("Ready", false, "ContainersNotReady", names);
  return [
    condition("PodReadyToStartContainers", address !== undefined),
    condition("Initialized", true),
    ready,
    condition("ContainersReady", inTime, "ContainersNotReady", names),
  ];
}
