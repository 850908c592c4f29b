import { EXPORTED, type ExportedMetric } from "../path/facts/exporters";
import type { Observed, Stickiness } from "./observed";

type Labels = Record<string, string>;

/** `name{a="b",c=~"d"}`; a key that ends with `=~` or `!=` brings its own operator. */
export function selector(name: string, labels: Labels): string {
  const matchers = Object.entries(labels).map(([key, value]) => {
    const [, label, operator = "="] = /^(\w+)(=~|!=|!~)?$/.exec(key)!;
    return `${label}${operator}${JSON.stringify(value)}`;
  });
  return `${name}{${matchers.join(",")}}`;
}

export const exported = ({ name }: ExportedMetric, labels: Labels): string => selector(name, labels);

/** A text as it is, inside a regular expression. */
export const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The pods of a Deployment or a StatefulSet of this name. */
const podNames = (name: string): string => `${literally(name)}-([a-z0-9]{1,10}-[a-z0-9]{5}|[0-9]+)`;

/** The labels of the service's own series, as whoever reads the pods writes them. */
export function ownLabels({ toldBy, name, namespace }: Observed): Labels {
  return toldBy === "service" ? { namespace, service: name } : { namespace, "pod=~": podNames(name) };
}

/** The pods that were told to leave, with the time at which they are killed. */
export const leavingPods = ({ name, namespace }: Observed): string =>
  exported(EXPORTED.podDeletion, { namespace, "pod=~": podNames(name) });

/** Seconds over which a rate is taken: at least four readings, or one that is missed leaves a hole. */
export const rateSeconds = ({ intervalSeconds }: Observed): number => Math.max(300, 4 * intervalSeconds);

const rate = (series: string, observed: Observed): string => `rate(${series}[${rateSeconds(observed)}s])`;

/**
 * How many connections one client is taken to hold at once: they come to one pod together, so they scatter more than single ones.
 * By cookie that is a browser with a second tab; by source address everybody behind one NAT.
 */
const CONNECTIONS_PER_CLIENT: Record<Stickiness, number> = { none: 1, cookie: 2, "source-ip": 20 };

/** Standard deviations that chance is allowed; beyond four it explains one reading in thirty thousand. */
const DEVIATIONS = 4;

/** What a pod may have above the average, as a multiple of the average's square root: clients that choose at random scatter so. */
export function scatterOf({ stickiness }: Pick<Observed, "stickiness">): number {
  return Math.round(DEVIATIONS * Math.sqrt(CONNECTIONS_PER_CLIENT[stickiness]) * 10) / 10;
}

/** Every question about the service's own numbers; undefined where the application has no such metric. */
export function queriesOf(observed: Observed) {
  const { names } = observed;
  const own = ownLabels(observed);
  const series = (name: string | undefined, more: Labels = {}) =>
    name === undefined ? undefined : selector(name, { ...own, ...more });
  const connections = series(names.connections);
  const requests = series(names.requests);
  const failed = series(names.requests, { "status=~": "5.." });
  const perPod = connections && `sum by (namespace, pod) (${connections})`;
  return {
    /** Connections that are open now, of all pods. */
    connections: connections && `sum(${connections})`,
    connectionsPerPod: perPod,
    averagePerPod: perPod && `avg(${perPod})`,
    /** The most that one pod has where nothing but chance and the affinity is at work. */
    explainedPerPod: perPod && `avg(${perPod}) + ${scatterOf(observed)} * sqrt(avg(${perPod}))`,
    requestRate: requests && `sum by (status) (${rate(requests, observed)})`,
    /** A ratio, 0 to 1; 0 where nothing failed rather than nothing at all. */
    errorRatio:
      requests &&
      `(sum(${rate(failed!, observed)}) or 0 * sum(${rate(requests, observed)})) / (sum(${rate(requests, observed)}) > 0)`,
    /** Of all pods together: the buckets are added up before the quantile is taken. */
    p95Seconds:
      names.requestSeconds &&
      `histogram_quantile(0.95, sum by (le) (${rate(series(`${names.requestSeconds}_bucket`)!, observed)}))`,
    closesByCode: names.closes && `sum by (code) (${rate(series(names.closes)!, observed)})`,
    secondsUntilKilled: `max by (namespace, pod) (${leavingPods(observed)}) - time()`,
    connectionsOfLeavingPods: perPod && `${perPod} and on (namespace, pod) ${leavingPods(observed)}`,
  };
}
