import type { AnnotationSet } from "./annotationSet";
import { names } from "./annotationSet";

export const KONG_ANNOTATIONS = {
  title: "Kong's Ingress controller",
  prefix: "konghq.com/",
  on: ["Ingress", "Service"],
  keys: names(`
    ca-certificates-names ca-certificates-secret-names client-cert connect-timeout headers-separator host-aliases host-header
    https-redirect-status-code methods override path path-handling plugins preserve-host protocol protocols publish-service
    read-timeout regex-prefix regex-priority request-buffering response-buffering retries rewrite snis strip-path tags
    tls-verify tls-verify-depth upstream-policy write-timeout
  `),
  // What of it belongs to its operator and to its Gateways is not all known here.
  families: ["gateway", "headers.", "gatewayclass-", "ca-certificates-"],
  source:
    "Kong/kubernetes-ingress-controller internal/annotations/annotations.go (v3); developer.konghq.com/kubernetes-ingress-controller/reference/annotations",
} as const satisfies AnnotationSet;

/** How Kong's classes, and the labels of its own Services, are called: by its name alone or beside another word. */
export const KONG_NAME = {
  pattern: /(^|-)kong(-|$)/,
  source:
    "developer.konghq.com/kubernetes-ingress-controller/reference/custom-class; Kong/charts charts/kong/templates/_helpers.tpl",
} as const;

/** What named a KongIngress before there was a prefix; every version that reads it is older than 1.0.0. */
export const OLDER_KONG_OVERRIDE = {
  key: "configuration.konghq.com",
  source: "Kong/kubernetes-ingress-controller CHANGELOG.md, 0.8.0 (deprecated) and 1.0.0 (removed)",
} as const;

/** The annotation that sends clients of http to https. */
export const KONG_REDIRECT = `${KONG_ANNOTATIONS.prefix}https-redirect-status-code`;

/** What Kong lets a route speak. Its controller passes every name on; the schema of open-source Kong takes neither `ws` nor `wss`. */
export const KONG_PROTOCOLS = {
  key: `${KONG_ANNOTATIONS.prefix}protocols`,
  needless: ["ws", "wss"] as readonly string[],
  /** The images of the commercial edition, which knows both. */
  withThem: /^kong-(gateway|enterprise-edition)/,
  source:
    "Kong/kong kong/db/schema/entities/routes.lua, kong/constants.lua (3.9); Kong/kubernetes-ingress-controller internal/util/protocol.go (v3.5.9)",
} as const;
