import type { AnnotationSet } from "./annotationSet";
import { names } from "./annotationSet";
import { COMPANION_ANNOTATIONS } from "./companionAnnotations";
import { HAPROXY_INGRESS_ANNOTATIONS, HAPROXYTECH_ANNOTATIONS } from "./haproxyAnnotations";
import { KONG_ANNOTATIONS } from "./kongAnnotations";
import { OLDEST_TRAEFIK_ANNOTATIONS } from "./oldestTraefikAnnotations";

export const ANNOTATION_SETS = {
  "ingress-nginx": {
    title: "ingress-nginx",
    prefix: "nginx.ingress.kubernetes.io/",
    on: ["Ingress"],
    keys: names(`
      affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root auth-always-set-cookie
      auth-cache-duration auth-cache-key auth-keepalive auth-keepalive-requests auth-keepalive-share-vars
      auth-keepalive-timeout auth-method auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers
      auth-secret auth-secret-type auth-signin auth-signin-redirect-param auth-snippet auth-tls-error-page auth-tls-match-cn
      auth-tls-pass-certificate-to-upstream auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-type auth-url
      backend-protocol canary canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value canary-weight
      canary-weight-total client-body-buffer-size configuration-snippet connection-proxy-header cors-allow-credentials
      cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers cors-max-age custom-headers
      custom-http-errors default-backend denylist-source-range disable-proxy-intercept-errors enable-access-log enable-cors
      enable-global-auth enable-modsecurity enable-opentelemetry enable-owasp-core-rules enable-rewrite-log fastcgi-index
      fastcgi-params-configmap force-ssl-redirect from-to-www-redirect http2-push-preload limit-allowlist
      limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps limit-whitelist load-balance
      mirror-host mirror-request-body mirror-target modsecurity-snippet modsecurity-transaction-id
      opentelemetry-operation-name opentelemetry-trust-incoming-span permanent-redirect permanent-redirect-code
      preserve-trailing-slash proxy-body-size proxy-buffer-size proxy-buffering proxy-buffers-number proxy-busy-buffers-size
      proxy-connect-timeout proxy-cookie-domain proxy-cookie-path proxy-http-version proxy-max-temp-file-size
      proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-redirect-from
      proxy-redirect-to proxy-request-buffering proxy-send-timeout proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols
      proxy-ssl-secret proxy-ssl-server-name proxy-ssl-verify proxy-ssl-verify-depth relative-redirects rewrite-target satisfy
      server-alias server-snippet service-upstream session-cookie-change-on-failure session-cookie-conditional-samesite-none
      session-cookie-domain session-cookie-expires session-cookie-max-age session-cookie-name session-cookie-path
      session-cookie-samesite session-cookie-secure ssl-ciphers ssl-passthrough ssl-prefer-server-ciphers ssl-redirect
      stream-snippet temporal-redirect temporal-redirect-code upstream-hash-by upstream-hash-by-subset
      upstream-hash-by-subset-size upstream-vhost use-port-in-redirects use-regex whitelist-source-range x-forwarded-prefix
    `),
    removed: {
      "session-cookie-hash": "remove it: cookies are random now, nothing takes its place",
      "add-base-url": "remove it: the application writes its own base URL",
      "base-url-scheme": "remove it: the application writes its own base URL",
      "enable-opentracing": "enable-opentelemetry",
      "opentracing-trust-incoming-span": "opentelemetry-trust-incoming-span",
      "secure-verify-ca-secret": "proxy-ssl-secret with proxy-ssl-verify",
      "upstream-max-fails": "proxy-next-upstream-tries",
      "upstream-fail-timeout": "proxy-next-upstream-timeout",
      "secure-backends": "backend-protocol: HTTPS",
      "grpc-backend": "backend-protocol: GRPC",
    },
    source: "kubernetes/ingress-nginx internal/ingress/annotations (2026-03, v1.15.1); removed: its pull requests 3743 and 3203",
  },
  "f5-nginx": {
    title: "the F5 NGINX Ingress Controller",
    prefix: "nginx.org/",
    on: ["Ingress"],
    keys: names(`
      add-header add-header-inherit app-root basic-auth-realm basic-auth-secret client-body-buffer-size client-max-body-size
      custom-http-errors fail-timeout grpc-services hsts hsts-behind-proxy hsts-include-subdomains hsts-max-age
      http-redirect-code keepalive lb-method limit-req-burst limit-req-delay limit-req-dry-run limit-req-key
      limit-req-log-level limit-req-no-delay limit-req-rate limit-req-reject-code limit-req-scale limit-req-zone-size
      listen-ports listen-ports-ssl location-snippets max-conns max-fails mergeable-ingress-type path-regex policies
      proxy-buffer-size proxy-buffering proxy-buffers proxy-busy-buffers-size proxy-connect-timeout proxy-hide-headers
      proxy-max-temp-file-size proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries proxy-pass-headers
      proxy-read-timeout proxy-redirect-from proxy-redirect-to proxy-send-timeout proxy-set-headers redirect-to-https
      rewrite-target rewrites server-snippets server-tokens slow-start ssl-ciphers ssl-prefer-server-ciphers ssl-redirect
      ssl-services sticky-cookie-services upstream-zone-size use-cluster-ip websocket-services
    `),
    source: "nginx/kubernetes-ingress internal/configs/annotations.go, internal/k8s/validation.go (v5.5.4)",
  },
  "f5-nginx-plus": {
    title: "the F5 NGINX Ingress Controller",
    prefix: "nginx.com/",
    on: ["Ingress"],
    keys: names(`
      health-checks health-checks-mandatory health-checks-mandatory-queue jwt-key jwt-login-url jwt-realm jwt-token policies
      slow-start sticky-cookie-services
    `),
    source: "nginx/kubernetes-ingress internal/configs/annotations.go, internal/k8s/validation.go (v5.5.4)",
  },
  "aws-alb": {
    title: "the AWS Load Balancer Controller",
    prefix: "alb.ingress.kubernetes.io/",
    on: ["Ingress", "Service"],
    keys: names(`
      acm-pca-arn auth-idp-cognito auth-idp-oidc auth-on-unauthenticated-request auth-scope auth-session-cookie
      auth-session-timeout auth-type backend-protocol backend-protocol-version certificate-arn create-acm-cert
      customer-owned-ipv4-pool dry-run-plan enable-frontend-nlb frontend-nlb-attributes frontend-nlb-eip-allocations
      frontend-nlb-healthcheck-healthy-threshold-count frontend-nlb-healthcheck-interval-seconds frontend-nlb-healthcheck-path
      frontend-nlb-healthcheck-port frontend-nlb-healthcheck-protocol frontend-nlb-healthcheck-success-codes
      frontend-nlb-healthcheck-timeout-seconds frontend-nlb-healthcheck-unhealthy-threshold-count
      frontend-nlb-listener-port-mapping frontend-nlb-scheme frontend-nlb-security-groups frontend-nlb-subnets
      frontend-nlb-tags group.name group.order healthcheck-interval-seconds healthcheck-path healthcheck-port
      healthcheck-protocol healthcheck-timeout-seconds healthy-threshold-count inbound-cidrs ip-address-type ipam-ipv4-pool-id
      jwt-validation listen-ports listener-attributes load-balancer-attributes load-balancer-name
      manage-backend-security-group-rules minimum-load-balancer-capacity multi-cluster-target-group mutual-authentication
      scheme security-group-prefix-lists security-groups shield-advanced-protection ssl-policy ssl-redirect subnets
      success-codes tags target-control-port target-group-attributes target-node-labels target-type unhealthy-threshold-count
      use-regex-path-match waf-acl-id wafv2-acl-arn wafv2-acl-name web-acl-id
    `),
    families: ["actions.", "conditions.", "transforms.", "target-control-port.", "listener-attributes.", "rule-"],
    source:
      "kubernetes-sigs/aws-load-balancer-controller pkg/annotations/constants.go, docs/guide/ingress/annotations.md (v3.5.0)",
  },
  "aws-service": {
    title: "AWS's controllers of load balancers",
    prefix: "service.beta.kubernetes.io/aws-load-balancer-",
    on: ["Service"],
    keys: names(`
      access-log-emit-interval access-log-enabled access-log-s3-bucket-name access-log-s3-bucket-prefix
      additional-resource-tags alpn-policy attributes backend-protocol connection-draining-enabled connection-draining-timeout
      connection-idle-timeout cross-zone-load-balancing-enabled disable-nlb-sg eip-allocations eip-allocations-discovery-tags
      enable-icmp-for-path-mtu-discovery enable-prefix-for-ipv6-source-nat enable-tcp-udp-listener extra-security-groups
      healthcheck-healthy-threshold healthcheck-interval healthcheck-path healthcheck-port healthcheck-protocol
      healthcheck-success-codes healthcheck-timeout healthcheck-unhealthy-threshold inbound-sg-rules-on-private-link-traffic
      internal ip-address-type ipv6-addresses listener-attributes manage-backend-security-group-rules
      minimum-load-balancer-capacity multi-cluster-target-group name nlb-target-type private-ipv4-addresses proxy-protocol
      proxy-protocol-per-target-group quic-enabled-containers quic-enabled-ports scheme security-group-prefix-lists
      security-groups source-nat-ipv6-prefixes ssl-cert ssl-negotiation-policy ssl-ports subnets target-group-attributes
      target-node-labels type
    `),
    families: ["listener-attributes.", "target-group-attributes."],
    source:
      "kubernetes-sigs/aws-load-balancer-controller pkg/annotations/constants.go (v3.5.0); kubernetes/cloud-provider-aws pkg/providers/v1/aws.go (2026-07)",
  },
  "azure-service": {
    title: "Azure's cloud provider",
    prefix: "service.beta.kubernetes.io/azure-",
    on: ["Service"],
    keys: names(`
      additional-public-ips allowed-ip-ranges allowed-service-tags deny-all-except-load-balancer-source-ranges
      disable-load-balancer-floating-ip disable-load-balancer-nsg-rule dns-label-name load-balancer-configurations
      load-balancer-disable-tcp-reset load-balancer-enable-high-availability-ports load-balancer-health-probe-interval
      load-balancer-health-probe-num-of-probe load-balancer-health-probe-protocol load-balancer-health-probe-request-path
      load-balancer-internal load-balancer-internal-subnet load-balancer-ipv4 load-balancer-ipv6 load-balancer-mode
      load-balancer-resource-group load-balancer-tcp-idle-timeout pip-ip-tags pip-name pip-name-ipv6 pip-prefix-id
      pip-prefix-id-ipv6 pip-tags pls-auto-approval pls-create pls-fqdns pls-ip-configuration-ip-address
      pls-ip-configuration-ip-address-count pls-ip-configuration-subnet pls-name pls-proxy-protocol pls-resource-group
      pls-visibility shared-securityrule
    `),
    source: "kubernetes-sigs/cloud-provider-azure pkg/consts/consts.go (2026-08)",
  },
  agic: {
    title: "the Application Gateway Ingress Controller",
    prefix: "appgw.ingress.kubernetes.io/",
    on: ["Ingress"],
    keys: names(`
      appgw-ssl-certificate appgw-ssl-profile appgw-trusted-root-certificate backend-hostname backend-path-prefix
      backend-protocol connection-draining connection-draining-timeout cookie-based-affinity
      cookie-based-affinity-distinct-name health-probe-hostname health-probe-interval health-probe-path health-probe-port
      health-probe-status-codes health-probe-timeout health-probe-unhealthy-threshold hostname-extension
      override-frontend-port request-timeout rewrite-rule-set rewrite-rule-set-custom-resource rule-priority ssl-redirect
      use-private-ip waf-policy-for-path
    `),
    source: "Azure/application-gateway-kubernetes-ingress docs/annotations.md (2026-03)",
  },
  contour: {
    title: "Contour",
    prefix: "projectcontour.io/",
    on: ["Ingress", "Service"],
    keys: names(`
      generated-by-version ingress.class max-connections max-pending-requests max-requests max-retries num-retries
      per-host-max-connections per-try-timeout request-timeout response-timeout retry-on tls-cert-namespace
      tls-maximum-protocol-version tls-minimum-protocol-version upstream-protocol.h2 upstream-protocol.h2c
      upstream-protocol.tls websocket-routes
    `),
    families: ["upstream-protocol."],
    source: "projectcontour/contour internal/annotation/annotations.go (v1.33.6)",
  },
  traefik: {
    title: "Traefik",
    prefix: "traefik.ingress.kubernetes.io/",
    on: ["Ingress", "Service"],
    inAnyCase: true,
    keys: names(`
      router.entrypoints router.middlewares router.observability.accesslogs router.observability.metrics
      router.observability.traceverbosity router.observability.tracing router.pathmatcher router.priority router.rulesyntax
      router.tls router.tls.certresolver router.tls.options service.middlewares service.nativelb service.nodeportlb
      service.passhostheader service.serversscheme service.serverstransport service.sticky.cookie service.sticky.cookie.domain
      service.sticky.cookie.httponly service.sticky.cookie.maxage service.sticky.cookie.name service.sticky.cookie.path
      service.sticky.cookie.samesite service.sticky.cookie.secure
    `),
    families: ["router.tls.domains."],
    removed: {
      "redirect-entry-point": "router.middlewares with a Middleware redirectScheme",
      "redirect-permanent": "router.middlewares with a Middleware redirectScheme, permanent: true",
      "redirect-regex": "router.middlewares with a Middleware redirectRegex",
      "redirect-replacement": "router.middlewares with a Middleware redirectRegex",
      "frontend-entry-points": "router.entrypoints",
      "rule-type": "router.pathmatcher, or a Middleware stripPrefix",
      "rewrite-target": "router.middlewares with a Middleware replacePath",
      "request-modifier": "router.middlewares",
      priority: "router.priority",
      "preserve-host": "service.passhostheader on the Service",
      "pass-tls-cert": "router.middlewares with a Middleware passTLSClientCert",
      "whitelist-source-range": "router.middlewares with a Middleware ipAllowList",
      affinity: "service.sticky.cookie on the Service",
      "session-cookie-name": "service.sticky.cookie.name on the Service",
      "load-balancer-method": "remove it: Traefik balances round robin",
      "auth-type": "router.middlewares with a Middleware basicAuth",
      "auth-secret": "router.middlewares with a Middleware basicAuth",
      "app-root": "router.middlewares with a Middleware redirectRegex",
      "rate-limit": "router.middlewares with a Middleware rateLimit",
      "ssl-redirect": "router.middlewares with a Middleware redirectScheme",
    },
    source:
      "traefik/traefik docs/content/reference/routing-configuration/kubernetes/ingress.md (v3.6); removed: doc.traefik.io/traefik/v1.7/configuration/backends/kubernetes",
  },
  "traefik-oldest-frontend": OLDEST_TRAEFIK_ANNOTATIONS.frontend,
  "traefik-oldest-backend": OLDEST_TRAEFIK_ANNOTATIONS.backend,
  metallb: {
    title: "MetalLB",
    prefix: "metallb.io/",
    on: ["Service"],
    keys: names(`
      address-pool allow-shared-ip ip-allocated-from-pool loadBalancerIPs
    `),
    source: "metallb/metallb website/content/usage, internal/k8s (v0.16.1)",
  },
  "metallb-old": {
    title: "MetalLB",
    prefix: "metallb.universe.tf/",
    on: ["Service"],
    keys: names(`
      address-pool allow-shared-ip ip-allocated-from-pool loadBalancerIPs
    `),
    source: "metallb/metallb website/content/usage (v0.16.1): the older prefix, still read",
  },
  "haproxy-ingress": HAPROXY_INGRESS_ANNOTATIONS,
  "older-prefix": {
    title: "HAProxy Ingress and older controllers",
    prefix: "ingress.kubernetes.io/",
    on: ["Ingress", "Service"],
    source:
      "jcmoraisjr/haproxy-ingress docs/content/en/docs/configuration/keys.md, annotation prefix; kubernetes/ingress-nginx Changelog.md: its annotations moved to the prefix nginx.ingress.kubernetes.io",
  },
  "gce-ingress": {
    title: "Google's Ingress controller",
    prefix: "kubernetes.io/ingress.",
    on: ["Ingress"],
    keys: names(`
      allow-http global-static-ip-name regional-static-ip-name
    `),
    source: "kubernetes/ingress-gce pkg/annotations/ingress.go (2026-08)",
  },
  "gce-certificates": {
    title: "Google's Ingress controller",
    prefix: "ingress.gcp.kubernetes.io/",
    on: ["Ingress"],
    source: "kubernetes/ingress-gce pkg/annotations/ingress.go (2026-08)",
  },
  haproxytech: { ...HAPROXYTECH_ANNOTATIONS, prefix: "haproxy.org/" },
  "haproxytech-com": { ...HAPROXYTECH_ANNOTATIONS, prefix: "haproxy.com/" },
  kong: KONG_ANNOTATIONS,
  ...COMPANION_ANNOTATIONS,
} as const satisfies Record<string, AnnotationSet>;
