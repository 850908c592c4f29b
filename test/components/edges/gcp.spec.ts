import assert from "node:assert/strict";
import type { Edges } from "../../../components/edges";
import { rawStack, refusalOf, run } from "./support";

const GATEWAY = {
  kind: "gateway",
  implementation: "gke",
  host: "chat.example.com",
  certificate: { mode: "create", alternativeNames: ["*.chat.example.com"] },
  staticIp: { mode: "create" },
  dns: {},
};
const INGRESS = {
  kind: "gce-ingress",
  host: "chat.example.com",
  certificate: { mode: "create" },
  staticIp: { mode: "create" },
  dns: {},
};
const SHORT = { promise: { idleSeconds: 240, affinity: { mode: "client" } } };

describe("the edges of a service on Google Cloud", () => {
  it("makes for a Gateway an address, a record, and a certificate in a map with what proves it", async () => {
    const { ofCloud } = await run(rawStack("gcp", [GATEWAY], {}, SHORT));
    assert.deepEqual(ofCloud, [
      "gcp:certificatemanager/certificate:Certificate chat-gateway-certificate",
      "gcp:certificatemanager/certificateMap:CertificateMap chat-gateway-certificate-map",
      "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry chat-gateway-certificate-entry-*.chat.example.com",
      "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry chat-gateway-certificate-entry-chat.example.com",
      "gcp:certificatemanager/dnsAuthorization:DnsAuthorization chat-gateway-certificate-proof-chat.example.com",
      "gcp:compute/globalAddress:GlobalAddress chat-gateway-address",
      "gcp:dns/recordSet:RecordSet chat-gateway-certificate-proof-chat.example.com-record",
      "gcp:dns/recordSet:RecordSet chat-record-chat.example.com",
    ]);
  });

  it("goes from the proof to the certificate, its map and the Gateway, which names both map and address", async () => {
    const { inputs, waitsFor } = await run(rawStack("gcp", [GATEWAY], {}, SHORT));
    assert.deepEqual(inputs("chat-gateway-certificate-proof-chat.example.com-record").rrdatas, ["proof.google."]);
    const certificate = await waitsFor("chat-gateway-certificate");
    assert.ok(certificate.includes("chat-gateway-certificate-proof-chat.example.com-record"));
    const entry = await waitsFor("chat-gateway-certificate-entry-chat.example.com");
    assert.ok(entry.includes("chat-gateway-certificate") && entry.includes("chat-gateway-certificate-map"));
    const gateway = await waitsFor("chat-gateway-gateway");
    assert.ok(gateway.includes("chat-gateway-certificate-entry-chat.example.com") && gateway.includes("chat-gateway-address"));
    const { metadata, spec } = inputs("chat-gateway-gateway") as {
      metadata: { annotations: Record<string, string> };
      spec: { addresses: object[] };
    };
    assert.equal(metadata.annotations["networking.gke.io/certmap"], inputs("chat-gateway-certificate-map").name);
    assert.deepEqual(spec.addresses, [{ type: "NamedAddress", value: inputs("chat-gateway-address").name }]);
  });

  it("goes for an Ingress from the address over the record to the certificate, which Google proves by reaching the host", async () => {
    const { inputs, waitsFor, ofCloud } = await run(rawStack("gcp", [INGRESS], {}, SHORT));
    assert.deepEqual(ofCloud, [
      "gcp:compute/globalAddress:GlobalAddress chat-gce-ingress-address",
      "gcp:dns/recordSet:RecordSet chat-record-chat.example.com",
    ]);
    assert.deepEqual(inputs("chat-record-chat.example.com").rrdatas, ["203.0.113.10"]);
    assert.ok((await waitsFor("chat-record-chat.example.com")).includes("chat-gce-ingress-address"));
    assert.ok((await waitsFor("chat-gce-ingress-certificate")).includes("chat-record-chat.example.com"));
    assert.ok((await waitsFor("chat-gce-ingress-ingress")).includes("chat-gce-ingress-certificate"));
  });

  it("reserves an address of the region for a load balancer, and writes its record after it", async () => {
    const lb = {
      kind: "gcp-lb",
      host: "chat.example.com",
      staticIp: { mode: "create", name: "front-door" },
      dns: { ttlSeconds: 60 },
    };
    const { inputs, waitsFor, options } = await run(rawStack("gcp", [lb]));
    const { labels, ...address } = inputs("chat-gcp-lb-address");
    assert.ok(labels !== undefined);
    assert.deepEqual(address, { name: "front-door", addressType: "EXTERNAL", networkTier: "PREMIUM" });
    const { annotations } = inputs("chat-gcp-lb-service").metadata as { annotations: Record<string, string> };
    assert.equal(annotations["networking.gke.io/load-balancer-ip-addresses"], "front-door");
    assert.deepEqual(inputs("chat-record-chat.example.com"), {
      managedZone: "example-com",
      name: "chat.example.com.",
      type: "A",
      ttl: 60,
      rrdatas: ["203.0.113.7"],
    });
    assert.ok((await waitsFor("chat-record-chat.example.com")).includes("chat-gcp-lb-service"));
    assert.equal(options.get("chat-gcp-lb-address")?.retainOnDelete, true);
  });

  it("says which zones there are where the name does not tell one", async () => {
    const lb = { kind: "gcp-lb", host: "chat.example.com", dns: {} };
    const zones = (names: string[]) => ({
      "gcp:dns/getManagedZones:getManagedZones": {
        managedZones: names.map((name) => ({ name, dnsName: "example.com.", visibility: "public" })),
      },
    });
    const asked = (edges: Edges) => edges.zone().id;
    const none = await refusalOf(rawStack("gcp", [lb]), zones([]), asked);
    assert.match((none.error as Error).message, /chat-prod-1 has no public zone example\.com\. Write dnsZone\.mode: create/);
    const two = await refusalOf(rawStack("gcp", [lb]), zones(["a", "b"]), asked);
    assert.match((two.error as Error).message, /has 2 public zones example\.com \(a, b\)\. Write dnsZone\.mode: import/);
  });
});
