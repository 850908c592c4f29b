import assert from "node:assert/strict";
import { rawStack, run } from "./support";

const ALB = {
  kind: "aws-alb",
  host: "chat.example.com",
  certificate: { mode: "create", alternativeNames: ["*.chat.example.com", "www.example.com"] },
  dns: {},
};
const NLB = {
  kind: "aws-nlb",
  host: "chat.example.com",
  subnets: ["subnet-0a1b2c3d", "subnet-1b2c3d4e"],
  staticIp: { mode: "create" },
  dns: {},
};
const annotationsOf = (inputs: Record<string, unknown>) =>
  (inputs.metadata as { annotations: Record<string, unknown> }).annotations;

describe("the edges of a service on AWS", () => {
  it("makes for an Application Load Balancer its certificate, the records that prove it, and the alias", async () => {
    const { ofCloud } = await run(rawStack("aws", [ALB]));
    assert.deepEqual(ofCloud, [
      "aws:acm/certificate:Certificate chat-aws-alb-certificate",
      "aws:acm/certificateValidation:CertificateValidation chat-aws-alb-certificate-validation",
      "aws:route53/record:Record chat-aws-alb-certificate-proof-chat.example.com",
      "aws:route53/record:Record chat-aws-alb-certificate-proof-www.example.com",
      "aws:route53/record:Record chat-record-chat.example.com",
      "aws:route53/record:Record chat-record-chat.example.com-ipv6",
    ]);
  });

  it("looks up what proves a name by that name, wherever it stands", async () => {
    const { inputs } = await run(rawStack("aws", [ALB]));
    for (const name of ["chat.example.com", "www.example.com"]) {
      assert.deepEqual(inputs(`chat-aws-alb-certificate-proof-${name}`), {
        zoneId: "ZFOUND",
        name: `_proof.${name}.`,
        type: "CNAME",
        records: [`_value-of-${name}.acm-validations.aws.`],
        ttl: 300,
      });
    }
  });

  it("goes from the certificate over its proofs to the validation, and from that to the Ingress and the alias", async () => {
    const { waitsFor, inputs, options } = await run(rawStack("aws", [ALB]));
    const proofs = ["chat.example.com", "www.example.com"].map((name) => `chat-aws-alb-certificate-proof-${name}`);
    const validation = await waitsFor("chat-aws-alb-certificate-validation");
    for (const proof of proofs) assert.ok(validation.includes(proof), `does not wait for ${proof}`);
    assert.ok((await waitsFor("chat-aws-alb-ingress")).includes("chat-aws-alb-certificate-validation"));
    assert.ok((await waitsFor("chat-record-chat.example.com")).includes("chat-aws-alb-ingress"));
    assert.equal(
      annotationsOf(inputs("chat-aws-alb-ingress"))["alb.ingress.kubernetes.io/certificate-arn"],
      "arn:aws:acm:us-east-1:123456789012:certificate/new",
    );
    assert.deepEqual(options.get("chat-aws-alb-certificate-validation")?.customTimeouts, { create: "30m" });
  });

  it("makes the next certificate before the old one goes, and keeps it when the stack goes", async () => {
    const { options } = await run(rawStack("aws", [ALB]));
    const { retainOnDelete, deleteBeforeReplace } = options.get("chat-aws-alb-certificate")!;
    assert.deepEqual({ retainOnDelete, deleteBeforeReplace }, { retainOnDelete: true, deleteBeforeReplace: false });
  });

  it("leads the name to the load balancer by an alias of its kind, without a TTL", async () => {
    const { inputs } = await run(rawStack("aws", [ALB]));
    const aliases = [{ name: "chat-1.elb.us-east-1.amazonaws.com", zoneId: "zone of application", evaluateTargetHealth: false }];
    assert.deepEqual(inputs("chat-record-chat.example.com"), { zoneId: "ZFOUND", name: "chat.example.com", type: "A", aliases });
    assert.equal(inputs("chat-record-chat.example.com-ipv6").type, "AAAA");
    const network = await run(rawStack("aws", [NLB]));
    const [alias] = network.inputs("chat-record-chat.example.com").aliases as { zoneId: string }[];
    assert.equal(alias!.zoneId, "zone of network");
  });

  it("reserves one Elastic IP for each subnet, which the Service waits for and names", async () => {
    const { ofCloud, inputs, waitsFor, options } = await run(rawStack("aws", [NLB]));
    assert.deepEqual(
      ofCloud.filter((each) => each.includes("Eip")),
      ["aws:ec2/eip:Eip chat-aws-nlb-address-0", "aws:ec2/eip:Eip chat-aws-nlb-address-1"],
    );
    assert.equal(
      annotationsOf(inputs("chat-aws-nlb-service"))["service.beta.kubernetes.io/aws-load-balancer-eip-allocations"],
      "eipalloc-of-chat-aws-nlb-0,eipalloc-of-chat-aws-nlb-1",
    );
    const waits = await waitsFor("chat-aws-nlb-service");
    for (const index of [0, 1]) {
      assert.ok(waits.includes(`chat-aws-nlb-address-${index}`));
      const { protect, retainOnDelete } = options.get(`chat-aws-nlb-address-${index}`)!;
      assert.deepEqual({ protect, retainOnDelete }, { protect: true, retainOnDelete: true });
    }
  });

  it("protects nothing in development, where addresses come and go", async () => {
    const { options } = await run(rawStack("aws", [NLB], { environment: "development" }));
    const { protect, retainOnDelete } = options.get("chat-aws-nlb-address-0")!;
    assert.deepEqual({ protect, retainOnDelete }, { protect: false, retainOnDelete: true });
  });

  it("takes a certificate that is there: the newest that AWS issued for the name, or the one that is named", async () => {
    const lookup = { ...ALB, dns: undefined, certificate: { mode: "lookup", domain: "*.example.com" } };
    const looked = await run(rawStack("aws", [lookup]));
    assert.deepEqual(looked.ofCloud, []);
    assert.equal(
      annotationsOf(looked.inputs("chat-aws-alb-ingress"))["alb.ingress.kubernetes.io/certificate-arn"],
      "arn found for *.example.com",
    );
    const { inputs } = looked.calls.find(({ token }) => token.includes("getCertificate"))!;
    assert.deepEqual(inputs, { domain: "*.example.com", statuses: ["ISSUED"], mostRecent: true });
    const arn = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c";
    const imported = await run(rawStack("aws", [{ ...ALB, dns: undefined, certificate: { mode: "import", id: arn } }]));
    assert.deepEqual(imported.ofCloud, []);
    assert.equal(annotationsOf(imported.inputs("chat-aws-alb-ingress"))["alb.ingress.kubernetes.io/certificate-arn"], arn);
    assert.deepEqual(
      imported.calls.map(({ token }) => token),
      ["aws:index/getCallerIdentity:getCallerIdentity"],
    );
  });

  it("offers TLS 1.2 and 1.3, or what is asked for, at an Ingress and at a Gateway", async () => {
    const key = "alb.ingress.kubernetes.io/ssl-policy";
    const usual = await run(rawStack("aws", [ALB]));
    assert.equal(annotationsOf(usual.inputs("chat-aws-alb-ingress"))[key], "ELBSecurityPolicy-TLS13-1-2-2021-06");
    const gateway = {
      kind: "gateway",
      implementation: "aws-lbc",
      host: "chat.example.com",
      certificate: { mode: "create", tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" },
    };
    const { inputs, waitsFor } = await run(rawStack("aws", [gateway]));
    const name = "chat-gateway-load-balancer-configuration";
    const { listenerConfigurations } = inputs(name).spec as { listenerConfigurations: object[] };
    assert.deepEqual(listenerConfigurations, [
      {
        protocolPort: "HTTPS:443",
        defaultCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/new",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
      },
    ]);
    assert.ok((await waitsFor(name)).includes("chat-gateway-certificate-validation"));
  });

  it("makes the zone, keeps it, and tells its servers", async () => {
    const { inputs, nameServers, options, calls } = await run(
      rawStack("aws", [{ ...ALB, certificate: { mode: "create" } }], { dnsZone: { name: "example.com", mode: "create" } }),
    );
    assert.equal(inputs("zone").name, "example.com");
    assert.equal(inputs("chat-record-chat.example.com").zoneId, "ZMADE");
    assert.deepEqual(nameServers, ["ns-1.example.net"]);
    assert.equal(options.get("zone")?.retainOnDelete, true);
    assert.ok(!calls.some(({ token }) => token.includes("getZone")));
  });

  it("asks nothing of a zone that is given by its id", async () => {
    const { inputs, calls } = await run(
      rawStack("aws", [ALB], { dnsZone: { name: "example.com", mode: "import", id: "ZGIVEN" } }),
    );
    assert.equal(inputs("chat-record-chat.example.com").zoneId, "ZGIVEN");
    assert.ok(!calls.some(({ token }) => token.includes("getZone")));
  });
});
