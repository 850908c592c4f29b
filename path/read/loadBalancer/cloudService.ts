import type { HopKind } from "../../facts";
import { facts, GCP_ANNOTATIONS, GCP_CLASSES, secondsToWrite } from "../../facts";
import type { Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, nameOf, textAt } from "../../value";
import { secondsWithin } from "../attributes";
import { hopOf } from "../hop";
import type { Front } from "./index";
import { writeClientIp } from "../serviceProxy";

/** The load balancer that Azure's cloud provider makes of a Service. */
export function azureFront(service: KubernetesObject): Front {
  const hop = hopOf("azure-lb", {
    ...azureClock(service),
    balances: true,
    ...nodeAffinity(service),
    notes: ['A TCP reset tells both ends when it closes a connection, unless azure-load-balancer-disable-tcp-reset is "true".'],
    writeIdle: writeAzureIdle,
    writeAffinity: writeClientIp,
  });
  return { hops: [hop], toPods: false };
}

/** Whole minutes. Anything else fails the whole load balancer: it keeps what it had, and a new one gets no address. */
function azureClock(service: KubernetesObject): Partial<Hop> & { from: string } {
  const { knob, defaultSeconds, minimumSeconds, maximumSeconds, stepSeconds = 1 } = facts("azure-lb").idle;
  const key = knob?.keys[0] ?? "";
  const where = `${nameOf(service)} annotation ${key}`;
  const text = annotationOf(service, key);
  if (text === UNKNOWN) {
    return { from: where, limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
  }
  if (text === undefined) return { from: `${where} is not set`, idleSeconds: defaultSeconds };
  const [least, most] = [(minimumSeconds ?? 0) / stepSeconds, (maximumSeconds ?? 0) / stepSeconds];
  const minutes = secondsWithin(text, least, most);
  if (minutes !== undefined) return { from: where, idleSeconds: minutes * stepSeconds };
  const hint = Number(text) > most ? "; it counts minutes, not seconds" : "";
  return {
    from: `${where} is "${text}"`,
    idleSeconds: defaultSeconds,
    refuses: {
      because: `"${text}" is no whole number of minutes from ${least} to ${most}, so the load balancer is not made${hint}`,
      write: `${key}: "${Math.ceil(Number(text) / stepSeconds) || least}", in minutes`,
    },
  };
}

function writeAzureIdle(promisedSeconds: number): string {
  const { knob, maximumSeconds, stepSeconds = 1 } = facts("azure-lb").idle;
  const seconds = secondsToWrite("azure-lb", promisedSeconds);
  return seconds === undefined
    ? `an Azure Load Balancer keeps a silent connection for ${maximumSeconds} s at most: promise a heartbeat, or less`
    : `${knob?.keys[0]}: "${seconds / stepSeconds}" (minutes)`;
}

/** Both clouds translate the Service's ClientIP into their own hash over the client's address; its timeout stays with kube-proxy. */
function nodeAffinity(service: KubernetesObject): Partial<Hop> {
  const kind = textAt(service, "spec", "sessionAffinity");
  if (kind === UNKNOWN) {
    const settle = `${nameOf(service)} spec.sessionAffinity is not known before the update`;
    return { affinityUnknown: true, pending: true, settle };
  }
  return { affinity: kind === "ClientIP" ? { mechanism: "source-ip", ttlSeconds: null } : null };
}

/** Google's passthrough load balancer: nothing ends a connection by time, and nothing keeps a silent one on its node for certain. */
export function gcpFront(service: KubernetesObject): Front {
  const type =
    annotationOf(service, GCP_ANNOTATIONS.loadBalancerType) ?? annotationOf(service, "cloud.google.com/load-balancer-type");
  const className = textAt(service, "spec", "loadBalancerClass");
  const internal = className === GCP_CLASSES.internal || (typeof type === "string" && /^internal$/i.test(type));
  const kind: HopKind = internal ? "gcp-lb-internal" : "gcp-lb";
  const tracked = facts(kind).idle.keepsAtLeastSeconds;
  const config = annotationOf(service, GCP_ANNOTATIONS.backendConfig);
  const hop = hopOf(kind, {
    from: `${nameOf(service)} spec.type: LoadBalancer`,
    balances: true,
    ...nodeAffinity(service),
    settle: `a connection that is silent for longer than ${tracked} s keeps its node only while no node joins or leaves: promise a heartbeat shorter than ${tracked} s`,
    inert:
      config === undefined
        ? []
        : [`${GCP_ANNOTATIONS.backendConfig} is read for an Ingress only; this load balancer passes packets through`],
    writeAffinity: writeClientIp,
  });
  return { hops: [hop], toPods: false };
}
