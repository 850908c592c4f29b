import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import { HAPROXY_INGRESS_PREFIX, HAPROXY_INGRESS_PREFIXES, HAPROXYTECH_PREFIX } from "../facts/ingressControllers";
import type { Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, nameOf, textAt } from "../value";
import { secondsWithin } from "./attributes";
import { goDuration, haproxyTime } from "./durations";
import { clockNotKnownYet, hopOf } from "./hop";

function pendingAt(where: string): Partial<Hop> & { from: string } {
  return { from: where, limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
}

/** A tunnel timeout as HAProxy parses it; what it cannot parse leaves the default. */
function tunnel(
  kind: "haproxy-ingress" | "haproxytech-ingress",
  text: Read<string>,
  where: string,
): Partial<Hop> & { from: string } {
  const { defaultSeconds } = facts(kind).idle;
  if (text === UNKNOWN) return pendingAt(where);
  if (text === undefined) return { from: `${where} is not set`, idleSeconds: defaultSeconds };
  const seconds = haproxyTime(text);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds };
  return {
    from: where,
    idleSeconds: defaultSeconds,
    inert: [`timeout-tunnel: "${text}" is no time such as 2h, and ${defaultSeconds} s stay`],
  };
}

function reloadNote(kind: "haproxy-ingress" | "haproxytech-ingress"): string[] {
  return [`A reload ends connections that are open then after ${facts(kind).reloadCutSeconds} s.`];
}

/** HAProxy Ingress by jcmoraisjr: annotations of the Service win over those of the Ingress. */
export function haproxyIngressHop(ingress: KubernetesObject, service: KubernetesObject | undefined, catalog: Catalog): Hop {
  const written = [service, ingress].flatMap((object) => (object === undefined ? [] : [object]));
  const prefixOf = (name: string): string =>
    HAPROXY_INGRESS_PREFIXES.find((prefix) => written.some((object) => annotationOf(object, prefix + name) !== undefined)) ??
    HAPROXY_INGRESS_PREFIX;
  const key = (name: string): Read<string> =>
    written.map((object) => annotationOf(object, prefixOf(name) + name)).find((value) => value !== undefined);
  const global = catalog.named("ConfigMap", "haproxy-ingress");
  const text = key("timeout-tunnel") ?? (global === undefined ? undefined : textAt(global, "data", "timeout-tunnel"));
  const affinity = key("affinity");
  const name = key("session-cookie-name");
  return hopOf("haproxy-ingress", {
    ...tunnel("haproxy-ingress", text, `${nameOf(ingress)} annotation ${prefixOf("timeout-tunnel")}timeout-tunnel`),
    balances: true,
    ...(affinity === UNKNOWN
      ? { affinityUnknown: true }
      : {
          affinity:
            affinity === "cookie"
              ? { mechanism: "cookie" as const, ttlSeconds: null, cookieName: typeof name === "string" ? name : "INGRESSCOOKIE" }
              : null,
        }),
    notes: reloadNote("haproxy-ingress"),
    writeIdle: (seconds) => `${HAPROXY_INGRESS_PREFIX}timeout-tunnel: "${secondsToWrite("haproxy-ingress", seconds)}s"`,
    writeAffinity: () => `${HAPROXY_INGRESS_PREFIX}affinity: "cookie"`,
  });
}

/** Its chart puts the name of its release before and after the controller's. */
const HAPROXYTECH_CONFIG = "haproxytech";
function haproxytechConfig(map: KubernetesObject): string[] {
  return /haproxy.*kubernetes-ingress$/.test(String(textAt(map, "metadata", "name"))) ? [HAPROXYTECH_CONFIG] : [];
}

/** HAProxy Technologies' controller: the tunnel timeout stands only in its ConfigMap. */
export function haproxytechHop(ingress: KubernetesObject, service: KubernetesObject | undefined, catalog: Catalog): Hop {
  const [global] = catalog.under(HAPROXYTECH_CONFIG, "ConfigMap", haproxytechConfig);
  const text = global === undefined ? undefined : textAt(global, "data", "timeout-tunnel");
  const where = `${global === undefined ? "the controller's ConfigMap" : nameOf(global)} timeout-tunnel`;
  const written = annotationOf(ingress, `${HAPROXYTECH_PREFIX}timeout-tunnel`);
  const cookie =
    (service === undefined ? undefined : annotationOf(service, `${HAPROXYTECH_PREFIX}cookie-persistence`)) ??
    annotationOf(ingress, `${HAPROXYTECH_PREFIX}cookie-persistence`);
  const clock = tunnel("haproxytech-ingress", text, where);
  const inert =
    written === undefined
      ? []
      : [`${HAPROXYTECH_PREFIX}timeout-tunnel on an Ingress is not read; it stands in the controller's ConfigMap`];
  return hopOf("haproxytech-ingress", {
    ...clock,
    balances: true,
    ...(cookie === UNKNOWN
      ? { affinityUnknown: true }
      : { affinity: cookie === undefined ? null : { mechanism: "cookie" as const, ttlSeconds: null, cookieName: cookie } }),
    inert: [...(clock.inert ?? []), ...inert],
    notes: reloadNote("haproxytech-ingress"),
    writeIdle: (seconds) => `timeout-tunnel: "${secondsToWrite("haproxytech-ingress", seconds)}s" in the controller's ConfigMap`,
    writeAffinity: ({ cookieName }) => `${HAPROXYTECH_PREFIX}cookie-persistence: "${cookieName ?? "SERVERID"}"`,
  });
}

/** A port that HAProxy passes on as it is: a tunnel from the first byte, whose timeout stands in the controller's ConfigMap alone. */
export function haproxyTcpHop(kind: "haproxy-ingress" | "haproxytech-ingress", map: KubernetesObject, catalog: Catalog): Hop {
  const [global] =
    kind === "haproxy-ingress"
      ? [catalog.named("ConfigMap", "haproxy-ingress")]
      : catalog.under(HAPROXYTECH_CONFIG, "ConfigMap", haproxytechConfig);
  const text = global === undefined ? undefined : textAt(global, "data", "timeout-tunnel");
  const where =
    global === undefined ? `${nameOf(map)}; timeout-tunnel in the controller's ConfigMap` : `${nameOf(global)} timeout-tunnel`;
  return hopOf(kind, {
    ...tunnel(kind, text, where),
    perProtocol: {},
    balances: true,
    notes: reloadNote(kind),
    writeIdle: (seconds) => `timeout-tunnel: "${secondsToWrite(kind, seconds)}s" in the controller's ConfigMap`,
  });
}

/** Cilium's Envoy: one limit for the whole cluster, a flag of the agents that stands in their ConfigMap. */
export function ciliumHop(from: string, catalog: Catalog): Hop {
  const { knob, defaultSeconds, minimumSeconds } = facts("cilium").idle;
  const key = knob?.keys[0] ?? "";
  const map = catalog.named("ConfigMap", "cilium-config");
  const text = map === undefined ? undefined : textAt(map, "data", key);
  const where =
    map === undefined ? `${from}; ${key} in ConfigMap kube-system/cilium-config was not read` : `${nameOf(map)} ${key}`;
  const seconds = typeof text === "string" ? secondsWithin(text, minimumSeconds, null) : undefined;
  return hopOf("cilium", {
    ...(text === UNKNOWN ? pendingAt(where) : { from: where, idleSeconds: seconds ?? defaultSeconds }),
    ...(seconds === 0 && { limit: "none", idleSeconds: null }),
    balances: true,
    writeIdle: (promised) => `${key}: "${secondsToWrite("cilium", promised)}" in ConfigMap kube-system/cilium-config`,
    writeAffinity: () => "another controller: no Ingress and no Gateway of Cilium keeps a client on a pod",
  });
}

const WEBSOCKET_ROUTES = "projectcontour.io/websocket-routes";

/**
 * Whether Contour lets every connection upgrade, whatever the routes say. It does on the listeners of the Gateway that its
 * configuration names, and its Ingresses and HTTPProxies are then served on those too: projectcontour/contour
 * internal/dag/listener_processor.go (v1.33.8), and seen there with a real Envoy.
 */
export function contourUpgradesAll(catalog: Catalog): boolean {
  const [configuration] = catalog.ofKind("ContourConfiguration");
  return configuration !== undefined && typeof textAt(configuration, "spec", "gateway", "gatewayRef", "name") === "string";
}

/** Whether anything is there that nobody but Contour has a use for, or the Deployment of its own manifests. */
export function showsContour(catalog: Catalog): boolean {
  const kinds = ["HTTPProxy", "ContourConfiguration", "ContourDeployment", "TLSCertificateDelegation"];
  return kinds.some((kind) => catalog.ofKind(kind).length > 0) || catalog.named("Deployment", "contour") !== undefined;
}

/** Contour serving an Ingress: WebSockets only on the paths that an annotation lists, and no stickiness. */
export function contourIngressHop(ingress: KubernetesObject, path: string | undefined, catalog: Catalog): Hop {
  const routes = annotationOf(ingress, WEBSOCKET_ROUTES);
  const known = typeof routes === "string" ? routes.split(",").map((route) => route.trim()) : [];
  const listed = known.includes(path ?? "/");
  return hopOf("contour-gateway", {
    ...contourGlobal(nameOf(ingress), catalog),
    ...(routes === UNKNOWN && { ...clockNotKnownYet(`${nameOf(ingress)} annotation ${WEBSOCKET_ROUTES}`), upgradeUnknown: true }),
    balances: true,
    ...(!listed &&
      routes !== UNKNOWN &&
      !contourUpgradesAll(catalog) && {
        refuses: {
          protocols: ["websocket"],
          because: `${WEBSOCKET_ROUTES} does not list ${path ?? "/"}, so Contour passes no upgrade on`,
          write: `${WEBSOCKET_ROUTES}: "${[...known, path ?? "/"].join(",")}"`,
        },
      }),
    writeAffinity: () => "an HTTPProxy with loadBalancerPolicy.strategy: Cookie in place of the Ingress",
  });
}

/** Its file does not have to name the timeout; a line that is commented out does not. */
const FILE_TIMEOUT = /^[ \t]*stream-idle-timeout:[ \t]*["']?([\w.]+)/m;

/** The same from the file that Contour reads where it has no ContourConfiguration: contour.yaml in the ConfigMap of its manifests. */
function contourFile(from: string, catalog: Catalog): Partial<Hop> & { from: string } {
  const map = catalog.named("ConfigMap", "contour");
  const text = map === undefined ? undefined : textAt(map, "data", "contour.yaml");
  if (map === undefined || text === undefined) return { from: `${from}; Contour's own stream idle timeout was not read` };
  const where = `${nameOf(map)} contour.yaml: timeouts.stream-idle-timeout`;
  if (text === UNKNOWN) return pendingAt(where);
  const written = FILE_TIMEOUT.exec(text)?.[1];
  if (written === undefined) return { from: `${from}; ${where} is not set` };
  if (/^(infinity|infinite)$/.test(written)) return { from: where, limit: "none", idleSeconds: null };
  return { from: where, idleSeconds: goDuration(written) || facts("contour-gateway").idle.defaultSeconds };
}

/** Contour takes 0 for "not set"; only `infinity` switches a limit off. The idle limit of a stream that Contour's own configuration sets for every route without one of its own. */
export function contourGlobal(from: string, catalog: Catalog): Partial<Hop> & { from: string } {
  const { knob, defaultSeconds } = facts("contour-gateway").idle;
  const configuration = catalog.ofKind("ContourConfiguration")[0];
  const text = configuration === undefined ? undefined : textAt(configuration, "spec", "envoy", "timeouts", "streamIdleTimeout");
  const writeIdle = (seconds: number): string =>
    `${knob?.keys[0]}: ${secondsToWrite("contour-gateway", seconds)}s in ${knob?.where}`;
  if (text === undefined || configuration === undefined) return { ...contourFile(from, catalog), writeIdle };
  const where = `${nameOf(configuration)} ${knob?.keys[0]}`;
  if (text === UNKNOWN) return { ...pendingAt(where), writeIdle };
  if (/^(infinity|infinite)$/.test(text)) {
    return { from: where, limit: "none", idleSeconds: null, writeIdle };
  }
  return { from: where, idleSeconds: goDuration(text) || defaultSeconds, writeIdle };
}
