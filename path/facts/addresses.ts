import { AWS_SERVICE_PREFIX } from "./aws";
import { AZURE_SERVICE_PREFIX } from "./azure";

/** The annotations by which a Service asks for an address of its own, each with what its value holds: addresses, or names of them. */
export const ADDRESS_ANNOTATIONS = {
  keys: [
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips",
    "networking.gke.io/load-balancer-ip-addresses",
    `${AZURE_SERVICE_PREFIX}load-balancer-ipv4`,
    `${AZURE_SERVICE_PREFIX}load-balancer-ipv6`,
    `${AZURE_SERVICE_PREFIX}pip-name`,
    `${AZURE_SERVICE_PREFIX}pip-name-ipv6`,
    `${AZURE_SERVICE_PREFIX}pip-prefix-id`,
    `${AWS_SERVICE_PREFIX}eip-allocations`,
    `${AWS_SERVICE_PREFIX}private-ipv4-addresses`,
  ],
  /** Those of an Ingress on Google Cloud. */
  ingressKeys: ["kubernetes.io/ingress.global-static-ip-name", "kubernetes.io/ingress.regional-static-ip-name"],
  /** A name that the cloud keeps for the address takes its place. */
  nameKeys: [`${AZURE_SERVICE_PREFIX}dns-label-name`],
  /** Several Services with the same value may have one address. */
  sharingKeys: ["metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip", "lbipam.cilium.io/sharing-key"],
  source:
    "metallb.io/usage (v0.16.1); kube-vip.io/docs/usage/kubernetes-services; docs.cilium.io/en/stable/network/lb-ipam; docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters; kubernetes-sigs/cloud-provider-azure pkg/consts/consts.go (2026-08); kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md (v3.5.0)",
} as const;

/** When MetalLB gives one address to several Services. */
export const METALLB_SHARING = {
  conditions:
    "the same allow-shared-ip, no port in common, and either externalTrafficPolicy: Cluster or the same pods behind all of them",
  source: "metallb.io/usage/#ip-address-sharing (v0.16.1)",
} as const;

/** Where a list of allowed clients is not followed. */
export const IGNORED_SOURCE_RANGES = {
  nlb: "kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md, lb-source-ranges and security-groups; pkg/service/model_build_managed_sg.go: its own group follows the list (v3.5.0)",
  alb: "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md, security-groups: without it the controller makes a group of inbound-cidrs (v3.5.0)",
  api: "kubernetes/kubernetes pkg/apis/core/validation/validation.go, loadBalancerSourceRanges (v1.36)",
} as const;

/** Ports on which exporters serve metrics where nobody chose another, and nothing else. */
export const EXPORTER_PORTS = {
  numbers: new Set([9100, 9113, 9121, 9187, 9464]),
  source:
    "github.com/prometheus/prometheus/wiki/Default-port-allocations (node 9100, nginx 9113, redis 9121, postgres 9187); opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables, OTEL_EXPORTER_PROMETHEUS_PORT (9464)",
} as const;
