import * as pulumi from "@pulumi/pulumi";
import { AddressPools } from "./components/bareMetal/addressPools";
import { connectCluster } from "./components/cluster";
import { ConnectionService } from "./components/connectionService";
import { SharedObjects } from "./components/kubernetesObject";
import { loadConfig } from "./config";

const { stack, examined, kubeconfig, secretValue } = loadConfig();
const { provider, verified } = connectCluster({ ...stack.access, kubeconfig });

const pools = new AddressPools("bare-metal", { surroundings: stack }, { provider, dependsOn: verified });
const shared = new SharedObjects();

/** Per service: its namespace and, entry by entry, the URL, the address and whether the path keeps the promise. */
export const services = Object.fromEntries(
  examined.map((service) => {
    const { name } = service.service;
    const dependsOn = pulumi.output(verified).apply((guards) => [...guards, pools]);
    const args = { service, surroundings: stack, secretValue, shared };
    const component = new ConnectionService(name, args, { provider, dependsOn });
    return [name, { namespace: component.namespace, entries: component.entries }];
  }),
);
