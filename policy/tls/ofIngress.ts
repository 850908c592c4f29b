import type { Catalog } from "../../path/catalog";
import { TLS_CLASSES } from "../../path/facts/tls";
import type { Path } from "../../path/model";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { ACTION } from "../../path/read/albActions";
import { annotationOf, knownItems, listAt, textAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { certificateByAnnotation, endsTlsInFront } from "./inFront";
import { NEEDED, plaintext, REASON } from "./plaintext";

/** What an Ingress serves in the clear: all of it, or the hosts that its certificates leave out. */
export function ingressInTheClear(ingress: KubernetesObject, path: Path, catalog: Catalog): Statement[] {
  const common = { needed: NEEDED, reason: REASON };
  const ofController = certificateOfController(ingress);
  if (ofController === true || path.port === ACTION || redirectsOnly(ingress)) return [];
  const covered = coveredHosts(ingress);
  if (covered === UNKNOWN) return [notKnownYet(ingress, ["spec", "tls"], common)];
  const open = covered.length > 0 && !covered.includes("*") && hasOpenHost(ingress);
  if (open) return [notKnownYet(ingress, ["spec", "rules"], common)];
  if (covered.length > 0 && (path.host === undefined || covered.some((pattern) => covers(pattern, path.host!)))) return [];
  if (ofController === UNKNOWN) return [notKnownYet(ingress, ["metadata", "annotations"], common)];
  // A controller keeps one server for each host: a certificate that another Ingress brings serves this one as well.
  if (path.host !== undefined && servedElsewhere(path.host, catalog)) return [];
  const bare = covered.length === 0;
  const hosts = bare ? hostsOf(ingress) : [path.host ?? "<host>"];
  const statement = plaintext(ingress, path, catalog, {
    at: ["spec", "tls"],
    found: bare
      ? "served without TLS: no spec.tls, and no certificate by annotation"
      : `${path.host} is served without TLS: spec.tls covers ${covered.join(", ")}`,
    fix: `tls: [{ hosts: [${hosts.join(", ")}], secretName: <secret with the certificate> }]`,
  });
  const front = path.hops.some(({ hop }) => IN_THE_CLUSTER.test(hop)) ? endsTlsInFront(catalog) : undefined;
  if (front === undefined) return [statement];
  return [{ ...statement, severity: "info", found: `${statement.found}; ${front} may end TLS before it, or for all hosts` }];
}

/** Controllers whose proxies are pods, before which something else may end TLS. */
const IN_THE_CLUSTER = /^(ingress-nginx|f5-nginx|traefik|haproxy|kong|contour)/;

function hasOpenHost(ingress: KubernetesObject): boolean {
  const rules = listAt(ingress, "spec", "rules");
  return rules === UNKNOWN || rules.some((rule) => textAt(rule, "host") === UNKNOWN);
}

function hostsOf(ingress: KubernetesObject): string[] {
  const hosts = knownItems(ingress, "spec", "rules")
    .map((rule) => textAt(rule, "host"))
    .filter((host) => typeof host === "string");
  return hosts.length === 0 ? ["<host>"] : [...new Set(hosts)];
}

function certificateOfController(ingress: KubernetesObject): boolean | Unknown {
  const className = annotationOf(ingress, "kubernetes.io/ingress.class") ?? textAt(ingress, "spec", "ingressClassName");
  if (typeof className === "string" && TLS_CLASSES.names.includes(className)) return true;
  return certificateByAnnotation(ingress);
}

const REDIRECTS = ["nginx.ingress.kubernetes.io/permanent-redirect", "nginx.ingress.kubernetes.io/temporal-redirect"];
const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";

/** Nothing but a way over to the one with TLS. */
export function redirectsOnly(ingress: KubernetesObject): boolean {
  const middlewares = annotationOf(ingress, MIDDLEWARES);
  if (typeof middlewares === "string" && /redirect/i.test(middlewares)) return true;
  return REDIRECTS.some((key) => {
    const target = annotationOf(ingress, key);
    return typeof target === "string" && target.startsWith("https://");
  });
}

/** The hosts that spec.tls names; `*` for all, where it names none but is there. */
function coveredHosts(ingress: KubernetesObject): string[] | Unknown {
  const blocks = listAt(ingress, "spec", "tls");
  if (blocks === UNKNOWN || blocks.includes(UNKNOWN)) return UNKNOWN;
  const hosts = blocks.map((block) => listAt(block, "hosts"));
  if (hosts.some((list) => list === UNKNOWN || list.includes(UNKNOWN))) return UNKNOWN;
  return hosts.flatMap((list) => ((list as unknown[]).length === 0 ? ["*"] : (list as unknown[]).map(String)));
}

function covers(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === host) return true;
  return pattern.startsWith("*.") && host.split(".").slice(1).join(".") === pattern.slice(2);
}

function servedElsewhere(host: string, catalog: Catalog): boolean {
  const parent = host.split(".").slice(1).join(".");
  return [host, `*.${parent}`].some((pattern) => catalog.under(pattern, "Ingress", ownHosts).length > 0);
}

function ownHosts(ingress: KubernetesObject): string[] {
  const covered = coveredHosts(ingress);
  return covered === UNKNOWN ? [] : covered.filter((host) => host !== "*");
}
