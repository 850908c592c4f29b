import type { Catalog } from "../catalog";
import { proxyInCluster } from "../facts/networkSources";
import type { ClusterFacts, DeclaredHop, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, refOf, textAt, valueAt } from "../value";
import { serviceMadeFor, writtenInGateway } from "./gatewayService";
import { hopOf, undecidedHop } from "./hop";
import { frontOf } from "./loadBalancer/index";
import { bareServiceProxyHop } from "./serviceProxy";

const OF_A_CLOUD = /^(aws|azure|gcp|oci|scaleway|octavia|digitalocean)-/;

/** What stands before an Ingress controller: declared, read from its own Service, or not known. */
export class ControllerFronts {
  private readonly known = new Map<string, Hop[]>();

  constructor(
    private readonly catalog: Catalog,
    private readonly cluster: ClusterFacts,
  ) {}

  before(controller: string): Hop[] {
    const name = controller === "traefik-nginx" ? "traefik" : controller;
    let hops = this.known.get(name);
    if (hops === undefined) {
      hops = this.find(name);
      this.known.set(name, hops);
    }
    return hops;
  }

  /** Before a Gateway that has a load balancer of a cloud to itself stands that one; else the same as before all of its kind. */
  beforeGateway(gateway: KubernetesObject, implementation: string): Hop[] {
    const service = this.cluster.inFront === undefined ? serviceMadeFor(gateway, implementation, this.catalog) : undefined;
    const hops = service === undefined ? [] : this.through(service);
    const [first] = hops;
    if (first === undefined || !(OF_A_CLOUD.test(first.hop) || first.pending)) return this.before(implementation);
    return [writtenInGateway(first, gateway), ...hops.slice(1)];
  }

  private through(service: KubernetesObject): Hop[] {
    const front = frontOf(service, firstPort(service), this.catalog, this.cluster);
    const hops = front.hops.map((hop) => ({ ...hop, writtenIn: refOf(service) }));
    return [...hops, ...(front.toPods ? [] : [bareServiceProxyHop(this.cluster)])];
  }

  private find(controller: string): Hop[] {
    const declared = this.cluster.inFront;
    if (declared !== undefined) return declared.map(declaredHop);
    const service = this.catalog.ofKind("Service").find((candidate) => isExposedServiceOf(candidate, controller));
    if (service !== undefined) return this.through(service);
    if (this.cluster.controllers?.metallb !== undefined) {
      // Its controller gives every LoadBalancer Service without a class an address, the one of the Ingress controller too.
      const from = `cluster.controllers.metallb, before ${controller}`;
      return [hopOf("metallb", { from, balances: true }), bareServiceProxyHop(this.cluster)];
    }
    return [
      undecidedHop("unknown-load-balancer", {
        from: `nothing that was read shows what stands before ${controller}`,
        settle: `declare cluster.inFront (what clients reach before ${controller}; [] when nothing), or add the controller's own Service to what is read`,
      }),
    ];
  }
}

/** Encrypted connections are the ones that matter: 443 where it is served, else whatever is first. */
function firstPort(service: KubernetesObject): string | number {
  const ports = listAt(service, "spec", "ports");
  const numbers = ports === UNKNOWN ? [] : ports.map((port) => valueAt(port, "port"));
  const chosen = numbers.find((number) => number === 443) ?? numbers[0];
  return typeof chosen === "number" || typeof chosen === "string" ? chosen : "any";
}

function isExposedServiceOf(service: KubernetesObject, controller: string): boolean {
  const type = textAt(service, "spec", "type");
  const labels = proxyInCluster(controller)?.labels ?? [];
  const selects = labels.some(([label, value]) => textAt(service, "spec", "selector", label) === value);
  return selects && (type === "LoadBalancer" || type === "NodePort");
}

function declaredHop({ name, idleSeconds, layer }: DeclaredHop): Hop {
  return hopOf("declared-hop", {
    title: name,
    from: "cluster.inFront",
    limit: idleSeconds === null ? "none" : "idle",
    idleSeconds,
    layer: layer ?? 4,
    balances: true,
    writeIdle: (wanted) =>
      `an idle timeout above ${wanted} s at ${name}, and where that is done its idleSeconds in cluster.inFront`,
  });
}
