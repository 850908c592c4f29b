import { amountOf, podsOf as podsOfAmount, type Amount } from "../path/amount";
import { WORKLOAD_DEFAULTS } from "../path/facts/workloads";
import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { listAt, mapAt, numberAt, textAt, valueAt } from "../path/value";
import type { Rollout } from "./rollout";

/** Sizes of a workload that are reckoned one by one; of a larger range the rest is as its two ends. */
const MOST_SIZES = 1000;

/** Why nothing happens to the pods for now, where a person has to go on; undefined where the controller goes on by itself. */
export function heldBy(workload: KubernetesObject): string | undefined {
  if (workload.kind === "Deployment") {
    return valueAt(workload, "spec", "paused") === true ? "when spec.paused is taken away" : undefined;
  }
  const isByHand = textAt(workload, "spec", "updateStrategy", "type") === "OnDelete";
  return isByHand ? "when somebody deletes the old ones (updateStrategy OnDelete)" : undefined;
}

/** Of so many pods those that a new template reaches: a StatefulSet leaves the ones below its partition alone. */
export function reached(workload: KubernetesObject, pods: number): number {
  if (workload.kind !== "StatefulSet") return pods;
  const partition = numberAt(workload, "spec", "updateStrategy", "rollingUpdate", "partition");
  return Math.max(0, pods - (typeof partition === "number" ? partition : 0));
}

/** How many pods end at once, at most; a share where their number is not known; null: all of them. */
export function podsAtATime(workload: KubernetesObject, { atLeast, atMost }: Rollout["pods"]): Rollout["atATime"] {
  if (isRecreated(workload)) return null;
  const share = atMost === null ? shareOf(workload) : undefined;
  return share ?? paceAt(workload, atMost ?? atLeast).most;
}

/** From the first pod that ends to the last one gone; null where nobody knows how many there are. */
export function secondsOf(workload: KubernetesObject, { pods, notice }: Pick<Rollout, "pods" | "notice">): Rollout["seconds"] {
  if (pods.atMost === null) return null;
  const ready = readySeconds(workload);
  const { fewest, most } = steps(workload, pods.atLeast, pods.atMost);
  const served = notice.preStopSeconds ?? 0;
  // A Deployment goes on as soon as a new pod serves and lets the old ones leave meanwhile; the others wait until the old one is gone.
  const oneByOne = workload.kind !== "Deployment";
  return {
    soonest: fewest * (ready.soonest + (oneByOne ? served : 0)) + (oneByOne ? 0 : served),
    latest: most * (ready.latest + (oneByOne ? notice.gracePeriodSeconds : 0)) + (oneByOne ? 0 : notice.gracePeriodSeconds),
  };
}

const isRecreated = (workload: KubernetesObject): boolean => textAt(workload, "spec", "strategy", "type") === "Recreate";

/** Shares round, so that more pods can take fewer steps: every size of the workload is looked at. */
function steps(workload: KubernetesObject, atLeast: number, atMost: number): { fewest: number; most: number } {
  if (isRecreated(workload)) return { fewest: 1, most: 1 };
  const last = Math.min(atMost, atLeast + MOST_SIZES);
  const sizes = [atMost, ...Array.from({ length: last - atLeast + 1 }, (_, index) => atLeast + index)];
  const counts = sizes.map((pods) => {
    const { least, most } = paceAt(workload, pods);
    return { fewest: Math.ceil(reached(workload, pods) / most), most: Math.ceil(reached(workload, pods) / least) };
  });
  return { fewest: Math.min(...counts.map((each) => each.fewest)), most: Math.max(...counts.map((each) => each.most)) };
}

/** Pods that are taken at once out of so many: the surge and what may be missing together. */
function paceAt(workload: KubernetesObject, pods: number): { least: number; most: number } {
  const { maxSurge, maxUnavailable } = amountsOf(workload);
  // Only a Deployment rounds down what may be missing.
  const missing = podsOfAmount(maxUnavailable, pods, workload.kind === "Deployment" ? "down" : "up");
  const most = Math.max(1, podsOfAmount(maxSurge, pods, "up") + missing);
  // A StatefulSet goes one by one where the API server does not know how many may be missing (a feature gate).
  return { least: workload.kind === "StatefulSet" ? WORKLOAD_DEFAULTS.oneAtATime.maxUnavailable : most, most };
}

function shareOf(workload: KubernetesObject): string | undefined {
  const shares = Object.values(amountsOf(workload)).flatMap((amount) => ("percent" in amount ? amount.percent : []));
  return shares.length === 0 || Math.max(...shares) === 0 ? undefined : `${Math.max(...shares)}%`;
}

function amountsOf(workload: KubernetesObject): { maxSurge: Amount; maxUnavailable: Amount } {
  const isDeployment = workload.kind === "Deployment";
  const update = mapAt(workload, "spec", isDeployment ? "strategy" : "updateStrategy", "rollingUpdate");
  const written = update === UNKNOWN ? {} : update;
  const standard = isDeployment ? WORKLOAD_DEFAULTS.rollingUpdate : { maxSurge: 0, ...WORKLOAD_DEFAULTS.oneAtATime };
  const amount = (key: "maxSurge" | "maxUnavailable"): Amount => {
    const found = amountOf(written[key] ?? standard[key]);
    return found === undefined || found === UNKNOWN ? { count: 0 } : found;
  };
  return { maxSurge: amount("maxSurge"), maxUnavailable: amount("maxUnavailable") };
}

/** From the start of a new pod until it counts: by its probes, without the time to fetch its image. */
function readySeconds(workload: KubernetesObject): { soonest: number; latest: number } {
  const containers = listAt(workload, "spec", "template", "spec", "containers");
  const minimum = asNumber(valueAt(workload, "spec", "minReadySeconds"), 0);
  const each = containers === UNKNOWN ? [] : containers.map(ofContainer);
  return {
    soonest: minimum + Math.max(0, ...each.map(({ soonest }) => soonest)),
    latest: minimum + Math.max(0, ...each.map(({ latest }) => latest)),
  };
}

function ofContainer(container: Value): { soonest: number; latest: number } {
  const probe = (name: string) => ({
    there: valueAt(container, name) !== undefined,
    delay: asNumber(valueAt(container, name, "initialDelaySeconds"), 0),
    period: asNumber(valueAt(container, name, "periodSeconds"), WORKLOAD_DEFAULTS.probe.periodSeconds),
    failures: asNumber(valueAt(container, name, "failureThreshold"), WORKLOAD_DEFAULTS.probe.failureThreshold),
  });
  const [startup, readiness] = [probe("startupProbe"), probe("readinessProbe")];
  const start = startup.there ? { soonest: startup.delay, latest: startup.delay + startup.period * startup.failures } : NOTHING;
  const ready = readiness.there ? { soonest: readiness.delay, latest: readiness.delay + readiness.period } : NOTHING;
  return { soonest: start.soonest + ready.soonest, latest: start.latest + ready.latest };
}

const NOTHING = { soonest: 0, latest: 0 };

function asNumber(value: Value, standard: number): number {
  return typeof value === "number" ? value : standard;
}
