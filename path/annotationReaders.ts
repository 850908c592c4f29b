import type { ControllerHop, HopKind } from "./facts";
import type { AnnotationSet } from "./facts/annotationSet";
import { ANNOTATION_SETS } from "./facts/knownAnnotations";
import type { Hop } from "./model";
import { editDistance, nearest } from "./nearest";

export type AnnotationSetName = keyof typeof ANNOTATION_SETS;

/**
 * Whose annotations each kind of hop reads, from an Ingress or a Service. A new controller is placed here, or does not compile; another kind
 * that is not here reads none that are listed.
 */
const READ_BY: Record<ControllerHop, AnnotationSetName[]> & Partial<Record<HopKind, AnnotationSetName[]>> = {
  "ingress-nginx": ["ingress-nginx"],
  "ingress-nginx-tcp": [],
  "traefik-nginx-provider": ["ingress-nginx", "traefik"],
  "traefik-nginx-provider-3.7": ["ingress-nginx", "traefik"],
  traefik: ["traefik", "traefik-oldest-frontend", "traefik-oldest-backend"],
  "traefik-ingressroute": ["traefik"],
  "traefik-ingressroute-tcp": ["traefik"],
  "traefik-gateway": ["traefik"],
  // F5 still reads one annotation of the older prefix.
  "f5-nginx": ["f5-nginx", "f5-nginx-plus", "older-prefix"],
  "f5-virtual-server": [],
  "f5-transport-server": [],
  "aws-alb": ["aws-alb"],
  "aws-alb-eks-auto": ["aws-alb"],
  "aws-nlb": ["aws-service"],
  "aws-nlb-tls": ["aws-service"],
  "aws-nlb-in-tree": ["aws-service"],
  "aws-nlb-eks-auto": ["aws-service"],
  "aws-classic-elb": ["aws-service"],
  "azure-lb": ["azure-service"],
  agic: ["agic"],
  contour: ["contour", "older-prefix"],
  "contour-gateway": ["contour", "older-prefix"],
  "contour-tcp": ["contour"],
  "haproxy-ingress": ["haproxy-ingress", "older-prefix"],
  "gce-ingress": ["gce-ingress", "gce-certificates", "older-prefix"],
  "haproxytech-ingress": ["haproxytech", "haproxytech-com", "older-prefix"],
  kong: ["kong", "older-prefix"],
  cilium: [],
  istio: [],
  "istio-tcp": [],
  "approuting-istio": [],
  "envoy-gateway": [],
  emissary: [],
  "emissary-tcp": [],
  apisix: [],
  gloo: [],
  "openshift-router": [],
  "nginx-gateway": [],
  "nginx-gateway-tcp": [],
  "metallb-l2": ["metallb", "metallb-old"],
  "metallb-bgp": ["metallb", "metallb-old"],
  metallb: ["metallb", "metallb-old"],
};
const NOT_KNOWN = /^unknown-(proxy|load-balancer)$/;

/** Whose annotations the hops of a way in read; undefined where one of them is a controller that is not known. */
export function setsReadBy(hops: readonly Hop[]): AnnotationSetName[] | undefined {
  if (hops.some(({ hop }) => NOT_KNOWN.test(hop))) return undefined;
  return hops.flatMap(({ hop }) => (READ_BY as Partial<Record<string, AnnotationSetName[]>>)[hop] ?? []);
}

/** An annotation below a prefix that is one controller's own. */
export interface OwnedAnnotation {
  owner: AnnotationSetName;
  set: AnnotationSet;
  /** Below the prefix. */
  name: string;
}

const SETS = Object.entries(ANNOTATION_SETS) as [AnnotationSetName, AnnotationSet][];

/** Every controller reads it. */
const OF_EVERYBODY = "kubernetes.io/ingress.class";

export function ownerOf(key: string): OwnedAnnotation | undefined {
  if (key === OF_EVERYBODY) return undefined;
  const found = SETS.find(([, { prefix }]) => key.startsWith(prefix));
  return found === undefined ? undefined : { owner: found[0], set: found[1], name: key.slice(found[1].prefix.length) };
}

/** Why nobody reads an annotation with this name, and what to write instead; undefined where it is read, or not known. */
export function unreadName(
  { set, name: written }: OwnedAnnotation,
  kind: string,
): { because: string; write: string } | undefined {
  const { keys, families = [], removed = {}, inConfigMapAlone, title, prefix } = set;
  const name = set.inAnyCase === true ? written.toLowerCase() : written;
  const instead = removed[name];
  if (instead !== undefined) return { because: `${title} does not read it any more`, write: instead };
  if (inConfigMapAlone?.has(name) === true) {
    return {
      because: `${title} reads ${name} in its ConfigMap alone, on no ${kind}`,
      write: `${name} in the controller's ConfigMap`,
    };
  }
  if (keys === undefined || keys.has(name) || families.some((family) => name.startsWith(family))) return undefined;
  if (set.isShared === true) return slipOf(name, [...keys], set);
  // Below a prefix that nobody has, no name was meant for somebody else.
  const isNobodys = keys.size === 0;
  const elsewhere = isNobodys
    ? undefined
    : SETS.find(([, other]) => other !== set && other.title !== title && other.keys?.has(name) === true);
  if (elsewhere !== undefined) {
    const [, other] = elsewhere;
    return { because: `${title} has no such annotation, it is one of ${other.title}`, write: `remove ${prefix}${name}` };
  }
  const near = nearest(name, [...keys]);
  if (near === undefined) return { because: `${title} has no such annotation`, write: `remove ${prefix}${name}` };
  return { because: `${title} has no such annotation; did you mean ${near}?`, write: `${prefix}${near}` };
}

/** Short names are near each other by chance. */
const SHORTEST_SLIP = 6;
const MOST_SLIPS = 2;

function slipOf(name: string, keys: readonly string[], { title, prefix }: AnnotationSet): ReturnType<typeof unreadName> {
  if (name.length < SHORTEST_SLIP) return undefined;
  const meant = keys.find((key) => editDistance(name.toLowerCase(), key.toLowerCase()) <= MOST_SLIPS);
  if (meant === undefined) return undefined;
  return { because: `${title} has no such annotation; did you mean ${meant}?`, write: `${prefix}${meant}` };
}
