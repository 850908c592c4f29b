import type { Catalog } from "../catalog";
import type { Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, mapAt, nameOf, refOf, textAt, valueAt } from "../value";

/**
 * Those that make a LoadBalancer Service for each Gateway, and copy the annotations of its `spec.infrastructure` to it: envoyproxy/gateway
 * internal/gatewayapi/translator.go (v1.9.0), istio/istio pilot/pkg/config/kube/gateway/deploymentcontroller.go (2026-07).
 */
const MAKES_A_SERVICE: readonly string[] = ["envoy-gateway", "istio", "approuting-istio"];

/**
 * The Service that is made for a Gateway, as far as the Gateway shows it; undefined where something else decides what it becomes. It goes
 * by the Gateway's name, because that is where it is written.
 */
export function serviceMadeFor(
  gateway: KubernetesObject,
  implementation: string,
  catalog: Catalog,
): KubernetesObject | undefined {
  if (!MAKES_A_SERVICE.includes(implementation)) return undefined;
  const className = textAt(gateway, "spec", "gatewayClassName");
  const gatewayClass = typeof className === "string" ? catalog.named("GatewayClass", className) : undefined;
  const parameters = [
    valueAt(gateway, "spec", "infrastructure", "parametersRef"),
    valueAt(gatewayClass, "spec", "parametersRef"),
  ];
  // Istio takes an address for the name of a Service that is there already.
  const addresses = implementation === "envoy-gateway" ? [] : listAt(gateway, "spec", "addresses");
  if (parameters.some((found) => found !== undefined) || addresses === UNKNOWN || addresses.length > 0) return undefined;
  return {
    apiVersion: "v1",
    kind: "Service of Gateway",
    metadata: {
      ...gateway.metadata,
      annotations: mapAt(gateway, "spec", "infrastructure", "annotations") as Record<string, string>,
    },
    spec: { type: "LoadBalancer", ports: portsOf(gateway) },
  };
}

function portsOf(gateway: KubernetesObject): Value {
  const listeners = listAt(gateway, "spec", "listeners");
  return listeners === UNKNOWN ? UNKNOWN : listeners.map((listener) => ({ port: valueAt(listener, "port") }));
}

/** What to write about such a Service stands in the Gateway. */
export function writtenInGateway(hop: Hop, gateway: KubernetesObject): Hop {
  const { writeIdle } = hop;
  if (writeIdle === undefined) return { ...hop, writtenIn: refOf(gateway) };
  const place = `spec.infrastructure.annotations of ${nameOf(gateway)}`;
  return { ...hop, writtenIn: refOf(gateway), writeIdle: (promised) => `${writeIdle(promised)}, in ${place}` };
}
