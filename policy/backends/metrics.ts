import type { Catalog } from "../../path/catalog";
import { EXPORTER_PORTS } from "../../path/facts/addresses";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { selectsByLabelSelector } from "../../path/selector";
import type { Read } from "../../path/value";
import { listAt, NAME_NOT_KNOWN, namespaceOf, refOf, textAt, valueAt } from "../../path/value";

const METRICS_NAME = /^(https?-)?(metrics?|prometheus|prom)(-https?|-port|-\d+)?$|-metrics$|-exporter$/i;
export const METRICS_PATH = /^\/(metrics|actuator\/prometheus)(\/|$)/;

const FOR_CLIENTS = /^(https?|wss?|grpc|http2|h2c|web|client|api|app|ui|main|public|server)(-|$)/;

/** Whether only what scrapes metrics goes this way: none of its connections stays open, and each may meet another pod. */
export function leadsToMetrics(path: Path, catalog: Catalog): boolean {
  if (path.pathPrefix !== undefined && METRICS_PATH.test(path.pathPrefix)) return true;
  const service = catalog.resolve(path.service);
  const ports = service === undefined ? [] : listAt(service, "spec", "ports");
  if (service === undefined || ports === UNKNOWN) return false;
  const port = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(path.port));
  return port !== undefined && saidByThePort(port) !== undefined;
}

/** Why a port serves metrics; a port that serves the application as well is not one. */
export function whyMetrics(service: KubernetesObject, port: Value, ports: Value[], catalog: Catalog): Read<string> {
  const said = saidByThePort(port);
  if (said !== undefined) return said;
  const name = textAt(port, "name");
  const target = valueAt(port, "targetPort");
  if (name === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  if (ports.length < 2) return undefined;
  // What clients ask by its own name may answer with metrics on a path of its own.
  if (name !== undefined && FOR_CLIENTS.test(name)) return undefined;
  const monitor = name === undefined ? undefined : monitorOf(service, name, catalog);
  return monitor ?? annotatedPort(service, numbersOf(port), catalog);
}

/** What a port says of itself, by its name or by the number that exporters use. */
export function saidByThePort(port: Value): string | undefined {
  const names = [textAt(port, "name"), valueAt(port, "targetPort")].filter((each): each is string => typeof each === "string");
  const named = names.find((each) => METRICS_NAME.test(each));
  if (named !== undefined) return `it is called ${named}`;
  // What the pods listen on says it; the Service's own port is whatever was free.
  const usual = numbersOf(port).at(-1);
  return usual === undefined || !EXPORTER_PORTS.numbers.has(usual)
    ? undefined
    : `${usual} is where exporters serve metrics and nothing else`;
}

const numbersOf = (port: Value): number[] =>
  [valueAt(port, "port"), valueAt(port, "targetPort")].filter((each): each is number => typeof each === "number");

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
