import type { z } from "zod";
import { facts, type HopKind } from "../../path/facts";
import { AZURE_SERVICE_PREFIX } from "../../path/facts/azure";
import { isAddress } from "../check/addresses";
import { block, label, oneOf, text } from "../check/fields";
import type { Problem } from "../check/problem";
import { serviceAffinity } from "../clusterIpService";
import { readinessPath } from "../probes";
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
import { checkIdle, writtenIdleSeconds } from "./limits";

/** An Azure Load Balancer. Sticks by the client's address. */
export interface AzureLbEntry extends LoadBalancerArgs {
  kind: "azure-lb";
  /** Name of a public IP address of Azure that is there already. Default: one is made, and may be another after a deletion. */
  publicIpName?: string;
  /** Resource group of `publicIpName`. Default: that of the cluster's nodes. */
  resourceGroup?: string;
  /** First label of `<label>.<region>.cloudapp.azure.com`, for a public address. */
  dnsLabel?: string;
  /** A fixed private address of the subnet, for an internal load balancer. */
  privateAddress?: string;
  /** Subnet of an internal load balancer. Default: that of the nodes. */
  subnet?: string;
  /** Path of the load balancer's own check, a GET. Default: that of the readiness probe; where that asks no path, a TCP check. */
  healthPath?: string;
}

const schema: z.ZodType<AzureLbEntry> = block({
  kind: oneOf(["azure-lb"]),
  ...loadBalancerFields,
  publicIpName: text("the name of a public IP address", /^[\w.-]{1,80}$/).optional(),
  resourceGroup: text("the name of a resource group", /^[\w.()-]{1,90}$/).optional(),
  dnsLabel: label().optional(),
  privateAddress: text("one IP address, such as 10.240.0.25")
    .refine(isAddress, {
      error: ({ input }) => `found ${JSON.stringify(input)}; allowed: one IP address, such as 10.240.0.25.`,
    })
    .optional(),
  subnet: text("the name of a subnet", /^[\w.-]{1,80}$/).optional(),
  healthPath: text("a path that begins with /, such as /health/ready", /^\/\S*$/).optional(),
});

const hop = (): HopKind => "azure-lb";

function check(args: AzureLbEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkPlatformIs("azure-lb", "azure", surroundings, "load-balancer, which every platform has"),
    ...checkZone(args, surroundings),
    ...checkIdle("azure-lb", service),
    ...checkAddresses(args),
  ];
}

/** Settings of a public load balancer on an internal one, and the other way round. */
function checkAddresses(args: AzureLbEntry): Problem[] {
  const inert = args.internal
    ? (["publicIpName", "resourceGroup", "dnsLabel"] as const)
    : (["privateAddress", "subnet"] as const);
  const instead = args.internal ? "Remove it, or write privateAddress" : "Remove it, or write internal: true";
  const problems = inert
    .filter((key) => args[key] !== undefined)
    .map((key) => ({
      path: key,
      message: `found ${args[key]} with internal: ${args.internal}, where nothing reads it. ${instead}.`,
    }));
  if (args.resourceGroup !== undefined && args.publicIpName === undefined && !args.internal) {
    const message = `found ${args.resourceGroup} without publicIpName, where nothing reads it. Write publicIpName, or remove it.`;
    problems.push({ path: "resourceGroup", message });
  }
  return problems;
}

function claims({ publicIpName, resourceGroup = "", privateAddress }: AzureLbEntry): Claim[] {
  return [
    ...(publicIpName === undefined
      ? []
      : [{ ...addressClaim("publicIpName", "public IP", publicIpName), key: `public IP ${resourceGroup}/${publicIpName}` }]),
    ...(privateAddress === undefined ? [] : [addressClaim("privateAddress", "private address", privateAddress)]),
  ];
}

function compile(args: AzureLbEntry, service: Service): CompiledEntry {
  const logicalName = `${entryName(args)}-service`;
  return {
    objects: [
      exposedService(args, service, {
        logicalName,
        annotations: annotations(args, service),
        spec: {
          type: "LoadBalancer",
          externalTrafficPolicy: "Cluster",
          ...(args.allowedRanges === undefined ? {} : { loadBalancerSourceRanges: args.allowedRanges }),
          ...serviceAffinity(service),
        },
        why: why(service),
      }),
    ],
    endpoint: exposedEndpoint(args, service, {
      logicalName,
      ...(args.privateAddress === undefined ? {} : { address: args.privateAddress }),
    }),
    needs: [
      { kind: "controller", name: "cloud-provider-azure", why: `it makes the load balancer of ${service.name}; AKS runs it` },
      ...(args.publicIpName === undefined
        ? []
        : [{ kind: "public IP of Azure", name: args.publicIpName, why: `${service.name} is reached by it` }]),
    ],
  };
}

function annotations(args: AzureLbEntry, service: Service): Record<string, string> {
  const path = args.healthPath ?? readinessPath(service);
  const written: Record<string, string> = {
    "load-balancer-internal": String(args.internal),
    "load-balancer-tcp-idle-timeout": String(writtenMinutes(service)),
    "load-balancer-disable-tcp-reset": "false",
    "load-balancer-health-probe-protocol": path === undefined ? "tcp" : service.tls === undefined ? "http" : "https",
    ...(path === undefined ? {} : { "load-balancer-health-probe-request-path": path }),
    ...(args.publicIpName === undefined ? {} : { "pip-name": args.publicIpName }),
    ...(args.resourceGroup === undefined ? {} : { "load-balancer-resource-group": args.resourceGroup }),
    ...(args.dnsLabel === undefined ? {} : { "dns-label-name": args.dnsLabel }),
    ...(args.subnet === undefined ? {} : { "load-balancer-internal-subnet": args.subnet }),
    ...(args.privateAddress === undefined
      ? {}
      : { [args.privateAddress.includes(":") ? "load-balancer-ipv6" : "load-balancer-ipv4"]: args.privateAddress }),
  };
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [AZURE_SERVICE_PREFIX + key, value]));
}

const writtenMinutes = (service: Service): number => writtenIdleSeconds("azure-lb", service.promise) / 60;

function why(service: Service): string[] {
  const { idleSeconds, affinity } = service.promise;
  const minutes = writtenMinutes(service);
  return [
    `The idle timeout is in whole minutes: ${minutes} of them are ${minutes * 60} s, more than the ${idleSeconds} s that are promised.`,
    "A connection that is cut all the same is reset rather than forgotten, so that its client notices.",
    ...(affinity.mode === "none" ? [] : ["ClientIP: the load balancer keeps a client on a node, and kube-proxy there on a pod."]),
    `${facts("azure-lb").title} knows no draining time: a leaving pod serves on for as long as its preStop.`,
  ];
}

export const azureLb: EntryKind<AzureLbEntry> = {
  kind: "azure-lb",
  schema,
  sticksBy: () => "source-ip",
  hop,
  passesBytes: true,
  check,
  claims,
  compile,
};
