import { explainService } from "../../explain/model";
import { duration } from "../../explain/words";
import type { ExaminedService } from "../../compile/parse";
import type { KubernetesObject } from "../../path/objects";
import { eventsOf, nameOf, objectsIn, sorted, type Cause, type Diagnosis, type Ward } from "./diagnosis";

/** Connections that close: what the way in does to them, and what happened to the pods. */
export async function wsDrops(ward: Ward): Promise<Diagnosis[]> {
  const pods = await objectsIn(ward, "v1", "Pod");
  const ended = (await Promise.all(pods.map((pod) => endOf(pod, ward)))).flat();
  const ofPods: Diagnosis[] = [{ about: `${pods.length} pods`, causes: sorted(ended.length > 0 ? ended : [quiet(pods)]) }];
  return [...ward.services.flatMap(ofWaysIn), ...ofPods];
}

function ofWaysIn(examined: ExaminedService): Diagnosis[] {
  return explainService(examined, {}).entries.map(({ url, verdict, hops, reasons, write, settle }) => {
    const weakest = hops.find((hop) => hop.weakest);
    const seconds = weakest?.idleSeconds ?? undefined;
    const limit = seconds === undefined ? "" : ` after ${duration(seconds)}`;
    const holds = verdict.startsWith("holds");
    const cause: Cause = {
      likelihood: holds ? "ruled out" : verdict === "fails" ? "seen" : "no sign",
      what: holds
        ? "a hop that closes silent connections too early"
        : `${weakest?.title ?? "a hop"} closes silent connections${limit}`,
      evidence: holds ? `the shortest clock on the way is ${weakest?.title ?? "nobody's"}${limit}` : reasons.join(" "),
      mend: [...write, ...settle].join("; ") || "npx holdfast explain",
    };
    return { about: `${examined.service.name} at ${url}`, causes: [cause] };
  });
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  lastState?: { terminated?: { reason?: string; exitCode?: number; finishedAt?: string } };
}

async function endOf(pod: KubernetesObject, ward: Ward): Promise<Cause[]> {
  const { containerStatuses = [] } = (pod.status ?? {}) as { containerStatuses?: ContainerStatus[] };
  const restarts = containerStatuses
    .filter(({ restartCount }) => restartCount > 0)
    .map(({ name, restartCount, lastState }): Cause => {
      const { reason = "an end", exitCode, finishedAt } = lastState?.terminated ?? {};
      const last = `last: ${reason}${exitCode === undefined ? "" : ` (${exitCode})`}${finishedAt === undefined ? "" : ` at ${finishedAt}`}`;
      return {
        likelihood: "seen",
        what: `container ${name} restarted ${restartCount} times, and each time took its connections with it`,
        evidence: `${nameOf(pod)}, ${last}`,
        mend: `kubectl logs -n ${pod.metadata.namespace} ${pod.metadata.name} -c ${name} --previous`,
      };
    });
  const events = await eventsOf(ward, pod);
  const unwell = events.find((event) => /^(Unhealthy|Evicted|Killing|NodeNotReady|Preempted|OOM)/.test(event));
  if (unwell === undefined) return restarts;
  const what = "something ended the pod, or took it out of its Service";
  return [
    ...restarts,
    {
      likelihood: "seen",
      what,
      evidence: `${nameOf(pod)}, ${unwell}`,
      mend: "a probe that is too strict, a drained node, too little memory",
    },
  ];
}

function quiet(pods: KubernetesObject[]): Cause {
  return {
    likelihood: pods.length === 0 ? "no sign" : "ruled out",
    what: "pods that end",
    evidence: pods.length === 0 ? "no pod is there" : "no container restarted and no event tells of an end",
    mend: "a rollout leaves no such trace: kubectl rollout history deployment",
  };
}
