import type { z } from "zod";
import type { HopKind } from "../../path/facts";
import { contains, isAddress } from "../check/addresses";
import { block, hostName, label, oneOf, portNumber, text } from "../check/fields";
import type { Problem } from "../check/problem";
import { serviceAffinity } from "../clusterIpService";
import { ENTRY_LABEL, metadataOf, selectorOf } from "../labels";
import type { CompiledObject } from "../model";
import { afterNamespace } from "../namespace";
import { servicePort } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import { podsAnnotation } from "../workload";
import type { DraftSurroundings, Surroundings } from "../stack";
import { exposedEndpoint } from "./exposed";
import { checkZone } from "./hosts";
import { entryName, type CompiledEntry, type EntryArgs, type EntryKind } from "./kind";

/** A fixed address of the LAN, announced by MetalLB, on a Service of type LoadBalancer. Sticks by the client's address. */
export interface MetallbEntry extends EntryArgs {
  kind: "metallb";
  /** One of `holdfast:bareMetal.addressPools`. */
  pool: string;
  /** The address clients use, inside the pool. Written down, because an assigned one may be another after a restart. */
  address: string;
  /** DNS name that clients use. Default: the address. */
  host?: string;
  /** Port clients connect to. 1 to 65535, default 80. */
  port: number;
  /** Lets several Services use one address on different ports: all of them write the same key. */
  sharingKey?: string;
  /**
   * `Cluster` (default): every pod gets its share, and pods see the address of a node. `Local`: pods see the client's address,
   * but only pods on the node that announces the address get connections.
   */
  externalTrafficPolicy: "Cluster" | "Local";
}

const schema: z.ZodType<MetallbEntry> = block({
  kind: oneOf(["metallb"]),
  name: label().optional(),
  pool: label(),
  address: text("one IP address, such as 192.168.1.207").refine(isAddress, {
    error: ({ input }) => `found ${JSON.stringify(input)}; allowed: one IP address, such as 192.168.1.207.`,
  }),
  host: hostName().optional(),
  port: portNumber().default(80),
  sharingKey: label().optional(),
  externalTrafficPolicy: oneOf(["Cluster", "Local"]).default("Cluster"),
});

function check(args: MetallbEntry, _service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [...checkZone(args, surroundings), ...checkAddress(args, surroundings)];
}

function checkAddress(args: MetallbEntry, surroundings: DraftSurroundings): Problem[] {
  if (surroundings.platform !== undefined && surroundings.platform !== "bare-metal") {
    const message = `found metallb on ${surroundings.platform}, whose own load balancers hold the addresses. Use ingress-nginx, or platform: bare-metal.`;
    return [{ path: "kind", message }];
  }
  const pools = surroundings.addressPools;
  if (pools === undefined) return [];
  const pool = pools.find(({ name }) => name === args.pool);
  if (pool === undefined) {
    const known = pools.map(({ name }) => name).join(", ") || "none yet";
    const message = `found ${args.pool}; allowed: a pool of bareMetal.addressPools (${known}). Correct it, or add the pool there.`;
    return [{ path: "pool", message }];
  }
  if (contains(pool.addresses, args.address)) return [];
  const message = `found ${args.address}; allowed: an address of pool ${pool.name} (${pool.addresses.join(", ")}). Choose one of those, or widen the pool.`;
  return [{ path: "address", message }];
}

const hop = (): HopKind => "metallb-l2";

function compile(args: MetallbEntry, service: Service, surroundings: Surroundings): CompiledEntry {
  const logicalName = `${entryName(args)}-service`;
  return {
    objects: [loadBalancer(args, service, surroundings, logicalName)],
    endpoint: exposedEndpoint(args, service, { logicalName, address: args.address }),
    needs: [{ kind: "controller", name: "metallb", why: `it assigns ${args.address} and announces it to the network` }],
  };
}

function loadBalancer(args: MetallbEntry, service: Service, surroundings: Surroundings, logicalName: string): CompiledObject {
  const name = entryName(args);
  const { labels, ...metadata } = metadataOf(service, `${service.name}-${name}`);
  const advertise = surroundings.addressPools.find((pool) => pool.name === args.pool)?.advertise;
  return {
    logicalName,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...metadata,
        labels: { ...labels, [ENTRY_LABEL]: args.kind },
        annotations: {
          "metallb.io/address-pool": args.pool,
          "metallb.io/loadBalancerIPs": args.address,
          ...(args.sharingKey === undefined ? {} : { "metallb.io/allow-shared-ip": args.sharingKey }),
          ...promiseAnnotation(service),
          ...podsAnnotation(service),
        },
      },
      spec: {
        type: "LoadBalancer",
        // MetalLB's addresses reach the Service without node ports; leaving them out closes a way around the entry.
        allocateLoadBalancerNodePorts: false,
        externalTrafficPolicy: args.externalTrafficPolicy,
        selector: selectorOf(service),
        ports: [servicePort(service, args.port)],
        ...serviceAffinity(service),
      },
    },
    after: afterNamespace(service),
    why: [
      "The address is pinned by annotation: spec.loadBalancerIP is deprecated, and an address that is merely assigned can change.",
      "No node ports: the address needs none, and each would be a way in past it.",
      ...affinityWhy(service, advertise),
    ],
  };
}

function affinityWhy({ promise: { affinity } }: Service, advertise: string | undefined): string[] {
  if (affinity.mode === "none" || advertise !== "l2") return [];
  return [
    `ClientIP: kube-proxy on the node that announces the address sees each client's own and keeps it on one pod for ${affinity.ttlSeconds} s after its last new connection.`,
  ];
}

export const metallb: EntryKind<MetallbEntry> = {
  kind: "metallb",
  schema,
  sticksBy: () => "source-ip",
  hop,
  passesBytes: true,
  check,
  compile,
};
