import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import { OPENSHIFT_ROUTER } from "../facts/otherRoutes";
import type { ConnectionPromise, Hop } from "../model";
import type { KubernetesObject, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, listAt, nameOf, namespaceOf, textAt, valueAt } from "../value";
import { haproxyTime } from "./durations";
import { clockNotKnownYet, hopOf } from "./hop";

/** The Service of a Route, and those that share its traffic. */
export function openshiftBackends(spec: Value): Value[] | Unknown {
  const others = listAt(spec, "alternateBackends");
  if (others === UNKNOWN) return UNKNOWN;
  const all: Value[] = [valueAt(spec, "to"), ...others];
  return all.filter((backend): boolean => backend !== undefined);
}

/** A Route names the port of the pods; of which port of the Service that is, the Service says. */
export function openshiftTarget(backend: Value, route: KubernetesObject, catalog: Catalog): Value {
  const name = textAt(backend, "name");
  const wanted = valueAt(route, "spec", "port", "targetPort");
  if (backend === UNKNOWN || name === UNKNOWN || wanted === UNKNOWN) return UNKNOWN;
  const ports = listAt(catalog.find("Service", namespaceOf(route), name ?? ""), "spec", "ports");
  const own =
    wanted === undefined || ports === UNKNOWN
      ? undefined
      : ports.find((port) => [valueAt(port, "name"), valueAt(port, "targetPort") ?? valueAt(port, "port")].includes(wanted));
  return { name, ...(own !== undefined && { port: valueAt(own, "port") }) };
}

/** The router of OpenShift: an HAProxy that leaves what is upgraded, or passed through, to the timeout of tunnels. */
export function openshiftHop(route: KubernetesObject): Hop {
  const { tunnel, server } = OPENSHIFT_ROUTER;
  const passesThrough = textAt(route, "spec", "tls", "termination");
  // Where TLS passes through, either is the clock of everything.
  const key = passesThrough === "passthrough" && annotationOf(route, tunnel) === undefined ? server : tunnel;
  const clock = clockOf(route, key);
  const answers = annotationOf(route, server);
  const answerSeconds = timeOf(answers) ?? facts("openshift-router").idle.perProtocol?.["http-stream"]?.defaultSeconds ?? null;
  const streamed = { limit: "idle" as const, idleSeconds: answerSeconds };
  return hopOf("openshift-router", {
    ...clock,
    ...(answers !== UNKNOWN && passesThrough !== "passthrough" && { perProtocol: { "http-stream": streamed, grpc: streamed } }),
    ...(passesThrough === "passthrough" && { perProtocol: {} }),
    balances: true,
    ...(passesThrough === UNKNOWN ? { affinityUnknown: true, pending: true } : affinityOf(route, passesThrough)),
    writeIdle: (seconds) => `${tunnel}: ${secondsToWrite("openshift-router", seconds)}s`,
    writeAffinity: ({ cookieName }: ConnectionPromise["affinity"]) =>
      `remove ${OPENSHIFT_ROUTER.withoutCookie}${cookieName === undefined ? "" : `, and ${OPENSHIFT_ROUTER.cookieName}: ${cookieName}`}`,
  });
}

function clockOf(route: KubernetesObject, key: string): Partial<Hop> & { from: string } {
  const text = annotationOf(route, key);
  const where = `${nameOf(route)} annotation ${key}`;
  if (text === UNKNOWN) return { from: where, ...clockNotKnownYet(where) };
  if (text === undefined) return { from: `${where} is not set` };
  const seconds = timeOf(text);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds };
  return { from: where, inert: [`${key}: "${text}" is no time such as 3660s, and the router leaves it out`] };
}

function timeOf(text: Read<string>): number | undefined {
  return typeof text === "string" && OPENSHIFT_ROUTER.time.test(text) ? haproxyTime(text) : undefined;
}

function affinityOf(route: KubernetesObject, termination: string | undefined): Partial<Hop> {
  if (termination === "passthrough") {
    const settle =
      "whether the router sees the client's own address: the PROXY protocol, or an endpoint strategy of the host's network";
    return { affinityUnknown: true, settle };
  }
  const without = annotationOf(route, OPENSHIFT_ROUTER.withoutCookie);
  const name = annotationOf(route, OPENSHIFT_ROUTER.cookieName);
  if (without === UNKNOWN) return { affinityUnknown: true, pending: true };
  if (/^(true|TRUE)$/.test(without ?? "")) return { affinity: null };
  return { affinity: { mechanism: "cookie", ttlSeconds: null, ...(typeof name === "string" && { cookieName: name }) } };
}
