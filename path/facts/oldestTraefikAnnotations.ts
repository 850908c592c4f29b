import type { AnnotationSet } from "./annotationSet";
import { names } from "./annotationSet";

/** Traefik 1.x read the labels that it has for containers as annotations too; no version since 2.0 does. */
const COMMON = {
  title: "Traefik",
  on: ["Ingress", "Service"],
  inAnyCase: true,
  keys: names(""),
  source:
    "traefik/traefik provider/kubernetes/annotations.go, compatibilityMapping (v1.7.34; gone in v2.0.0), provider/kubernetes/kubernetes.go for loadbalancer.sticky (v1.4.6); doc.traefik.io/traefik/migration/v1-to-v2",
} as const satisfies Omit<AnnotationSet, "prefix">;

export const OLDEST_TRAEFIK_ANNOTATIONS = {
  frontend: {
    ...COMMON,
    prefix: "traefik.frontend.",
    removed: {
      "rule.type": "traefik.ingress.kubernetes.io/router.pathmatcher, or router.middlewares with a Middleware stripPrefix",
      entrypoints: "traefik.ingress.kubernetes.io/router.entrypoints",
      priority: "traefik.ingress.kubernetes.io/router.priority",
      passhostheader: "traefik.ingress.kubernetes.io/service.passhostheader on the Service",
      passtlscert: "traefik.ingress.kubernetes.io/router.middlewares with a Middleware passTLSClientCert",
      "redirect.entrypoint": "traefik.ingress.kubernetes.io/router.middlewares with a Middleware redirectScheme",
      "redirect.regex": "traefik.ingress.kubernetes.io/router.middlewares with a Middleware redirectRegex",
      "redirect.replacement": "traefik.ingress.kubernetes.io/router.middlewares with a Middleware redirectRegex",
    },
  },
  backend: {
    ...COMMON,
    prefix: "traefik.backend.",
    removed: {
      "loadbalancer.sticky": "traefik.ingress.kubernetes.io/service.sticky.cookie on the Service",
      "loadbalancer.stickiness": "traefik.ingress.kubernetes.io/service.sticky.cookie on the Service",
      "loadbalancer.stickiness.cookiename": "traefik.ingress.kubernetes.io/service.sticky.cookie.name on the Service",
      "loadbalancer.method": "remove it: Traefik balances round robin",
      circuitbreaker: "traefik.ingress.kubernetes.io/router.middlewares with a Middleware circuitBreaker",
    },
  },
} as const satisfies Record<string, AnnotationSet>;

/**
 * What makes it stick, on the Service alone: a cookie that lasts as long as the browser's session. Source: traefik/traefik
 * provider/kubernetes/kubernetes.go, getLoadBalancer, getStickiness; annotations.go, annotationKubernetesAffinity (v1.7).
 */
export const STICKS_IN_OLDEST_TRAEFIK =
  /^(traefik\.backend\.loadbalancer\.sticky|(traefik\.)?ingress\.kubernetes\.io\/affinity)$/i;
export const WRITE_IN_OLDEST_TRAEFIK = 'traefik.ingress.kubernetes.io/affinity: "true"';
