import type { z } from "zod";
import { edgeClaims } from "../edge/stack";
import { entryKind, entryName } from "../entry";
import type { MetallbEntry } from "../entry/metallb";
import type { CompiledService } from "../model";
import { checkEnforced } from "../podSecurity";
import { storedKeys } from "../secret";
import type { AddressPool, DraftSurroundings, Stack, STACK_FIELDS } from "../stack";
import { canonicalAddress, overlap } from "./addresses";
import { below, nearest, pathText, type Problem } from "./problem";
import type { Draft, PlacedEntry } from "./serviceRules";

/** A service of the file, as far as it is good. */
export interface Placed {
  index: number;
  draft: Draft;
  entries: PlacedEntry[];
}

export type StackFields = { [Key in keyof typeof STACK_FIELDS]?: z.output<(typeof STACK_FIELDS)[Key]> };

/** How the cluster is found, and how a wrong one is noticed. */
export function checkAccess({ cluster, environment }: StackFields): Problem[] {
  if (cluster === undefined) return [];
  const problems: Problem[] = [];
  if (cluster.context === undefined && cluster.kubeconfig === undefined) {
    const message =
      "missing; needed: the context of the kubeconfig (`kubectl config get-contexts` lists them), or an encrypted kubeconfig. The current context is never assumed.";
    problems.push({ path: "cluster.context", message });
  }
  if (cluster.uid === undefined && environment === "production") {
    const message =
      "missing; production needs it, so that nothing is created in the wrong cluster. Print it with: kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'";
    problems.push({ path: "cluster.uid", message });
  }
  return problems;
}

/** A clock of the nodes that the declared mode does not run. */
export function checkNodeClocks({ cluster }: StackFields): Problem[] {
  const { kubeProxyMode: mode, serviceProxyIdleSeconds, nodeConntrackEstablishedSeconds } = cluster?.facts ?? {};
  const problem = (key: string, found: number, instead: string): Problem => {
    const message = `found ${found} with kubeProxyMode: ${mode}, where nothing reads it. Remove it, or write ${instead}.`;
    return { path: `cluster.${key}`, message };
  };
  if (serviceProxyIdleSeconds !== undefined && (mode === "iptables" || mode === "nftables")) {
    return [problem("serviceProxyIdleSeconds", serviceProxyIdleSeconds, "nodeConntrackEstablishedSeconds")];
  }
  if (nodeConntrackEstablishedSeconds !== undefined && mode === "none") {
    return [problem("nodeConntrackEstablishedSeconds", nodeConntrackEstablishedSeconds, "serviceProxyIdleSeconds")];
  }
  return [];
}

export function checkPlatform({ platform, bareMetal }: StackFields): Problem[] {
  if (bareMetal === undefined || platform === undefined || platform === "bare-metal") return [];
  const message = `found on platform ${platform}, where nothing reads it. Remove it, or write platform: bare-metal.`;
  return [{ path: "bareMetal", message }];
}

/** What is wrong between the services of a stack. */
export function checkServices(placed: Placed[], surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkNames(placed),
    ...checkNamespaces(placed),
    ...checkAddresses(placed),
    ...checkClaims(placed, surroundings),
    ...placed.flatMap(({ index, draft }) => below(["services", index], checkEnforced(draft, placed, surroundings))),
  ];
}

/** Each later value with the same key as an earlier one, with both. */
function* duplicates<T>(values: T[], keyOf: (value: T) => string): Iterable<[first: T, second: T]> {
  const seen = new Map<string, T>();
  for (const value of values) {
    const key = keyOf(value);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, value);
    else yield [first, value];
  }
}

function checkNames(placed: Placed[]): Problem[] {
  const named = placed.filter(({ draft }) => draft.name !== undefined);
  return [...duplicates(named, ({ draft }) => draft.name!)].map(([first, second]) => {
    const message = `found ${second.draft.name}, which is the name of services[${first.index}] too. Give one of them another name.`;
    return { path: pathText(["services", second.index, "name"]), message };
  });
}

function checkNamespaces(placed: Placed[]): Problem[] {
  const creating = placed.filter(({ draft }) => draft.createNamespace === true && draft.name !== undefined);
  const clashes = [...duplicates(creating, ({ draft }) => draft.namespace!)];
  // Two of one name are told about that already.
  return clashes
    .filter(([first, second]) => first.draft.name !== second.draft.name)
    .map(([first, second]) => {
      const message = `found ${second.draft.namespace}, which services[${first.index}] (${first.draft.name}) creates already. Write createNamespace: false here, or another namespace.`;
      return { path: pathText(["services", second.index, "namespace"]), message };
    });
}

function checkAddresses(placed: Placed[]): Problem[] {
  const pinned = placed.flatMap(({ index, entries }) =>
    entries.flatMap(({ index: entryIndex, entry }) =>
      entry.kind === "metallb" ? [{ path: ["services", index, "entries", entryIndex], service: index, entry }] : [],
    ),
  );
  const addressOf = ({ entry }: Pinned) => canonicalAddress(entry.address);
  const samePort = [...duplicates(pinned, (item) => `${addressOf(item)} ${item.entry.port}`)].filter(share);
  return [
    ...[...duplicates(pinned, addressOf)].flatMap(([first, second]) => checkSharing(first, second)),
    ...samePort.map(([first, { path, entry }]) => {
      const message = `found ${entry.port} on ${entry.address}, which ${pathText(first.path)} uses on that address too. Choose another port.`;
      return { path: pathText([...path, "port"]), message };
    }),
  ];
}

interface Pinned {
  path: (string | number)[];
  service: number;
  entry: MetallbEntry;
}

function share([{ entry: first }, { entry: second }]: [Pinned, Pinned]): boolean {
  return first.sharingKey !== undefined && first.sharingKey === second.sharingKey;
}

/** What MetalLB asks of two Services with one address; where it is not so, one of them waits for its address for ever. */
function checkSharing(first: Pinned, second: Pinned): Problem[] {
  const where = pathText(first.path);
  if (!share([first, second])) {
    const message = `found ${second.entry.address}, which ${where} pins too. Choose another address, or write the same sharingKey in both.`;
    return [{ path: pathText([...second.path, "address"]), message }];
  }
  const policies = [first.entry.externalTrafficPolicy, second.entry.externalTrafficPolicy];
  const samePods = first.service === second.service && policies[0] === policies[1];
  if (!policies.includes("Local") || samePods) return [];
  const message = `found ${policies[1]} beside ${policies[0]} of ${where}, which shares ${second.entry.address}; allowed for a shared address: Cluster in both, or Local in entries of one service. Write Cluster in both, or choose another address.`;
  return [{ path: pathText([...second.path, "externalTrafficPolicy"]), message }];
}

/** Hosts, node ports and fixed addresses that two entries of the stack want. */
function checkClaims(placed: Placed[], surroundings: DraftSurroundings): Problem[] {
  const claims = placed.flatMap(({ index, draft, entries }) =>
    entries.flatMap(({ index: entryIndex, entry }) => {
      const at = ["services", index, "entries", entryIndex];
      // Two controllers serve one host while its clients go from one to the other.
      const moves = [draft.migration?.from, draft.migration?.to].includes(entryName(entry));
      const claims = [...(entryKind(entry.kind)!.claims?.(entry, draft) ?? []), ...edgeClaims(entry, surroundings)];
      return claims.map((claim) => ({ at, service: index, moves: moves && claim.path === "host", claim }));
    }),
  );
  return [...duplicates(claims, ({ claim }) => claim.key)]
    .filter(([first, second]) => !(first.service === second.service && first.moves && second.moves))
    .filter(([{ claim: first }, { claim }]) => claim.value === undefined || claim.value !== first.value)
    .flatMap(([first, { at, claim }]) => {
      const message = `found ${claim.found}, which ${pathText(first.at)} ${claim.taken}. ${claim.wayOut}`;
      return below(at, [{ path: claim.path, message }]);
    });
}

/** What is wrong among the address pools. */
export function checkPools(pools: AddressPool[]): Problem[] {
  const twice = [...duplicates(pools, ({ name }) => name)].map(([, second]) => {
    const path = pathText(["bareMetal", "addressPools", pools.lastIndexOf(second), "name"]);
    return { path, message: `found ${second.name} twice. Give one of the pools another name.` };
  });
  const ranges = pools.flatMap(({ name, addresses }, pool) =>
    addresses.map((range, index) => ({ name, range, path: pathText(["bareMetal", "addressPools", pool, "addresses", index]) })),
  );
  const overlapping = ranges.flatMap((second, position) => {
    const first = ranges.slice(0, position).find(({ range }) => overlap(range, second.range));
    if (first === undefined) return [];
    const message = `found ${second.range}, which overlaps ${first.range} of pool ${first.name}; MetalLB takes neither. Make them disjoint.`;
    return [{ path: second.path, message }];
  });
  return [...twice, ...overlapping];
}

/** Encrypted values that no service reads. */
export function checkSecretKeys(stored: Record<string, string[]>, placed: Placed[]): Problem[] {
  const names = placed.flatMap(({ draft }) => draft.name ?? []);
  return Object.entries(stored).flatMap(([service, keys]) => {
    const owner = placed.find(({ draft }) => draft.name === service);
    if (owner === undefined) {
      const meant = nearest(service, names);
      const message = `no service is called ${service}. ${meant ? `Did you mean ${meant}?` : "Remove it."}`;
      return [{ path: pathText(["secrets", service]), message }];
    }
    const { secrets } = owner.draft;
    const read = storedKeys(secrets);
    return keys
      .filter((key) => !read.includes(key))
      .map((key) => {
        const meant = nearest(key, read);
        const wayOut = meant
          ? `Did you mean ${meant}?`
          : `Add it to services[${owner.index}].secrets.keys with source: pulumi, or remove it.`;
        return {
          path: pathText(["secrets", service, key]),
          message: `nothing reads it: services[${owner.index}].secrets does not name it. ${wayOut}`,
        };
      });
  });
}

/** Objects of different services that would be one and the same: `chat` with an entry `voice`, and a service `chat-voice`. */
export function checkObjects(compiled: CompiledService[]): Problem[] {
  const objects = compiled.flatMap(({ objects }, service) =>
    objects.map(({ object: { kind, metadata } }) => ({ service, key: `${kind} ${metadata.namespace ?? ""}/${metadata.name}` })),
  );
  return [...duplicates(objects, ({ key }) => key)].map(([first, second]) => {
    const message = `would create ${second.key}, which services[${first.service}] creates too. Give the service or its entry another name, or the service another namespace.`;
    return { path: pathText(["services", second.service]), message };
  });
}

/** The secret values a stack needs and does not have, each with the command that sets it. */
export function missingSecrets({ services, secretKeys: stored }: Stack): Problem[] {
  return services.flatMap(({ name, secrets }) =>
    storedKeys(secrets)
      .filter((key) => !stored[name]?.includes(key))
      .map((key) => {
        const message = `missing; service ${name} needs it. Set it with: pulumi config set --secret --path 'holdfast:secrets.${name}.${key}'`;
        return { path: pathText(["secrets", name, key]), message };
      }),
  );
}
