import { version } from "@pulumi/azure-native/package.json";
import type { JsonObject } from "../../kubernetes/properties";
import { text, type Making, type Shape, type Shapes } from "./shape";

const SUBSCRIPTION = "00000000-0000-4000-8000-000000000000";

/** `/subscriptions/.../resourceGroups/<group>/providers/<type>/<name>`. */
function resourceId(type: string, name: string): Shape["id"] {
  return (inputs, { configuration }) =>
    `/subscriptions/${text(configuration.subscriptionId) || SUBSCRIPTION}/resourceGroups/${text(inputs.resourceGroupName)}/providers/${type}/${text(inputs[name])}`;
}

const publicIpAddress: Shape = {
  id: resourceId("Microsoft.Network/publicIPAddresses", "publicIpAddressName"),
  outputs: (inputs, { number }: Making) => {
    const { domainNameLabel } = (inputs.dnsSettings ?? {}) as JsonObject;
    const fqdn = `${text(domainNameLabel)}.${text(inputs.location)}.cloudapp.azure.com`;
    return {
      name: text(inputs.publicIpAddressName),
      ipAddress: `198.51.100.${number % 250}`,
      provisioningState: "Succeeded",
      ...(domainNameLabel === undefined ? {} : { dnsSettings: { domainNameLabel, fqdn } }),
    };
  },
  replacedFor: ["publicIpAddressName", "resourceGroupName", "location", "zones", "sku"],
  named: "publicIpAddressName",
};

const zone: Shape = {
  id: resourceId("Microsoft.Network/dnszones", "zoneName"),
  outputs: ({ zoneName }) => ({
    name: text(zoneName),
    nameServers: [1, 2, 3, 4].map((server) => `ns${server}-01.azure-dns.example.`),
  }),
  replacedFor: ["zoneName", "resourceGroupName"],
  named: "zoneName",
};

const recordSet: Shape = {
  id: (inputs, making) =>
    `${resourceId("Microsoft.Network/dnszones", "zoneName")(inputs, making)}/${text(inputs.recordType)}/${text(inputs.relativeRecordSetName)}`,
  outputs: ({ relativeRecordSetName, zoneName }) => ({
    name: text(relativeRecordSetName),
    fqdn: `${text(relativeRecordSetName)}.${text(zoneName)}.`,
    provisioningState: "Succeeded",
  }),
  replacedFor: ["relativeRecordSetName", "zoneName", "recordType", "resourceGroupName"],
  named: "relativeRecordSetName",
};

const roleAssignment: Shape = {
  id: ({ scope }, { number }) => `${text(scope)}/providers/Microsoft.Authorization/roleAssignments/${number}`,
  outputs: (_inputs, { number }) => ({ name: String(number) }),
  replacedFor: ["principalId", "roleDefinitionId", "scope"],
};

export const AZURE_NATIVE: Shapes = {
  name: "azure-native",
  version,
  resources: {
    "azure-native:network:PublicIPAddress": publicIpAddress,
    "azure-native:dns:Zone": zone,
    "azure-native:dns:RecordSet": recordSet,
    "azure-native:authorization:RoleAssignment": roleAssignment,
  },
  functions: {
    "azure-native:authorization:getClientConfig": (_args, { subscriptionId }) => ({
      clientId: "sandbox",
      objectId: "sandbox",
      tenantId: "sandbox",
      // Credentials of Azure see several subscriptions; the provider's configuration says which is used.
      subscriptionId: text(process.env.HOLDFAST_AZURE_SUBSCRIPTION) || text(subscriptionId) || SUBSCRIPTION,
    }),
    "azure-native:dns:getZone": ({ zoneName, resourceGroupName }) => ({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${text(resourceGroupName)}/providers/Microsoft.Network/dnszones/${text(zoneName)}`,
      name: text(zoneName),
      location: "global",
      nameServers: [],
      type: "Microsoft.Network/dnszones",
    }),
  },
  words: {
    throttled: "Code=TooManyRequests: the request is being throttled",
    quota: "Code=PublicIPCountLimitReached: cannot create more public IP addresses for this subscription in this region",
    denied: "Code=AuthorizationFailed: the client does not have authorization to perform this action over the scope",
  },
};
