import type { Catalog } from "../catalog";
import type { ClusterFacts, Hop, Path } from "../model";
import type { KubernetesObject, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, textAt, valueAt } from "../value";
import { apisixHop, apisixTarget } from "./apisix";
import { emissaryHops, emissaryTarget } from "./emissary";
import { glooBackends, glooHop, glooRules, glooTarget } from "./gloo";
import { undecidedHop } from "./hop";
import { kongHop } from "./kong";
import { openshiftBackends, openshiftHop, openshiftTarget } from "./openshift";

/** One thing that a rule of such a route sends to. */
export interface OtherSending {
  route: KubernetesObject;
  rule: Value;
  /** The list of the spec that the rule stands in. */
  list: string;
  backend: Value;
  service: KubernetesObject | undefined;
  serviceName: string;
}

/** How a kind of route is read that one controller alone has. */
export interface OtherKind {
  rules: (route: KubernetesObject) => { list: string; rule: Value }[] | Unknown;
  backends: (rule: Value, route: KubernetesObject, catalog: Catalog) => Value[] | Unknown;
  /** What is sent to, in the words of other routes: name, namespace, port. */
  target: (backend: Value, route: KubernetesObject, catalog: Catalog) => Value;
  /** The proxy, and what it sends through. */
  hops: (sending: OtherSending, catalog: Catalog, cluster: ClusterFacts) => Hop[];
  /** Whose own Service stands in front. */
  front: string;
  place: (route: KubernetesObject, rule: Value) => { host?: Value; prefix?: Value };
}

const whole: OtherKind["rules"] = (route) => {
  const spec = valueAt(route, "spec");
  return spec === UNKNOWN ? UNKNOWN : spec === undefined ? [] : [{ list: "spec", rule: spec }];
};
const itself: OtherKind["backends"] = (rule) => [rule];
const first = (root: unknown, ...keys: string[]): Value => {
  const list = listAt(root, ...keys);
  return list === UNKNOWN ? UNKNOWN : list[0];
};
/** The words that several of these kinds share with the older Ingress. */
const named = (backend: Value): Value =>
  backend === UNKNOWN ? UNKNOWN : { name: valueAt(backend, "serviceName"), port: valueAt(backend, "servicePort") };

function within(lists: string[]): OtherKind["rules"] {
  return (route) => {
    const found = lists.map((list) => ({ list, rules: listAt(route, "spec", list) }));
    if (found.some(({ rules }) => rules === UNKNOWN)) return UNKNOWN;
    return found.flatMap(({ list, rules }) => (rules as Value[]).map((rule) => ({ list, rule })));
  };
}

const emissary: Omit<OtherKind, "place"> = {
  rules: whole,
  backends: itself,
  target: (rule) => emissaryTarget(rule),
  hops: ({ route, rule }, catalog, cluster) => emissaryHops(route, rule, catalog, cluster),
  front: "emissary",
};

const gloo = (list: string[]): OtherKind => ({
  rules: (route) => glooRules(route, list),
  backends: glooBackends,
  target: glooTarget,
  hops: ({ route, rule }, catalog) => [glooHop(route, rule, catalog)],
  front: "gloo",
  place: (route) => ({ host: first(route, "spec", "virtualHost", "domains") }),
});

/** A datagram belongs to no connection. */
const carriesConnections = (rule: Value): boolean => textAt(rule, "protocol") !== "UDP";

export const OTHER_KINDS: Record<string, OtherKind> = {
  Route: {
    rules: whole,
    backends: openshiftBackends,
    target: openshiftTarget,
    hops: ({ route }) => [openshiftHop(route)],
    front: "openshift-router",
    place: (route) => ({ host: valueAt(route, "spec", "host"), prefix: valueAt(route, "spec", "path") }),
  },
  Mapping: {
    ...emissary,
    place: (_route, rule) => ({ host: valueAt(rule, "hostname") ?? valueAt(rule, "host"), prefix: valueAt(rule, "prefix") }),
  },
  TCPMapping: { ...emissary, place: (_route, rule) => ({ host: valueAt(rule, "host") }) },
  TCPIngress: {
    rules: within(["rules"]),
    backends: (rule) => {
      const own = valueAt(rule, "backend");
      return own === undefined ? [] : [own];
    },
    target: named,
    hops: ({ route, service, serviceName }, catalog) => [kongHop(route, service, { serviceName }, catalog)],
    front: "kong",
    place: (_route, rule) => ({ host: valueAt(rule, "host") }),
  },
  ApisixRoute: {
    rules: (route) => {
      const found = within(["http", "stream"])(route);
      return found === UNKNOWN ? UNKNOWN : found.filter(({ rule }) => carriesConnections(rule));
    },
    backends: (rule) => {
      const own = valueAt(rule, "backend");
      return own === undefined ? listAt(rule, "backends") : [own];
    },
    target: apisixTarget,
    hops: ({ route, rule, list, serviceName }, catalog) => [apisixHop(route, rule, list, serviceName, catalog)],
    front: "apisix",
    place: (_route, rule) => ({ host: first(rule, "match", "hosts"), prefix: first(rule, "match", "paths") }),
  },
  "VirtualService.gateway.solo.io": gloo(["virtualHost", "routes"]),
  RouteTable: gloo(["routes"]),
  RouteGroup: {
    rules: within(["backends"]),
    backends: (rule) => (textAt(rule, "type") === "service" ? [rule] : textAt(rule, "type") === UNKNOWN ? UNKNOWN : []),
    target: named,
    hops: ({ route }) => [
      undecidedHop("unknown-proxy", {
        from: `${nameOf(route)}, which Skipper serves`,
        settle: "how long Skipper keeps a silent connection is a matter of its own flags, which were not read",
      }),
    ],
    front: "skipper",
    place: (route) => ({ host: first(route, "spec", "hosts") }),
  },
};

/** Host and path of a rule, where they are texts. */
export function placeOfOther(kind: OtherKind, route: KubernetesObject, rule: Value): Pick<Path, "host" | "pathPrefix"> {
  const { host, prefix } = kind.place(route, rule);
  return { ...(typeof host === "string" && { host }), ...(typeof prefix === "string" && { pathPrefix: prefix }) };
}
