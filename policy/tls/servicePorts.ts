import { APP_PROTOCOLS, NEGOTIATING_PORTS, PLAIN_PORTS, SERVICE_TLS_ANNOTATIONS, TLS_PORTS } from "../../path/facts/tls";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, numberAt, textAt, valueAt } from "../../path/value";

/** `own`: a protocol that agrees on encryption itself, which no port shows. `unshown`: nothing says what is spoken. */
export type Spoken = "tls" | "plain" | "own" | "unshown" | Unknown;

const TLS_NAME = /(^|[-_])(https|wss|tls|ssl|mqtts|amqps|grpcs|turns|ldaps|sips|websecure)([-_]|$)/;
/** A word of HTTP beside another protocol is what is spoken there: the web page of a game, a terminal for SSH in a browser. */
const WEB_NAME = /(^|[-_])(http|ws|websocket|h2c|web)\d*([-_]|$)/;
/** Protocols that encrypt by themselves, or agree on it: nobody puts TLS before them. The two longer names of SSH are Teleport's. */
const OWN_NAME =
  /(^|[-_])((open|git|auth|proxy)?sshd?|sftp|minecraft|game|wireguard|postgres(ql)?|mysql|mariadb|xmpp|turn|stun)([-_]|$)/;
const PLAIN_NAME = /(^|[-_])(mqtt|plain)\d*([-_]|$)/;

/** What one port of a LoadBalancer Service speaks with its clients, as far as the Service says it. */
export function spokenOn(service: KubernetesObject, port: Value): Spoken {
  const ended = endedByLoadBalancer(service, port);
  if (ended !== false) return ended === true ? "tls" : UNKNOWN;
  const number = numberAt(port, "port");
  const target = valueAt(port, "targetPort");
  const appProtocol = textAt(port, "appProtocol");
  const name = textAt(port, "name");
  if ([port, number, appProtocol, name].includes(UNKNOWN)) return UNKNOWN;
  return (
    byAppProtocol(appProtocol as string | undefined) ??
    byName(name as string | undefined) ??
    byNumber(number as number | undefined) ??
    (typeof target === "string" ? byName(target) : typeof target === "number" ? byNumber(target) : undefined) ??
    "unshown"
  );
}

function endedByLoadBalancer(service: KubernetesObject, port: Value): boolean | Unknown {
  for (const { certificate, ports } of SERVICE_TLS_ANNOTATIONS) {
    const written = annotationOf(service, certificate);
    if (written === UNKNOWN) return UNKNOWN;
    if (written === undefined) continue;
    const listed = ports === undefined ? undefined : annotationOf(service, ports);
    if (listed === undefined) return true;
    if (listed === UNKNOWN) return UNKNOWN;
    const names = listed.split(",").map((one) => one.trim());
    const own = [textAt(port, "name"), textAt(port, "port"), "*"];
    if (names.some((name) => own.includes(name))) return true;
  }
  return false;
}

function byAppProtocol(appProtocol: string | undefined): Spoken | undefined {
  if (appProtocol === undefined) return undefined;
  if (APP_PROTOCOLS.tls.includes(appProtocol.toLowerCase())) return "tls";
  return APP_PROTOCOLS.plain.includes(appProtocol.toLowerCase()) ? "plain" : undefined;
}

function byName(name: string | undefined): Spoken | undefined {
  if (name === undefined) return undefined;
  if (TLS_NAME.test(name)) return "tls";
  if (WEB_NAME.test(name)) return "plain";
  if (OWN_NAME.test(name)) return "own";
  return PLAIN_NAME.test(name) ? "plain" : undefined;
}

function byNumber(number: number | undefined): Spoken | undefined {
  if (number === undefined) return undefined;
  if (TLS_PORTS.includes(number)) return "tls";
  if (PLAIN_PORTS.includes(number)) return "plain";
  return NEGOTIATING_PORTS.includes(number) ? "own" : undefined;
}
