import assert from "node:assert/strict";
import { CLOUDS, rawStack, run } from "./support";

const LB = {
  kind: "azure-lb",
  host: "chat.example.com",
  dnsLabel: "chat",
  staticIp: { mode: "create" },
  dns: { ttlSeconds: 120 },
};
const PRINCIPAL = "1b2c3d4e-9d0f-4d5e-8f3a-0c2f6b1e7d44";

describe("the edges of a service on Azure", () => {
  it("reserves an address and makes its record", async () => {
    const { ofCloud } = await run(rawStack("azure", [LB]));
    assert.deepEqual(ofCloud, [
      "azure-native:dns:RecordSet chat-record-chat.example.com",
      "azure-native:network:PublicIPAddress chat-azure-lb-address",
    ]);
  });

  it("makes the address fixed, over all zones, with the label that the Service says too", async () => {
    const { inputs, options } = await run(rawStack("azure", [LB]));
    const { tags, ...address } = inputs("chat-azure-lb-address");
    assert.ok(tags !== undefined);
    assert.deepEqual(address, {
      publicIpAddressName: "chat-azure-lb",
      resourceGroupName: "chat-edges",
      location: "westeurope",
      sku: { name: "Standard", tier: "Regional" },
      publicIPAllocationMethod: "Static",
      publicIPAddressVersion: "IPv4",
      zones: ["1", "2", "3"],
      dnsSettings: { domainNameLabel: "chat" },
    });
    const { protect, retainOnDelete } = options.get("chat-azure-lb-address")!;
    assert.deepEqual({ protect, retainOnDelete }, { protect: true, retainOnDelete: true });
  });

  it("leaves the zones out where the region has none", async () => {
    const azure = { ...CLOUDS.azure.azure, zones: [] };
    assert.equal((await run(rawStack("azure", [LB], { azure }))).inputs("chat-azure-lb-address").zones, undefined);
  });

  it("has the Service name the address and its group, and come after it", async () => {
    const { inputs, waitsFor } = await run(rawStack("azure", [LB]));
    const { annotations } = inputs("chat-azure-lb-service").metadata as { annotations: Record<string, string> };
    const prefix = "service.beta.kubernetes.io/azure-";
    assert.equal(annotations[`${prefix}pip-name`], "chat-azure-lb");
    assert.equal(annotations[`${prefix}load-balancer-resource-group`], "chat-edges");
    assert.ok((await waitsFor("chat-azure-lb-service")).includes("chat-azure-lb-address"));
  });

  it("gives the cluster its role on the group once, before any Service", async () => {
    const azure = { ...CLOUDS.azure.azure, clusterPrincipalId: PRINCIPAL };
    const second = { ...LB, name: "second", port: 443, host: "second.example.com", dnsLabel: undefined };
    const { inputs, ofCloud, waitsFor } = await run(rawStack("azure", [LB, second], { azure }));
    assert.equal(ofCloud.filter((each) => each.includes("RoleAssignment")).length, 1);
    const { principalId, scope, roleDefinitionId } = inputs("azure-network-contributor");
    assert.equal(principalId, PRINCIPAL);
    assert.equal(scope, "/subscriptions/6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44/resourceGroups/chat-edges");
    assert.match(String(roleDefinitionId), /roleDefinitions\/4d97b98b-1d4f-4787-a291-c67834d212e7$/);
    for (const entry of ["azure-lb", "second"]) {
      assert.ok((await waitsFor(`chat-${entry}-service`)).includes("azure-network-contributor"));
    }
  });

  it("writes the record after the load balancer, relative to its zone", async () => {
    const { inputs, waitsFor } = await run(rawStack("azure", [LB]));
    const { metadata, ...record } = inputs("chat-record-chat.example.com");
    assert.ok(metadata !== undefined);
    assert.deepEqual(record, {
      resourceGroupName: "chat-edges",
      zoneName: "example.com",
      relativeRecordSetName: "chat",
      recordType: "A",
      ttl: 120,
      aRecords: [{ ipv4Address: "203.0.113.7" }],
    });
    assert.ok((await waitsFor("chat-record-chat.example.com")).includes("chat-azure-lb-service"));
    const top = await run(rawStack("azure", [{ ...LB, host: "example.com" }]));
    assert.equal(top.inputs("chat-record-example.com").relativeRecordSetName, "@");
  });

  it("leads to Application Gateway for Containers by its name", async () => {
    const agc = {
      kind: "gateway",
      implementation: "agc",
      host: "chat.example.com",
      applicationLoadBalancer: { name: "alb", namespace: "alb" },
      certificate: { mode: "import", id: "chat-tls" },
      dns: {},
    };
    const promise = { idleSeconds: 240, affinity: { mode: "client" } };
    const { inputs } = await run(rawStack("azure", [agc], {}, { promise }));
    const { recordType, cnameRecord } = inputs("chat-record-chat.example.com");
    assert.deepEqual({ recordType, cnameRecord }, { recordType: "CNAME", cnameRecord: { cname: "203.0.113.8" } });
  });

  it("has cert-manager keep the certificate, by the authority that the stack names or makes", async () => {
    const gateway = {
      kind: "gateway",
      implementation: "envoy-gateway",
      host: "chat.example.com",
      certificate: { mode: "create" },
    };
    const acme = { email: "ops@example.com", http01: { ingressClassName: "nginx" } };
    const { inputs, ofCloud, waitsFor } = await run(
      rawStack("azure", [gateway], { certManager: { clusterIssuer: "letsencrypt", acme } }),
    );
    assert.deepEqual(ofCloud, []);
    const { annotations } = inputs("chat-gateway-gateway").metadata as { annotations: Record<string, string> };
    assert.equal(annotations["cert-manager.io/cluster-issuer"], "letsencrypt");
    assert.ok((await waitsFor("chat-gateway-gateway")).includes("authority"));
    assert.deepEqual((inputs("authority-issuer-letsencrypt").spec as { acme: object }).acme, {
      email: "ops@example.com",
      server: "https://acme-v02.api.letsencrypt.org/directory",
      privateKeySecretRef: { name: "letsencrypt-account-key" },
      solvers: [{ http01: { ingress: { ingressClassName: "nginx" } } }],
    });
  });

  it("makes the zone, or takes it from the group that has it", async () => {
    const made = await run(rawStack("azure", [LB], { dnsZone: { name: "example.com", mode: "create" } }));
    const { zoneName, resourceGroupName, location } = made.inputs("zone");
    assert.deepEqual(
      { zoneName, resourceGroupName, location },
      { zoneName: "example.com", resourceGroupName: "chat-edges", location: "global" },
    );
    const given = await run(rawStack("azure", [LB], { dnsZone: { name: "example.com", mode: "import", id: "dns" } }));
    assert.equal(given.inputs("chat-record-chat.example.com").resourceGroupName, "dns");
    assert.ok(!given.calls.some(({ token }) => token.includes("getZone")));
  });
});
