import * as pulumi from "@pulumi/pulumi";
import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { Provider } from "@pulumi/azure-native/provider";
import type { AzureSubscription } from "../../compile/edge/clouds";
import { ownTags, wrongAccount, type Cloud, type Connection } from "../edges/cloud";
import { certificate } from "./certificate";
import { record, zone } from "./dns";
import { staticIp, type RoleOnAddresses } from "./staticIp";

/** What every resource of Azure is made with. */
export interface Azure extends Connection {
  provider: Provider;
  subscription: AzureSubscription;
  tags(service?: string): Record<string, string>;
  /** Given once, however many addresses there are. */
  role?: RoleOnAddresses;
}

/**
 * Connects to the Azure subscription that the stack names.
 *
 * @throws {pulumi.RunError} before anything is created, where the credentials are for another subscription.
 */
export function connect(connection: Connection): Cloud {
  const subscription = connection.surroundings.azure!;
  const { subscriptionId, tags } = subscription;
  const provider = new Provider("azure", { subscriptionId });
  const azure: Azure = {
    ...connection,
    provider,
    subscription,
    tags: (service) => ({ ...tags, ...ownTags(connection, service) }),
  };
  const verified = getClientConfigOutput({ provider }).subscriptionId.apply((found): pulumi.Resource[] => {
    if (found === subscriptionId) return [provider];
    const wayOut = `Choose it with: az account set --subscription ${subscriptionId}; or, if this one is meant, write subscriptionId: ${found}.`;
    throw new pulumi.RunError(wrongAccount("Azure subscription", found, subscriptionId, "azure.subscriptionId", wayOut));
  });
  return {
    verified,
    zone: (options) => zone(azure, options),
    certificate,
    staticIp: (plan, place) => staticIp(azure, plan, place),
    record: (plan, address, found, place) => record(azure, plan, address, found, place),
  };
}
