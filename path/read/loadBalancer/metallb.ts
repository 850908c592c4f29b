import type { Catalog } from "../../catalog";
import { METALLB } from "../../facts/loadBalancers";
import type { ClusterFacts, Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, hasAnnotationUnder, listAt, nameOf, textAt } from "../../value";
import { hopOf } from "../hop";

/** `installed`: it serves every Service that has no class of another. `asked`: a Service asks it for something, which shows it beside others. */
export type MetallbShown = "installed" | "asked" | undefined;

const shown = new WeakMap<Catalog, { how: MetallbShown }>();

/** How it shows that MetalLB serves a cluster; looked up once. */
export function metallbShown(catalog: Catalog, cluster: ClusterFacts): MetallbShown {
  if (cluster.controllers?.metallb !== undefined) return "installed";
  let known = shown.get(catalog);
  if (known === undefined) {
    const own = METALLB.kinds
      .flatMap((kind) => catalog.ofKind(kind))
      .some(({ apiVersion }) => METALLB.group.test(String(apiVersion)));
    const asking = (service: KubernetesObject): boolean => hasAnnotationUnder(service, ...METALLB.prefixes) === true;
    known = { how: own || hasOldConfig(catalog) ? "installed" : catalog.ofKind("Service").some(asking) ? "asked" : undefined };
    shown.set(catalog, known);
  }
  return known.how;
}

/** Before it had kinds of its own, MetalLB read a ConfigMap: metallb/metallb website/content/configuration/migration_to_crds.md (v0.15.2). */
function hasOldConfig(catalog: Catalog): boolean {
  const config = catalog.find("ConfigMap", "metallb-system", "config");
  return config !== undefined && /address-pools/.test(String(textAt(config, "data", "config")));
}

/** Which way MetalLB announces decides whether a client keeps reaching one node. */
export function metallbHop(service: KubernetesObject, catalog: Catalog): Hop {
  const from = `${nameOf(service)} spec.type: LoadBalancer, announced by MetalLB`;
  const pool = poolOf(service);
  const byLayer2 = catalog.ofKind("L2Advertisement").some((advertisement) => announces(advertisement, pool));
  const byBgp = catalog.ofKind("BGPAdvertisement").some((advertisement) => announces(advertisement, pool));
  if (byLayer2 === byBgp) {
    return hopOf("metallb", {
      from,
      balances: true,
      affinityUnknown: true,
      settle: byLayer2
        ? "the address is announced by layer 2 and by BGP; keep one of the two advertisements for its pool"
        : "add the L2Advertisement or BGPAdvertisement of the pool to what is read: layer 2 keeps a client on one node, BGP does not",
    });
  }
  if (byBgp) return hopOf("metallb-bgp", { from, balances: true });
  const local = textAt(service, "spec", "externalTrafficPolicy") === "Local";
  return hopOf("metallb-l2", {
    from,
    ...(local && { notes: ["externalTrafficPolicy: Local: only pods on the announcing node get connections."] }),
  });
}

function poolOf(service: KubernetesObject): string | undefined {
  for (const prefix of METALLB.prefixes) {
    const pool = annotationOf(service, `${prefix}address-pool`);
    if (typeof pool === "string") return pool;
  }
  return undefined;
}

/** An advertisement that names no pool announces all of them; without a pool on the Service any of them may be meant. */
function announces(advertisement: KubernetesObject, pool: string | undefined): boolean {
  const pools = listAt(advertisement, "spec", "ipAddressPools");
  return pools === UNKNOWN || pools.length === 0 || pool === undefined || pools.includes(pool) || pools.includes(UNKNOWN);
}
