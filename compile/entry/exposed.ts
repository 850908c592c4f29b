import { isAddress, parseRange } from "../check/addresses";
import { hostName, label, list, portNumber, text, yesOrNo } from "../check/fields";
import type { Problem } from "../check/problem";
import { ENTRY_LABEL, metadataOf, selectorOf } from "../labels";
import type { CompiledObject, Endpoint } from "../model";
import { afterNamespace } from "../namespace";
import { servicePort } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import { podsAnnotation } from "../workload";
import type { DraftSurroundings, Platform } from "../stack";
import { entryName, objectNameOf, openedPath, type Claim, type EntryArgs } from "./kind";

/** What every load balancer of a cloud has that passes bytes on. */
export interface LoadBalancerArgs extends EntryArgs {
  /** Port clients connect to. 1 to 65535, default 80. */
  port: number;
  /** DNS name that clients use, for the printed URL. `dns` makes its record. Default: the load balancer's own address. */
  host?: string;
  /** Whether only the private network reaches it. Default false: everybody does. */
  internal: boolean;
  /** Blocks of addresses that may connect, such as 203.0.113.0/24. Default: all. */
  allowedRanges?: string[];
}

/** A block of addresses: `203.0.113.0/24`. */
export function cidr() {
  const what = "a block of addresses such as 203.0.113.0/24";
  return text(what).refine((value) => value.includes("/") && typeof parseRange(value) !== "string", {
    error: ({ input }) =>
      `found ${JSON.stringify(input)}; allowed: ${what}.${typeof input === "string" && isAddress(input) ? ` Write ${input}/${input.includes(":") ? 128 : 32}.` : ""}`,
  });
}

export const allowedRanges = () =>
  list(cidr(), "blocks of addresses")
    .min(1, { error: () => "found an empty list; allowed: at least one block of addresses, or no allowedRanges for all." })
    .optional();

export const loadBalancerFields = {
  name: label().optional(),
  port: portNumber().default(80),
  host: hostName().optional(),
  internal: yesOrNo().default(false),
  allowedRanges: allowedRanges(),
};

/** An entry of one platform on another. */
export function checkPlatformIs(
  kind: string,
  wanted: Platform,
  { platform }: DraftSurroundings,
  instead: string,
  path = "kind",
): Problem[] {
  if (platform === undefined || platform === wanted) return [];
  const message = `found ${kind} on ${platform}; it exists on ${wanted} only. Use ${instead}, or platform: ${wanted}.`;
  return [{ path, message }];
}

const SCHEMES = { websocket: "ws", "http-stream": "http", grpc: "grpc", tcp: "tcp" } as const;

/** The URL of a port that passes bytes on. */
export function exposedUrl(service: Service, at: { host: string; port: number; tls: boolean }): string {
  const plain = SCHEMES[service.protocol];
  const isHttp = plain === "ws" || plain === "http";
  const scheme = at.tls ? (plain === "tcp" ? "tls" : `${plain}s`) : plain;
  const port = isHttp && at.port === (at.tls ? 443 : 80) ? "" : `:${at.port}`;
  const host = at.host.includes(":") ? `[${at.host}]` : at.host;
  return `${scheme}://${host}${port}${isHttp ? openedPath(service, "/") : ""}`;
}

/** The endpoint of a load balancer, whose address is known from the configuration or read from the Service's status. */
export function exposedEndpoint(
  args: EntryArgs & { port: number; host?: string },
  service: Service,
  at: { logicalName: string; tlsAtListener?: boolean; address?: string },
): Endpoint {
  const host = args.host ?? at.address ?? "<address>";
  return {
    entry: entryName(args),
    kind: args.kind,
    url: exposedUrl(service, { host, port: args.port, tls: at.tlsAtListener === true || service.tls !== undefined }),
    ...(at.address === undefined ? {} : { address: at.address }),
    ...(args.host === undefined ? {} : { host: args.host }),
    addressFrom: { logicalName: at.logicalName },
  };
}

/** The Service that opens an entry, with what the kind adds. */
export function exposedService(
  args: EntryArgs & { port: number },
  service: Service,
  own: {
    logicalName: string;
    annotations: Record<string, string>;
    spec: Record<string, unknown>;
    nodePort?: number;
    why: string[];
  },
): CompiledObject {
  const { labels, ...metadata } = metadataOf(service, objectNameOf(service, args));
  const port = { ...servicePort(service, args.port), ...(own.nodePort === undefined ? {} : { nodePort: own.nodePort }) };
  return {
    logicalName: own.logicalName,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...metadata,
        labels: { ...labels, [ENTRY_LABEL]: args.kind },
        annotations: { ...own.annotations, ...promiseAnnotation(service), ...podsAnnotation(service) },
      },
      spec: { ...own.spec, selector: selectorOf(service), ports: [port] },
    },
    after: afterNamespace(service),
    why: own.why,
  };
}

/** A fixed address of a cloud belongs to one load balancer. */
export function addressClaim(path: string, what: string, found: string): Claim {
  return {
    path,
    key: `${what} ${found}`,
    found,
    taken: "uses too",
    wayOut: `One ${what} serves one load balancer: choose another.`,
  };
}
