import { facts, secondsToWrite } from "../facts";
import { AGIC_PREFIX } from "../facts/azure";
import type { Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, nameOf, refOf } from "../value";
import { rangeText, secondsWithin } from "./attributes";
import { hopOf } from "./hop";
import type { IngressHops } from "./ingressHops";

/** Azure's Application Gateway, written by AGIC: the frontend address has a clock of its own before the gateway's. */
export function agicHops(ingress: KubernetesObject): IngressHops {
  const frontend = hopOf("agic-frontend", {
    from: nameOf(ingress),
    writeIdle: () => "no annotation raises the limit of the gateway's address: promise a heartbeat shorter than it",
  });
  return { front: [frontend], proxy: gatewayHop(ingress), behind: [] };
}

function gatewayHop(ingress: KubernetesObject): Hop {
  const sticky = annotationOf(ingress, `${AGIC_PREFIX}cookie-based-affinity`);
  const draining = annotationOf(ingress, `${AGIC_PREFIX}connection-draining-timeout`);
  const drains = annotationOf(ingress, `${AGIC_PREFIX}connection-draining`) === "true";
  const open = sticky === UNKNOWN;
  const settle = `${nameOf(ingress)} annotation ${AGIC_PREFIX}cookie-based-affinity is not known before the update`;
  return hopOf("agic", {
    ...clock(ingress),
    balances: true,
    ...(open
      ? { affinityUnknown: true, pending: true, settle }
      : { affinity: sticky === "true" ? { mechanism: "cookie" as const, ttlSeconds: null } : null }),
    drainSeconds: drains && typeof draining === "string" ? (secondsWithin(draining, 1, null) ?? null) : null,
    drainAt: { object: refOf(ingress), at: ["metadata", "annotations", `${AGIC_PREFIX}connection-draining-timeout`] },
    writeIdle: (seconds) => `${AGIC_PREFIX}request-timeout: "${secondsToWrite("agic", seconds)}"`,
    writeAffinity: () => `${AGIC_PREFIX}cookie-based-affinity: "true"`,
  });
}

function clock(ingress: KubernetesObject): Partial<Hop> & { from: string } {
  const { knob, defaultSeconds, minimumSeconds, maximumSeconds } = facts("agic").idle;
  const key = knob?.keys[0] ?? "";
  const where = `${nameOf(ingress)} annotation ${key}`;
  const text = annotationOf(ingress, key);
  if (text === UNKNOWN) {
    return { from: where, limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
  }
  if (text === undefined) return { from: `${where} is not set`, idleSeconds: defaultSeconds };
  const seconds = secondsWithin(text, minimumSeconds, maximumSeconds);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds };
  const inert = [`${key}: "${text}" is not a whole number of ${rangeText(minimumSeconds, maximumSeconds)} and is not used`];
  return { from: `${where} is "${text}"`, idleSeconds: defaultSeconds, inert };
}

/** Application Gateway for Containers reads an Ingress too, but lets WebSockets through only by the Gateway API. */
export function agcIngressHops(ingress: KubernetesObject): IngressHops {
  const proxy = hopOf("agc", {
    from: nameOf(ingress),
    balances: true,
    refuses: {
      protocols: ["websocket"],
      because: "Application Gateway for Containers carries WebSockets only for the Gateway API",
      write: "an HTTPRoute on a Gateway of class azure-alb-external in place of the Ingress",
    },
    writeIdle: () => `no setting raises it: promise a heartbeat shorter than ${facts("agc").idle.defaultSeconds} s`,
  });
  return { front: [], proxy, behind: [] };
}
