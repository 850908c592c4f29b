import { facts, NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { annotationOf, listAt, mapAt, textAt } from "../../path/value";

/** `perhaps`: what would be evidence is not known before the update. */
export type Evidence = "yes" | "perhaps" | "no";

const STREAMING_PROTOCOLS = ["kubernetes.io/ws", "kubernetes.io/wss", "kubernetes.io/h2c"];
const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
const TRAEFIK_STICKY_PREFIX = "traefik.ingress.kubernetes.io/service.sticky";

/**
 * Whether the objects of one way in show that it carries connections that stay open: somebody marked the port, asked for stickiness, or raised
 * a timeout above what a plain request needs. A timeout that is written wrongly shows the wish as well as one that is written well.
 */
export function evidenceOfLongConnections(entry: KubernetesObject | undefined, service: KubernetesObject | undefined): Evidence {
  const answers: Evidence[] = [...(service === undefined ? [] : serviceEvidence(service))];
  if (entry !== undefined) answers.push(managedByUs(entry));
  if (entry?.kind === "Ingress") answers.push(...ingressEvidence(entry));
  if (answers.includes("yes")) return "yes";
  return answers.includes("perhaps") ? "perhaps" : "no";
}

function serviceEvidence(service: KubernetesObject): Evidence[] {
  const affinity = textAt(service, "spec", "sessionAffinity");
  const ports = listAt(service, "spec", "ports");
  const protocols: Read<string>[] = ports === UNKNOWN ? [UNKNOWN] : ports.map((port) => textAt(port, "appProtocol"));
  const annotations = mapAt(service, "metadata", "annotations");
  const sticky =
    annotations === UNKNOWN ? UNKNOWN : Object.keys(annotations).some((key) => key.startsWith(TRAEFIK_STICKY_PREFIX));
  return [
    managedByUs(service),
    is(affinity, (value) => value === "ClientIP"),
    ...protocols.map((protocol) => is(protocol, (value) => STREAMING_PROTOCOLS.includes(value))),
    sticky === UNKNOWN ? "perhaps" : sticky ? "yes" : "no",
  ];
}

function ingressEvidence(ingress: KubernetesObject): Evidence[] {
  const timeouts = ["proxy-read-timeout", "proxy-send-timeout"].map((name) =>
    annotationOf(ingress, NGINX_ANNOTATION_PREFIX + name),
  );
  const sticking = ["affinity", "upstream-hash-by"].map((name) => annotationOf(ingress, NGINX_ANNOTATION_PREFIX + name));
  return [
    ...timeouts.map((timeout) => is(timeout, isLongerThanARequest)),
    ...sticking.map((value) => is(value, (text) => text.trim() !== "")),
  ];
}

function isLongerThanARequest(text: string): boolean {
  const seconds = Number.parseInt(text, 10);
  return seconds > (facts("ingress-nginx").idle.defaultSeconds ?? 0) || (seconds > 0 && /[mh]\s*$/.test(text));
}

function managedByUs(object: KubernetesObject): Evidence {
  return is(textAt(object, "metadata", "labels", MANAGED_BY_LABEL), (value) => value === "holdfast");
}

function is(value: Read<string>, test: (value: string) => boolean): Evidence {
  if (value === UNKNOWN) return "perhaps";
  return value !== undefined && test(value) ? "yes" : "no";
}
