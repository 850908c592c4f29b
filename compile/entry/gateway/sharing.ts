import type { DeclaredGateway } from "../../../path/model";
import { nearest, show, type Problem } from "../../check/problem";
import type { DraftSurroundings } from "../../stack";
import { entryName, type Linked, type PlacedArgs } from "../kind";
import { gatewayName, isAttached, ownGatewayName, type GatewayEntry, type Guest } from "./implementation";
import { listenerName } from "./objects";

type Placed = PlacedArgs<GatewayEntry>;

/** What belongs to the Gateway as a whole, and so to the entry that makes it. */
const OF_THE_GATEWAY = [
  "tls",
  "internal",
  "className",
  "staticAddress",
  "entryPointPorts",
  "applicationLoadBalancer",
  "gatewayName",
  "routesFrom",
] as const satisfies readonly (keyof GatewayEntry)[];

/** Of these, what `cluster.gateways` can say of a Gateway of somebody else. */
const DECLARABLE: readonly string[] = ["tls", "internal", "className"];

/** Ties each entry that attaches to the Gateway it means, and tells each Gateway what hangs on it. */
export function linkGateways(placed: Placed[], surroundings: DraftSurroundings): Linked<GatewayEntry>[] {
  const owners = new Map<string, Placed>();
  for (const item of placed) {
    const key = isAttached(item.entry) ? undefined : ownKey(item);
    if (key !== undefined && !owners.has(key)) owners.set(key, item);
  }
  const guests = new Map<Placed, Guest[]>();
  const linked = placed.map((item): Linked<GatewayEntry> => {
    const key = isAttached(item.entry) ? attachedKey(item) : undefined;
    if (key === undefined) return { entry: item.entry, problems: [] };
    const owner = owners.get(key);
    const declared = surroundings.cluster.gateways?.[key];
    if (owner === undefined) {
      return declared === undefined ? notThere(item, key, owners) : toDeclared(item, key, declared, surroundings);
    }
    if (declared !== undefined) {
      const message = `found ${key}, which ${owner.at} makes and cluster.gateways declares as somebody else's. Remove it from cluster.gateways.`;
      return { entry: item.entry, problems: [{ path: "attachTo", message }] };
    }
    const problems = checkAttached(item, key, owner);
    if (problems.length === 0) {
      const known = guests.get(owner) ?? [];
      known.push(guestOf(item));
      guests.set(owner, known);
    }
    return { entry: problems.length > 0 ? item.entry : ofOwner(item, key, owner), problems };
  });
  const apart = hostsApart(placed);
  return linked.map(({ entry, problems }, index) => {
    const found = guests.get(placed[index]!);
    const other = apart.get(placed[index]!);
    return {
      entry: { ...entry, ...(found && { guests: found }), ...(other && { alsoServedBy: other.at }) },
      problems: [...problems, ...(other === undefined ? [] : twoRoots(entry, other))],
    };
  });
}

/** Entries that serve a host by a Gateway of their own, although an earlier one does so by another. */
function hostsApart(placed: Placed[]): Map<Placed, Placed> {
  const first = new Map<string, Placed>();
  const apart = new Map<Placed, Placed>();
  for (const item of placed.filter(({ entry }) => !isAttached(entry))) {
    const { host, internal = false, implementation } = item.entry;
    const key = `${internal} ${host}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, item);
    // Traefik serves all its Gateways by the same load balancer.
    else if (implementation !== "traefik" || other.entry.implementation !== "traefik") apart.set(item, other);
  }
  return apart;
}

/** Contour takes neither of two HTTPProxies that both claim a host. */
function twoRoots({ host, implementation }: GatewayEntry, other: Placed): Problem[] {
  if (implementation !== "contour" || other.entry.implementation !== "contour") return [];
  const message = `found ${host}, which ${other.at} has too, and Contour takes neither of two HTTPProxies with one host. Hang this one on the other: attachTo with the name and namespace of ${ownKey(other) ?? "its HTTPProxy"}.`;
  return [{ path: "host", message }];
}

function ownKey({ service: { name, namespace }, entry }: Placed): string | undefined {
  return name === undefined || namespace === undefined ? undefined : `${namespace}/${ownGatewayName(entry, { name })}`;
}

function attachedKey({ service, entry: { attachTo } }: Placed): string | undefined {
  const namespace = attachTo!.namespace ?? service.namespace;
  return namespace === undefined ? undefined : `${namespace}/${attachTo!.name}`;
}

function notThere({ entry }: Placed, key: string, owners: Map<string, Placed>): Linked<GatewayEntry> {
  const keys = [...owners.keys()];
  const meant = keys.find((known) => known.split("/")[1] === entry.attachTo!.name) ?? nearest(key, keys);
  const [namespace, name] = meant?.split("/") ?? [];
  const made = keys.slice(0, LONGEST_LIST).join(", ") + (keys.length > LONGEST_LIST ? " ..." : "");
  const wayOut =
    meant === undefined
      ? `Gateways of this stack: ${made || "none"}.`
      : `Did you mean attachTo: { name: ${name}, namespace: ${namespace} }?`;
  const message = `found ${key}, which no entry of this stack makes. ${wayOut} If it is somebody else's, declare it at cluster.gateways["${key}"].`;
  return { entry, problems: [{ path: "attachTo", message }] };
}

const LONGEST_LIST = 6;

function besideProblems({ entry }: Placed, told: (key: string) => string): Problem[] {
  return OF_THE_GATEWAY.filter((key) => entry[key] !== undefined).map((key) => {
    return {
      path: key,
      message: `found ${show(entry[key])} beside attachTo; it is a setting of the Gateway itself. ${told(key)}`,
    };
  });
}

function checkAttached(item: Placed, key: string, owner: Placed): Problem[] {
  const { implementation, host } = item.entry;
  const problems = besideProblems(item, (name) => `Remove it, or write it at ${owner.at}.${name}, which makes ${key}.`);
  if (implementation !== owner.entry.implementation) {
    const message = `found ${implementation}, but ${key} is served by ${owner.entry.implementation} (${owner.at}). Write implementation: ${owner.entry.implementation}, or use a Gateway of its own.`;
    problems.push({ path: "implementation", message });
  }
  if (host !== owner.entry.host) {
    const message = `found ${host}, but the listeners of ${key} serve ${owner.entry.host} only (${owner.at}). Write host: ${owner.entry.host} with a path of its own, or use a Gateway of its own.`;
    problems.push({ path: "host", message });
  }
  return problems;
}

function ofOwner({ entry }: Placed, key: string, { service, entry: owner }: Placed): GatewayEntry {
  const { tls, internal, className } = owner;
  const [namespace, name] = key.split("/") as [string, string];
  const logicalName = owner.implementation === "contour" ? proxyName(owner) : gatewayName(owner);
  const on = { name, namespace, listener: listenerName(owner), madeBy: { service: service.name!, logicalName } };
  return { ...entry, ...inherited({ tls, internal, className }), on };
}

/** Logical name of Contour's route, which stands in the place of the Gateway too. */
export const proxyName = (args: GatewayEntry): string => `${entryName(args)}-http-proxy`;

function guestOf({ service, entry }: Placed): Guest {
  return {
    service: service.name ?? "",
    namespace: service.namespace ?? "",
    name: `${service.name}-${entryName(entry)}`,
    path: entry.path,
    idleSeconds: service.promise?.idleSeconds ?? 0,
  };
}

function toDeclared(
  item: Placed,
  key: string,
  declared: DeclaredGateway,
  { environment }: DraftSurroundings,
): Linked<GatewayEntry> {
  const { entry } = item;
  const problems = besideProblems(item, (name) =>
    DECLARABLE.includes(name)
      ? `Remove it, and declare it at cluster.gateways["${key}"].${name}.`
      : `Remove it; ${key} is somebody else's.`,
  );
  if (entry.implementation !== declared.implementation) {
    const message = `found ${entry.implementation}, but cluster.gateways["${key}"] is declared as ${declared.implementation}. Write the same in both.`;
    problems.push({ path: "implementation", message });
  }
  if (declared.tls === false && environment === "production") {
    const message = `found ${key}, whose listener is declared without TLS; a production stack serves no plain HTTP. Attach to a listener with TLS, and declare it at cluster.gateways["${key}"].`;
    problems.push({ path: "attachTo", message });
  }
  if (problems.length > 0) return { entry, problems };
  const [namespace, name] = key.split("/") as [string, string];
  const on = { name, namespace, ...(declared.listener === undefined ? {} : { listener: declared.listener }) };
  const { internal, className } = declared;
  return {
    entry: { ...entry, ...inherited({ tls: declared.tls === false ? undefined : {}, internal, className }), on },
    problems,
  };
}

const inherited = (settings: Pick<GatewayEntry, "tls" | "internal" | "className">) =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
