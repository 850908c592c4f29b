import type { HopKind } from "../facts";

/**
 * The controllers that most often serve each kind of route, for what is said where nothing shows which one does. Sources:
 * kubernetes.io/docs/concepts/services-networking/ingress-controllers; gateway-api.sigs.k8s.io/docs/implementations (2026-07).
 */
export const SERVED_BY: Readonly<Record<string, readonly HopKind[]>> = {
  Ingress: ["ingress-nginx", "kong", "aws-alb", "gce-ingress", "contour-gateway", "haproxy-ingress", "traefik"],
  HTTPRoute: ["envoy-gateway", "cilium", "contour-gateway", "kong", "gke-gateway-global", "istio", "traefik-gateway"],
  GRPCRoute: ["envoy-gateway", "cilium", "contour-gateway", "kong", "gke-gateway-global", "istio", "traefik-gateway"],
};

/** Words of which the name of a Gateway, or of its namespace, is made by those who install one controller: `traefik/main`. */
export const GATEWAY_WORDS: Readonly<Partial<Record<HopKind, RegExp>>> = {
  "envoy-gateway": /(^|[-/])(envoy|eg)([-/]|$)/,
  cilium: /(^|[-/])cilium([-/]|$)/,
  "contour-gateway": /(^|[-/])(contour|projectcontour)([-/]|$)/,
  kong: /(^|[-/])kong([-/]|$)/,
  "gke-gateway-global": /(^|[-/])gke([-/]|$)/,
  istio: /(^|[-/])istio([-/]|$)/,
  "traefik-gateway": /(^|[-/])traefik([-/]|$)/,
};
