import { z } from "zod";
import { GATEWAY_IMPLEMENTATIONS, type ClusterFacts } from "../path/model";
import { isAddress, parseRange } from "./check/addresses";
import { block, encrypted, label, list, map, objectName, oneOf, seconds, text, wholeNumber, yesOrNo } from "./check/fields";
import { CLOUD_FIELDS, zoneSchema, type Clouds } from "./edge/clouds";
import { consumersSchema, type Consumer } from "./consumers";
import { outsideEndpointsSchema, type Endpoints } from "./endpoints";
import { networkSchema, type ClusterNetwork } from "./networkPolicy/network";
import type { Service } from "./service";

export const PLATFORMS = ["aws", "azure", "gcp", "bare-metal"] as const;
export type Platform = (typeof PLATFORMS)[number];

/** A run of LAN addresses that MetalLB hands out. */
export interface AddressPool {
  /** Name of the IPAddressPool. */
  name: string;
  /** Ranges (`192.168.1.200-192.168.1.220`) or blocks (`192.168.1.0/28`). */
  addresses: string[];
  /** `l2`: one node at a time answers for an address. `bgp`: every node announces it to routers. */
  advertise: "l2" | "bgp";
  /** Whether a Service that names neither pool nor address may get one of these. Default false: pinned addresses stay free. */
  autoAssign: boolean;
  /** Whether this stack creates the pool. Default true; false for a pool that is in the cluster already. */
  create: boolean;
  /**
   * Addresses of the pool by the Service that gets them: `<service>-<entry>` of a `load-balancer` that names no pool and no address
   * itself, because it is written for every platform. Default none.
   */
  reserved?: Record<string, string>;
}

/** What a service is compiled for. */
export interface Surroundings extends Clouds {
  platform: Platform;
  environment: "production" | "development";
  /** What no object shows about the cluster. */
  cluster: ClusterFacts;
  addressPools: AddressPool[];
  /** From where others connect to pods. Default: nothing is declared. */
  network?: ClusterNetwork;
  /** Namespace MetalLB runs in. Default metallb-system. */
  metallbNamespace: string;
  /** Address at which the Ingress controller of a LAN answers. Only records of entries read it whose objects do not say it. */
  ingressAddress?: string;
  /** The DNS zone every host lies in, where one is given. */
  dnsZone?: string;
  /** Every address that has a name, for those who consume it. Default: none. */
  endpoints?: Endpoints;
}

/** Surroundings of which some could not be read; what depends on those is not judged. */
export type DraftSurroundings = Partial<Surroundings> &
  Pick<Surroundings, "cluster"> & {
    /** Whether it is the cluster's block that could not be read. */
    clusterUnread?: true;
    /** Whether a block of a cloud, of its zone or of cert-manager could not be read. */
    cloudsUnread?: true;
  };

/** A whole stack file, checked, with every default filled in. No secret value ever stands in it. */
export interface Stack extends Surroundings {
  access: {
    /** Context of the kubeconfig. */
    context?: string;
    /** Whether the kubeconfig itself stands, encrypted, in the configuration. */
    kubeconfigGiven: boolean;
    /** uid of the kube-system namespace. Nothing is created in a cluster that has another. */
    uid?: string;
  };
  services: Service[];
  endpoints: Endpoints;
  /** Those that this stack does not run, and for which it keeps a ConfigMap of addresses. */
  consumers: Consumer[];
  /** Service -> keys that have an encrypted value in `holdfast:secrets`. */
  secretKeys: Record<string, string[]>;
}

const version = text(
  'a version in quotes, such as "1.36" (without quotes 1.30 is the number 1.3)',
  /^v?\d+(\.\d+){0,2}([-+][\w.+-]+)?$/,
);
const kubernetesVersion = text(
  'a version in quotes, such as "1.36" (without quotes 1.30 is the number 1.3)',
  /^v?\d+\.\d+(\.\d+)?([-+][\w.+-]+)?$/,
);
const controllerName = objectName("the name of a controller");

const inFront = block({
  name: label(),
  idleSeconds: wholeNumber("seconds", 1, 31_536_000).nullable(),
  layer: z
    .union([z.literal(4), z.literal(7)], {
      error: ({ input }) => `found ${JSON.stringify(input)}; allowed: 4 (passes bytes on) or 7 (understands HTTP).`,
    })
    .optional(),
});

const gatewayKey = text("a Gateway as <namespace>/<name>, such as infra/public", /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/);

const declaredGateway = block({
  implementation: oneOf(GATEWAY_IMPLEMENTATIONS),
  listener: label().optional(),
  tls: yesOrNo().optional(),
  internal: yesOrNo().optional(),
  className: objectName("an Ingress class").optional(),
  idleSeconds: seconds(1, 31_536_000).optional(),
}).superRefine((declared, context) => {
  const only = (key: "listener" | "internal" | "className" | "idleSeconds", readers: string[], why: string) => {
    if (declared[key] === undefined || readers.includes(declared.implementation)) return;
    const message = `found ${declared[key]} with implementation: ${declared.implementation}, ${why}. Remove it.`;
    context.addIssue({ code: "custom", path: [key], message });
  };
  const others = GATEWAY_IMPLEMENTATIONS.filter((name) => name !== "contour");
  only("listener", others, "whose HTTPProxy has no listeners");
  only("internal", ["gke", "aws-lbc", "approuting-istio"], "where nothing follows from it");
  only("className", ["contour"], "whose class is that of the Gateway");
  only("idleSeconds", ["aws-lbc", "envoy-gateway"], "where every route has its own limit or none");
});

const cluster = block({
  context: text("the name of a context of the kubeconfig").optional(),
  kubeconfig: encrypted().optional(),
  uid: text(
    "the uid of the kube-system namespace, such as 6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ).optional(),
  kubernetesVersion: kubernetesVersion.optional(),
  kubeProxyMode: oneOf(["iptables", "nftables", "ipvs", "none"]).optional(),
  cni: label().optional(),
  controllers: map(controllerName, version, "a block of controllers with the version of each in quotes").optional(),
  ingressClasses: map(
    objectName("an Ingress class"),
    controllerName,
    "a block of Ingress classes with the controller that serves each",
  ).optional(),
  nodeConntrackEstablishedSeconds: seconds(1, 31_536_000).optional(),
  serviceProxyIdleSeconds: seconds(1, 31_536_000).optional(),
  inFront: list(inFront, "hops before the Ingress controllers, each with name and idleSeconds; [] when there is none").optional(),
  gateways: map(gatewayKey, declaredGateway, "a block of Gateways of somebody else, each as <namespace>/<name>").optional(),
  network: networkSchema.optional(),
}).transform(({ context, kubeconfig, uid, network, ...facts }) => ({ context, kubeconfig, uid, network, facts }));

const addressRange = text("an address range (192.168.1.200-192.168.1.220) or block (192.168.1.0/28)").superRefine(
  (value, context) => {
    const range = parseRange(value);
    if (typeof range !== "string") return;
    const message = `found ${JSON.stringify(value)}: ${range}; allowed: an address range (192.168.1.200-192.168.1.220) or block (192.168.1.0/28).`;
    context.addIssue({ code: "custom", message });
  },
);

const oneAddress = (example: string) =>
  text(`one IP address, such as ${example}`).refine(isAddress, {
    error: ({ input }) => `found ${JSON.stringify(input)}; allowed: one IP address, such as ${example}.`,
  });

const addressPool = block({
  name: label(),
  addresses: list(addressRange, "address ranges").min(1, {
    error: () => "found an empty list; allowed: at least one address range.",
  }),
  advertise: oneOf(["l2", "bgp"]).default("l2"),
  autoAssign: yesOrNo().optional(),
  create: yesOrNo().default(true),
  reserved: map(label(), oneAddress("192.168.1.207"), "a block of addresses, each under the name <service>-<entry>").optional(),
})
  .superRefine(({ create, autoAssign }, context) => {
    if (create || autoAssign === undefined) return;
    const message =
      "found with create: false, where the pool is somebody else's and nothing reads it. Remove it, or write create: true.";
    context.addIssue({ code: "custom", path: ["autoAssign"], message });
  })
  .transform(({ autoAssign = false, ...rest }): AddressPool => ({ ...rest, autoAssign }));

export const DEFAULT_METALLB_NAMESPACE = "metallb-system";

const bareMetal = block({
  addressPools: list(addressPool, "address pools").default([]),
  metallbNamespace: label().default(DEFAULT_METALLB_NAMESPACE),
  ingressAddress: oneAddress("192.168.1.200").optional(),
});

const serviceSecrets = map(
  text("the name of a service"),
  map(text("an environment variable"), encrypted(), "a block of environment variables with encrypted values"),
  "a block of services",
);

/** Every key of a stack file, each checked on its own; `services` is checked service by service. */
export const STACK_FIELDS = {
  platform: oneOf(PLATFORMS),
  environment: oneOf(["production", "development"]),
  cluster,
  bareMetal: bareMetal.optional(),
  ...CLOUD_FIELDS,
  dnsZone: zoneSchema.optional(),
  services: list(z.unknown(), "services"),
  endpoints: outsideEndpointsSchema.default({}),
  consumers: consumersSchema.default([]),
  secrets: serviceSecrets.default({}),
};
