import { Catalog } from "./catalog";
import type { ClusterFacts, Path } from "./model";
import type { KubernetesObject } from "./objects";
import { IngressReader } from "./read/ingress";
import { ROUTE_KINDS, RouteReader } from "./read/routes";
import { mappingsOnServices } from "./read/serviceMappings";
import { readService } from "./read/service";
import { readTcpServices } from "./read/tcpServices";

/**
 * The paths of every workload that the objects expose: one per port of a LoadBalancer or NodePort Service, one per host and path
 * of an Ingress or another kind of route. What a preview does not know yet, and what no manifest shows and `cluster` does not
 * declare, becomes a hop that says what would settle it; it never becomes a good hop.
 *
 * All objects must be of one cluster.
 */
export function readPaths(objects: readonly KubernetesObject[], cluster: ClusterFacts): Path[] {
  return readCatalog(new Catalog(objects), cluster);
}

/** The same for objects that are already indexed. */
export function readCatalog(catalog: Catalog, cluster: ClusterFacts): Path[] {
  const routes = new RouteReader(catalog, cluster);
  const ingresses = new IngressReader(catalog, cluster);
  return [
    ...catalog.ofKind("Service").flatMap((service) => readService(service, catalog, cluster)),
    ...catalog.ofKind("Ingress").flatMap((ingress) => ingresses.read(ingress)),
    ...ROUTE_KINDS.flatMap((kind) => catalog.ofKind(kind)).flatMap((route) => routes.read(route)),
    ...mappingsOnServices(catalog, routes),
    ...readTcpServices(catalog, cluster),
  ];
}
