import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, textAt, valueAt } from "../../path/value";
import { METRICS_PATH, whyMetrics } from "../backends/metrics";
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
