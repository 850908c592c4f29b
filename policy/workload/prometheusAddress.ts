import type { Catalog } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { knownItems, nameOf, namespaceOf, refOf, textAt } from "../../path/value";
import type { Statement } from "../rule";
import { mayBeService, serviceNamed } from "../scope/ownProxies";

/** Where pods say their own gauges; no server that answers queries has its interface below such a path. Source: as below, and prometheus.io/docs/instrumenting/exposition_formats. */
const OWN_GAUGES = /\/(metrics|actuator\/prometheus)\/?$/;

/**
 * KEDA asks the address of a Prometheus trigger a query (/api/v1/query), which the pods that it scales do not answer. Source:
 * keda.sh/docs/latest/scalers/prometheus; kedacore/keda pkg/scalers/prometheus_scaler.go.
 */
export function asksNoPrometheus(scaler: KubernetesObject, workload: KubernetesObject, catalog: Catalog): Statement[] {
  return knownItems(scaler, "spec", "triggers").flatMap((trigger, index): Statement[] => {
    const found = whoIsAsked(trigger, namespaceOf(scaler), workload, catalog);
    if (found === undefined) return [];
    return [
      {
        severity: "warning",
        object: refOf(scaler),
        at: ["spec", "triggers", index, "metadata", "serverAddress"],
        needed: "the address of a Prometheus that collects from the pods",
        fix: "serverAddress: http://<Prometheus>.<its namespace>.svc:9090",
        reason: "without an answer the autoscaler adds no pod for it and takes none away, however many connections come",
        ...found,
      },
    ];
  });
}

function whoIsAsked(
  trigger: Value,
  namespace: string,
  workload: KubernetesObject,
  catalog: Catalog,
): (Partial<Statement> & Pick<Statement, "found">) | undefined {
  const address = textAt(trigger, "metadata", "serverAddress");
  if (textAt(trigger, "type") !== "prometheus" || address === undefined) return undefined;
  if (address === UNKNOWN) {
    return { found: "which Prometheus it asks is not known yet", fix: "wait for the update", pending: true };
  }
  const [, host = "", path = ""] = /^https?:\/\/([^/:]+)(?::\d+)?([^?#]*)/i.exec(address) ?? [];
  const service = host === "" ? undefined : serviceNamed(host, namespace, catalog);
  const { certain, perhaps } = service === undefined ? { certain: [], perhaps: [] } : catalog.selectedBy(service);
  if (certain.includes(workload)) return { found: `serverAddress ${address} is ${nameOf(workload)} itself, and no Prometheus` };
  if (perhaps.includes(workload) || (service === undefined && mayBeService(host, namespace, catalog))) {
    return {
      found: `whether serverAddress ${address} is the pods themselves is not known yet`,
      fix: "wait for the update",
      pending: true,
    };
  }
  return OWN_GAUGES.test(path)
    ? { found: `serverAddress ${address} is where pods say their own gauges, and answers no query` }
    : undefined;
}
