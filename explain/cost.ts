import { readable, type CompiledService } from "../compile/model";
import type { Platform } from "../compile/stack";
import { AGC_PREFIX } from "../path/facts/azure";
import type { KubernetesObject } from "../path/objects";
import { counted } from "./words";

/** One thing that carries traffic from outside, with everything of the stack that shares it. */
export interface CostItem {
  /** What it is: `an Application Load Balancer`. */
  what: string;
  /** `stack`: this stack makes it. `cluster`: it is there already or made once for all (an Ingress controller's own). */
  owner: "stack" | "cluster";
  services: string[];
  /** Fixed or assigned addresses that it takes of its own. */
  addresses: number;
  /** Ports, or hosts with their paths. */
  rules: number;
}

/** How many load balancers, addresses and rules a stack takes. Prices differ by region and contract and are not guessed. */
export interface Cost {
  loadBalancers: number;
  addresses: number;
  rules: number;
  items: CostItem[];
  /** What is shared, and what that saves, each a sentence. Absent where nothing is. */
  shared?: string[];
  /** What could be shared, and what that would save, each a sentence. */
  sharing: string[];
}

type Family = "alb" | "nlb" | "azure" | "gcp" | "gce" | "gateway" | "proxy" | "lan" | "controller" | "balancer";

interface Counted extends CostItem {
  key: string;
  family: Family;
}

/** Counts what the objects of a stack make a cloud create. */
export function countCost(services: CompiledService[], platform: Platform): Cost {
  const byKey = new Map<string, Counted>();
  for (const { name, objects } of services) {
    for (const compiled of objects) for (const item of itemsOf(readable(compiled), name, platform)) add(byKey, item);
  }
  const items = [...byKey.values()];
  const own = items.filter(({ owner }) => owner === "stack");
  const shared = own.flatMap(savedBy);
  return {
    loadBalancers: own.filter(({ family }) => family !== "lan" && family !== "proxy").length,
    addresses: sum(items.map(({ addresses }) => addresses)),
    rules: sum(items.map(({ rules }) => rules)),
    items: items.map(({ key: _key, family: _family, ...item }) => item),
    ...(shared.length === 0 ? {} : { shared }),
    sharing: suggestions(own),
  };
}

/** The same load balancer met again: only what is asked of it grows. */
function add(byKey: Map<string, Counted>, item: Counted): void {
  const known = byKey.get(item.key);
  if (known === undefined) {
    byKey.set(item.key, item);
    return;
  }
  known.rules += item.rules;
  known.addresses = item.family === "azure" ? known.addresses + item.addresses : Math.max(known.addresses, item.addresses);
  known.services = [...new Set([...known.services, ...item.services])];
  if (item.owner === "stack") Object.assign(known, { owner: item.owner, what: item.what, family: item.family });
}

const ROUTE_KINDS = new Set(["IngressRoute", "IngressRouteTCP", "HTTPProxy"]);
const GATEWAY_ROUTE_KINDS = new Set(["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"]);

function itemsOf(object: KubernetesObject, service: string, platform: Platform): Counted[] {
  const seen = new Seen(object, service);
  if (object.kind === "Service") return seen.text("spec", "type") === "LoadBalancer" ? [loadBalancerService(seen, platform)] : [];
  if (object.kind === "Ingress") return ingress(seen);
  if (object.kind === "Gateway") return gateway(seen, platform);
  if (GATEWAY_ROUTE_KINDS.has(object.kind)) {
    return seen.list("spec", "parentRefs").map((parent) => {
      const { name, namespace = seen.namespace } = parent as { name: string; namespace?: string };
      const gateway = `${namespace}/${name}`;
      return seen.item(gateway, "gateway", "cluster", `the load balancer of Gateway ${gateway}`, {
        addresses: 0,
        rules: seen.routeRules(),
      });
    });
  }
  if (!ROUTE_KINDS.has(object.kind)) return [];
  const controller = object.kind === "HTTPProxy" ? "Contour" : "Traefik";
  const rules = seen.list("spec", "routes").length;
  return [seen.item(controller, "controller", "cluster", `the load balancer of ${controller}`, { addresses: 0, rules })];
}

/** On Azure a proxy of the cluster stands behind the load balancer that all Services share; Azure's own Gateway is one by itself. */
function gateway(seen: Seen, platform: Platform): Counted[] {
  const balancer = seen.item(seen.name, "gateway", "stack", `the load balancer of Gateway ${seen.name}`, {
    addresses: platform === "aws" ? 0 : 1,
    rules: 0,
  });
  if (platform !== "azure" || seen.hasUnder(AGC_PREFIX)) return [balancer];
  const internal = seen.text("spec", "infrastructure", "annotations", `${AZURE}load-balancer-internal`) === "true";
  const proxy: Counted = { ...balancer, family: "proxy", what: `the proxy of Gateway ${seen.name}`, addresses: 0 };
  return [azureBalancer(seen, internal, seen.list("spec", "listeners").length), proxy];
}

/** AKS keeps one public and one internal load balancer for the cluster; a Service adds an address and rules to it. */
function azureBalancer(seen: Seen, internal: boolean, rules: number): Counted {
  const what = `the cluster's ${internal ? "internal" : "public"} Azure Load Balancer`;
  return seen.item(String(internal), "azure", "stack", what, { addresses: 1, rules });
}

const AWS = "service.beta.kubernetes.io/aws-load-balancer-";
const AZURE = "service.beta.kubernetes.io/azure-";
const ALB = "alb.ingress.kubernetes.io/";

function loadBalancerService(seen: Seen, platform: Platform): Counted {
  const rules = seen.list("spec", "ports").length;
  if (seen.hasUnder("metallb.io/")) {
    const address = seen.annotation("metallb.io/loadBalancerIPs") ?? seen.name;
    return seen.item(address, "lan", "stack", `the LAN address ${address} (MetalLB)`, { addresses: 1, rules });
  }
  if (seen.hasUnder(AWS) || platform === "aws") {
    const addresses = seen.annotation(`${AWS}eip-allocations`)?.split(",").length ?? 0;
    return seen.item(seen.name, "nlb", "stack", `the Network Load Balancer of ${seen.name}`, { addresses, rules });
  }
  if (seen.hasUnder(AZURE) || platform === "azure") {
    return azureBalancer(seen, seen.annotation(`${AZURE}load-balancer-internal`) === "true", rules);
  }
  if (platform === "gcp") {
    return seen.item(seen.name, "gcp", "stack", `the passthrough load balancer of ${seen.name}`, { addresses: 1, rules });
  }
  return seen.item(seen.name, "balancer", "stack", `the load balancer of ${seen.name}`, { addresses: 1, rules });
}

function ingress(seen: Seen): Counted[] {
  const rules = sum(seen.list("spec", "rules").map((rule) => pathsOf(rule)));
  const className = seen.text("spec", "ingressClassName") ?? seen.annotation("kubernetes.io/ingress.class") ?? "default";
  if (seen.hasUnder(ALB)) {
    const group = seen.annotation(`${ALB}group.name`);
    const key = group ?? seen.name;
    const of = group === undefined ? `Ingress ${seen.name}` : `group ${group}`;
    const balancer = seen.item(key, "alb", "stack", `the Application Load Balancer of ${of}`, { addresses: 0, rules });
    if (seen.annotation(`${ALB}enable-frontend-nlb`) !== "true") return [balancer];
    const addresses = seen.annotation(`${ALB}frontend-nlb-eip-allocations`)?.split(",").length ?? 0;
    const what = `the Network Load Balancer in front of the Application Load Balancer of ${of}`;
    return [balancer, seen.item(`front ${key}`, "nlb", "stack", what, { addresses, rules: 0 })];
  }
  if (/^gce(-internal)?$/.test(className)) {
    return [
      seen.item(seen.name, "gce", "stack", `the Application Load Balancer of Ingress ${seen.name}`, { addresses: 1, rules }),
    ];
  }
  const what = `the load balancer of the controller of Ingress class ${className}`;
  return [seen.item(className, "controller", "cluster", what, { addresses: 0, rules })];
}

function pathsOf(rule: unknown): number {
  return (rule as { http?: { paths?: unknown[] } }).http?.paths?.length ?? 1;
}

/** What could be one instead of several. */
function suggestions(own: Counted[]): string[] {
  const of = (family: Family) => own.filter((item) => item.family === family);
  return [
    ...together(of("alb"), "load balancers", "write the same group in each aws-alb entry; their idle limit is then the same too"),
    ...together(
      of("gateway"),
      "load balancers",
      "entries with one host and different paths can hang on one Gateway: write attachTo in all but one",
    ),
    ...together(of("gce"), "load balancers", "one Gateway can carry the routes of all these Ingresses"),
    ...together(
      of("nlb").filter(({ key }) => !key.startsWith("front ")),
      "load balancers",
      "where TLS may end before the pod, one Application Load Balancer or Gateway can carry all of them by host",
    ),
    ...together(of("gcp"), "load balancers", "where TLS may end before the pod, one Gateway can carry all of them by host"),
    ...together(of("balancer"), "load balancers", "one Ingress or Gateway can carry all of them by host, where they speak HTTP"),
    ...together(
      of("lan"),
      "addresses",
      "Services on different ports can have one address: write the same address and the same sharingKey in each entry",
    ),
  ];
}

/** Without sharing each service would have one of its own. */
function savedBy({ family, what, services }: Counted): string[] {
  if (services.length < 2 || family === "azure") return [];
  const saved = services.length - 1;
  const unit = family === "lan" || family === "proxy" ? counted(saved, "address", "addresses") : counted(saved, "load balancer");
  return [`${counted(services.length, "service")} share ${what}: that saves ${unit}.`];
}

function together(items: Counted[], what: string, how: string): string[] {
  if (items.length < 2) return [];
  const services = [...new Set(items.flatMap((item) => item.services))];
  const named =
    services.length <= LONGEST_LIST
      ? services.join(", ")
      : `${services.slice(0, LONGEST_LIST).join(", ")} and ${services.length - LONGEST_LIST} more`;
  return [`${items.length} ${what} (${named}) could be 1, saving ${items.length - 1}: ${how}.`];
}

const LONGEST_LIST = 6;

/** The count as lines for a person. */
export function costLines({ loadBalancers, addresses, rules, items, shared = [], sharing }: Cost): string[] {
  const lines = items.map(({ what, owner, services, rules: own }) => {
    const of = services.length <= LONGEST_LIST ? services.join(", ") : `${services.length} services`;
    return `- ${what}${owner === "cluster" ? ", not counted: it is not of this stack" : ""}: ${of}; ${counted(own, "rule")}`;
  });
  return [
    `${counted(loadBalancers, "load balancer")}, ${counted(addresses, "address", "addresses")}, ${counted(rules, "rule")}.`,
    ...lines,
    ...shared,
    ...(sharing.length === 0 ? ["Nothing of it could be shared further."] : sharing),
  ];
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** A plain object with short ways to what the count looks at. */
class Seen {
  readonly name: string;
  readonly namespace: string;

  constructor(
    private readonly object: KubernetesObject,
    private readonly service: string,
  ) {
    this.namespace = object.metadata.namespace ?? "default";
    this.name = `${this.namespace}/${object.metadata.name}`;
  }

  item(
    key: string,
    family: Family,
    owner: CostItem["owner"],
    what: string,
    count: { addresses: number; rules: number },
  ): Counted {
    return { key: `${family} ${key}`, family, owner, what, services: [this.service], ...count };
  }

  annotation(key: string): string | undefined {
    const value = (this.object.metadata.annotations as Record<string, unknown> | undefined)?.[key];
    return typeof value === "string" ? value : undefined;
  }

  hasUnder(prefix: string): boolean {
    return Object.keys(this.object.metadata.annotations ?? {}).some((key) => key.startsWith(prefix));
  }

  text(...path: string[]): string | undefined {
    const value = this.at(path);
    return typeof value === "string" ? value : undefined;
  }

  list(...path: string[]): unknown[] {
    const value = this.at(path);
    return Array.isArray(value) ? value : [];
  }

  /** One rule per host and match of a Gateway API route. */
  routeRules(): number {
    const matches = sum(
      this.list("spec", "rules").map((rule) => Math.max(1, (rule as { matches?: unknown[] }).matches?.length ?? 1)),
    );
    return Math.max(1, this.list("spec", "hostnames").length) * matches;
  }

  private at(path: string[]): unknown {
    return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], this.object);
  }
}
