import type { ClusterReader } from "../../cluster";
import { AUTOSCALER_SYNC, METRICS_APIS } from "../../path/facts/autoscalers";
import type { KubernetesObject } from "../../path/objects";
import { textAt } from "../../path/value";
import { counted } from "../../explain/words";
import { sleep } from "../books";
import type { Connection } from "../connect/model";
import type { CheckResult, TargetEntry } from "../model";
import { conditionsOf, judgeScale, type MetricsApi, type Watched } from "../scale/judge";
import type { Check, CheckContext } from "./model";

interface Pace {
  /** Seconds to watch where nothing else is asked: the autoscaler has looked twice by then. */
  watchSeconds: number;
  /** Seconds between two looks at it. */
  pollSeconds: number;
}

export const scale: Check = scaleAt({ watchSeconds: 2 * AUTOSCALER_SYNC.seconds + 5, pollSeconds: 3 });

type Found = Omit<CheckResult, "check" | "service" | "entry" | "url" | "seconds">;

/** Watches the autoscaler while connections are held. */
export function scaleAt({ watchSeconds, pollSeconds }: Pace): Check {
  return {
    name: "scale",
    title: "whether the autoscaler sees what it scales by, while connections are held",
    byDefault: false,
    withoutReach: true,
    async run(context) {
      const { entry, cluster } = context;
      if (entry.path === undefined) return nothing("does-not-apply", "A bare URL has no autoscaler that could be asked.");
      if (cluster === undefined) {
        return nothing("unknown", "The autoscaler was not looked at: the cluster is not at hand.", [
          "--context <name>: a context of your kubeconfig",
        ]);
      }
      const found = await autoscalerOf(entry, cluster);
      if ("outcome" in found) return found;
      const apis = await apisFor(found.autoscaler, cluster);
      const seconds = context.options.full ? Infinity : watchSeconds;
      // Without numbers it does nothing, however long one looks.
      const blind = apis.some(({ state }) => state !== "answers");
      const watched = await watch(context, cluster, found.autoscaler, { watchSeconds: blind ? 0 : seconds, pollSeconds });
      return judgeScale({ ...watched, apis });
    },
  };
}

const nothing = (outcome: Found["outcome"], summary: string, write: string[] = []): Found => ({
  outcome,
  summary,
  details: [],
  write,
  measured: {},
});

async function autoscalerOf(entry: TargetEntry, cluster: ClusterReader): Promise<{ autoscaler: KubernetesObject } | Found> {
  const workload = entry.workload ?? entry.path!.workloads[0];
  const namespace = entry.namespace ?? entry.path!.service.namespace;
  const listed = await cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace);
  if ("refused" in listed) return nothing("unknown", `Autoscalers could not be read: ${listed.refused.said}.`);
  const autoscaler = listed.objects.find(
    (each) =>
      textAt(each, "spec", "scaleTargetRef", "name") === workload?.name &&
      textAt(each, "spec", "scaleTargetRef", "kind") === workload?.kind,
  );
  if (autoscaler !== undefined) return { autoscaler };
  const { maximumPods } = entry.path!;
  if (entry.pods !== undefined && maximumPods !== undefined && maximumPods > entry.pods) {
    const summary = `The stack scales ${workload?.name ?? entry.service} from ${entry.pods} to ${counted(maximumPods, "pod")}, and no autoscaler of it is in the cluster.`;
    return nothing("fails", summary, ["pulumi up"]);
  }
  return nothing(
    "does-not-apply",
    `The number of pods is fixed${entry.pods === undefined ? "" : ` (${entry.pods})`}: nothing scales them.`,
  );
}

/** The APIs that its metrics come from. */
async function apisFor(autoscaler: KubernetesObject, cluster: ClusterReader): Promise<MetricsApi[]> {
  const { metrics = [] } = (autoscaler.spec ?? {}) as { metrics?: { type: string }[] };
  const groups = Object.entries(METRICS_APIS).filter(([, { asked }]) =>
    metrics.some(({ type }) => asked.some((each) => each === type)),
  );
  const listed = await cluster.list("apiregistration.k8s.io/v1", "APIService");
  return groups.map(([name]): MetricsApi => {
    const group = name as MetricsApi["group"];
    if ("refused" in listed) return { group, state: "not-read", said: listed.refused.said };
    const registered = listed.objects.find((service) => textAt(service, "spec", "group") === group);
    if (registered === undefined) return { group, state: "missing" };
    const down = conditionsOf(registered).find(({ type, status }) => type === "Available" && status !== "True");
    return down === undefined
      ? { group, state: "answers" }
      : { group, state: "not-available", ...(down.message && { said: down.message }) };
  });
}

async function watch(
  context: CheckContext,
  cluster: ClusterReader,
  first: KubernetesObject,
  { watchSeconds, pollSeconds }: Pace,
): Promise<Omit<Watched, "apis">> {
  const { apiVersion, kind, metadata } = first;
  const looks = [{ seconds: 0, autoscaler: first }];
  const connections = watchSeconds === 0 ? [] : await hold(context);
  const started = performance.now();
  const secondsNow = () => (performance.now() - started) / 1000;
  while (secondsNow() < watchSeconds && !context.signal.aborted) {
    await sleep(pollSeconds * 1000, context.signal);
    const autoscaler = await cluster.find(apiVersion, kind, metadata.name, metadata.namespace);
    if (autoscaler !== undefined) looks.push({ seconds: secondsNow(), autoscaler });
    context.progress(`${counted(connections.length, "connection")} held, ${Math.round(secondsNow())} s`);
  }
  const ended = connections.filter((connection) => !connection.isOpen()).length;
  await Promise.all(connections.map((connection) => connection.close()));
  return { looks, held: connections.length, ended };
}

/** As many as drain would watch. What cannot be opened is what the other checks tell of. */
async function hold({ options, limits, open }: CheckContext): Promise<Connection[]> {
  const count = Math.min(options.sockets, limits.connections);
  const opened = await Promise.allSettled(Array.from({ length: count }, () => open()));
  return opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
