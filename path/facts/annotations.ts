/**
 * The `nginx.ingress.kubernetes.io/` annotations that Traefik's ingress-nginx provider reads, by their names below that prefix.
 * Every other one is ignored without an event.
 * Source: traefik/traefik pkg/provider/kubernetes/ingress-nginx/annotations.go.
 */
const READ_AT_3_6_1 = names(`
  auth-type auth-secret auth-realm auth-secret-type auth-url auth-response-headers
  force-ssl-redirect ssl-redirect ssl-passthrough use-regex backend-protocol service-upstream
  affinity session-cookie-name session-cookie-secure session-cookie-path session-cookie-domain session-cookie-samesite session-cookie-max-age
  proxy-ssl-secret proxy-ssl-verify proxy-ssl-name proxy-ssl-server-name
  enable-cors cors-allow-credentials cors-expose-headers cors-allow-headers cors-allow-methods cors-allow-origin cors-max-age
`);

const READ_AT_3_7_9 = names(`
  ${[...READ_AT_3_6_1].join(" ")}
  auth-signin auth-snippet auth-method enable-global-auth auth-tls-secret auth-tls-verify-client auth-tls-pass-certificate-to-upstream
  rewrite-target app-root permanent-redirect permanent-redirect-code temporal-redirect temporal-redirect-code from-to-www-redirect server-alias
  affinity-canary-behavior session-cookie-expires upstream-hash-by
  proxy-connect-timeout proxy-read-timeout proxy-send-timeout proxy-next-upstream proxy-next-upstream-tries proxy-next-upstream-timeout
  proxy-http-version enable-access-log whitelist-source-range allowlist-source-range
  limit-rpm limit-rps limit-burst-multiplier limit-connections
  custom-headers upstream-vhost x-forwarded-prefix custom-http-errors default-backend
  proxy-request-buffering client-body-buffer-size proxy-body-size proxy-buffering proxy-buffer-size proxy-buffers-number proxy-max-temp-file-size
  configuration-snippet server-snippet
  canary canary-by-cookie canary-by-header canary-by-header-value canary-by-header-pattern canary-weight canary-weight-total
  enable-modsecurity enable-owasp-core-rules modsecurity-transaction-id modsecurity-snippet
`);

export const NGINX_ANNOTATION_PREFIX = "nginx.ingress.kubernetes.io/";

/** Whether this kind of hop reads an ingress-nginx annotation (named without its prefix) at all. */
export function readsNginxAnnotation(
  hop: "ingress-nginx" | "traefik-nginx-provider" | "traefik-nginx-provider-3.7",
  name: string,
): boolean {
  if (hop === "ingress-nginx") return true;
  return (hop === "traefik-nginx-provider" ? READ_AT_3_6_1 : READ_AT_3_7_9).has(name);
}

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
