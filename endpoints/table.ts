import { chosenLocation, consumedValues, endpointsName, type Consumes } from "../compile/consumers";
import { formatted, type Location, type NamedEndpoint } from "../compile/endpoints";
import type { Stack } from "../compile/stack";

/** One who takes addresses from the stack. */
export interface ConsumerRow {
  /** The service, or the consumer that the stack does not run. */
  name: string;
  namespace: string;
  configMap: string;
  consumes: Consumes;
}

/** A variable of a consumer, as a reader sees it. */
export interface VariableRow {
  consumer: string;
  variable: string;
  endpoint: string;
  /** Undefined where only `pulumi up` tells. */
  value: string | undefined;
}

export interface EndpointRow {
  name: string;
  /** Undefined where only `pulumi up` tells, or where the entry says of no node how it is reached. */
  url: string | undefined;
  /** Why there is no URL. */
  pending?: "after-up" | "no-node";
  /** Inside the cluster. */
  clusterUrl?: string;
  service?: string;
  entry?: string;
  consumers: { name: string; variable: string }[];
}

/** Addresses that an earlier `pulumi up` told: endpoint -> host. */
export type KnownHosts = Record<string, string>;

/** Everyone who consumes endpoints of the stack. */
export function consumersOf({ services, consumers }: Stack): ConsumerRow[] {
  return [
    ...services.map(({ name, namespace, consumes }) => ({ name, namespace, configMap: endpointsName({ name }), consumes })),
    ...consumers.map(({ name, namespace, environment }) => ({
      name,
      namespace,
      configMap: endpointsName({ name }),
      consumes: environment,
    })),
  ].filter(({ consumes }) => Object.keys(consumes).length > 0);
}

/** The stack's endpoints in the order of their names. */
export function endpointRows(stack: Stack, hosts: KnownHosts = {}): EndpointRow[] {
  const consumers = consumersOf(stack);
  return Object.values(withHosts(stack, hosts))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((endpoint) => endpointRow(endpoint, consumers));
}

function endpointRow({ name, service, entry, outside, cluster }: NamedEndpoint, consumers: ConsumerRow[]): EndpointRow {
  const location = (outside ?? cluster)!;
  const url = formatted(location, "url");
  const asking = consumers.flatMap((consumer) =>
    Object.entries(consumer.consumes)
      .filter(([, { endpoint }]) => endpoint === name)
      .map(([variable]) => ({ name: consumer.name, variable })),
  );
  return {
    name,
    url: typeof url === "string" ? url : undefined,
    ...(typeof url === "string" ? {} : { pending: url === undefined ? ("no-node" as const) : ("after-up" as const) }),
    ...(cluster === undefined ? {} : { clusterUrl: formatted(cluster, "url") as string }),
    ...(service === undefined ? {} : { service }),
    ...(entry === undefined ? {} : { entry }),
    consumers: asking,
  };
}

/** The variables of every consumer, or of one. */
export function variableRows(stack: Stack, hosts: KnownHosts = {}, only?: string): VariableRow[] {
  const endpoints = withHosts(stack, hosts);
  return consumersOf(stack)
    .filter(({ name }) => only === undefined || name === only)
    .flatMap(({ name, consumes }) => {
      const values = consumedValues(consumes, endpoints);
      return Object.entries(consumes).map(([variable, { endpoint }]) => {
        const value = values[variable];
        return { consumer: name, variable, endpoint, value: typeof value === "string" ? value : undefined };
      });
    });
}

/** The endpoints with what an earlier run told of their addresses. */
function withHosts({ endpoints }: Stack, hosts: KnownHosts): Stack["endpoints"] {
  const known = ([name, endpoint]: [string, NamedEndpoint]): [string, NamedEndpoint] => {
    const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
    const open = endpoint.outside !== undefined && typeof endpoint.outside.host !== "string";
    return [name, host !== undefined && open ? { ...endpoint, outside: { ...(endpoint.outside as Location), host } } : endpoint];
  };
  return Object.fromEntries(Object.entries(endpoints).map(known));
}

/** Where a consumer of an endpoint goes, when that is known. */
export function chosenUrl(endpoint: NamedEndpoint): string | undefined {
  const location = chosenLocation({ endpoint: endpoint.name, format: "url" }, endpoint);
  const url = location && formatted(location, "url");
  return typeof url === "string" ? url : undefined;
}
