import { secretKeys } from "../secret";
import type { AddressPool, Stack } from "../stack";
import { overlap, sameAddress } from "./addresses";
import { nearest, pathText, type Problem } from "./problem";
import type { Draft, PlacedEntry } from "./serviceRules";

/** A service of the file, as far as it is good. */
export interface Placed {
  index: number;
  draft: Draft;
  entries: PlacedEntry[];
}

/** What is wrong between the services of a stack. */
export function checkServices(placed: Placed[]): Problem[] {
  return [...checkNames(placed), ...checkNamespaces(placed), ...checkAddresses(placed), ...checkHosts(placed)];
}

/** Each later value that an earlier one already has, with both places. */
function* duplicates<T>(values: T[], same: (left: T, right: T) => boolean): Iterable<[first: T, second: T]> {
  for (const [position, second] of values.entries()) {
    const first = values.slice(0, position).find((earlier) => same(earlier, second));
    if (first !== undefined) yield [first, second];
  }
}

function checkNames(placed: Placed[]): Problem[] {
  const named = placed.filter(({ draft }) => draft.name !== undefined);
  return [...duplicates(named, (a, b) => a.draft.name === b.draft.name)].map(([first, second]) => {
    const message = `found ${second.draft.name}, which is the name of services[${first.index}] too. Give one of them another name.`;
    return { path: pathText(["services", second.index, "name"]), message };
  });
}

function checkNamespaces(placed: Placed[]): Problem[] {
  const creating = placed.filter(({ draft }) => draft.createNamespace === true && draft.name !== undefined);
  const same = (a: Placed, b: Placed) => a.draft.namespace === b.draft.namespace && a.draft.name !== b.draft.name;
  return [...duplicates(creating, same)].map(([first, second]) => {
    const message = `found ${second.draft.namespace}, which services[${first.index}] (${first.draft.name}) creates already. Write createNamespace: false here, or another namespace.`;
    return { path: pathText(["services", second.index, "namespace"]), message };
  });
}

function checkAddresses(placed: Placed[]): Problem[] {
  const pinned = placed.flatMap(({ index, entries }) =>
    entries.flatMap(({ index: entryIndex, entry }) =>
      entry.kind === "metallb" ? [{ path: ["services", index, "entries", entryIndex], entry }] : [],
    ),
  );
  return [...duplicates(pinned, (a, b) => sameAddress(a.entry.address, b.entry.address))].flatMap(([first, second]) => {
    const where = pathText(first.path);
    const shared = first.entry.sharingKey !== undefined && first.entry.sharingKey === second.entry.sharingKey;
    if (!shared) {
      const message = `found ${second.entry.address}, which ${where} pins too. Choose another address, or write the same sharingKey in both.`;
      return [{ path: pathText([...second.path, "address"]), message }];
    }
    if (first.entry.port !== second.entry.port) return [];
    const message = `found ${second.entry.port} on ${second.entry.address}, which ${where} uses on that address too. Choose another port.`;
    return [{ path: pathText([...second.path, "port"]), message }];
  });
}

function checkHosts(placed: Placed[]): Problem[] {
  const routes = placed.flatMap(({ index, entries }) =>
    entries.flatMap(({ index: entryIndex, entry }) =>
      entry.kind === "ingress-nginx" ? [{ path: ["services", index, "entries", entryIndex], entry }] : [],
    ),
  );
  const same = (a: (typeof routes)[number], b: (typeof routes)[number]) =>
    a.entry.host === b.entry.host && a.entry.path === b.entry.path;
  return [...duplicates(routes, same)].map(([first, second]) => {
    const message = `found ${second.entry.host}${second.entry.path}, which ${pathText(first.path)} serves too. Choose another host or path.`;
    return { path: pathText([...second.path, "host"]), message };
  });
}

/** What is wrong among the address pools. */
export function checkPools(pools: AddressPool[]): Problem[] {
  const twice = [...duplicates(pools, (a, b) => a.name === b.name)].map(([, second]) => {
    const path = pathText(["bareMetal", "addressPools", pools.lastIndexOf(second), "name"]);
    return { path, message: `found ${second.name} twice. Give one of the pools another name.` };
  });
  const ranges = pools.flatMap(({ name, addresses }, pool) =>
    addresses.map((range, index) => ({ name, range, path: pathText(["bareMetal", "addressPools", pool, "addresses", index]) })),
  );
  const overlapping = [...duplicates(ranges, (a, b) => overlap(a.range, b.range))].map(([first, second]) => {
    const message = `found ${second.range}, which overlaps ${first.range} of pool ${first.name}; MetalLB takes neither. Make them disjoint.`;
    return { path: second.path, message };
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
    const read = secrets?.source === "pulumi" ? secretKeys(secrets) : [];
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

/** The secret values a stack needs and does not have, each with the command that sets it. */
export function missingSecrets({ services, secretKeys: stored }: Stack): Problem[] {
  return services.flatMap(({ name, secrets }) =>
    (secrets?.source === "pulumi" ? secretKeys(secrets) : [])
      .filter((key) => !stored[name]?.includes(key))
      .map((key) => {
        const message = `missing; service ${name} needs it. Set it with: pulumi config set --secret --path 'holdfast:secrets.${name}.${key}'`;
        return { path: pathText(["secrets", name, key]), message };
      }),
  );
}
