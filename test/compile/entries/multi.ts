import { examineStack, type ExaminedStack } from "../../../compile/parse";
import type { Block } from "../stacks";
import { CERTIFICATE_ARN, stackOn } from "./stacks";

export const HOST = "app.example.com";

/** A service with its entries and how long its connections may be silent. */
export const serviceOf = (name: string, entries: Block[], idleSeconds: number, more: Block = {}): Block => ({
  name,
  image: `registry.example.com/${name}:1.8.2`,
  port: 8080,
  ...more,
  promise: { idleSeconds, ...(more.promise as Block | undefined) },
  entries,
});

export const attached = (implementation: string, path: string): Block => ({
  kind: "gateway",
  implementation,
  host: HOST,
  path,
  attachTo: { name: "multi-client-gateway", namespace: "multi-client" },
});

interface Multi {
  platform: string;
  /** What the entry that makes the Gateway is told besides. */
  own: Block;
  promise?: Block;
}

const sticksNot = { affinity: { mode: "none" } };

/** The implementations behind whose Gateway several services may stand: all. */
export const IMPLEMENTATIONS: Record<string, Multi> = {
  "envoy-gateway": { platform: "bare-metal", own: { tls: { issuer: "lab" } } },
  contour: { platform: "bare-metal", own: { tls: { issuer: "lab" } } },
  istio: { platform: "bare-metal", own: { tls: { issuer: "lab" } } },
  traefik: { platform: "bare-metal", own: { tls: { issuer: "lab" } }, promise: sticksNot },
  gke: { platform: "gcp", own: { tls: { certificateMap: "app" }, staticAddress: "app" } },
  "aws-lbc": { platform: "aws", own: { tls: { certificateArn: CERTIFICATE_ARN } } },
  "approuting-istio": { platform: "azure", own: { tls: { issuer: "lab" } }, promise: sticksNot },
  agc: {
    platform: "azure",
    own: { applicationLoadBalancer: { name: "alb", namespace: "alb" } },
    promise: { heartbeat: { seconds: 30 } },
  },
};

/** `/api` goes to multi-server and everything else to multi-client: one host, one load balancer, one certificate. */
export function multiGateway(implementation: string, serverIdleSeconds = 3600, clientIdleSeconds = 60): Block {
  const { platform, own, promise } = IMPLEMENTATIONS[implementation]!;
  const makes = { kind: "gateway", implementation, host: HOST, ...own };
  const services = [
    serviceOf("multi-server", [attached(implementation, "/api")], serverIdleSeconds, { promise }),
    serviceOf("multi-client", [makes], clientIdleSeconds, { promise }),
  ];
  return stackOn(platform, [], {}, { services });
}

/** The same by the Ingresses of one group of an Application Load Balancer. */
export function multiAlb(serverIdleSeconds = 3600, clientIdleSeconds = 60): Block {
  const entry = { kind: "aws-alb", host: HOST, group: "multi", tls: { certificateArn: CERTIFICATE_ARN } };
  const services = [
    serviceOf("multi-server", [{ ...entry, path: "/api" }], serverIdleSeconds),
    serviceOf("multi-client", [entry], clientIdleSeconds),
  ];
  return stackOn("aws", [], {}, { services });
}

export function examined(raw: Block): ExaminedStack {
  const result = examineStack(raw);
  if (result.problems !== undefined) throw new Error(JSON.stringify(result.problems, null, 1));
  return result;
}
