import { AWS_SERVICE_PREFIX, ALB_PREFIX } from "../../path/facts/aws";
import { AGIC_PREFIX, AZURE_SERVICE_PREFIX } from "../../path/facts/azure";
import { GCP_ANNOTATIONS } from "../../path/facts";
import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { METALLB } from "../../path/facts/loadBalancers";
import { annotationOf, hasAnnotationUnder, listAt, textAt } from "../../path/value";

/** Annotations with which an object asks for a load balancer that only its own network reaches. */
const INTERNAL: readonly [key: string, value: RegExp][] = [
  [`${AWS_SERVICE_PREFIX}internal`, /^(true|0\.0\.0\.0\/0)$/],
  [`${AWS_SERVICE_PREFIX}scheme`, /^internal$/],
  [`${AZURE_SERVICE_PREFIX}load-balancer-internal`, /^true$/],
  [GCP_ANNOTATIONS.loadBalancerType, /^internal$/i],
  ["cloud.google.com/load-balancer-type", /^internal$/i],
  [`${AGIC_PREFIX}use-private-ip`, /^true$/],
  ["kubernetes.io/ingress.class", /^gce-internal$/],
];
const SCHEME = { "aws-nlb": `${AWS_SERVICE_PREFIX}scheme`, "aws-alb": `${ALB_PREFIX}scheme` } as const;
/** Hops that give out addresses of the network they stand in. */
const OF_THE_LAN: readonly [hop: RegExp, name: string][] = [
  [/^metallb/, "MetalLB gives out addresses of its own network"],
  [/^k3s-servicelb/, "ServiceLB gives out the addresses of its nodes"],
  [/^gcp-lb-internal/, "the load balancer is internal"],
];
/**
 * Names for trials, and those of the cluster itself. Source: RFC 6761. Those of a LAN (`.local`, `.lan`, `.internal`) keep nobody away: the
 * controller answers whoever writes them into a request.
 */
const PRIVATE_NAME = /\.(test|localhost|svc|invalid)$|^localhost$/;
/** Addresses of somebody's own network: RFC 1918 and RFC 4193, and the machine itself. */
export const PRIVATE_ADDRESS = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i;

/** A cluster's own network and a LAN are one household; the private network of a cloud is a whole company's, whose people open its pages. */
export interface PrivateReach {
  because: string;
  ofACompany?: true;
}

/** Why only a private network reaches a way in; undefined where nothing shows that. */
export function privateReach(entry: KubernetesObject, path: Path, catalog: Catalog): PrivateReach | undefined {
  const own = PRIVATE_NAME.test(path.host ?? "") ? `the name ${path.host} exists in no public DNS` : undefined;
  if (own !== undefined) return { because: own };
  const because = privateBecause(entry, path, catalog);
  if (because === undefined) return undefined;
  const onALan = OF_THE_LAN.some(([hop]) => path.hops[0] !== undefined && hop.test(path.hops[0].hop));
  return { because, ...(entry.kind === "Ingress" && !onALan && { ofACompany: true }) };
}

function privateBecause(entry: KubernetesObject, path: Path, catalog: Catalog): string | undefined {
  const written = INTERNAL.find(([key, value]) => value.test(known(annotationOf(entry, key))));
  if (written !== undefined) return `${written[0]}: ${known(annotationOf(entry, written[0]))}`;
  const address = addressOf(entry);
  if (address !== "") return PRIVATE_ADDRESS.test(address) ? `its address ${address} is private` : undefined;
  const [first] = path.hops;
  if (first === undefined) return undefined;
  const lan = OF_THE_LAN.find(([hop]) => hop.test(first.hop));
  if (lan !== undefined) return hasPublicPool(catalog) ? undefined : lan[1];
  const scheme = first.hop === "aws-nlb" || first.hop === "aws-alb" ? SCHEME[first.hop] : undefined;
  if (scheme === undefined || hasAnnotationUnder(entry, scheme) !== false) {
    return scheme === `${ALB_PREFIX}scheme` && annotationOf(entry, scheme) === "internal" ? `${scheme}: internal` : undefined;
  }
  return `without ${scheme} the load balancer is internal`;
}

/** The address that is asked for; empty where none is. */
function addressOf(entry: KubernetesObject): string {
  const annotations = METALLB.prefixes.map((prefix) => known(annotationOf(entry, `${prefix}loadBalancerIPs`)));
  return [...annotations, known(textAt(entry, "spec", "loadBalancerIP"))].find((address) => address !== "") ?? "";
}

/** Whether MetalLB has addresses to give out that are not those of a private network. */
function hasPublicPool(catalog: Catalog): boolean {
  return catalog.ofKind("IPAddressPool").some((pool) => {
    const addresses = listAt(pool, "spec", "addresses");
    return addresses !== UNKNOWN && addresses.some((range) => typeof range === "string" && !PRIVATE_ADDRESS.test(range));
  });
}

function known(value: ReturnType<typeof annotationOf>): string {
  return value === UNKNOWN || value === undefined ? "" : value;
}
