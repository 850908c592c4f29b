import type { Catalog } from "../catalog";
import { facts, GCP_ANNOTATIONS, secondsToWrite } from "../facts";
import type { ClusterFacts, ConnectionPromise, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, listAt, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "../value";
import { rangeText } from "./attributes";
import { hopOf, undecidedHop } from "./hop";
import type { IngressHops } from "./ingressHops";
import { bareServiceProxyHop } from "./serviceProxy";

/** Google's Application Load Balancer of an Ingress; its settings stand in the BackendConfig that the Service's port is tied to. */
export function gceHops(
  ingress: KubernetesObject,
  service: KubernetesObject | undefined,
  port: string | number,
  catalog: Catalog,
  cluster: ClusterFacts,
): IngressHops {
  const behind = service === undefined || sendsToPods(service) ? [] : [nodeSideHop(cluster)];
  return { front: [], proxy: gceHop(ingress, service, port, catalog), behind };
}

function gceHop(ingress: KubernetesObject, service: KubernetesObject | undefined, port: string | number, catalog: Catalog): Hop {
  if (service === undefined) {
    const settle = "add the Service to what is read: its annotation names the BackendConfig with the timeout";
    return undecidedHop("gce-ingress", { from: nameOf(ingress), settle });
  }
  const annotated =
    annotationOf(service, GCP_ANNOTATIONS.backendConfig) ?? annotationOf(service, "beta." + GCP_ANNOTATIONS.backendConfig);
  if (annotated === UNKNOWN) {
    const settle = `${nameOf(service)} annotation ${GCP_ANNOTATIONS.backendConfig} is not known before the update`;
    return undecidedHop("gce-ingress", { from: nameOf(service), settle, pending: true });
  }
  const named = annotated === undefined ? { inert: [] } : nameOfConfig(annotated, service, port);
  if (named.name === undefined) {
    const from = `${nameOf(service)} ties no BackendConfig to port ${port}`;
    return hopOf("gce-ingress", { from, balances: true, inert: named.inert, writtenIn: refOf(service), ...writers(service) });
  }
  const config = catalog.find("BackendConfig", namespaceOf(service), named.name);
  if (config === undefined) {
    const settle = `add BackendConfig ${namespaceOf(service)}/${named.name} to what is read: it holds the timeout`;
    const pending = catalog.mayStillMean({
      apiVersion: "",
      kind: "BackendConfig",
      namespace: namespaceOf(service),
      name: named.name,
    });
    return undecidedHop("gce-ingress", { from: nameOf(service), settle, ...(pending && { pending }) });
  }
  return hopOf("gce-ingress", { ...configured(config), balances: true, writtenIn: refOf(config), ...writers(service) });
}

/** The port's own name wins over the default; a port is named by its name or its number. */
function nameOfConfig(text: string, service: KubernetesObject, port: string | number): { name?: string; inert: string[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { inert: [`${GCP_ANNOTATIONS.backendConfig} is no JSON ("${text}"), so no BackendConfig is tied`] };
  }
  const ports = listAt(service, "spec", "ports");
  const own = ports === UNKNOWN ? undefined : ports.find((item) => [valueAt(item, "name"), valueAt(item, "port")].includes(port));
  const keys = [port, valueAt(own, "name"), valueAt(own, "port")].filter(
    (key) => typeof key === "string" || typeof key === "number",
  );
  const special = keys.map((key) => textAt(parsed, "ports", String(key))).find((name) => typeof name === "string");
  const name = special ?? textAt(parsed, "default");
  return typeof name === "string"
    ? { name, inert: [] }
    : { inert: [`${GCP_ANNOTATIONS.backendConfig} (${text}) names no BackendConfig for port ${port}`] };
}

function configured(config: KubernetesObject): Partial<Hop> & { from: string; inert: string[] } {
  const { knob, defaultSeconds, minimumSeconds, maximumSeconds } = facts("gce-ingress").idle;
  const where = `${nameOf(config)} ${knob?.keys[0]}`;
  const timeout = numberAt(config, "spec", "timeoutSec");
  const pending = timeout === UNKNOWN;
  const allowed = typeof timeout === "number" && (timeout < (minimumSeconds ?? 0) || timeout > (maximumSeconds ?? Infinity));
  const inert = allowed ? [`timeoutSec ${timeout} is refused: it allows ${rangeText(minimumSeconds, maximumSeconds)}`] : [];
  const sticky = stickiness(config);
  const draining = numberAt(config, "spec", "connectionDraining", "drainingTimeoutSec");
  return {
    from: timeout === undefined ? `${where} is not set` : where,
    idleSeconds: pending || allowed ? defaultSeconds : (timeout ?? defaultSeconds),
    ...(pending && { limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` }),
    drainSeconds: typeof draining === "number" ? draining : facts("gce-ingress").drain.defaultSeconds,
    drainAt: { object: refOf(config), at: ["spec", "connectionDraining", "drainingTimeoutSec"] },
    ...sticky,
    inert: [...inert, ...sticky.inert],
  };
}

function stickiness(config: KubernetesObject): Partial<Hop> & { inert: string[] } {
  const type = textAt(config, "spec", "sessionAffinity", "affinityType");
  const ttl = numberAt(config, "spec", "sessionAffinity", "affinityCookieTtlSec");
  if (type === UNKNOWN || ttl === UNKNOWN) {
    return {
      affinityUnknown: true,
      pending: true,
      settle: `${nameOf(config)} spec.sessionAffinity is not known before the update`,
      inert: [],
    };
  }
  if (type === "CLIENT_IP") return { affinity: { mechanism: "source-ip", ttlSeconds: null }, inert: [] };
  if (type !== "GENERATED_COOKIE") return { affinity: null, inert: [] };
  const most = facts("gce-ingress").affinity.ttl?.maximumSeconds ?? Infinity;
  if (ttl !== undefined && ttl > most) {
    return { affinity: null, inert: [`affinityCookieTtlSec ${ttl} is refused by the controller, which allows 0 to ${most} s`] };
  }
  return {
    affinity: { mechanism: "cookie", ttlSeconds: ttl === undefined || ttl === 0 ? null : ttl, cookieName: "GCLB" },
    inert: [],
  };
}

/** A Service without node ports can only be reached by its pods' addresses; GKE marks such Services itself. */
function sendsToPods(service: KubernetesObject): boolean {
  const groups = annotationOf(service, GCP_ANNOTATIONS.networkEndpointGroups);
  const type = textAt(service, "spec", "type") ?? "ClusterIP";
  return type === "ClusterIP" || (typeof groups === "string" && /"ingress"\s*:\s*true/.test(groups));
}

function nodeSideHop(cluster: ClusterFacts): Hop {
  const neg = `${GCP_ANNOTATIONS.networkEndpointGroups}: '{"ingress": true}' on the Service`;
  return { ...bareServiceProxyHop(cluster), writeAffinity: () => neg };
}

function writers(service: KubernetesObject): Pick<Hop, "writeIdle" | "writeAffinity"> {
  const tie = `${GCP_ANNOTATIONS.backendConfig}: '{"default": "<name>"}' on ${nameOf(service)}`;
  return {
    writeIdle: (seconds) => `BackendConfig spec.timeoutSec: ${secondsToWrite("gce-ingress", seconds)}, tied by ${tie}`,
    writeAffinity: ({ ttlSeconds }: ConnectionPromise["affinity"]) =>
      `BackendConfig spec.sessionAffinity: {affinityType: GENERATED_COOKIE, affinityCookieTtlSec: ${ttlSeconds}}, tied by ${tie}`,
  };
}
