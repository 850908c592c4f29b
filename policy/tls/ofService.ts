import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { NEEDED, plaintext, REASON } from "./plaintext";
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
    .map((port, index) => ({ port, index, says: spokenOn(service, port) }))
    .filter(({ port }) => textAt(port, "protocol") !== "UDP");
  const plain = spoken.filter(({ says }) => says === "plain" || (says === "unshown" && !rawTcp));
  const [first] = plain;
  if (first === undefined) {
    const open = spoken.find(({ says }) => says === UNKNOWN);
    return open === undefined ? [] : [notKnownYet(service, ["spec", "ports", open.index], common)];
  }
  const secured = spoken.filter(({ says }) => says === "tls");
  // An Ingress controller answers on port 80 with a redirect, and its routes say themselves what they serve without TLS.
  if (secured.length > 0 && isController(service)) return [];
  const beside = secured.length === 0 ? "" : `, beside ${secured.map(({ port }) => nameOfPort(port)).join(", ")} with TLS`;
  const doubt = plain.every(({ says }) => says === "unshown") ? "nothing shows TLS on" : "published without TLS:";
  return [
    plaintext(service, path, catalog, {
      at: ["spec", "ports", first.index],
      found: `${doubt} port ${plain.map(({ port }) => nameOfPort(port)).join(", ")}${beside}`,
      fix:
        secured.length === 0
          ? "end TLS at the load balancer (its certificate annotation) or in the pod, and publish 443 alone; a port that speaks TLS already says so with appProtocol: https or kubernetes.io/wss"
          : `remove port ${plain.map(({ port }) => nameOfPort(port)).join(", ")} from spec.ports`,
    }),
  ];
}

function nameOfPort(port: unknown): string {
  const name = textAt(port, "name");
  const number = String(valueAt(port, "port"));
  return typeof name === "string" && name !== number ? `${number} (${name})` : number;
}

/** The labels by which the Services of Ingress controllers and gateways select their own proxies: a word of them is the proxy's. */
const CONTROLLERS =
  /^gateway$|(^|-)(ingress-nginx|nginx-ingress|ingress-controller|haproxy-ingress|kubernetes-ingress|ingressgateway|traefik|envoy|contour|kong|kourier|emissary|ambassador|apisix|skipper)(-|$)/;

export function isController(service: KubernetesObject): boolean {
  const selector = mapAt(service, "spec", "selector");
  if (selector === UNKNOWN) return false;
  return Object.entries(selector).some(
    ([key, value]) => SAYS_WHAT.test(key) && typeof value === "string" && CONTROLLERS.test(value),
  );
}

/** Labels that say what runs there, not for which application or release. */
const SAYS_WHAT = /^(app|istio|asm|k8s-app|component|name|app\.kubernetes\.io\/(name|component))$/;
