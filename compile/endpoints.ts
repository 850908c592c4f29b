import { isIP } from "node:net";
import { z } from "zod";
import { block, blockOrText, label, list, map, text } from "./check/fields";
import { below, show, type Problem } from "./check/problem";
import { clusterPort, throughPort } from "./port";
import { entryName, type Entry } from "./entry";
import { entriesByRank, type Migration } from "./migration";
import type { CompiledEntry } from "./entry/kind";
import { Hole, Later, type Endpoint } from "./model";
import type { Service } from "./service";

/** What a service calls one of its addresses. */
export interface EndpointArgs {
  /** The entry it stands for, by its name. Default: the first. */
  entry?: string;
  /** What stands before `://`. Default: by the service's protocol, and by whether the entry speaks TLS. */
  scheme?: string;
  /** What stands behind the port. Default: the service's `connectPath`. */
  path?: string;
  /** Addresses that it had before, with or without a port. Only `holdfast lint-endpoints` reads them: it finds whoever still uses one. */
  formerly?: string[];
}

/** Where something answers. */
export interface Location {
  scheme: string;
  /** DNS name or address without brackets; a hole where a load balancer gets it later; undefined where nobody ever says. */
  host: string | Hole | undefined;
  port: number;
  /** Empty, or with a slash first. */
  path: string;
}

/** An address with a name: what consumers ask for. */
export interface NamedEndpoint {
  name: string;
  /** The service behind it; none for an address outside the stack. */
  service?: string;
  /** The entry behind it; none for a service that is reached only inside the cluster. */
  entry?: string;
  /** Where clients outside the cluster reach it. */
  outside?: Location;
  /** Where clients inside the cluster reach it without leaving it. */
  cluster?: Location;
  formerly: string[];
}

/** Every named endpoint of a stack, by its name. */
export type Endpoints = Record<string, NamedEndpoint>;

const former = text(
  "an address or a DNS name, with or without a port, such as 192.168.1.105:30800",
  /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$|^[0-9a-fA-F:]+:[0-9a-fA-F:.]*$/,
);
const formerly = list(former, "addresses it had before").optional();

/** `endpoints` of a service: name -> entry, or a block. */
export const endpointsSchema = map(
  label(),
  blockOrText(
    "entry",
    block({
      entry: label().optional(),
      scheme: text("a scheme such as http, https or redis", /^[a-z][a-z0-9+.-]*$/).optional(),
      path: text("a path that begins with a slash, such as /api", /^\/[^\s?#]*$/).optional(),
      formerly,
    }),
  ),
  "a block of endpoint names, each with the name of an entry, or a block",
);

const URL_SHAPE = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-fA-F:.]+\]|<[a-z]+>|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(\/[^\s?#]*)?$/;
const DEFAULT_PORTS: Record<string, number> = { http: 80, ws: 80, https: 443, wss: 443 };

const URL_ALLOWED =
  "a URL such as https://s3.example.com:9000, without user, query and fragment, with a port where its scheme has none";

const url = z.unknown().transform((value, context) => {
  const location = typeof value === "string" ? locationOf(value) : undefined;
  if (location !== undefined) return value as string;
  // A user in a URL comes with a password, which no message may show.
  const hidden = typeof value === "string" && value.includes("@");
  const message = hidden
    ? `found a user in it, which would stand in plain text in the cluster; allowed: ${URL_ALLOWED}. Write it without, and give the password as a secret.`
    : value === undefined
      ? `missing; needed: ${URL_ALLOWED}.`
      : `found ${show(value)}; allowed: ${URL_ALLOWED}.`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** `holdfast:endpoints`: the addresses of what this stack does not run. */
export const outsideEndpointsSchema = map(
  label(),
  blockOrText("url", block({ url, formerly })),
  "a block of endpoint names, each with a URL, or a block",
);
export type OutsideEndpoints = z.output<typeof outsideEndpointsSchema>;

/** The parts of a URL; undefined for what is none, or none that tells its port. */
function locationOf(written: string): (Location & { host: string }) | undefined {
  const [, scheme, host, digits, path = ""] = URL_SHAPE.exec(written) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  const bare = host.replace(/^\[|\]$/g, "");
  if (host.startsWith("[") && isIP(bare) !== 6) return undefined;
  if (/^[\d.]+$/.test(bare) && isIP(bare) === 0) return undefined;
  const port = digits === undefined ? DEFAULT_PORTS[scheme] : Number(digits);
  return port === undefined || port < 1 || port > 65_535
    ? undefined
    : { scheme, host: bare, port, path: path === "/" ? "" : path };
}

export const FORMATS = ["url", "host", "host-port", "port"] as const;
export type Format = (typeof FORMATS)[number];

/** One location in one form; known later where its host is, undefined where that is never known. */
export function formatted(location: Location, format: Format): string | Later | undefined {
  const { host } = location;
  if (host instanceof Hole) {
    return format === "port" ? String(location.port) : new Later([host], ([found]) => written(location, found!, format));
  }
  if (host === undefined) return format === "port" ? String(location.port) : undefined;
  return written(location, host, format);
}

function written({ scheme, port, path }: Location, host: string, format: Format): string {
  const bracketed = host.includes(":") ? `[${host}]` : host;
  switch (format) {
    case "url":
      return `${scheme}://${bracketed}${port === DEFAULT_PORTS[scheme] ? "" : `:${port}`}${path}`;
    case "host":
      return host;
    case "host-port":
      return `${bracketed}:${port}`;
    case "port":
      return String(port);
  }
}

/** The names a service gives: each entry has those that are written for it, else one of its own. */
export function endpointNames(service: {
  name: string;
  entries: Pick<Entry, "kind" | "name">[];
  endpoints: Record<string, EndpointArgs>;
  migration?: Migration;
}): Record<string, EndpointArgs> {
  const names = entriesByRank(service).map(entryName);
  const isNamed = (entry: string, index: number) =>
    Object.values(service.endpoints).some((args) => (args.entry ?? names[0]) === entry || (index === 0 && names.length === 0));
  const own = names
    .map((entry, index): [string, EndpointArgs] => [index === 0 ? service.name : `${service.name}-${entry}`, { entry }])
    .filter(([, { entry }], index) => !isNamed(entry!, index));
  const none: [string, EndpointArgs][] =
    names.length === 0 && Object.keys(service.endpoints).length === 0 ? [[service.name, {}]] : [];
  return Object.fromEntries([...none, ...own, ...Object.entries(service.endpoints)]);
}

/** The endpoints of a service with its entries, and what is wrong with those that are written; paths are relative to the service. */
export function serviceEndpoints(
  service: Service,
  compiled: CompiledEntry[],
): { endpoints: NamedEndpoint[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const endpoints = Object.entries(endpointNames(service)).flatMap(([name, args]) => {
    const built = namedEndpoint(name, args, service, compiled);
    if (!("path" in built)) return [built];
    problems.push(...below(["endpoints", name], [built]));
    return [];
  });
  return { endpoints, problems };
}

function namedEndpoint(name: string, args: EndpointArgs, service: Service, compiled: CompiledEntry[]): NamedEndpoint | Problem {
  const entries = entriesByRank(service);
  const names = entries.map(entryName);
  const wanted = args.entry ?? names[0];
  const entry = entries[names.indexOf(wanted ?? "")];
  if (wanted !== undefined && entry === undefined) {
    return {
      path: "entry",
      message: `found ${wanted}; allowed: an entry of this service (${names.join(", ") || "it has none"}).`,
    };
  }
  const seen = throughPort(service, entry?.targetPort);
  const opened = compiled.find(({ endpoint }) => endpoint.entry === wanted)?.endpoint;
  const outside = opened && outsideLocation(opened, service);
  const inside = clusterLocation(seen);
  const problem = checkScheme(args, service, outside ?? inside) ?? checkPath(args, service, entry);
  if (problem !== undefined) return problem;
  const changed = (location: Location, tls: boolean): Location => ({
    ...location,
    scheme: args.scheme === undefined ? location.scheme : withTls(args.scheme, tls),
    path: args.path === undefined ? location.path : args.path === "/" ? "" : args.path,
  });
  return {
    name,
    service: service.name,
    ...(outside === undefined ? {} : { entry: wanted!, outside: changed(outside, isTls(outside.scheme)) }),
    cluster: changed(inside, isTls(inside.scheme)),
    formerly: args.formerly ?? [],
  };
}

function outsideLocation({ url: shown, entry }: Endpoint, service: Service): Location {
  const location = locationOf(shown)!;
  if (location.host === "<address>") return { ...location, host: new Hole("address", service.name, entry) };
  return location.host === "<node>" ? { ...location, host: undefined } : location;
}

const PLAIN_SCHEMES = { websocket: "ws", "http-stream": "http", grpc: "grpc", tcp: "tcp" } as const;

function clusterLocation(service: Service): Location {
  return {
    scheme: withTls(PLAIN_SCHEMES[service.protocol], service.tls !== undefined),
    // Without the cluster's own domain, which the resolver of a pod adds: it is another in some clusters.
    host: `${service.name}.${service.namespace}.svc`,
    port: clusterPort(service),
    path: service.connectPath === "/" ? "" : service.connectPath,
  };
}

/** Schemes that come in two: without and with TLS. */
const WITH_TLS: Record<string, string> = {
  ws: "wss",
  http: "https",
  grpc: "grpcs",
  tcp: "tls",
  redis: "rediss",
  amqp: "amqps",
  mqtt: "mqtts",
};
const WITHOUT_TLS = Object.fromEntries(Object.entries(WITH_TLS).map(([plain, secure]) => [secure, plain]));

const isTls = (scheme: string): boolean => scheme in WITHOUT_TLS;

function withTls(scheme: string, tls: boolean): string {
  const plain = WITHOUT_TLS[scheme] ?? scheme;
  return tls ? (WITH_TLS[plain] ?? plain) : plain;
}

/** What each protocol's connections begin with; `tcp` carries anything. */
const SCHEMES_OF: Record<Service["protocol"], string[] | undefined> = {
  websocket: ["ws", "http"],
  "http-stream": ["http"],
  grpc: ["grpc", "http"],
  tcp: undefined,
};

function checkScheme({ scheme }: EndpointArgs, { protocol }: Service, location: Location): Problem | undefined {
  if (scheme === undefined) return undefined;
  const tls = isTls(location.scheme);
  const allowed = SCHEMES_OF[protocol]?.map((plain) => withTls(plain, tls));
  const path = "scheme";
  if (allowed === undefined) {
    if (withTls(scheme, tls) === scheme) return undefined;
    return {
      path,
      message: `found ${scheme}, but what answers speaks ${tls ? "TLS" : "no TLS"}. Write ${withTls(scheme, tls)}.`,
    };
  }
  if (allowed.includes(scheme)) return undefined;
  const why = `with protocol ${protocol}, at an entry ${tls ? "that speaks TLS" : "without TLS"}`;
  return {
    path,
    message: `found ${scheme}; allowed ${why}: ${allowed.join(", ")}. Write ${withTls(allowed.includes(withTls(scheme, tls)) ? scheme : allowed[0]!, tls)}.`,
  };
}

function checkPath({ path, scheme }: EndpointArgs, { protocol }: Service, entry: Entry | undefined): Problem | undefined {
  if (path === undefined) return undefined;
  if ((protocol === "tcp" && scheme === undefined) || protocol === "grpc") {
    return {
      path: "path",
      message: `found ${path} with protocol ${protocol}, whose addresses have no path, so nothing reads it. Remove it.`,
    };
  }
  const routed = entry !== undefined && "path" in entry && typeof entry.path === "string" ? entry.path : "/";
  const prefix = routed.endsWith("/") ? routed : `${routed}/`;
  if (`${path}/`.startsWith(prefix)) return undefined;
  return {
    path: "path",
    message: `found ${path}; allowed: ${routed} or a path below it, which is all that entry ${entryName(entry!)} routes.`,
  };
}

/** The endpoints outside the stack. */
export function outsideEndpoints(written: OutsideEndpoints): NamedEndpoint[] {
  return Object.entries(written).map(([name, args]) => ({ name, outside: locationOf(args.url)!, formerly: args.formerly ?? [] }));
}
