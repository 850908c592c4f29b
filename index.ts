import { AddressPools } from "./components/bareMetal/staticIp";
import { connectCluster } from "./components/cluster";
import { ConnectionService } from "./components/connectionService";
import { createEdges } from "./components/edges";
import { allVerified, connectCloud } from "./components/edges/connect";
import { createInOrder, EndpointConsumers, endpointOutputs } from "./components/endpoints";
import { SharedObjects } from "./components/kubernetesObject";
import { guardSteps, migrationOutputs } from "./components/migration";
import { hooksForLoadBalancers } from "./components/pendingLoadBalancer";
import { loadConfig } from "./config";

const { stack, examined, kubeconfig, secretValue } = loadConfig();
const { provider, verified } = connectCluster({ ...stack.access, kubeconfig });

const cloud = connectCloud(stack);
const guard = guardSteps(examined, allVerified(verified, cloud));
const edges = createEdges(stack, cloud, { provider, dependsOn: guard.allowed });

const pools = new AddressPools("bare-metal", { surroundings: stack }, { provider, dependsOn: guard.allowed });
const shared = new SharedObjects();
const hooks = hooksForLoadBalancers(stack.access.context);

const components = createInOrder(stack, examined, (service, address) => {
  const { name } = service.service;
  const dependsOn = guard.allowed.apply((guards) => [...guards, pools, ...edges.resources]);
  const migration = guard.records.apply((records) => records?.[name]);
  const args = { service, surroundings: stack, secretValue, shared, address, migration, edges };
  return new ConnectionService(name, args, { provider, dependsOn, hooks });
});

if (stack.consumers.length > 0) {
  new EndpointConsumers("consumers", { stack, components }, { provider, dependsOn: guard.allowed });
}

/** Per service: its namespace and, entry by entry, the URL, the address and whether the path keeps the promise. */
export const services = Object.fromEntries(
  stack.services.map(({ name }) => {
    const { namespace, entries } = components.get(name)!;
    return [name, { namespace, entries }];
  }),
);

/** Where the zone above has to point, for a zone that this stack makes. */
export const nameServers = edges.nameServers;

/** Per named endpoint: its URL and its parts, for stacks that reference this one. */
export const endpoints = endpointOutputs(stack, components);

/** Per service whose clients are moved: the phase, the record to write, and what comes next. */
export const migrations = migrationOutputs(examined, components, guard);
