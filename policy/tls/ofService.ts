import type { Catalog } from "../../path/catalog";
import { KONG_NAME, KONG_PROTOCOLS, KONG_REDIRECT } from "../../path/facts/kongAnnotations";
import { CONTROLLER_LABELS } from "../../path/facts/networkSources";
import type { Path } from "../../path/model";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, listAt, mapAt, nameOf, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { configMapsOf } from "../workload/configMaps";
import { basicAuthOver } from "./basicAuth";
import { certificateIn, endedInPods } from "./inPods";
import { NEEDED, plaintext, REASON } from "./plaintext";
import type { Spoken } from "./servicePorts";
import { spokenOn } from "./servicePorts";

/** What a LoadBalancer Service publishes in the clear: all of its ports are public, whatever the judged one is. */
export function serviceInTheClear(service: KubernetesObject, path: Path, catalog: Catalog, rawTcp: boolean): Statement[] {
  const type = textAt(service, "spec", "type");
  const common = { needed: NEEDED, reason: REASON };
  if (type === UNKNOWN) return [notKnownYet(service, ["spec", "type"], common)];
  if (type !== "LoadBalancer") return [];
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [notKnownYet(service, ["spec", "ports"], common)];
  const spoken = ports
    .map((port, index) => ({ port, index, says: spokenByAny(service, port, rawTcp, catalog) }))
    .filter(({ port }) => textAt(port, "protocol") !== "UDP");
  const plain = spoken.filter(({ says }) => says === "plain" || (says === "unshown" && !rawTcp));
  const [first] = plain;
  if (first === undefined) {
    const open = spoken.find(({ says }) => says === UNKNOWN);
    return open === undefined ? [] : [notKnownYet(service, ["spec", "ports", open.index], common)];
  }
  const secured = spoken.filter(({ says }) => says === "tls");
  // An Ingress controller answers on port 80 with a redirect, and its routes say themselves what they serve without TLS.
  const answers = secured.length > 0 && isController(service) ? answersInTheClear(service, catalog) : undefined;
  if (answers === UNKNOWN) return [notKnownYet(service, ["spec", "ports", first.index], common)];
  if (secured.length > 0 && isController(service) && answers === undefined) return [];
  const beside = secured.length === 0 ? "" : `, beside ${secured.map(({ port }) => nameOfPort(port)).join(", ")} with TLS`;
  const carries = plain.some(({ port }) => /mqtt/.test(nameOfPort(port)) || valueAt(port, "port") === 1883);
  const signsIn = carries ? passwordsOver(service, catalog) : basicAuthOver(service, catalog);
  const doubt = plain.every(({ says }) => says === "unshown") ? "nothing shows TLS on" : "published without TLS:";
  const statement = plaintext(service, path, catalog, {
    at: ["spec", "ports", first.index],
    found: `${doubt} port ${plain.map(({ port }) => nameOfPort(port)).join(", ")}${beside}${answers === undefined ? "" : `, and ${answers.found}`}`,
    ...(typeof signsIn === "string" && { carries: signsIn }),
    fix:
      answers !== undefined
        ? answers.fix
        : secured.length === 0
          ? "end TLS at the load balancer (its certificate annotation) or in the pod, and publish 443 alone; a port that speaks TLS already says so with appProtocol: https or kubernetes.io/wss"
          : `remove port ${plain.map(({ port }) => nameOfPort(port)).join(", ")} from spec.ports`,
  });
  // On a private network only that makes it more than worth knowing.
  if (signsIn === UNKNOWN && statement.severity === "info") return [{ ...statement, severity: "warning", pending: true }];
  const unshown = secured.length > 0 && plain.every(({ says }) => says === "unshown");
  return [unshown ? withCertificate(statement, service, catalog) : statement];
}

/** What the Service does not show its pods may, where it matters. */
function spokenByAny(service: KubernetesObject, port: Value, rawTcp: boolean, catalog: Catalog): Spoken {
  const says = spokenOn(service, port);
  if (says !== "plain" && (says !== "unshown" || rawTcp)) return says;
  const ended = endedInPods(service, port, says, catalog);
  if (ended === undefined) return says;
  // Whoever is sent over to TLS sends nothing else.
  return ended === "redirect" ? "own" : ended;
}

/** Where some of its ports have TLS, a certificate in its pods may be that of the others too. */
function withCertificate(statement: Statement, service: KubernetesObject, catalog: Catalog): Statement {
  const certificate = certificateIn(service, catalog);
  if (certificate === undefined) return statement;
  if (certificate === UNKNOWN) {
    return { ...statement, pending: true, ...(statement.severity !== "info" && { severity: "warning" }) };
  }
  return {
    ...statement,
    severity: "info",
    found: `${statement.found}; its pods mount a certificate (Secret ${certificate}), perhaps for these too`,
  };
}

/** Kong sends nobody from http to https by itself: a route answers on both, unless it says that it takes https alone. */
function answersInTheClear(service: KubernetesObject, catalog: Catalog): { found: string; fix: string } | undefined | Unknown {
  const selector = mapAt(service, "spec", "selector");
  if (
    selector === UNKNOWN ||
    !Object.values(selector).some((value) => typeof value === "string" && KONG_NAME.pattern.test(value))
  ) {
    return undefined;
  }
  const ingresses = catalog.ofKind("Ingress");
  const open = ingresses.find((ingress) => takesHttp(ingress) === true);
  if (open === undefined) return ingresses.some((ingress) => takesHttp(ingress) === UNKNOWN) ? UNKNOWN : undefined;
  return {
    found: `Kong answers on it without a redirect (${nameOf(open)} takes http too)`,
    fix: `${KONG_PROTOCOLS.key}: "https" and ${KONG_REDIRECT}: "308" on ${nameOf(open)}, or no such port`,
  };
}

function takesHttp(ingress: KubernetesObject): boolean | Unknown {
  const className = annotationOf(ingress, "kubernetes.io/ingress.class") ?? textAt(ingress, "spec", "ingressClassName");
  const protocols = annotationOf(ingress, KONG_PROTOCOLS.key);
  if (className === undefined || (className !== UNKNOWN && !KONG_NAME.pattern.test(className))) return false;
  const httpsAlone = typeof protocols === "string" && !protocols.split(",").some((one) => /^(http|grpc|ws)$/.test(one.trim()));
  if (httpsAlone) return false;
  return className === UNKNOWN || protocols === UNKNOWN ? UNKNOWN : true;
}

/** Why passwords go over a broker's port: its own configuration asks for them. */
function passwordsOver(service: KubernetesObject, catalog: Catalog): string | undefined {
  for (const workload of catalog.selectedBy(service).certain) {
    const read = configMapsOf(workload, catalog);
    for (const configMap of read === UNKNOWN ? [] : read) {
      const data = mapAt(configMap, "data");
      const asks = data !== UNKNOWN && Object.values(data).some((text) => typeof text === "string" && asksForPasswords(text));
      if (asks) return `everything that connects sends its password over it (${nameOf(configMap)})`;
    }
  }
  return undefined;
}

/** Whoever shows a certificate or knows a key of its own sends no password. Source: mosquitto.org/man/mosquitto-conf-5.html (2.0). */
function asksForPasswords(text: string): boolean {
  return /^[ \t]*password_file[ \t]+\S/m.test(text) && !/^[ \t]*use_(identity|subject)_as_username[ \t]+true\b/m.test(text);
}

function nameOfPort(port: unknown): string {
  const name = textAt(port, "name");
  const number = String(valueAt(port, "port"));
  return typeof name === "string" && name !== number ? `${number} (${name})` : number;
}

export function isController(service: KubernetesObject): boolean {
  const selector = mapAt(service, "spec", "selector");
  if (selector === UNKNOWN) return false;
  return Object.entries(selector).some(
    ([key, value]) =>
      typeof value === "string" &&
      ((SAYS_WHAT.test(key) && CONTROLLER_LABELS.value.test(value)) ||
        (CONTROLLER_LABELS.ofIstio.test(key) && value === "gateway")),
  );
}

/** Labels that say what runs there, not for which application or release. */
const SAYS_WHAT = /^(app|istio|asm|k8s-app|component|name|app\.kubernetes\.io\/(name|component))$/;
