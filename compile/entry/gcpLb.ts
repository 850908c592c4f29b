import type { z } from "zod";
import { facts, GCP_CLASSES, GKE_CLASSES_SINCE, versionAtLeast, type HopKind } from "../../path/facts";
import { block, label, oneOf } from "../check/fields";
import type { Problem } from "../check/problem";
import { serviceAffinity } from "../clusterIpService";
import type { Service } from "../service";
import type { DraftSurroundings } from "../stack";
import {
  addressClaim,
  checkPlatformIs,
  exposedEndpoint,
  exposedService,
  loadBalancerFields,
  type LoadBalancerArgs,
} from "./exposed";
import { checkZone } from "./hosts";
import { entryName, type Claim, type CompiledEntry, type EntryKind } from "./kind";

/** A passthrough Network Load Balancer of Google. Sticks by the client's address. */
export interface GcpLbEntry extends LoadBalancerArgs {
  kind: "gcp-lb";
  /** Name of a reserved regional static address. Default: one is made, and may be another after a deletion. */
  staticAddress?: string;
  /** Subnet of an internal load balancer. Default: that of the cluster. */
  subnet?: string;
  /**
   * `Cluster` (default): any node passes connections on to any pod, which sees a node's address. `Local`: pods see the client's
   * address, and only nodes with a pod get connections.
   */
  externalTrafficPolicy: "Cluster" | "Local";
}

const schema: z.ZodType<GcpLbEntry> = block({
  kind: oneOf(["gcp-lb"]),
  ...loadBalancerFields,
  staticAddress: label().optional(),
  subnet: label().optional(),
  externalTrafficPolicy: oneOf(["Cluster", "Local"]).default("Cluster"),
});

const hop = ({ internal }: GcpLbEntry): HopKind => (internal ? "gcp-lb-internal" : "gcp-lb");

function check(args: GcpLbEntry, _service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkPlatformIs("gcp-lb", "gcp", surroundings, "load-balancer, which every platform has"),
    ...checkZone(args, surroundings),
    ...checkVersion(surroundings),
    ...checkSubnet(args),
  ];
}

/** A minor version alone does not say which patch it is, so only an older one is refused. */
function checkVersion({ cluster: { kubernetesVersion } }: DraftSurroundings): Problem[] {
  const minor = GKE_CLASSES_SINCE.split(".").slice(0, 2).join(".");
  const needed = (kubernetesVersion ?? "").split(".").length > 2 ? GKE_CLASSES_SINCE : minor;
  if (versionAtLeast(kubernetesVersion, needed) !== false) return [];
  const message = `found gcp-lb with cluster.kubernetesVersion ${kubernetesVersion}; GKE knows its load balancer classes since ${GKE_CLASSES_SINCE}. Update the cluster, or use kind: gateway.`;
  return [{ path: "kind", message }];
}

function checkSubnet({ subnet, internal }: GcpLbEntry): Problem[] {
  if (subnet === undefined || internal) return [];
  const message = `found ${subnet} with internal: false, where nothing reads it. Remove it, or write internal: true.`;
  return [{ path: "subnet", message }];
}

function claims({ staticAddress }: GcpLbEntry): Claim[] {
  return staticAddress === undefined ? [] : [addressClaim("staticAddress", "static address", staticAddress)];
}

function compile(args: GcpLbEntry, service: Service): CompiledEntry {
  const logicalName = `${entryName(args)}-service`;
  return {
    objects: [
      exposedService(args, service, {
        logicalName,
        annotations: {
          ...(args.staticAddress === undefined ? {} : { "networking.gke.io/load-balancer-ip-addresses": args.staticAddress }),
          ...(args.subnet === undefined ? {} : { "networking.gke.io/load-balancer-subnet": args.subnet }),
        },
        spec: {
          type: "LoadBalancer",
          loadBalancerClass: args.internal ? GCP_CLASSES.internal : GCP_CLASSES.external,
          externalTrafficPolicy: args.externalTrafficPolicy,
          ...(args.allowedRanges === undefined ? {} : { loadBalancerSourceRanges: args.allowedRanges }),
          ...serviceAffinity(service),
        },
        why: why(args, service),
      }),
    ],
    endpoint: exposedEndpoint(args, service, { logicalName }),
    needs: [
      { kind: "controller", name: "gke", why: `it makes the load balancer of ${service.name}` },
      ...(args.staticAddress === undefined
        ? []
        : [{ kind: "static address of Google", name: args.staticAddress, why: `${service.name} is reached by it` }]),
    ],
  };
}

function why(args: GcpLbEntry, { promise }: Service): string[] {
  const kept = facts(hop(args)).idle.keepsAtLeastSeconds ?? 0;
  return [
    `The load balancer remembers a silent connection for ${kept} s, and nothing a Service says changes that; later packets still reach the same node while the set of nodes stays as it is.`,
    ...(promise.affinity.mode === "none"
      ? []
      : ["ClientIP: the load balancer keeps a client on a node, and kube-proxy there on a pod."]),
    "No BackendConfig: it belongs to load balancers that understand HTTP, and nothing reads it here.",
  ];
}

export const gcpLb: EntryKind<GcpLbEntry> = {
  kind: "gcp-lb",
  schema,
  sticksBy: () => "source-ip",
  hop,
  passesBytes: true,
  check,
  claims,
  compile,
};
