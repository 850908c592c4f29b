import type { Catalog } from "../../path/catalog";
import { EXPORTER_PORTS } from "../../path/facts/addresses";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { selectsByLabelSelector } from "../../path/selector";
import type { Read } from "../../path/value";
import { listAt, NAME_NOT_KNOWN, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { isPending } from "../openPaths";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";

/** A port for metrics is not among those that clients reach. */
export const metricsNotPublic: Rule = {
  id: "metrics-not-public",
  title: "Metrics stay inside",
  description: "No way in leads to a port or a path that serves metrics.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => {
    const found = new Map<string, Statement>();
    for (const path of context.paths) {
      for (const one of check(path, context.catalog)) {
        found.set(`${one.object.kind} ${one.object.namespace}/${one.object.name} ${one.found}`, one);
      }
    }
    return [...found.values()];
  },
};

const METRICS_NAME = /^(https?-)?(metrics?|prometheus|prom)(-https?|-port)?$|-metrics$|-exporter$/i;
const METRICS_PATH = /^\/(metrics|actuator\/prometheus)(\/|$)/;

function check(path: Path, catalog: Catalog): Statement[] {
  const service = catalog.resolve(path.service);
  const own = path.entry.kind === "Service";
  if (path.pathPrefix !== undefined && METRICS_PATH.test(path.pathPrefix)) {
    const found = `it leads clients to ${path.pathPrefix}, where the application serves its metrics`;
    return [statement(path, undefined, found, `remove the rule for ${path.pathPrefix}`)];
  }
  if (isPending(path, catalog) || hasOpenPath(path, catalog)) return [pending(path)];
  const ports = service === undefined ? [] : listAt(service, "spec", "ports");
  if (service === undefined) return [];
  if (ports === UNKNOWN) return [pending(path)];
  // A route that names no port leads to the only one there is.
  const isOnly = path.port === "any" && ports.length === 1;
  const index = isOnly ? 0 : ports.findIndex((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(path.port));
  if (index < 0) return ports.some(hasOpenName) ? [pending(path)] : [];
  const because = whyMetrics(service, ports[index], ports, catalog);
  if (because === UNKNOWN) return [pending(path)];
  if (because === undefined) return [];
  const at = own ? ["spec", "ports", index] : undefined;
  const fix = own
    ? "take the port out of this Service, and give it a Service of type ClusterIP of its own"
    : `send to another port of ${path.service.name}, or remove the rule`;
  return [statement(path, at, `it opens port ${String(path.port)} to clients: ${because}`, fix)];
}

const hasOpenName = (port: Value): boolean => [valueAt(port, "port"), valueAt(port, "name")].includes(UNKNOWN);

/** The path of an Ingress's rule may be a value that only the update will know. */
function hasOpenPath({ entry }: Path, catalog: Catalog): boolean {
  const rules = entry.kind === "Ingress" ? listAt(catalog.resolve(entry), "spec", "rules") : [];
  if (rules === UNKNOWN) return true;
  return rules.some((rule) => {
    const paths = listAt(rule, "http", "paths");
    return paths === UNKNOWN || paths.some((item) => textAt(item, "path") === UNKNOWN);
  });
}

function pending(path: Path): Statement {
  const found = "whether it leads to metrics is not known yet";
  return { ...statement(path, undefined, found, "wait for the update"), pending: true };
}

function statement(path: Path, at: PropertyPath | undefined, found: string, fix: string): Statement {
  return {
    severity: "warning",
    object: path.entry,
    ...(at !== undefined && { at }),
    found,
    needed: "metrics that only what scrapes them reaches",
    fix,
    reason: "metrics tell everybody how many clients there are, what they ask for and which versions run, and every scrape costs",
    path,
  };
}

/** Why a port serves metrics; a port that serves the application as well is not one. */
function whyMetrics(service: KubernetesObject, port: Value, ports: Value[], catalog: Catalog): Read<string> {
  const name = textAt(port, "name");
  const target = valueAt(port, "targetPort");
  const names = [name, target].filter((each): each is string => typeof each === "string");
  const named = names.find((each) => METRICS_NAME.test(each));
  if (named !== undefined) return `it is called ${named}`;
  const numbers = [valueAt(port, "port"), target].filter((each): each is number => typeof each === "number");
  const usual = numbers.find((each) => EXPORTER_PORTS.numbers.has(each));
  if (usual !== undefined) return `${usual} is where exporters serve metrics and nothing else`;
  if (name === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  if (ports.length < 2) return undefined;
  const monitor = name === undefined ? undefined : monitorOf(service, name, catalog);
  return monitor ?? annotatedPort(service, numbers, catalog);
}

function monitorOf(service: KubernetesObject, port: string, catalog: Catalog): Read<string> {
  const keys = [`${namespaceOf(service)} ${port}`, `${namespaceOf(service)} ${ANY}`, ANY];
  const monitors = keys.flatMap((key) => catalog.under(key, "ServiceMonitor", monitoredPorts));
  const labels = valueAt(service, "metadata", "labels");
  const answers = monitors.map((monitor) => ({
    monitor,
    selects: selectsByLabelSelector(valueAt(monitor, "spec", "selector"), labels),
    sure: !monitoredPorts(monitor).some((key) => key.endsWith(ANY)),
  }));
  const certain = answers.find(({ selects, sure }) => selects === true && sure);
  if (certain !== undefined) return `ServiceMonitor ${refOf(certain.monitor).name} reads metrics there`;
  return answers.some(({ selects }) => selects !== false) ? UNKNOWN : undefined;
}

/** Stands for a namespace or a port that only the update will know. */
const ANY = "*";

function monitoredPorts(monitor: KubernetesObject): string[] {
  const namespace = namespaceOf(monitor);
  if (namespace === NAME_NOT_KNOWN) return [ANY];
  const endpoints = listAt(monitor, "spec", "endpoints");
  if (endpoints === UNKNOWN) return [`${namespace} ${ANY}`];
  return endpoints.map((item) => {
    const port = textAt(item, "port");
    return `${namespace} ${port === UNKNOWN ? ANY : port}`;
  });
}

/** The annotation by which Prometheus finds pods names another port than the one that serves clients. */
function annotatedPort(service: KubernetesObject, numbers: number[], catalog: Catalog): Read<string> {
  const { certain, perhaps } = catalog.selectedBy(service);
  let open = false;
  for (const workload of [...certain, ...perhaps]) {
    const holder = workload.kind === "Pod" ? workload : valueAt(workload, "spec", "template");
    const text = textAt(holder, "metadata", "annotations", "prometheus.io/port");
    const reads = text !== UNKNOWN && text !== undefined && numbers.includes(Number(text));
    if (reads && certain.includes(workload)) return "the pods' annotation prometheus.io/port names it";
    open ||= reads || text === UNKNOWN;
  }
  return open ? UNKNOWN : undefined;
}
