import * as pulumi from "@pulumi/pulumi";
import { inOrderOfAddresses } from "../compile/check/endpointRules";
import { compileConsumers } from "../compile/consumers";
import { formatted, type Format, type Location, type NamedEndpoint } from "../compile/endpoints";
import { Later } from "../compile/model";
import type { ExaminedService } from "../compile/parse";
import type { Stack } from "../compile/stack";
import type { ConnectionService } from "./connectionService";
import { registerObjects } from "./kubernetesObject";

/** The services by name, each after those whose addresses it waits for. */
export function createInOrder(
  { services, endpoints }: Stack,
  examined: ExaminedService[],
  create: (service: ExaminedService, address: Address) => ConnectionService,
) {
  const components = new Map<string, ConnectionService>();
  const address = certainAddressIn(components);
  for (const { name } of inOrderOfAddresses(services, endpoints)) {
    components.set(
      name,
      create(
        examined.find(({ service }) => service.name === name)!,
        address,
      ),
    );
  }
  return components;
}

type Address = (service: string, entry: string) => pulumi.Output<string>;

/** The address of an entry: `pending` while its load balancer has none. */
function addressIn(components: ReadonlyMap<string, ConnectionService>): Address {
  return (service, entry) => {
    const found = components.get(service)?.entries.find(({ name }) => name === entry);
    if (found === undefined) throw new Error(`nothing is registered that has the address of entry ${entry} of ${service}`);
    return pulumi.output(found.address);
  };
}

/** The same for those who are to be told it: nobody gets an address that is none. */
export function certainAddressIn(components: ReadonlyMap<string, ConnectionService>): Address {
  const address = addressIn(components);
  return (service, entry) =>
    address(service, entry).apply((found) => {
      if (found !== "pending") return found;
      throw new pulumi.RunError(
        `Entry ${entry} of ${service} has no address yet, and others are to be told it. Look at the events of its object, then run this again.`,
      );
    });
}

export interface EndpointConsumersArgs {
  stack: Stack;
  /** The services of the stack, by name. */
  components: ReadonlyMap<string, ConnectionService>;
}

/** The ConfigMaps from which those that the stack does not run take their addresses. */
export class EndpointConsumers extends pulumi.ComponentResource {
  constructor(name: string, { stack, components }: EndpointConsumersArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("holdfast:index:EndpointConsumers", name, {}, options);
    const address = certainAddressIn(components);
    const compiled = compileConsumers(stack.consumers, stack.endpoints);
    const namespaces = stack.services.flatMap(({ name: service }) => components.get(service)?.objects.get("namespace") ?? []);
    const dependsOn = pulumi.output(options.dependsOn ?? []).apply((given) => [...[given].flat(), ...namespaces]);
    registerObjects(name, compiled, ({ service, key }) => address(service, key), { parent: this, dependsOn });
    this.registerOutputs({});
  }
}

/** One endpoint as other stacks read it, in every form. */
export interface EndpointOutput {
  url: pulumi.Input<string>;
  host: pulumi.Input<string>;
  port: number;
  hostPort: pulumi.Input<string>;
  /** The same inside the cluster; not there for what lies outside. */
  clusterUrl?: string;
}

/** The endpoints of a stack by name, for `pulumi stack output endpoints` and for stacks that reference this one. */
export function endpointOutputs(
  stack: Stack,
  components: ReadonlyMap<string, ConnectionService>,
): Record<string, EndpointOutput> {
  const address = addressIn(components);
  const filled = (location: Location, format: Format): pulumi.Input<string> => {
    const value = formatted(location, format);
    return value instanceof Later
      ? pulumi.all(value.holes.map(({ service, key }) => address(service, key))).apply(value.make)
      : (value ?? "unknown");
  };
  const output = ({ outside, cluster }: NamedEndpoint): EndpointOutput => {
    const location = (outside ?? cluster)!;
    return {
      url: filled(location, "url"),
      host: filled(location, "host"),
      port: location.port,
      hostPort: filled(location, "host-port"),
      ...(cluster === undefined ? {} : { clusterUrl: formatted(cluster, "url") as string }),
    };
  };
  return Object.fromEntries(Object.entries(stack.endpoints).map(([name, endpoint]) => [name, output(endpoint)]));
}
