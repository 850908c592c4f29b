import { AWS_CLASSES, GKE_INGRESS_KEYS, NGINX_ANNOTATION_PREFIX } from "../facts";
import { ALB_PREFIX } from "../facts/aws";
import { AGC_CLASS, AGC_CONTROLLER, AGC_PREFIX, AGIC_PREFIX } from "../facts/azure";
import { ANNOTATION_SETS } from "../facts/knownAnnotations";
import { F5_PREFIXES, HAPROXY_INGRESS_PREFIX, HAPROXY_INGRESS_PREFIXES, HAPROXYTECH_PREFIXES } from "../facts/ingressControllers";
import type { ClusterFacts } from "../model";
import type { KubernetesObject } from "../objects";
import { hasAnnotationUnder } from "../value";

/** The controllers whose reading of an Ingress is known; a stack names one of these in `cluster.ingressClasses`. */
export const CONTROLLER_NAMES = [
  "ingress-nginx",
  "traefik",
  "f5-nginx",
  "aws-alb",
  "aws-alb-eks-auto",
  "gce-ingress",
  "agic",
  "agc",
  "contour",
  "haproxy-ingress",
  "haproxytech-ingress",
  "cilium",
  "istio",
  "kong",
] as const;
export type IngressControllerName = (typeof CONTROLLER_NAMES)[number] | "traefik-nginx";

/** What an IngressClass names as its controller. */
const BY_CONTROLLER_FIELD: Record<string, IngressControllerName> = {
  "k8s.io/ingress-nginx": "ingress-nginx",
  "traefik.io/ingress-controller": "traefik",
  "nginx.org/ingress-controller": "f5-nginx",
  [AWS_CLASSES.albIngressController]: "aws-alb",
  [AWS_CLASSES.albEksAutoController]: "aws-alb-eks-auto",
  "azure/application-gateway": "agic",
  [AGC_CONTROLLER]: "agc",
  "haproxy-ingress.github.io/controller": "haproxy-ingress",
  "cilium.io/ingress-controller": "cilium",
  "istio.io/ingress-controller": "istio",
  "ingress-controllers.konghq.com/kong": "kong",
  // The add-on of AKS runs ingress-nginx under a name of its own.
  "webapprouting.kubernetes.azure.com/nginx": "ingress-nginx",
};

export function controllerByField(field: string): IngressControllerName | undefined {
  if (field.startsWith("projectcontour.io/")) return "contour";
  // Several ingress-nginx of one cluster tell themselves apart by it: kubernetes.github.io/ingress-nginx/user-guide/multiple-ingress.
  if (/^k8s\.io\/([\w-]+-)?ingress-nginx(-[\w-]+)?$/.test(field)) return "ingress-nginx";
  if (field.startsWith("haproxy.org/ingress-controller")) return "haproxytech-ingress";
  return Object.hasOwn(BY_CONTROLLER_FIELD, field) ? BY_CONTROLLER_FIELD[field] : undefined;
}

/** The names that the controllers give their classes where nobody chose another. */
const BY_CLASS_NAME: Record<string, IngressControllerName> = {
  alb: "aws-alb",
  gce: "gce-ingress",
  "gce-internal": "gce-ingress",
  "azure/application-gateway": "agic",
  "azure-application-gateway": "agic",
  contour: "contour",
  cilium: "cilium",
  istio: "istio",
  kong: "kong",
  // What AKS runs as an add-on is ingress-nginx: learn.microsoft.com/azure/aks/app-routing, and http-application-routing before it.
  "webapprouting.kubernetes.azure.com": "ingress-nginx",
  "addon-http-application-routing": "ingress-nginx",
};

/** A class of somebody's own mostly says in its name whose it is: `nginx-internal`, `public-traefik`. */
const BY_WORD: readonly [word: RegExp, name: IngressControllerName][] = [
  [/nginx-?(inc|org|plus)/, "f5-nginx"],
  [/nginx/, "ingress-nginx"],
  [/traefik/, "traefik"],
  [/contour/, "contour"],
  [AGC_CLASS, "agc"],
  [/(^|[-_.])alb([-_.]|$)/, "aws-alb"],
  [/cilium/, "cilium"],
  [/istio/, "istio"],
  [/kong/, "kong"],
];

/** Where the class object is not among the objects. Two names are shared, and the annotations show who is meant. */
export function controllerByClassName(
  className: string,
  ingress: KubernetesObject,
  besideF5Kinds: boolean,
): IngressControllerName | undefined {
  if (className === "nginx") {
    const f5 = hasAnnotationUnder(ingress, ...F5_PREFIXES) === true || besideF5Kinds;
    return f5 && hasAnnotationUnder(ingress, NGINX_ANNOTATION_PREFIX) === false ? "f5-nginx" : "ingress-nginx";
  }
  if (className === "haproxy") return haproxyByAnnotations(ingress);
  if (/^traefik/.test(className)) return "traefik";
  if (Object.hasOwn(BY_CLASS_NAME, className)) return BY_CLASS_NAME[className];
  // A class of somebody's own: only one controller reads annotations under this prefix.
  if (hasAnnotationUnder(ingress, ...F5_PREFIXES) === true) return "f5-nginx";
  const named = BY_WORD.filter(([word]) => word.test(className)).map(([, name]) => name)[0];
  if (named !== undefined || /haproxy/.test(className)) return named ?? haproxyByAnnotations(ingress);
  const written = Object.entries(BY_PREFIX).filter(([, prefixes]) => hasAnnotationUnder(ingress, ...prefixes) === true);
  return written.length === 1 ? (written[0]![0] as IngressControllerName) : undefined;
}

/** Traefik 1.x read annotations below it before they had a prefix with a domain. Source: traefik/traefik provider/kubernetes/annotations.go (v1.7). */
const OLDEST_TRAEFIK_PREFIX = "traefik.";

/** Annotations that are written for one controller, whatever its class is called. A new controller is placed here, or does not compile. */
const BY_PREFIX: Record<(typeof CONTROLLER_NAMES)[number], readonly string[]> = {
  "ingress-nginx": [NGINX_ANNOTATION_PREFIX],
  "f5-nginx": F5_PREFIXES,
  "aws-alb": [ALB_PREFIX],
  agic: [AGIC_PREFIX],
  agc: [AGC_PREFIX],
  traefik: [ANNOTATION_SETS.traefik.prefix, OLDEST_TRAEFIK_PREFIX],
  "haproxy-ingress": [HAPROXY_INGRESS_PREFIX],
  "haproxytech-ingress": HAPROXYTECH_PREFIXES,
  contour: [ANNOTATION_SETS.contour.prefix],
  kong: [ANNOTATION_SETS.kong.prefix],
  // They read annotations of others, or none.
  "aws-alb-eks-auto": [],
  "gce-ingress": [],
  cilium: [],
  istio: [],
};

function haproxyByAnnotations(ingress: KubernetesObject): IngressControllerName | undefined {
  if (hasAnnotationUnder(ingress, HAPROXY_INGRESS_PREFIX) === true) return "haproxy-ingress";
  if (hasAnnotationUnder(ingress, ...HAPROXYTECH_PREFIXES) === true) return "haproxytech-ingress";
  return hasAnnotationUnder(ingress, ...HAPROXY_INGRESS_PREFIXES) === true ? "haproxy-ingress" : undefined;
}

/** Without a class the annotations at least show for whom the Ingress was written, and GKE serves what has none. */
export function classByAnnotations(ingress: KubernetesObject, { platform, contour }: Around): string | undefined {
  const written = (...prefixes: string[]): boolean => hasAnnotationUnder(ingress, ...prefixes) === true;
  if (written(NGINX_ANNOTATION_PREFIX, ...F5_PREFIXES)) return "nginx";
  if (written(ALB_PREFIX)) return "alb";
  if (written(AGIC_PREFIX)) return "azure/application-gateway";
  if (written(ANNOTATION_SETS.traefik.prefix, OLDEST_TRAEFIK_PREFIX)) return "traefik";
  if (written(ANNOTATION_SETS.contour.prefix)) return "contour";
  if (written(ANNOTATION_SETS.kong.prefix)) return "kong";
  if (platform === "gcp" || written(...GKE_INGRESS_KEYS.own)) return "gce";
  // Elsewhere somebody else's controller is there, and one that nobody asked for reads nothing.
  if (platform !== undefined || contour) return undefined;
  return written(GKE_INGRESS_KEYS.alsoContour) ? "gce" : undefined;
}

/** What else the objects show. */
interface Around {
  platform: ClusterFacts["platform"];
  /** Whether anything of Contour is there. */
  contour: boolean;
}
