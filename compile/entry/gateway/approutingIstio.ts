import type { Problem } from "../../check/problem";
import type { Service } from "../../service";
import type { Surroundings } from "../../stack";
import { checkPlatformIs } from "../exposed";
import {
  checkNoStickiness,
  SECRET_TLS_KEYS,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayParts,
} from "./implementation";
import { checkOwnLoadBalancer, ownLoadBalancer } from "./ownLoadBalancer";

function checkKeyVault({ tls }: GatewayEntry): Problem[] {
  if (tls === undefined || (tls.keyVaultCertificateUri === undefined) === (tls.serviceAccount === undefined)) return [];
  const missing = tls.serviceAccount === undefined ? "serviceAccount" : "keyVaultCertificateUri";
  const message = `missing; needed beside ${missing === "serviceAccount" ? "keyVaultCertificateUri" : "serviceAccount"}: the certificate's URI and the ServiceAccount that may read it.`;
  return [{ path: `tls.${missing}`, message }];
}

function parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts {
  const { tls } = args;
  const own = ownLoadBalancer(args, service, surroundings);
  const options = {
    "kubernetes.azure.com/tls-cert-keyvault-uri": tls?.keyVaultCertificateUri,
    "kubernetes.azure.com/tls-cert-service-account": tls?.serviceAccount,
  };
  return {
    ...own,
    ...(tls?.keyVaultCertificateUri === undefined ? {} : { listenerTls: { mode: "Terminate", options } }),
    why: [
      "No idle limit of the proxy stands here: Istio's gateway switches that of HTTP off.",
      ...(own.why ?? []),
      ...(tls?.keyVaultCertificateUri === undefined
        ? []
        : ["The URI names no version, so that a renewed certificate is taken over."]),
    ],
  };
}

export const approutingIstio: GatewayImplementation = {
  title: "AKS application routing",
  className: () => "approuting-istio",
  sticksBy: "none",
  tlsKeys: [...SECRET_TLS_KEYS, "keyVaultCertificateUri", "serviceAccount"],
  canBeInternal: true,
  hop: () => "approuting-istio",
  checkGateway: checkKeyVault,
  check: (args, service, surroundings) => [
    ...checkPlatformIs("approuting-istio", "azure", surroundings, "implementation: istio", "implementation"),
    ...checkOwnLoadBalancer(args, service, surroundings),
    ...checkNoStickiness("AKS application routing", service, "implementation: istio or envoy-gateway"),
  ],
  parts,
  needs: ({ host }) => [{ kind: "controller", name: "approuting-istio", why: `it serves ${host}; AKS runs it` }],
};
