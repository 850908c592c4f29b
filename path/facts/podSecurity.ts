/** The levels of the Pod Security Standards, the least strict first. */
export const POD_SECURITY_LEVELS = ["privileged", "baseline", "restricted"] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** The labels by which a namespace asks the API server to hold its pods to a level. */
export const POD_SECURITY_LABELS = {
  enforce: "pod-security.kubernetes.io/enforce",
  warn: "pod-security.kubernetes.io/warn",
  audit: "pod-security.kubernetes.io/audit",
  source: "kubernetes.io/docs/concepts/security/pod-security-admission (stable since v1.25)",
} as const;

/** The pods that Istio makes for a Gateway, beside it: without a seccomp profile of their own unless its installation sets one. */
export const ISTIO_GATEWAY_PODS = {
  level: "baseline",
  setting: "gateways.seccompProfile",
  source: "istio/istio manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml",
} as const;

/** The pods with which cert-manager answers a challenge over HTTP, beside the Certificate. */
export const CERT_MANAGER_SOLVER_PODS = {
  levelBefore: "baseline",
  restrictedSince: "1.10",
  source: "cert-manager/cert-manager pkg/issuer/acme/http/pod.go; issue 5338 (v1.9.0 is refused by restricted)",
} as const;
