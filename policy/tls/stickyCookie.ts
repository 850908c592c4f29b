import type { Catalog } from "../../path/catalog";
import { NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import { annotationOf, knownItems, mapAt, nameOf, textAt, valueAt } from "../../path/value";
import { endsTlsInFront } from "./inFront";
import { ingressInTheClear } from "./ofIngress";
import { routeInTheClear } from "./ofRoute";

/** What a sticky cookie says of itself beside its name and its age, and where that is written. */
interface Attributes {
  secure: Ternary;
  sameSite: string | Unknown;
  where: string;
  /** What leaves the attribute out where it is written. */
  withoutSecure: string;
  /** What adds it where it is missing; absent where the proxy adds it to whatever it answers over TLS. */
  withSecure?: string;
}

/** Why a cookie sticks nobody, and what to write; `pending` where it is not known before the update. */
export interface NotSent {
  because: string;
  write: string;
  pending?: true;
}

/**
 * Why a browser never sends the sticky cookie of a way in back: one that is Secure goes over TLS alone, and one of another site's requests
 * (SameSite=None) is taken only when it is Secure. Source: RFC 6265bis, 5.6 and 5.7; each proxy's attributes beside their names below.
 */
export function cookieThatIsNotSent(path: Path, catalog: Catalog): NotSent | undefined {
  const decider = path.hops.findLast(({ balances }) => balances);
  const entry = catalog.resolve(path.entry);
  if (decider?.affinity?.mechanism !== "cookie" || entry === undefined) return undefined;
  const attributes = attributesOf(decider, path, entry, catalog);
  if (attributes === undefined) return undefined;
  const { secure, sameSite, where, withoutSecure, withSecure } = attributes;
  const open: NotSent = {
    because: `whether browsers send the sticky cookie (${where}) back is not known yet`,
    write: "wait for the update",
    pending: true,
  };
  if (secure !== false) {
    if (!isInTheClear(entry, path, catalog)) return undefined;
    if (secure === UNKNOWN) return open;
    const because = `the sticky cookie (${where}) is Secure, and nothing shows TLS on ${nameOf(entry)}: a browser sends such a cookie over TLS only, so over plain HTTP nothing sticks`;
    return { because, write: `serve ${nameOf(entry)} over TLS, or for as long as it is plain HTTP: ${withoutSecure}` };
  }
  if (withSecure === undefined || (sameSite !== "none" && sameSite !== UNKNOWN)) return undefined;
  if (sameSite === UNKNOWN) return open;
  const because = `the sticky cookie (${where}) is SameSite=None without Secure: browsers drop such a cookie, so nothing sticks`;
  return { because, write: withSecure };
}

function attributesOf({ hop }: Hop, { service }: Path, entry: KubernetesObject, catalog: Catalog): Attributes | undefined {
  if (hop === "traefik-ingressroute") return ofTraefikRoute(entry, service.name);
  if (hop === "traefik") return ofTraefikService(catalog.resolve(service));
  if (hop === "f5-virtual-server") return ofVirtualServer(entry, service.name);
  if (hop === "f5-nginx") return ofF5(entry);
  return /^(ingress-nginx|traefik-nginx-provider)/.test(hop) ? ofNginx(entry) : undefined;
}

/** doc.traefik.io/traefik/routing/providers/kubernetes-crd: sticky.cookie.secure, sameSite; neither is set by TLS. */
function ofTraefikRoute(route: KubernetesObject, name: string): Attributes | undefined {
  const cookies = knownItems(route, "spec", "routes")
    .flatMap((rule) => knownItems(rule, "services"))
    .filter((one) => textAt(one, "name") === name)
    .map((one) => valueAt(one, "sticky", "cookie"));
  const cookie = cookies.find((one) => one !== undefined && one !== UNKNOWN);
  return cookie === undefined ? undefined : ofFields(cookie, "routes[].services[].sticky.cookie", "sameSite");
}

/** Of a cookie that has fields of its own in its route. */
function ofFields(cookie: Value, where: string, sameSite: "sameSite" | "samesite"): Attributes {
  return {
    secure: isTrue(valueAt(cookie, "secure")),
    sameSite: lower(textAt(cookie, sameSite)),
    where,
    withoutSecure: `${where}.secure: false`,
    withSecure: `${where}.secure: true`,
  };
}

const TRAEFIK = "traefik.ingress.kubernetes.io/service.sticky.cookie";

/** The same for the annotations of a Service, which Traefik reads in any case. */
function ofTraefikService(service: KubernetesObject | undefined): Attributes | undefined {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return undefined;
  const written = (suffix: string): string | Unknown =>
    lower(Object.entries(annotations).find(([key]) => key.toLowerCase() === `${TRAEFIK}.${suffix}`)?.[1]);
  return {
    secure: isTrue(written("secure")),
    sameSite: written("samesite"),
    where: `${service === undefined ? "" : nameOf(service)} annotation ${TRAEFIK}.*`,
    withoutSecure: `${TRAEFIK}.secure: "false"`,
    withSecure: `${TRAEFIK}.secure: "true"`,
  };
}

/** kubernetes.github.io/ingress-nginx/examples/affinity/cookie: without the annotation the cookie is Secure where the request came over TLS. */
function ofNginx(ingress: KubernetesObject): Attributes {
  const key = `${NGINX_ANNOTATION_PREFIX}session-cookie-secure`;
  return {
    secure: isTrue(lower(annotationOf(ingress, key))),
    sameSite: lower(annotationOf(ingress, `${NGINX_ANNOTATION_PREFIX}session-cookie-samesite`)),
    where: `${nameOf(ingress)} annotation ${key}`,
    withoutSecure: `remove ${key}`,
  };
}

/** nginx.org/en/docs/http/ngx_http_upstream_module.html, sticky cookie: the parameter `secure` of the line for a Service. */
function ofF5(ingress: KubernetesObject): Attributes | undefined {
  const keys = ["nginx.org/sticky-cookie-services", "nginx.com/sticky-cookie-services"];
  const key = keys.find((one) => typeof annotationOf(ingress, one) === "string");
  if (key === undefined) return undefined;
  const text = String(lower(annotationOf(ingress, key)));
  const where = `${nameOf(ingress)} annotation ${key}`;
  const sameSite = /\bsamesite=(\w+)/.exec(text)?.[1] ?? "";
  return {
    secure: /\ssecure\b/.test(text),
    sameSite,
    where,
    withoutSecure: `${key} without secure`,
    withSecure: `${key} with secure`,
  };
}

/** docs.nginx.com, VirtualServer: upstreams[].sessionCookie.secure, samesite. */
function ofVirtualServer(server: KubernetesObject, name: string): Attributes | undefined {
  const upstream = knownItems(server, "spec", "upstreams").find((one) => textAt(one, "service") === name);
  const cookie = valueAt(upstream, "sessionCookie");
  return cookie === undefined || cookie === UNKNOWN ? undefined : ofFields(cookie, "upstreams[].sessionCookie", "samesite");
}

/** Whether what was read shows no TLS from the client on. A load balancer with a certificate may end it before any controller. */
function isInTheClear(entry: KubernetesObject, path: Path, catalog: Catalog): boolean {
  const statements = entry.kind === "Ingress" ? ingressInTheClear(entry, path, catalog) : routeInTheClear(entry, path, catalog);
  if (statements.length === 0 || statements.some(({ pending }) => pending === true)) return false;
  return endsTlsInFront(catalog) === undefined;
}

const lower = (value: Value): string | Unknown =>
  value === UNKNOWN ? UNKNOWN : typeof value === "string" ? value.trim().toLowerCase() : "";
const isTrue = (value: Value): Ternary => (value === UNKNOWN ? UNKNOWN : value === true || value === "true");
