import { counted, duration } from "../../explain/words";
import { METRICS_APIS } from "../../path/facts/autoscalers";
import type { KubernetesObject } from "../../path/objects";
import { nameOf, numberAt } from "../../path/value";
import type { CheckResult } from "../model";

/** What the cluster says of the API that answers an autoscaler. */
export interface MetricsApi {
  group: keyof typeof METRICS_APIS;
  /** `answers` where it is registered and available. */
  state: "answers" | "missing" | "not-available" | "not-read";
  said?: string;
}

/** The autoscaler at several times, while connections were held. */
export interface Watched {
  looks: { seconds: number; autoscaler: KubernetesObject }[];
  apis: MetricsApi[];
  /** Connections that were held, and how many of them ended meanwhile. */
  held: number;
  ended: number;
}

export type Judged = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured">;
type Verdict = Pick<Judged, "outcome" | "summary"> & Partial<Pick<Judged, "details" | "write">>;

interface Metric {
  type: string;
  resource?: { name: string; current?: Value; target?: Value };
  pods?: { metric: { name: string }; current?: Value; target?: Value };
}
interface Value {
  averageUtilization?: number;
  averageValue?: string;
}
interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Whether an autoscaler sees what it scales by, and could act on it. */
export function judgeScale(watched: Watched): Judged {
  const { details = [], write = [], ...verdict } = verdictOn(watched);
  return { ...verdict, details: [...details, ...replicaWords(watched)], write, measured: figuresOf(watched) };
}

function verdictOn({ looks, apis, held }: Watched): Verdict {
  const last = looks.at(-1)!.autoscaler;
  const name = nameOf(last);
  const silent = apis.filter(({ state }) => state !== "answers");
  if (silent.length > 0) return noMetrics(name, silent);
  const bad = (type: string) => conditionsOf(last).find((condition) => condition.type === type && condition.status === "False");
  const inactive = bad("ScalingActive");
  if (inactive !== undefined) return stuck(`${name} reads no metric`, inactive);
  const unable = bad("AbleToScale");
  if (unable !== undefined) return stuck(`${name} cannot change the number of pods`, unable);
  const read = metricWords(last);
  if (read.length === 0) {
    return {
      outcome: "unknown",
      summary: `${name} was not seen to read any metric yet.`,
      write: ["--full: watches until the limit of time"],
    };
  }
  const blind = blindTo(looks, held);
  if (blind !== undefined) {
    return {
      outcome: "unknown",
      summary: blind,
      details: read,
      write: ["--full: a scrape and an adapter may take a minute or two"],
    };
  }
  const limited = conditionsOf(last).find(({ type, status }) => type === "ScalingLimited" && status === "True");
  const details = limited === undefined ? [] : [`It is at the end of its range: ${limited.message ?? limited.reason ?? ""}.`];
  const summary = `${name} reads ${read.join(", ")} and may act on it: ${rangeWords(last)}, while ${counted(held, "connection")} were held.`;
  return { outcome: "holds", summary, details };
}

function noMetrics(name: string, silent: MetricsApi[]): Verdict {
  const words = silent.map(({ group, state, said }) => {
    if (state === "missing") return `no ${group} is registered`;
    return state === "not-available"
      ? `${group} is not available${said === undefined ? "" : ` (${said})`}`
      : `${group} could not be looked for: ${said}`;
  });
  const write = silent.map(
    ({ group }) =>
      `${METRICS_APIS[group].gives}: install ${METRICS_APIS[group].install}; npx holdfast doctor --symptom hpa says more`,
  );
  return { outcome: "unknown", summary: `${name} gets no numbers and stays where it is: ${words.join(", ")}.`, write };
}

function stuck(what: string, { reason = "", message = "" }: Condition): Verdict {
  return {
    outcome: "fails",
    summary: `${what}: ${reason}: ${message.replace(/\.$/, "")}.`,
    write: ["npx holdfast doctor --symptom hpa: what it lacks"],
  };
}

/** A metric of connections that does not move while connections are held counts something else, or comes late. */
function blindTo(looks: Watched["looks"], held: number): string | undefined {
  const totals = looks.map(({ autoscaler }) => connectionsSeen(autoscaler)).filter((total) => total !== undefined);
  if (totals.length === 0 || held === 0) return undefined;
  const risen = Math.max(...totals) - totals[0]!;
  // Held before the first look, or since: either way the total has to know of most of them.
  if (risen >= held / 2 || totals.at(-1)! >= held / 2) return undefined;
  const seconds = looks.at(-1)!.seconds;
  return `${counted(held, "connection")} were held for ${duration(Math.round(seconds))}, and the metric of connections says ${Math.round(totals.at(-1)!)} in all.`;
}

/** The sum over the pods, of a metric that counts connections; undefined where it scales by something else, or nothing was read. */
function connectionsSeen(autoscaler: KubernetesObject): number | undefined {
  const found = currentMetrics(autoscaler).find(({ pods }) => pods !== undefined && /connection/i.test(pods.metric.name));
  const each = quantity(found?.pods?.current?.averageValue);
  const replicas = numberAt(autoscaler, "status", "currentReplicas");
  return each === undefined || typeof replicas !== "number" ? undefined : each * replicas;
}

/** `12500m` and `12` as numbers. */
function quantity(text: string | undefined): number | undefined {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits) / (milli === "m" ? 1000 : 1);
}

const currentMetrics = ({ status }: KubernetesObject): Metric[] =>
  (((status ?? {}) as { currentMetrics?: (Metric | null)[] }).currentMetrics ?? []).filter((metric) => metric !== null);

/** `cpu 12 % of 70 %`, `websocket_connections_current 120 of 500`. */
function metricWords(autoscaler: KubernetesObject): string[] {
  const wanted = ((autoscaler.spec ?? {}) as { metrics?: Metric[] }).metrics ?? [];
  return currentMetrics(autoscaler).flatMap(({ type, resource, pods }) => {
    const target = wanted.find(
      (each) => (each.resource?.name ?? each.pods?.metric.name) === (resource?.name ?? pods?.metric.name),
    );
    const name = resource?.name ?? pods?.metric.name ?? type;
    const now = shown((resource ?? pods)?.current);
    const of = shown((target?.resource ?? target?.pods)?.target);
    return now === undefined ? [] : [`${name} ${now}${of === undefined ? "" : ` of ${of}`}`];
  });
}

function shown(value: Value | undefined): string | undefined {
  if (value?.averageUtilization !== undefined) return `${value.averageUtilization} %`;
  const number = quantity(value?.averageValue);
  return number === undefined ? value?.averageValue : String(number);
}

const count = (autoscaler: KubernetesObject, ...path: string[]): number | undefined => {
  const found = numberAt(autoscaler, ...path);
  return typeof found === "number" ? found : undefined;
};

function rangeWords(autoscaler: KubernetesObject): string {
  const now = count(autoscaler, "status", "currentReplicas") ?? 0;
  return `${counted(now, "pod")}, of ${count(autoscaler, "spec", "minReplicas") ?? 1} to ${count(autoscaler, "spec", "maxReplicas")}`;
}

/** What it did to the pods, and what that did to the connections. */
function replicaWords({ looks, held, ended }: Watched): string[] {
  const numbers = looks.flatMap(({ autoscaler }) => count(autoscaler, "status", "currentReplicas") ?? []);
  const desired = count(looks.at(-1)!.autoscaler, "status", "desiredReplicas");
  const [first, last] = [numbers[0], numbers.at(-1)];
  return [
    ...(first !== last ? [`It went from ${first} to ${counted(last!, "pod")} meanwhile.`] : []),
    ...(desired !== undefined && desired !== last ? [`It wants ${counted(desired, "pod")} now.`] : []),
    ...(ended > 0 ? [`${ended} of ${counted(held, "held connection")} ended meanwhile; --check drain tells how.`] : []),
  ];
}

export function conditionsOf({ status }: KubernetesObject): Condition[] {
  return ((status ?? {}) as { conditions?: Condition[] }).conditions ?? [];
}

function figuresOf({ looks, apis, held, ended }: Watched): Judged["measured"] {
  return {
    held,
    ended,
    metricsApis: Object.fromEntries(apis.map(({ group, state }) => [group, state])),
    looks: looks.map(({ seconds, autoscaler }) => ({
      seconds,
      currentReplicas: count(autoscaler, "status", "currentReplicas") ?? null,
      desiredReplicas: count(autoscaler, "status", "desiredReplicas") ?? null,
    })),
  };
}
