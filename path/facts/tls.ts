import { KONG_PROTOCOLS } from "./kongAnnotations";
/** What shows that a way in ends TLS, or that it does not: annotations, ports and names, each with its source. */

/** Annotations of an Ingress with which its controller has a certificate although `spec.tls` names none. */
export const INGRESS_TLS_ANNOTATIONS: readonly { key: string; when?: RegExp; source: string }[] = [
  {
    key: "alb.ingress.kubernetes.io/certificate-arn",
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md (v3.5.0)",
  },
  {
    key: "alb.ingress.kubernetes.io/listen-ports",
    when: /"HTTPS"/,
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/cert_discovery.md (v3.5.0)",
  },
  {
    key: "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    source: "Azure/application-gateway-kubernetes-ingress docs/annotations.md",
  },
  { key: "networking.gke.io/managed-certificates", source: "docs.cloud.google.com/kubernetes-engine/docs/how-to/managed-certs" },
  { key: "networking.gke.io/certmap", source: "docs.cloud.google.com/certificate-manager/docs/certificate-manager-gke" },
  {
    key: "ingress.gcp.kubernetes.io/pre-shared-cert",
    source: "docs.cloud.google.com/kubernetes-engine/docs/how-to/ingress-multi-ssl",
  },
  {
    key: "nginx.ingress.kubernetes.io/ssl-passthrough",
    when: /^true$/,
    source: "kubernetes/ingress-nginx docs/user-guide/nginx-configuration/annotations.md (v1.15.1)",
  },
  {
    key: "nginx.ingress.kubernetes.io/force-ssl-redirect",
    when: /^true$/,
    source:
      "kubernetes/ingress-nginx docs/user-guide/nginx-configuration/annotations.md: for TLS that ends before nginx (v1.15.1)",
  },
  {
    key: "haproxy-ingress.github.io/ssl-passthrough",
    when: /^true$/,
    source: "haproxy-ingress.github.io/docs/configuration/keys",
  },
  { key: "haproxy.org/ssl-passthrough", when: /^true$/, source: "haproxytech/kubernetes-ingress documentation/annotations.md" },
  {
    key: "traefik.ingress.kubernetes.io/router.tls",
    when: /^true$/,
    source: "doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress (v3.6)",
  },
  {
    key: "traefik.ingress.kubernetes.io/router.tls.certresolver",
    source: "doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress (v3.6)",
  },
  {
    // By name alone, as for an IngressRoute: an entry point may bring TLS itself, and Traefik's own chart gives it to websecure.
    key: "traefik.ingress.kubernetes.io/router.entrypoints",
    when: /^\s*[\w-]*((?<!in)secure|tls|https|443)[\w-]*\s*(,\s*[\w-]*((?<!in)secure|tls|https|443)[\w-]*\s*)*$/i,
    source: "doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress (v3.6)",
  },
  {
    key: "zalando.org/aws-load-balancer-ssl-cert",
    source: "zalando-incubator/kube-ingress-aws-controller README.md, kubernetes/ingress.go",
  },
  {
    key: "nginx.org/redirect-to-https",
    when: /^true$/i,
    source: "nginx/kubernetes-ingress docs, advanced configuration with annotations: for TLS that ends before nginx (v5.5.4)",
  },
  {
    // Kong answers with a certificate of its own where it has none for the host.
    key: KONG_PROTOCOLS.key,
    when: /^\s*(https|grpcs|tls)\s*(,\s*(https|grpcs|tls)\s*)*$/,
    source: "Kong/kubernetes-ingress-controller internal/annotations/annotations.go, ProtocolsKey (v3.5.9)",
  },
  {
    key: "route.openshift.io/termination",
    source: "docs.okd.io/latest/networking/routes/route-configuration.html, routes made from Ingress objects",
  },
];

/** Ingress classes whose way in is TLS by nature. */
export const TLS_CLASSES = {
  names: ["tailscale", "cloudflare-tunnel", "ngrok"] as readonly string[],
  source:
    "tailscale.com/kb/1439/kubernetes-operator-cluster-ingress; STRRL/cloudflare-tunnel-ingress-controller README; ngrok.com/docs/universal-gateway/tls-certificates",
} as const;

/** Annotations of a Service with which its load balancer ends TLS itself; `ports` names those that it does so for. */
export const SERVICE_TLS_ANNOTATIONS: readonly { certificate: string; ports?: string; source: string }[] = [
  {
    certificate: "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    ports: "service.beta.kubernetes.io/aws-load-balancer-ssl-ports",
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md (v3.5.0)",
  },
  {
    certificate: "service.beta.kubernetes.io/do-loadbalancer-certificate-id",
    source: "digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md",
  },
  {
    certificate: "load-balancer.hetzner.cloud/http-certificates",
    source: "hetznercloud/hcloud-cloud-controller-manager internal/annotation/load_balancer.go",
  },
  {
    certificate: "service.beta.kubernetes.io/oci-load-balancer-tls-secret",
    ports: "service.beta.kubernetes.io/oci-load-balancer-ssl-ports",
    source: "oracle/oci-cloud-controller-manager docs/load-balancer-annotations.md",
  },
  {
    certificate: "service.beta.kubernetes.io/scw-loadbalancer-certificate-ids",
    source: "scaleway/scaleway-cloud-controller-manager docs/loadbalancer-annotations.md",
  },
];

/** Ports that people know by number. Source: the IANA registry of service names and port numbers; 8443, 9443: by custom. */
export const TLS_PORTS: readonly number[] = [
  443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 5061, 5349, 5671, 6443, 6697, 8443, 8883, 9443,
];
/** Protocols that begin in the clear and then agree on encryption, or that encrypt by themselves, so that the port shows nothing. */
export const NEGOTIATING_PORTS: readonly number[] = [
  22, 25, 110, 143, 389, 587, 1433, 3306, 3389, 3478, 4222, 5222, 5269, 5432, 6379, 25565, 27017,
];
export const PLAIN_PORTS: readonly number[] = [80, 1883, 8000, 8008, 8080, 8888];

/** The application protocols that a port of a Service may declare. */
export const APP_PROTOCOLS = {
  tls: ["https", "kubernetes.io/wss", "wss", "tls", "mqtts", "grpcs"] as readonly string[],
  plain: ["http", "kubernetes.io/ws", "kubernetes.io/h2c", "ws", "mqtt", "h2c"] as readonly string[],
  source: "kubernetes/api core/v1/types.go, ServicePort.appProtocol (v1.36): names of IANA, and those under kubernetes.io",
} as const;
