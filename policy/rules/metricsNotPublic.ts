import type { Catalog } from "../../path/catalog";
import { EXPORTER_PORTS } from "../../path/facts/addresses";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { selectsByLabelSelector } from "../../path/selector";
import { listAt, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
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
  const ports = service === undefined ? UNKNOWN : listAt(service, "spec", "ports");
  if (service === undefined || ports === UNKNOWN) return [];
  const index = ports.findIndex((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(path.port));
  const because = index < 0 ? undefined : whyMetrics(service, ports[index], ports, catalog);
  if (because === undefined) return [];
  const at = own ? ["spec", "ports", index] : undefined;
  const fix = own
    ? "take the port out of this Service, and give it a Service of type ClusterIP of its own"
    : `send to another port of ${path.service.name}, or remove the rule`;
  return [statement(path, at, `it opens port ${String(path.port)} to clients: ${because}`, fix)];
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
function whyMetrics(service: KubernetesObject, port: Value, ports: Value[], catalog: Catalog): string | undefined {
  const name = textAt(port, "name");
  const target = valueAt(port, "targetPort");
  const names = [name, target].filter((each): each is string => typeof each === "string");
  const named = names.find((each) => METRICS_NAME.test(each));
  if (named !== undefined) return `it is called ${named}`;
  const numbers = [valueAt(port, "port"), target].filter((each): each is number => typeof each === "number");
  const usual = numbers.find((each) => EXPORTER_PORTS.numbers.has(each));
  if (usual !== undefined) return `${usual} is where exporters serve metrics and nothing else`;
  if (ports.length < 2) return undefined;
  const monitor = typeof name === "string" ? monitorOf(service, name, catalog) : undefined;
  if (monitor !== undefined) return `ServiceMonitor ${refOf(monitor).name} reads metrics there`;
  return annotatedPort(service, numbers, catalog);
}

function monitorOf(service: KubernetesObject, port: string, catalog: Catalog): KubernetesObject | undefined {
  return catalog.under(`${namespaceOf(service)} ${port}`, "ServiceMonitor", monitoredPorts).find((monitor) => {
    return selectsByLabelSelector(valueAt(monitor, "spec", "selector"), valueAt(service, "metadata", "labels")) === true;
  });
}

function monitoredPorts(monitor: KubernetesObject): string[] {
  const endpoints = listAt(monitor, "spec", "endpoints");
  return (endpoints === UNKNOWN ? [] : endpoints).map((item) => `${namespaceOf(monitor)} ${String(textAt(item, "port"))}`);
}

/** The annotation by which Prometheus finds pods names another port than the one that serves clients. */
function annotatedPort(service: KubernetesObject, numbers: number[], catalog: Catalog): string | undefined {
  for (const workload of catalog.selectedBy(service).certain) {
    const holder = workload.kind === "Pod" ? workload : valueAt(workload, "spec", "template");
    const text = textAt(holder, "metadata", "annotations", "prometheus.io/port");
    if (typeof text === "string" && numbers.includes(Number(text))) return "the pods' annotation prometheus.io/port names it";
  }
  return undefined;
}
