import type { AnnotationSet } from "./annotationSet";
import { names } from "./annotationSet";

const DNS_KEYS = names(`
  access alias controller endpoints-type gateway-hostname-source hostname ingress ingress-hostname-source internal-hostname record-type
  set-identifier target ttl
`);
/** A provider's own settings go on with its name. */
const DNS_PROVIDERS = ["aws-", "cloudflare-", "coredns-", "google-", "ibmcloud-", "scw-", "webhook-"];
const DNS = {
  title: "ExternalDNS",
  on: ["Ingress", "Service"],
  byWhomever: true,
  keys: DNS_KEYS,
  families: DNS_PROVIDERS,
  source: "kubernetes-sigs/external-dns docs/annotations/annotations.md (v0.23.0)",
} as const satisfies Omit<AnnotationSet, "prefix">;

/** What stands beside the controller of a way in and reads the same objects, whoever serves them. */
export const COMPANION_ANNOTATIONS = {
  "cert-manager": {
    title: "cert-manager",
    prefix: "cert-manager.io/",
    on: ["Ingress"],
    byWhomever: true,
    keys: names(`
      allow-direct-injection alt-names cluster-issuer common-name duration email-sans inject-apiserver-ca inject-ca-from inject-ca-from-secret
      ip-sans issue-temporary-certificate issuer issuer-group issuer-kind issuer-name private-key-algorithm private-key-encoding
      private-key-rotation-policy private-key-size renew-before renew-before-percentage revision-history-limit secret-template
      subject-countries subject-localities subject-organizationalunits subject-organizations subject-postalcodes
      subject-provinces subject-serialnumber subject-streetaddresses uri-sans usages
    `),
    removed: {
      "acme-challenge-type": "remove it: the solvers of the issuer say how a challenge is answered",
      "acme-dns01-provider": "remove it: the solvers of the issuer say how a challenge is answered",
      "acme-http01-edit-in-place": "acme.cert-manager.io/http01-edit-in-place",
    },
    source:
      "cert-manager.io/docs/reference/annotations (v1.19); removed: cert-manager.io/docs/releases/upgrading/upgrading-0.10-0.11",
  },
  "cert-manager-acme": {
    title: "cert-manager",
    prefix: "acme.cert-manager.io/",
    on: ["Ingress"],
    byWhomever: true,
    keys: names("http01-edit-in-place http01-ingress-class http01-ingress-ingressclassname"),
    source: "cert-manager.io/docs/reference/annotations (v1.19)",
  },
  "cert-manager-old": {
    title: "cert-manager",
    prefix: "certmanager.k8s.io/",
    on: ["Ingress"],
    byWhomever: true,
    keys: new Set(),
    removed: {
      issuer: "cert-manager.io/issuer",
      "cluster-issuer": "cert-manager.io/cluster-issuer",
      "issuer-name": "cert-manager.io/issuer-name",
      "issuer-kind": "cert-manager.io/issuer-kind",
      "common-name": "cert-manager.io/common-name",
      "alt-names": "cert-manager.io/alt-names",
      "ip-sans": "cert-manager.io/ip-sans",
      "acme-challenge-type": "remove it: the solvers of the issuer say how a challenge is answered",
      "acme-dns01-provider": "remove it: the solvers of the issuer say how a challenge is answered",
      "acme-http01-edit-in-place": "acme.cert-manager.io/http01-edit-in-place",
      "acme-http01-ingress-class": "acme.cert-manager.io/http01-ingress-class",
    },
    source: "cert-manager.io/docs/releases/upgrading/upgrading-0.10-0.11: every annotation moved to cert-manager.io",
  },
  "google-cloud": {
    title: "Google Cloud",
    prefix: "cloud.google.com/",
    on: ["Ingress", "Service"],
    byWhomever: true,
    isShared: true,
    onFewer: Object.fromEntries(
      ["app-protocols", "backend-config", "l4-rbs", "load-balancer-type", "neg", "neg-status"].map((name) => [name, ["Service"]]),
    ),
    keys: names("app-protocols backend-config l4-rbs load-balancer-type neg neg-status"),
    source: "kubernetes/ingress-gce pkg/annotations/service.go, ingress.go (2026-08)",
  },
  "google-in-the-manner-of-others": {
    title: "Google Cloud",
    prefix: "service.beta.kubernetes.io/google-load-balancer-",
    on: ["Ingress", "Service"],
    byWhomever: true,
    keys: new Set(),
    source:
      "kubernetes/cloud-provider-gcp providers/gce/gce_annotations.go, kubernetes/ingress-gce pkg/annotations/service.go (2026-08): none begins so",
  },
  "gke-networking": {
    title: "Google Cloud",
    prefix: "networking.gke.io/",
    on: ["Ingress", "Service"],
    onFewer: {
      "managed-certificates": ["Ingress"],
      "v1beta1.FrontendConfig": ["Ingress"],
      "load-balancer-type": ["Service"],
      "load-balancer-ip-addresses": ["Service"],
      "internal-load-balancer-allow-global-access": ["Service"],
      "internal-load-balancer-subnet": ["Service"],
    },
    byWhomever: true,
    isShared: true,
    keys: names(`
      certmap internal-load-balancer-allow-global-access internal-load-balancer-subnet load-balancer-ip-addresses load-balancer-type
      managed-certificates v1beta1.FrontendConfig
    `),
    source:
      "kubernetes/ingress-gce pkg/annotations (2026-08); docs.cloud.google.com/kubernetes-engine/docs/how-to/managed-certs, concepts/service-load-balancer-parameters",
  },
  "external-dns": { ...DNS, prefix: "external-dns.kubernetes.io/" },
  "external-dns-alpha": { ...DNS, prefix: "external-dns.alpha.kubernetes.io/" },
} as const satisfies Record<string, AnnotationSet>;
