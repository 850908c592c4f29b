import assert from "node:assert/strict";
import { CLOUDS, rawStack, run, type Block } from "./support";

const METALLB = { kind: "metallb", pool: "lan", address: "192.168.1.207", host: "chat.example.com" };
const annotationsOf = (inputs: Record<string, unknown>) =>
  (inputs.metadata as { annotations: Record<string, string> }).annotations;

describe("the edges of a service on a LAN", () => {
  it("tells ExternalDNS the name of the pinned address, under both of its prefixes", async () => {
    const { inputs, ofCloud } = await run(rawStack("bare-metal", [{ ...METALLB, dns: { ttlSeconds: 60 } }]));
    assert.deepEqual(ofCloud, []);
    const annotations = annotationsOf(inputs("chat-metallb-service"));
    for (const prefix of ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"]) {
      assert.equal(annotations[`${prefix}hostname`], "chat.example.com");
      assert.equal(annotations[`${prefix}ttl`], "60");
    }
  });

  it("says nothing to ExternalDNS where it is not asked to", async () => {
    const { inputs } = await run(rawStack("bare-metal", [METALLB]));
    assert.doesNotMatch(JSON.stringify(annotationsOf(inputs("chat-metallb-service"))), /external-dns/);
  });

  it("writes a DNSEndpoint after the Service, for a name server that takes updates by RFC 2136", async () => {
    const { inputs, waitsFor } = await run(rawStack("bare-metal", [{ ...METALLB, dns: { via: "dns-endpoint" } }]));
    assert.deepEqual(inputs("chat-metallb-dns-endpoint").spec, {
      endpoints: [{ dnsName: "chat.example.com", recordType: "A", recordTTL: 300, targets: ["192.168.1.207"] }],
    });
    assert.ok((await waitsFor("chat-metallb-dns-endpoint")).includes("chat-metallb-service"));
    assert.doesNotMatch(JSON.stringify(annotationsOf(inputs("chat-metallb-service"))), /external-dns/);
  });

  it("leads a route of Traefik to the address of its controller, which no route says", async () => {
    const bareMetal = { ...CLOUDS["bare-metal"].bareMetal, ingressAddress: "192.168.1.200" };
    const stackWith = (dns: Block) => {
      const entry = { kind: "traefik", host: "chat.example.com", certificate: { mode: "import", id: "chat-tls" }, dns };
      return rawStack("bare-metal", [entry], { bareMetal });
    };
    const annotated = await run(stackWith({}));
    const annotations = annotationsOf(annotated.inputs("chat-traefik-ingress-route"));
    assert.equal(annotations["external-dns.kubernetes.io/target"], "192.168.1.200");
    const endpoint = await run(stackWith({ via: "dns-endpoint" }));
    const { endpoints } = endpoint.inputs("chat-traefik-dns-endpoint").spec as { endpoints: { targets: string[] }[] };
    assert.deepEqual(endpoints[0]!.targets, ["192.168.1.200"]);
    const printed = await run(stackWith({ mode: "print" }));
    assert.equal(printed.entries[0]!.record, "chat.example.com. 300 IN A 192.168.1.200");
  });

  it("prints the line to add, where somebody else keeps the zone", async () => {
    const { entries } = await run(rawStack("bare-metal", [{ ...METALLB, dns: { mode: "print", ttlSeconds: 60 } }]));
    assert.equal(entries[0]!.record, "chat.example.com. 60 IN A 192.168.1.207");
    const nothing = await run(rawStack("bare-metal", [METALLB]));
    assert.ok(!("record" in nothing.entries[0]!));
  });

  it("signs with an authority of its own, or one that is proved in a name server of the LAN", async () => {
    const ingress = {
      kind: "ingress-nginx",
      host: "chat.example.com",
      certificate: { mode: "create" },
    };
    const own = await run(
      rawStack("bare-metal", [ingress], { certManager: { clusterIssuer: "lan", ca: { secretName: "lan-authority" } } }),
    );
    assert.deepEqual(own.inputs("authority-issuer-lan").spec, { ca: { secretName: "lan-authority" } });
    assert.equal(annotationsOf(own.inputs("chat-ingress-nginx-ingress"))["cert-manager.io/cluster-issuer"], "lan");
    const rfc2136 = { nameserver: "192.168.1.53:53", tsigKeyName: "cert-manager", tsigSecretName: "tsig" };
    const acme = { email: "ops@example.com", rfc2136 };
    const proved = await run(rawStack("bare-metal", [ingress], { certManager: { clusterIssuer: "public", acme } }));
    const { solvers } = (proved.inputs("authority-issuer-public").spec as { acme: { solvers: unknown[] } }).acme;
    assert.deepEqual(solvers, [
      {
        dns01: {
          rfc2136: {
            nameserver: "192.168.1.53:53",
            tsigKeyName: "cert-manager",
            tsigAlgorithm: "HMACSHA256",
            tsigSecretSecretRef: { name: "tsig", key: "tsig" },
          },
        },
      },
    ]);
    const somebodyElses = await run(rawStack("bare-metal", [ingress], { certManager: { clusterIssuer: "letsencrypt" } }));
    assert.ok(!somebodyElses.resources.some(({ type }) => type.endsWith("ClusterIssuer")));
  });
});
