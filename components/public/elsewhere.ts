const SHARED = "components share it, so none makes it";

/**
 * What a stack file says and a component does not: where something else decides it, or several components would make it twice. Each
 * with the reason and the way out.
 */
export const ELSEWHERE: Record<string, string> = {
  "cluster.context":
    "the provider that the component is given decides which cluster it is. Remove it, and set it at that provider.",
  "cluster.kubeconfig":
    "the provider that the component is given decides which cluster it is. Remove it, and set it at that provider.",
  "bareMetal.addressPools[].create": `${SHARED}. Remove it, and make the IPAddressPool once.`,
  "bareMetal.addressPools[].autoAssign": `${SHARED}. Remove it, and write it at the IPAddressPool.`,
  "certManager.acme": `${SHARED}. Remove it, and make the ClusterIssuer once.`,
  "certManager.ca": `${SHARED}. Remove it, and make the ClusterIssuer once.`,
  aws: inACloud("certificate: { mode: import, id: <ARN> }", "staticIp: { mode: existing, allocationIds: [...] }"),
  azure: inACloud("certificate: { mode: import, id: <Secret> }", "staticIp: { mode: existing, name: <public IP address> }"),
  gcp: inACloud("certificate: { mode: import, id: <certificate map> }", "staticIp: { mode: existing, name: <address> }"),
  "service.migration":
    "its phases are compared with what the last `up` recorded, which only a stack of Holdfast's own reads. Remove it, and move clients there.",
  consumers: "it is not of a service. Remove it, and give them the component's output `entries`.",
  services: "a component is one service. Write it at service.",
  secrets: "the values of a component's secrets stand at secretValues, by environment variable. Write them there.",
};

function inACloud(certificate: string, address: string): string {
  return (
    "a component makes nothing in a cloud's account, where it would be made with the credentials of whoever runs the program. " +
    `Make it with the cloud's own package, and name it at the entry: ${certificate}, ${address}; the record of a host is made from the output \`entries\`, or by ExternalDNS (dns: { via: external-dns }).`
  );
}
