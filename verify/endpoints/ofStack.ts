import { consumersOf, endpointRows, variableRows, type KnownHosts } from "../../endpoints";
import type { Stack } from "../../compile/stack";
import { hostOf } from "../connect/dial";
import type { TargetEntry } from "../model";
import type { TargetEndpoint } from "./model";

/** The named endpoints of a stack with the addresses that its entries were given, and whoever consumes them. */
export function endpointsOfStack(stack: Stack, entries: Pick<TargetEntry, "service" | "entry" | "url">[]): TargetEndpoint[] {
  const at = (service: string | undefined, entry: string | undefined) =>
    entries.find((each) => each.service === service && each.entry === entry);
  const hosts: KnownHosts = Object.fromEntries(
    Object.values(stack.endpoints).flatMap(({ name, service, entry }) => {
      const found = at(service, entry);
      return found === undefined ? [] : [[name, hostOf(new URL(found.url))]];
    }),
  );
  const values = variableRows(stack, hosts);
  const consumers = consumersOf(stack);
  return endpointRows(stack, hosts).map(({ name, url, service, entry }) => ({
    name,
    ...(service !== undefined && {
      service: { name: service, namespace: stack.services.find((each) => each.name === service)!.namespace },
    }),
    ...(entry !== undefined && { entry }),
    url: url ?? at(service, entry)?.url,
    formerly: stack.endpoints[name]!.formerly,
    consumers: consumers.flatMap(({ name: consumer, namespace, configMap, consumes }) =>
      Object.entries(consumes)
        .filter(([, { endpoint }]) => endpoint === name)
        .map(([variable]) => ({
          name: consumer,
          namespace,
          configMap,
          variable,
          value: values.find((row) => row.consumer === consumer && row.variable === variable)?.value,
        })),
    ),
  }));
}
