import { EXPORTED } from "../path/facts/exporters";
import { exported, leavingPods, literally, ownLabels, queriesOf, rateSeconds, scatterOf, selector } from "./queries";
import type { Observed, ObservedEntry } from "./observed";

/** Every alert, with the heading of docs/observability.md that says what to do. */
export const ALERTS = {
  HoldfastSocketsDropping: "sockets-dropping",
  HoldfastImbalance: "imbalance",
  HoldfastDrainRunningOut: "drain-running-out",
  HoldfastUpgradesFailing: "upgrades-failing",
  HoldfastCertificateExpiring: "certificate-expiring",
  HoldfastEndpointChanged: "endpoint-changed",
} as const;
export type AlertName = keyof typeof ALERTS;

/** One alert as Prometheus reads it. */
export interface Alert {
  alert: AlertName;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels: Record<string, string>;
  annotations: { summary: string; description: string; runbook: string };
}

/** Fewer connections than this say nothing by their share. */
export const FEWEST_CONNECTIONS = 20;
export const FAILED_SHARE = 0.05;
/** Failures a second below which a share of them is chance. */
const FEWEST_FAILURES_A_SECOND = 0.02;
export const DAYS_LEFT = 14;
const DAY_SECONDS = 86_400;

/** The alerts of one service. What no metric can show for its entries is left out. */
export function alertsOf(observed: Observed): Alert[] {
  return [
    ...socketsDropping(observed),
    ...imbalance(observed),
    ...drainRunningOut(observed),
    ...upgradesFailing(observed),
    ...observed.entries.flatMap((entry) => [...certificateExpiring(entry, observed), ...endpointChanged(entry, observed)]),
  ];
}

type Parts = Pick<Alert, "expr"> & { summary: string; description: string; entry?: string } & Pick<
    Partial<Alert>,
    "for" | "keep_firing_for"
  >;

function alert(name: AlertName, severity: "critical" | "warning", observed: Observed, parts: Parts): Alert {
  const { expr, summary, description, entry, ...clocks } = parts;
  const { namespace, name: service } = observed;
  return {
    alert: name,
    expr,
    ...clocks,
    labels: { severity, namespace, service, ...(entry === undefined ? {} : { entry }) },
    annotations: { summary, description, runbook: `docs/observability.md#${ALERTS[name]}` },
  };
}

/**
 * The share of the connections that must be left: one pod of the floor may go with all of its own, and half as many again. Between
 * a quarter and three quarters, as one pod is everything of a small service and next to nothing of a large one.
 */
export function shareToKeep({ floorPods }: Pick<Observed, "floorPods">): number {
  const share = 1 - 1.5 / floorPods;
  return Math.round(Math.min(0.75, Math.max(0.25, share)) * 100) / 100;
}

const DROP_SECONDS = 600;

function socketsDropping(observed: Observed): Alert[] {
  const { connections } = observed.names;
  if (connections === undefined) return [];
  const open = selector(connections, ownLabels(observed));
  const before = `sum(${open} offset ${DROP_SECONDS}s)`;
  const keep = shareToKeep(observed);
  return [
    alert("HoldfastSocketsDropping", "critical", observed, {
      // Where no pod is left there is no number either, and that is the worst case.
      expr: `(sum(${open}) or vector(0)) < ${keep} * ${before}\nand on () ${before} >= ${FEWEST_CONNECTIONS}`,
      for: `${Math.max(120, 4 * observed.intervalSeconds)}s`,
      summary: `${observed.name}: connections are gone and do not come back`,
      description: `{{ $value | humanize }} connections are open, less than ${percent(keep)} of what there was ${DROP_SECONDS / 60} minutes ago. One of the ${observed.floorPods} pods leaving does not explain it.`,
    }),
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const SHORTEST_AGE_SECONDS = 900;
const LONGEST_AGE_SECONDS = 14_400;

/** Only pods that were there before the stickiness began to run out: a new one is empty with good reason. */
export function settledSeconds({ ttlSeconds = 0 }: Observed): number {
  return Math.min(LONGEST_AGE_SECONDS, Math.max(SHORTEST_AGE_SECONDS, ttlSeconds));
}

const EXPLAINED_BY = {
  none: "connections that choose their pod at random",
  cookie: "browsers that come back by cookie",
  "source-ip": "clients that come back by source address, NATs among them",
} as const;

function imbalance(observed: Observed): Alert[] {
  const { connections } = observed.names;
  if (connections === undefined) return [];
  const { connectionsPerPod: perPod } = queriesOf(observed);
  const settled = settledSeconds(observed);
  const old = `${perPod} and on (namespace, pod) ${selector(connections, ownLabels(observed))} offset ${settled}s`;
  return [
    alert("HoldfastImbalance", "warning", observed, {
      expr: `(${old})\n> scalar(avg(${old}) + ${scatterOf(observed)} * sqrt(avg(${old})))`,
      for: "10m",
      summary: `${observed.name}: one pod has more connections than its affinity explains`,
      description: `{{ $labels.pod }} has {{ $value | humanize }} connections: more above the average of the pods older than ${settled / 60} minutes than is explained by ${EXPLAINED_BY[observed.stickiness]}.`,
    }),
  ];
}

/**
 * A goodbye that is on time leaves at most the share of connections that is left of its time. Here twice that is too many; seconds
 * are counted at the reading itself, as a series outlives its pod by a while.
 */
function drainRunningOut(observed: Observed): Alert[] {
  const { drain, intervalSeconds, names } = observed;
  const { connectionsPerPod: perPod } = queriesOf(observed);
  // Fewer readings than one in each goodbye show nothing of it.
  if (perPod === undefined || drain.drainSeconds === 0 || intervalSeconds > drain.drainSeconds) return [];
  const connections = selector(names.connections!, ownLabels(observed));
  const window = `${drain.gracePeriodSeconds + 2 * intervalSeconds}s`;
  const join = "on (namespace, pod)";
  return [
    alert("HoldfastDrainRunningOut", "warning", observed, {
      expr: [
        perPod,
        `> ${join} 2 * sum by (namespace, pod) (max_over_time(${connections}[${window}]))`,
        `* ${join} clamp_min((max by (namespace, pod) (${leavingPods(observed)})`,
        `- ${join} max by (namespace, pod) (timestamp(${connections})) - ${drain.marginSeconds}) / ${drain.drainSeconds}, 0)`,
      ].join("\n"),
      keep_firing_for: "5m",
      summary: `${observed.name}: a leaving pod will not be done with its goodbyes`,
      description: `{{ $labels.pod }} still has {{ $value | humanize }} connections, more than the rest of its ${drain.drainSeconds} s (promise.drainSeconds) is enough for at its pace. What is left when they are over is cut off.`,
    }),
  ];
}

/** Upgrades and failures per second, as the proxy of an entry or the pods themselves count them. */
interface UpgradeSource {
  entry?: string;
  failed: string;
  all: string;
  where: string;
}

function upgradesFailing(observed: Observed): Alert[] {
  if (observed.protocol !== "websocket") return [];
  return upgradeSources(observed).map(({ entry, failed, all, where }) =>
    alert("HoldfastUpgradesFailing", "critical", observed, {
      ...(entry === undefined ? {} : { entry }),
      expr: `sum(${failed}) / sum(${all}) > ${FAILED_SHARE}\nand on () sum(${failed}) >= ${FEWEST_FAILURES_A_SECOND}`,
      for: "5m",
      summary: `${observed.name}: clients cannot open connections`,
      description: `{{ $value | humanizePercentage }} of the answers that open a connection or fail are errors 5xx (counted by ${where}).`,
    }),
  );
}

function upgradeSources(observed: Observed): UpgradeSource[] {
  const { entries, names } = observed;
  const window = `[${rateSeconds(observed)}s]`;
  const rate = (series: string) => `rate(${series}${window})`;
  const metered = entries.flatMap((entry): UpgradeSource[] => {
    if (entry.controller === undefined || entry.host === undefined) return [];
    const series = (codes: string) => rate(controllerRequests(entry, observed, codes));
    const where = entry.controller === "traefik" ? "Traefik" : "ingress-nginx";
    return [{ entry: entry.name, failed: series("5.."), all: series("1..|5.."), where }];
  });
  const allMetered = entries.length > 0 && metered.length === entries.length;
  if (allMetered || names.requests === undefined) return metered;
  // A pod that leaves refuses new connections and says so to its probes: that is no failure.
  const staying = (codes: string) =>
    `${rate(selector(names.requests!, { ...ownLabels(observed), "status=~": codes }))} unless on (namespace, pod) ${leavingPods(observed)}`;
  return [...metered, { failed: staying("5.."), all: staying("101|5.."), where: "the pods themselves" }];
}

function controllerRequests({ controller, ingress, host }: ObservedEntry, observed: Observed, codes: string): string {
  if (controller === "ingress-nginx") {
    return exported(EXPORTED.nginxRequests, { ingress: ingress!, host: host!, "status=~": codes });
  }
  const service = `${literally(`${observed.namespace}-${observed.name}`)}-.*@kubernetes.*`;
  return exported(EXPORTED.traefikRequests, { "service=~": service, protocol: "websocket", "code=~": codes });
}

function certificateExpiring(entry: ObservedEntry, observed: Observed): Alert[] {
  const expiry = certificateExpiry(entry, observed);
  if (expiry === undefined) return [];
  const what = entry.host === undefined ? "the certificate" : `the certificate of ${entry.host}`;
  return [
    alert("HoldfastCertificateExpiring", "warning", observed, {
      entry: entry.name,
      expr: `max(${expiry}) - time() < ${DAYS_LEFT * DAY_SECONDS}`,
      for: "1h",
      summary: `${observed.name}: ${what} expires`,
      description: `{{ $value | humanizeDuration }} are left of ${what}. Clients refuse it afterwards, and nobody can open a connection.`,
    }),
  ];
}

/** The time at which the certificate of an entry ends; undefined where only a cloud knows it. */
function certificateExpiry({ tls, certificate, controller, host }: ObservedEntry, observed: Observed): string | undefined {
  if (!tls) return undefined;
  if (certificate !== undefined) {
    const of = (label: string) => exported(EXPORTED.certificateExpiry, { name: certificate, [label]: observed.namespace });
    // Prometheus renames a label that the target has as well, unless it is told to honour it.
    return `${of("exported_namespace")} or ${of("namespace")}`;
  }
  if (host === undefined || controller === undefined) return undefined;
  if (controller === "ingress-nginx") return exported(EXPORTED.nginxCertificateExpiry, { host });
  const names = [host, host.replace(/^[^.]+/, "*")].map(literally).join("|");
  return exported(EXPORTED.traefikCertificateExpiry, { "sans=~": `(.*,)?(${names})(,.*)?` });
}

function endpointChanged({ name, loadBalancer, address }: ObservedEntry, observed: Observed): Alert[] {
  if (loadBalancer === undefined) return [];
  const own = { namespace: observed.namespace, service: loadBalancer };
  const exists = exported(EXPORTED.serviceInfo, own);
  const current = exported(EXPORTED.loadBalancerAddress, { ...own, ...(address === undefined ? {} : { ip: address }) });
  const expr =
    address === undefined
      ? `max by (namespace, service, ip, hostname) (${current} offset 1h)\nunless on (namespace, service, ip, hostname) ${current}\nand on (namespace, service) ${exists}`
      : `max by (namespace, service) (${exists})\nunless on (namespace, service) ${current}`;
  const found =
    address === undefined
      ? "{{ $labels.ip }}{{ $labels.hostname }}, its address an hour ago, is not its address any more"
      : `it does not have ${address}, which the configuration pins`;
  return [
    alert("HoldfastEndpointChanged", "critical", observed, {
      entry: name,
      expr,
      for: "5m",
      summary: `${observed.name}: the address of ${name} is another`,
      description: `Service ${observed.namespace}/${loadBalancer}: ${found}. Clients and DNS records that hold it reach nobody.`,
    }),
  ];
}
