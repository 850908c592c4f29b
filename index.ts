import * as pulumi from "@pulumi/pulumi";
import { AddressPools } from "./components/bareMetal/addressPools";
import { connectCluster } from "./components/cluster";
import { ConnectionService } from "./components/connectionService";
import { loadConfig } from "./config";

const { stack, kubeconfig, secretValue } = loadConfig();
const { provider, verified } = connectCluster({ ...stack.access, kubeconfig });

const pools = new AddressPools("bare-metal", { surroundings: stack }, { provider, dependsOn: verified });

/** Per service: its namespace and, entry by entry, the URL, the address and whether the path keeps the promise. */
export const services = Object.fromEntries(
  stack.services.map((service) => {
    const dependsOn = pulumi.output(verified).apply((guards) => [...guards, pools]);
    const component = new ConnectionService(service.name, { service, surroundings: stack, secretValue }, { provider, dependsOn });
    return [service.name, { namespace: component.namespace, entries: component.entries }];
  }),
);
