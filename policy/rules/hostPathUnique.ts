import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import {
  annotationOf,
  hasAnnotationUnder,
  itemsAt,
  listAt,
  NAME_NOT_KNOWN,
  nameOf,
  namespaceOf,
  refOf,
  textAt,
  valueAt,
} from "../../path/value";
import { portsAt } from "../backends/place";
import { notKnownYet } from "../pending";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";
import { ACTION } from "../../path/read/albActions";
import { isTemplate } from "../template";
import { redirectsOnly } from "../tls/ofIngress";

const NEEDED = "each host and path at most once for each controller";
const REASON =
  "two routes claim the same requests; the controller picks one, often the older one, and after a rebuild of the cluster perhaps the other: clients that come back land on another service";
const KINDS = ["Ingress", "IngressRoute", "HTTPProxy", "VirtualServer", "HTTPRoute", "GRPCRoute"] as const;

/** One claim of a route: what it wants to serve, for whom, and where it says so. */
interface Claim {
  route: KubernetesObject;
  at: PropertyPath;
  /** For a person: `chat.example.com/ws`. */
  place: string;
  backend: string;
}

/** No two routes of one controller serve the same host and path. */
export const hostPathUnique: Rule = {
  id: "host-path-unique",
  title: "Every host and path has one owner",
  description: "No two routes claim the same host and path.",
  group: "exposure",
  check: ({ catalog, paths }: RuleContext): Statement[] => {
    const claims = new Map<string, Claim[]>();
    const open: Statement[] = [];
    const ownBalancer = routesWithTheirOwn(paths);
    for (const route of KINDS.flatMap((kind) => catalog.ofKind(kind))) {
      for (const found of claimsOf(route, ownBalancer.has(nameOf(route)))) {
        if ("pending" in found) open.push(notKnownYet(route, found.pending, { needed: NEEDED, reason: REASON }));
        else append(claims, found.key, found.claim);
      }
    }
    // A single route cannot collide with another one, whatever becomes of it.
    const several = KINDS.reduce((count, kind) => count + catalog.ofKind(kind).length, 0) > 1;
    return [...(several ? open : []), ...[...claims.values()].flatMap(collisions)];
  },
};

function append(claims: Map<string, Claim[]>, key: string, claim: Claim): void {
  const known = claims.get(key);
  if (known === undefined) claims.set(key, [claim]);
  else known.push(claim);
}

/** Said on all but the first by name, so that the order of the objects makes no difference. */
function collisions(claims: Claim[]): Statement[] {
  const [first, ...others] = [...claims].sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  return others.map(({ route, at, place, backend }) => {
    const other = first!.route === route ? "the same object, further up" : nameOf(first!.route);
    const harmless = backend === first!.backend && first!.route !== route;
    return {
      severity: harmless ? "info" : "warning",
      object: refOf(route),
      at,
      found: `${place} is claimed by ${other} too${harmless ? ", for the same backend" : ""}`,
      needed: NEEDED,
      fix: `remove ${place} from ${nameOf(route)}, or give it another host or path`,
      reason: REASON,
    };
  });
}

const sortKey = ({ route, at }: Claim): string => `${nameOf(route)} ${at.join(".")}`;

type Found = { key: string; claim: Claim } | { pending: PropertyPath };

function claimsOf(route: KubernetesObject, ownBalancer: boolean): Found[] {
  if (route.kind === "Ingress") return claimsOfIngress(route, ownBalancer);
  if (route.kind === "IngressRoute") return claimsOfIngressRoute(route);
  if (route.kind === "HTTPProxy") return claimOfHost(route, ["spec", "virtualhost", "fqdn"]);
  if (route.kind === "VirtualServer") return claimOfHost(route, ["spec", "host"]);
  return claimsOfGatewayRoute(route);
}

/**
 * A canary shares its host and path on purpose, and so does an Ingress with conditions of its own. Sources: the controllers' own pages of
 * annotations; opensource.zalando.com/skipper/kubernetes/ingress-usage (2026-06).
 */
const SHARES = [
  "nginx.ingress.kubernetes.io/canary",
  "alb.ingress.kubernetes.io/conditions.",
  "zalando.org/skipper-predicate",
  "zalando.org/skipper-routes",
];
const ENTRY_POINTS = "traefik.ingress.kubernetes.io/router.entrypoints";

function claimsOfIngress(ingress: KubernetesObject, ownBalancer: boolean): Found[] {
  const shares = hasAnnotationUnder(ingress, ...SHARES);
  if (shares === UNKNOWN) return [{ pending: ["metadata", "annotations"] }];
  if (shares || redirectsOnly(ingress)) return [];
  const className = annotationOf(ingress, "kubernetes.io/ingress.class") ?? textAt(ingress, "spec", "ingressClassName");
  const group = annotationOf(ingress, "alb.ingress.kubernetes.io/group.name");
  const entryPoints = annotationOf(ingress, ENTRY_POINTS);
  if ([className, group, entryPoints].includes(UNKNOWN)) return [{ pending: ["spec", "ingressClassName"] }];
  // Each Ingress of these gets a load balancer, and so an address, of its own.
  const balancer = ownBalancer && group === undefined ? nameOf(ingress) : "";
  const whose = [className ?? "", group ?? "", entryPoints ?? "", balancer].map(String).join(" ");
  return itemsAt(ingress, "spec", "rules").flatMap((rule, ruleIndex): Found[] => {
    const host = textAt(rule, "host");
    const place = ["spec", "rules", ruleIndex];
    if (rule === UNKNOWN || host === UNKNOWN) return [{ pending: place }];
    if (isTemplate(host ?? "")) return [];
    return itemsAt(rule, "http", "paths").flatMap((path, pathIndex): Found[] => {
      const at = [...place, "http", "paths", pathIndex];
      const prefix = textAt(path, "path");
      const type = textAt(path, "pathType");
      if (path === UNKNOWN || prefix === UNKNOWN || type === UNKNOWN) return [{ pending: at }];
      if (portsAt(valueAt(path, "backend", "service") ?? valueAt(path, "backend")).includes(ACTION)) return [];
      const where = `${host ?? "*"}${prefix ?? "/"}`;
      const backend = JSON.stringify([namespaceOf(ingress), plain(valueAt(path, "backend"))]);
      const claim = { route: ingress, at, place: where, backend };
      return [{ key: `Ingress ${whose} ${type === "Exact" ? "exactly " : ""}${where}`, claim }];
    });
  });
}

function claimsOfIngressRoute(route: KubernetesObject): Found[] {
  const names = listAt(route, "spec", "entryPoints");
  if (names === UNKNOWN || names.includes(UNKNOWN)) return [{ pending: ["spec", "entryPoints"] }];
  const entryPoints = names.map(String).sort();
  return itemsAt(route, "spec", "routes").map((rule, index): Found => {
    const match = textAt(rule, "match");
    const at = ["spec", "routes", index];
    if (rule === UNKNOWN || match === UNKNOWN) return { pending: at };
    const key = JSON.stringify([entryPoints, (match ?? "").replace(/\s+/g, ""), plain(valueAt(rule, "priority"))]);
    const backend = JSON.stringify([namespaceOf(route), plain(valueAt(rule, "services"))]);
    return { key: `IngressRoute ${key}`, claim: { route, at: [...at, "match"], place: match ?? "", backend } };
  });
}

/** Contour and F5's controller serve a host by one object alone; the others of its name are refused. */
function claimOfHost(route: KubernetesObject, at: string[]): Found[] {
  const host = textAt(route, ...at);
  if (host === UNKNOWN) return [{ pending: at }];
  if (host === undefined) return [];
  const className = [textAt(route, "spec", "ingressClassName"), annotationOf(route, "projectcontour.io/ingress.class")];
  if (className.includes(UNKNOWN)) return [{ pending: ["spec", "ingressClassName"] }];
  const key = `${route.kind} ${className.map(String).join(" ")} ${host}`;
  return [{ key, claim: { route, at, place: host, backend: nameOf(route) } }];
}

function claimsOfGatewayRoute(route: KubernetesObject): Found[] {
  const parents = JSON.stringify([namespaceOf(route), plain(valueAt(route, "spec", "parentRefs"))]);
  if (parents.includes(NAME_NOT_KNOWN)) return [{ pending: ["spec", "parentRefs"] }];
  const names = listAt(route, "spec", "hostnames");
  if (names === UNKNOWN || names.includes(UNKNOWN)) return [{ pending: ["spec", "hostnames"] }];
  const hosts = names.length === 0 ? ["*"] : names.map(String);
  return itemsAt(route, "spec", "rules").flatMap((rule, index): Found[] => {
    const at = ["spec", "rules", index];
    const matches = listAt(rule, "matches");
    if (rule === UNKNOWN || matches === UNKNOWN) return [{ pending: at }];
    const backend = JSON.stringify([namespaceOf(route), plain(valueAt(rule, "backendRefs"))]);
    return hosts.flatMap((host) =>
      (matches.length === 0 ? [undefined] : matches).map((match) => ({
        key: `${route.kind} ${parents} ${host} ${JSON.stringify(plain(match) ?? {})}`,
        claim: { route, at, place: `${host}${pathText(match)}`, backend },
      })),
    );
  });
}

function pathText(match: Value): string {
  const path = textAt(match, "path", "value");
  return typeof path === "string" ? path : "/";
}

/** For comparing: what is not known yet is told apart from everything that is. */
function plain(value: Value): unknown {
  if (value === UNKNOWN) return NAME_NOT_KNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, plain(inner)]));
}

function routesWithTheirOwn(paths: readonly Path[]): Set<string> {
  const own = paths.filter(
    ({ entry, hops }) => entry.kind === "Ingress" && hops.some(({ hop }) => /^(aws-alb|gce-ingress)/.test(hop)),
  );
  return new Set(own.map(({ entry }) => nameOf(entry)));
}
