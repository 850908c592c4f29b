import type * as pulumi from "@pulumi/pulumi";
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress";
import type { AddressPlan } from "../../compile/edge";
import { AZURE_NETWORK_CONTRIBUTOR } from "../../path/facts/edges";
import { kept, optionsOf, type Made, type Place } from "../edges/cloud";
import type { Azure } from ".";

export type RoleOnAddresses = RoleAssignment;

/** A public address of the Standard SKU, spread over the zones, and the right of the cluster to use it. */
export function staticIp(azure: Azure, { name, dnsLabel }: AddressPlan, place: Place): Made<pulumi.Input<string>[]> {
  const { region, resourceGroup, zones } = azure.subscription;
  const address = new PublicIPAddress(
    `${place.name}-address`,
    {
      publicIpAddressName: name,
      resourceGroupName: resourceGroup,
      location: region,
      sku: { name: "Standard", tier: "Regional" },
      publicIPAllocationMethod: "Static",
      publicIPAddressVersion: "IPv4",
      ...(zones.length === 0 ? {} : { zones }),
      // The cluster writes the label too, from the Service; the same in both, or they would take it from each other.
      ...(dnsLabel === undefined ? {} : { dnsSettings: { domainNameLabel: dnsLabel } }),
      tags: azure.tags(place.service),
    },
    { ...optionsOf(azure, place.options), ...kept(azure) },
  );
  const role = roleOnAddresses(azure, place);
  const value = address.ipAddress.apply((found) => found ?? "pending");
  return { value: [value], resources: [address, ...(role === undefined ? [] : [role])] };
}

/** The cluster looks for the address among all of the group, so the role is on the group, once. */
function roleOnAddresses(azure: Azure, { options: { dependsOn } }: Place): RoleOnAddresses | undefined {
  const { clusterPrincipalId, subscriptionId, resourceGroup } = azure.subscription;
  if (clusterPrincipalId === undefined) return undefined;
  azure.role ??= new RoleAssignment(
    "azure-network-contributor",
    {
      principalId: clusterPrincipalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${AZURE_NETWORK_CONTRIBUTOR.roleId}`,
      scope: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
    },
    optionsOf(azure, { dependsOn }),
  );
  return azure.role;
}
