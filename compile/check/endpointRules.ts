import { chosenLocation, endpointsName, type Consumed, type Consumer, type Consumes } from "../consumers";
import { endpointNames, type Endpoints, type NamedEndpoint } from "../endpoints";
import { Hole, type CompiledService } from "../model";
import { secretKeys } from "../secret";
import { below, nearest, pathText, type PathKey, type Problem } from "./problem";
import type { Draft } from "./serviceRules";
import type { Placed, StackFields } from "./stackRules";

/** A variable with two values: the pods would silently get the one that is read last. */
export function checkVariables({ config = {}, secrets, consumes = {} }: Draft): Problem[] {
  const secret = secretKeys(secrets);
  return Object.keys(consumes).flatMap((variable) => {
    const other = Object.hasOwn(config, variable) ? "config" : secret.includes(variable) ? "secrets" : undefined;
    if (other === undefined) return [];
    const message = `found here and in ${other}, so one of the two values would be lost. Remove it from ${other}, or from here.`;
    return [{ path: pathText(["consumes", variable]), message }];
  });
}

/** Names of endpoints, with where they stand; a service's own name stands for its first entry. */
export interface EndpointNames {
  names: string[];
  /** Whether some service is so broken that it may give names which nobody knows. */
  open: boolean;
  problems: Problem[];
}

/** Every endpoint's name, told apart from every other. */
export function collectEndpointNames(
  placed: (Placed & { problems: Problem[] })[],
  { endpoints }: Pick<StackFields, "endpoints">,
): EndpointNames {
  const givenBy = new Map(Object.keys(endpoints ?? {}).map((name) => [name, pathText(["endpoints", name])]));
  const problems: Problem[] = [];
  const services = new Set<string>();
  for (const { index, draft, entries } of placed) {
    if (draft.name === undefined || services.has(draft.name)) continue;
    services.add(draft.name);
    const own = draft.endpoints ?? {};
    const { name, migration } = draft;
    const given = endpointNames({ name, entries: entries.map(({ entry }) => entry), endpoints: own, migration });
    for (const name of Object.keys(given)) {
      const first = givenBy.get(name);
      const path = Object.hasOwn(own, name) ? pathText(["services", index, "endpoints", name]) : pathText(["services", index]);
      if (first === undefined) givenBy.set(name, path);
      else {
        problems.push({
          path,
          message: `gives the endpoint ${name}, which ${first} gives too. Give one of them another name, at endpoints of the service.`,
        });
      }
    }
  }
  const open =
    endpoints === undefined ||
    placed.some(({ draft, problems: found }) => !draft.name || found.some(({ path }) => /^(entries|endpoints)\b/.test(path)));
  return { names: [...givenBy.keys()], open, problems };
}

/**
 * What is wrong with the endpoints that somebody asks for. One whose service is broken is known by its name only; the rest is
 * looked at when that is mended.
 */
export function checkConsumes(
  consumes: Consumes,
  endpoints: Endpoints,
  { names, open }: Pick<EndpointNames, "names" | "open">,
): Problem[] {
  return Object.entries(consumes).flatMap(([variable, consumed]) => {
    const { endpoint: name } = consumed;
    const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
    if (endpoint === undefined) {
      if (names.includes(name) || open) return [];
      const meant = nearest(name, names);
      const wayOut = meant ? `Did you mean ${meant}?` : "Correct it, or give its URL at holdfast:endpoints.";
      const message = `found ${name}, which is no endpoint of this stack (${[...names].sort().join(", ") || "it has none"}). ${wayOut}`;
      return [{ path: pathText([variable, "endpoint"]), message }];
    }
    const problem = checkWay(variable, consumed, endpoint);
    return problem === undefined ? [] : [problem];
  });
}

function checkWay(variable: string, consumed: Consumed, endpoint: NamedEndpoint): Problem | undefined {
  const { service, name } = endpoint;
  const location = chosenLocation(consumed, endpoint);
  if (location === undefined) {
    const message =
      service === undefined
        ? `found cluster, but ${name} lies outside the cluster: it is given by its URL. Remove via.`
        : `found entry, but service ${service} has none. Write via: cluster, or give it an entry.`;
    return { path: pathText([variable, "via"]), message };
  }
  if (location.host !== undefined || consumed.format === "port") return undefined;
  const message = `${name} is a port of every node, and entry ${endpoint.entry} of ${service} says of none how it is reached. Write its node there, or via: cluster here.`;
  return { path: variable, message };
}

/** The services that wait for an address which a load balancer gives to another, each with those. */
function waitsFor(consumes: Consumes, endpoints: Endpoints): string[] {
  return Object.values(consumes).flatMap((consumed) => {
    const endpoint = Object.hasOwn(endpoints, consumed.endpoint) ? endpoints[consumed.endpoint]! : undefined;
    const host = endpoint && chosenLocation(consumed, endpoint)?.host;
    return host instanceof Hole && consumed.format !== "port" ? [host.service] : [];
  });
}

interface Waiting {
  name: string;
  consumes: Consumes;
}

/** Services in an order in which each comes after those whose addresses it waits for; else as they are written. */
export function inOrderOfAddresses<Item extends Waiting>(services: Item[], endpoints: Endpoints): Item[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered = new Set<Item>();
  const visit = (service: Item, above: Item[]): void => {
    if (above.includes(service)) return;
    for (const name of waitsFor(service.consumes, endpoints)) {
      const other = byName.get(name);
      if (other !== undefined) visit(other, [...above, service]);
    }
    ordered.add(service);
  };
  for (const service of services) visit(service, []);
  return [...ordered];
}

/** A ring of services that wait for each other's addresses: a load balancer has one only when its pods run. */
export function checkRings(services: (Waiting & { index: number })[], endpoints: Endpoints): Problem[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    const next = waitsFor(byName.get(from)?.consumes ?? {}, endpoints).filter((name) => !seen.has(name));
    return next.some((name) => name === to || reaches(name, to, seen.add(name)));
  };
  return services
    .filter(({ name }) => reaches(name, name, new Set()))
    .map(({ index, name }) => {
      const message = `${name} would wait for an address that a load balancer gives only after ${name} itself runs. Write via: cluster, or give the entry a host or a fixed address.`;
      return { path: pathText(["services", index, "consumes"]), message };
    });
}

/** What is wrong with those that this stack does not run. */
export function checkConsumers(consumers: Consumer[], endpoints: Endpoints, names: EndpointNames): Problem[] {
  const seen = new Map<string, number>();
  return consumers.flatMap(({ name, namespace, environment }, index) => {
    const at: PathKey[] = ["consumers", index];
    const first = seen.get(`${namespace}/${name}`);
    seen.set(`${namespace}/${name}`, first ?? index);
    const twice = {
      path: pathText([...at, "name"]),
      message: `found ${name}, which is the name of consumers[${first}] in namespace ${namespace} too. Put both into one, or give one another name.`,
    };
    return [
      ...(first === undefined ? [] : [twice]),
      ...below([...at, "environment"], checkConsumes(environment, endpoints, names)),
    ];
  });
}

/** A ConfigMap that a service of the stack has already. */
export function checkConsumerObjects(consumers: Consumer[], compiled: CompiledService[]): Problem[] {
  const owners = new Map(
    compiled.flatMap(({ objects }, index) =>
      objects
        .filter(({ object }) => object.kind === "ConfigMap")
        .map(({ object: { metadata } }): [string, number] => [`${metadata.namespace}/${metadata.name}`, index]),
    ),
  );
  return consumers.flatMap((consumer, index) => {
    const key = `${consumer.namespace}/${endpointsName(consumer)}`;
    const owner = owners.get(key);
    if (owner === undefined) return [];
    const message = `would create ConfigMap ${key}, which services[${owner}] creates too. Write what it needs there, at consumes, or give this one another name.`;
    return [{ path: pathText(["consumers", index, "name"]), message }];
  });
}
