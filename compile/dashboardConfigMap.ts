import type * as Dashboard from "../observe/dashboard";
import type { ObservedPath } from "../observe/observed";
import { DASHBOARD_SIDECAR } from "../path/facts/exporters";
import { limitOf } from "../path/verdict";
import { metadataOf } from "./labels";
import type { ExaminedService } from "./examine";
import type { CompiledService, Endpoint } from "./model";
import { afterNamespace } from "./namespace";
import { observe } from "./observed";
import type { Service } from "./service";
import type { Surroundings } from "./stack";
import type { EntryVerdict } from "./verdict";

/** Grafana's SDK is loaded only where a dashboard is made. */
function loadDashboard() {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load the SDK with every stack
  return require("../observe/dashboard") as typeof Dashboard;
}

/** The ways in with their clocks, as a dashboard shows them. */
function observedPaths(verdicts: EntryVerdict[], endpoints: Endpoint[], { protocol }: Service): ObservedPath[] {
  return verdicts.map(({ entry, path, verdict }) => ({
    entry,
    url: endpoints.find((endpoint) => endpoint.entry === entry)!.url,
    verdict: verdict.verdict,
    hops: path.hops.map((hop) => ({ title: hop.title, ...limitOf(hop, protocol) })),
  }));
}

/** The dashboard of a service that was judged. */
export function dashboardOf({ service, compiled, verdicts }: ExaminedService, surroundings: Surroundings): string {
  const { dashboardJson } = loadDashboard();
  return dashboardJson(
    observe(service, surroundings, compiled),
    service.promise,
    observedPaths(verdicts, compiled.endpoints, service),
  );
}

/** The service with the same as an object that Grafana finds by itself, where that is asked for. */
export function withDashboard(examined: ExaminedService, surroundings: Surroundings): CompiledService {
  const { service, compiled } = examined;
  if (!service.metrics.dashboard) return compiled;
  const { labels, ...metadata } = metadataOf(service, `${service.name}-dashboard`);
  const dashboard = {
    logicalName: "dashboard",
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...metadata, labels: { ...labels, [DASHBOARD_SIDECAR.label]: DASHBOARD_SIDECAR.value } },
      data: { [`${service.namespace}-${service.name}.json`]: dashboardOf(examined, surroundings) },
    },
    after: afterNamespace(service),
    why: [`The sidecar of Grafana's chart takes what is labelled ${DASHBOARD_SIDECAR.label}.`],
  };
  return { ...compiled, objects: [...compiled.objects, dashboard] };
}
