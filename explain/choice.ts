import type { Service } from "../compile/service";
import type { HopAffinity, Path } from "../path/model";

/** One line of the table "which way in": what one needs, what to write, why. */
export interface Choice {
  need: string;
  use: string;
  because: string;
}

/** Which kind of entry suits what. The same table stands in docs/explain.md. */
export const CHOICES: Choice[] = [
  {
    need: "one service with an address of its own, raw TCP, or TLS that ends in the pod",
    use: "load-balancer",
    because: "bytes are passed on unread, so there are few clocks and nothing to misunderstand the protocol",
  },
  {
    need: "several services or paths below one host name, one certificate for all of them",
    use: "https",
    because: "requests are told apart by host and path, so one load balancer and one address carry all services",
  },
  {
    need: "clients that keep no cookies: most SDKs, MCP clients, devices",
    use: "load-balancer",
    because: "it sticks by the client's address; a cookie is lost on such clients, and every connection would be a new client",
  },
  {
    need: "many clients behind one NAT or proxy",
    use: "https",
    because: "a cookie tells them apart; by their common address all of them would share one pod",
  },
  {
    need: "a cluster without a cloud's load balancers",
    use: "metallb",
    because: "it gives a Service a fixed address of the LAN; the node's own addresses and ports change, this one does not",
  },
  {
    need: "a try on one machine",
    use: "node-port, in development only",
    because: "it needs nothing else, but has no host names, no TLS, and an address that goes with its node",
  },
  {
    need: "to see whether load spreads over the pods",
    use: "any entry, never kubectl port-forward",
    because: "port-forward is a tunnel to one pod past the Service: that pod gets everything, the others nothing",
  },
];

type Family = "own-address" | "by-host" | "node";

const FAMILIES: Record<string, Family> = {
  metallb: "own-address",
  "aws-nlb": "own-address",
  "azure-lb": "own-address",
  "gcp-lb": "own-address",
  "load-balancer": "own-address",
  "node-port": "node",
};

const INSTEAD: Record<Family, { is: string; instead: string }> = {
  "own-address": {
    is: "the service has a load balancer or address to itself, which passes bytes on unread",
    instead: "Take https instead when several services should share a host name, a certificate or the bill.",
  },
  "by-host": {
    is: "it serves by host and path, so other services can share the load balancer, the address and the certificate",
    instead: "Take load-balancer instead for raw TCP, for TLS that ends in the pod, or for clients that keep no cookies.",
  },
  node: {
    is: "it opens one port on every node and needs nothing else",
    instead:
      "Take load-balancer or https instead for anything that has to last: this has no TLS, no host names, and an address that goes with its node.",
  },
};

const STICKS: Record<HopAffinity["mechanism"], string> = {
  "source-ip":
    "It sticks by source address: clients behind one NAT share a pod, and a client whose address changes gets another.",
  cookie: "It sticks by cookie: a client that does not send the cookie back is a new one each time.",
  header: "It sticks by a header: every client has to send the same value again.",
};

/** What is special about a kind, beyond its family. */
const OF_THE_KIND: Record<string, string> = {
  metallb: "The address is written down, because one that is merely assigned may be another after a restart.",
  "aws-nlb":
    "Its stickiness may start anew whenever targets come, go or change their health; what a session holds should survive that.",
  "ingress-nginx": "ingress-nginx itself is retired; the same route as a Gateway (kind: gateway) has a future.",
};

/** Why an entry is of this kind rather than another, and what comes with it. */
export function whyThisEntry({ kind, path, service }: { kind: string; path: Path; service: Service }): string[] {
  const { is, instead } = INSTEAD[familyOf(kind, path)];
  const mechanism = path.hops.filter((hop) => hop.balances).at(-1)?.affinity?.mechanism;
  const sticks = service.promise.affinity.mode === "none" || mechanism === undefined ? [] : [STICKS[mechanism]];
  // What a kind is retired for does not concern another controller that serves its objects.
  const special =
    kind !== "ingress-nginx" || path.hops.some((hop) => hop.hop === "ingress-nginx") ? OF_THE_KIND[kind] : undefined;
  return [`${kind}: ${is}.`, ...sticks, ...(special === undefined ? [] : [special]), instead];
}

/** A kind that is not listed is known by what its path does: whether something on it understands HTTP. */
function familyOf(kind: string, path: Path): Family {
  return FAMILIES[kind] ?? (path.hops.some((hop) => hop.layer === 7 && hop.hop !== "pod") ? "by-host" : "own-address");
}
