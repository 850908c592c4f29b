import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { compileService, compileStack } from "../../compile";
import { edgesOf } from "../../compile/edge";
import { edgeTable } from "../../compile/edge/table";
import { holesIn } from "../../compile/model";
import { ENTRY_KIND_NAMES, entryKind } from "../../compile/entry";
import { GATEWAY_IMPLEMENTATIONS } from "../../path/model";
import { parsed, problemsOf, type Block } from "./stacks";
import { CLOUDS, rawStack, type CloudName } from "../components/edges/support";

const HOST = "chat.example.com";
const planOf = (raw: Block) => {
  const { stack } = parsed(raw);
  return edgesOf(stack.services[0]!, stack);
};

describe("the plan of a service's edges", () => {
  it("is empty where no entry asks for any", () => {
    assert.deepEqual(planOf(rawStack("aws", [{ kind: "aws-nlb", host: HOST }])), {
      certificates: [],
      addresses: [],
      records: [],
    });
  });

  it("proves each name once, and a wildcard by the name above it", () => {
    const label = fc.constantFrom("a", "b", "c");
    const name = fc.tuple(fc.boolean(), label).map(([wildcard, own]) => `${wildcard ? "*." : ""}${own}.example.com`);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), (alternativeNames) => {
        const certificate = { mode: "create", alternativeNames };
        const [plan] = planOf(rawStack("aws", [{ kind: "aws-alb", host: HOST, certificate }])).certificates;
        const bare = [HOST, ...alternativeNames].map((each) => each.replace(/^\*\./, ""));
        assert.equal(plan!.domains[0], HOST);
        assert.deepEqual(new Set(plan!.provedDomains), new Set(bare));
        assert.equal(plan!.provedDomains.length, new Set(bare).size);
      }),
      { numRuns: 30 },
    );
  });

  it("has one address for each subnet on AWS, and one elsewhere", () => {
    const staticIp = { mode: "create" };
    const subnets = ["subnet-0a1b2c3d", "subnet-1b2c3d4e", "subnet-2c3d4e5f"];
    const aws = planOf(rawStack("aws", [{ kind: "aws-nlb", host: HOST, subnets, staticIp }]));
    assert.deepEqual(aws.addresses, [{ entry: "aws-nlb", keeper: "elastic-ip", name: "chat-aws-nlb", count: 3 }]);
    const azure = planOf(rawStack("azure", [{ kind: "azure-lb", name: "public", host: HOST, dnsLabel: "chat", staticIp }]));
    assert.deepEqual(azure.addresses, [
      { entry: "public", keeper: "azure-public-ip", name: "chat-public", count: 1, dnsLabel: "chat" },
    ]);
  });

  it("means the same for a neutral entry as for what it stands for", () => {
    const edges = { host: HOST, staticIp: { mode: "create" }, dns: {} };
    for (const [cloud, kind] of [
      ["azure", "azure-lb"],
      ["gcp", "gcp-lb"],
    ] as const) {
      const neutral = planOf(rawStack(cloud, [{ kind: "load-balancer", ...edges }]));
      const own = planOf(rawStack(cloud, [{ kind, name: "load-balancer", ...edges }]));
      assert.deepEqual(neutral, own);
    }
  });

  it("leads a name to one of two entries while clients go from one to the other, and to the new one from then on", () => {
    const records = (phase: string) => {
      const migration = { from: "old", to: "new", phase, dns: { host: HOST, ttlSeconds: 600, loweredTtlSeconds: 30 } };
      const entries = ["old", "new"].map((name, index) => ({ kind: "azure-lb", name, port: 80 + index, host: HOST, dns: {} }));
      const plan = planOf(rawStack("azure", entries, {}, { migration }));
      return plan.records.map(({ entry, ttlSeconds }) => ({ entry, ttlSeconds }));
    };
    assert.deepEqual(records("parallel"), [{ entry: "old", ttlSeconds: 30 }]);
    assert.deepEqual(records("cutover"), [{ entry: "new", ttlSeconds: 30 }]);
    assert.deepEqual(records("done"), [{ entry: "new", ttlSeconds: 600 }]);
  });

  it("has ExternalDNS pass by the one of two Ingresses that has to wait", () => {
    const annotationsIn = (phase: string) => {
      const migration = { from: "old", to: "new", phase };
      const dns = { via: "external-dns" };
      const certificate = { mode: "import", id: "chat-tls" };
      const entries = ["old", "new"].map((name) => ({ kind: "ingress-nginx", name, host: HOST, dns, certificate }));
      const { stack } = parsed(rawStack("bare-metal", entries, {}, { migration }));
      const { objects } = compileService(stack.services[0]!, stack);
      const ingresses = objects.filter(({ object }) => object.kind === "Ingress");
      return ingresses.map(({ logicalName, object: { metadata } }) => {
        const read = (key: string) => metadata.annotations?.[`external-dns.kubernetes.io/${key}`];
        return [logicalName, read("hostname"), read("controller")];
      });
    };
    assert.deepEqual(annotationsIn("parallel"), [
      ["old-ingress", HOST, undefined],
      ["new-ingress", undefined, "holdfast-migration"],
    ]);
    assert.deepEqual(annotationsIn("drain"), [
      ["old-ingress", undefined, "holdfast-migration"],
      ["new-ingress", HOST, undefined],
    ]);
  });

  it("is refused where two entries want one name", () => {
    const entries = ["one", "two"].map((name, index) => ({ kind: "azure-lb", name, port: 80 + index, host: HOST, dns: {} }));
    assert.match(
      problemsOf(rawStack("azure", entries)).join("\n"),
      /entries\[1\]\.host: found chat\.example\.com, which .* has the record of too/,
    );
  });
});

describe("the objects of an entry with edges", () => {
  const raw = rawStack("aws", [
    { kind: "aws-alb", host: HOST, certificate: { mode: "create" } },
    { kind: "aws-nlb", host: "nlb.example.com", subnets: ["subnet-0a1b2c3d"], staticIp: { mode: "create" } },
    { kind: "aws-nlb", name: "plain", port: 81, host: "plain.example.com" },
  ]);

  it("come after them, and no others do", () => {
    const { stack } = parsed(raw);
    const { objects } = compileService(stack.services[0]!, stack);
    const waiting = objects.filter(({ edgesOf: entry }) => entry !== undefined).map(({ logicalName }) => logicalName);
    assert.deepEqual(waiting, ["aws-alb-ingress", "aws-nlb-service"]);
  });

  it("have a hole for each value that only the cloud knows, and each hole is one that is filled", () => {
    const { stack } = parsed(raw);
    const { objects } = compileService(stack.services[0]!, stack);
    const holes = objects.flatMap(({ object }) => holesIn(object)).map(({ what, key }) => `${what} ${key}`);
    assert.deepEqual(holes, ["certificate aws-alb", "elastic-ip aws-nlb.0"]);
  });

  it("keep their holes under a patch", () => {
    const patches = [{ kind: "Ingress", patch: { metadata: { annotations: { team: "chat" } } } }];
    const { stack } = parsed({ ...raw, services: [{ ...(raw.services as Block[])[0], patches }] });
    const ingress = compileService(stack.services[0]!, stack).objects.find(
      ({ logicalName }) => logicalName === "aws-alb-ingress",
    )!;
    assert.deepEqual(holesIn(ingress.object).length, 1);
    assert.equal(ingress.object.metadata.annotations?.team, "chat");
    assert.equal(ingress.edgesOf, "aws-alb");
  });

  it("need nobody to make what the stack makes, and somebody for what it does not", () => {
    const needsOf = (staticIp: Block, more: Block = {}) => {
      const azure = { ...CLOUDS.azure.azure, ...more };
      const { stack } = parsed(rawStack("azure", [{ kind: "azure-lb", host: HOST, staticIp }], { azure }));
      return compileService(stack.services[0]!, stack).needs.map(({ kind }) => kind);
    };
    assert.ok(needsOf({ mode: "existing", name: "chat" }).includes("public IP of Azure"));
    assert.ok(!needsOf({ mode: "create" }).includes("public IP of Azure"));
    assert.ok(needsOf({ mode: "create" }).includes("role of Azure"));
    const clusterPrincipalId = "1b2c3d4e-9d0f-4d5e-8f3a-0c2f6b1e7d44";
    assert.ok(!needsOf({ mode: "create" }, { clusterPrincipalId }).includes("role of Azure"));
  });

  it("come with the authority that the stack makes, before every service", () => {
    const entry = { kind: "ingress-nginx", host: HOST, certificate: { mode: "create" } };
    const certManager = { clusterIssuer: "lan", ca: { secretName: "authority" } };
    const { stack } = parsed(rawStack("bare-metal", [entry], { certManager }));
    assert.deepEqual(
      compileStack(stack).pools.map(({ object }) => object.kind),
      ["IPAddressPool", "L2Advertisement", "ClusterIssuer"],
    );
  });
});

describe("one description on four platforms", () => {
  const entry = { kind: "https", host: HOST, certificate: { mode: "create" }, dns: {} };
  const service = { protocol: "websocket", promise: { idleSeconds: 240, affinity: { mode: "client" } } };
  const certManager = { clusterIssuer: "letsencrypt" };
  /** What differs: the blocks of the platform. */
  const BLOCKS = {
    aws: {},
    azure: { certManager },
    gcp: {},
    "bare-metal": { certManager, bareMetal: { ...CLOUDS["bare-metal"].bareMetal, ingressAddress: "192.168.1.200" } },
  };

  it("gets a certificate and a record everywhere, each from what is there", () => {
    const found = Object.entries(BLOCKS).map(([cloud, top]) => {
      const { stack } = parsed(rawStack(cloud as CloudName, [entry], top, service));
      const { certificates, records } = edgesOf(stack.services[0]!, stack);
      const { edges = [] } = compileService(stack.services[0]!, stack).endpoints[0]!;
      assert.equal(edges.length, 2, cloud);
      return [
        cloud,
        stack.services[0]!.entries[0]!.kind,
        certificates[0]?.keeper ?? "cert-manager",
        records[0]?.via,
        records[0]?.target,
      ];
    });
    assert.deepEqual(found, [
      ["aws", "aws-alb", "acm", "records", "alias-application"],
      ["azure", "gateway", "cert-manager", "records", "ip"],
      ["gcp", "gateway", "certificate-manager", "records", "ip"],
      ["bare-metal", "traefik", "cert-manager", "external-dns", "declared"],
    ]);
  });
});

describe("a fixed address on four platforms", () => {
  it("is reserved where addresses are, and pinned on a LAN, by the same words", () => {
    const common = { kind: "load-balancer", staticIp: { mode: "create" } };
    const lan = { ...common, pool: "lan", address: "192.168.1.207" };
    const aws = { aws: { ...CLOUDS.aws.aws, subnets: ["subnet-0a1b2c3d", "subnet-1b2c3d4e"] } };
    const [elastic] = planOf(rawStack("aws", [common], aws)).addresses;
    assert.deepEqual(elastic, { entry: "load-balancer", keeper: "elastic-ip", name: "chat-load-balancer", count: 2 });
    const keepers = [
      planOf(rawStack("azure", [common])).addresses[0]?.keeper,
      planOf(rawStack("gcp", [common])).addresses[0]?.keeper,
      planOf(rawStack("bare-metal", [lan])).addresses[0]?.keeper,
    ];
    assert.deepEqual(keepers, ["azure-public-ip", "gcp-regional", undefined]);
    assert.match(problemsOf(rawStack("bare-metal", [{ ...lan, kind: "metallb" }])).join(), /pinned already/);
  });
});

describe("what is said of the edges", () => {
  const said = (raw: Block): string[] => {
    const { stack } = parsed(raw);
    return compileService(stack.services[0]!, stack).endpoints.flatMap(({ edges = [] }) => edges);
  };
  const short = { promise: { idleSeconds: 240, affinity: { mode: "client" } } };
  const create = { mode: "create" };

  it("is what is made, whose record it is and what stays", () => {
    const subnets = ["subnet-0a1b2c3d"];
    assert.deepEqual(
      said(
        rawStack("aws", [
          { kind: "aws-alb", host: HOST, certificate: { ...create, alternativeNames: ["*.example.com"] }, dns: {} },
          { kind: "aws-nlb", host: "nlb.example.com", subnets, staticIp: create, dns: { via: "external-dns" } },
        ]),
      ),
      [
        "AWS Certificate Manager makes the certificate of chat.example.com, *.example.com; records in example.com prove it, and the entry waits for that.",
        "chat.example.com leads to it by an alias record in example.com.",
        "One Elastic IP is reserved before it and kept when the stack goes.",
        "nlb.example.com leads to it by a record of ExternalDNS, for 300 s.",
      ],
    );
    const ingress = { kind: "gce-ingress", host: HOST, certificate: create, staticIp: create, dns: {} };
    assert.deepEqual(said(rawStack("gcp", [ingress], {}, short)), [
      "Google makes the certificate of chat.example.com, as soon as that name leads to chat.",
      "The global address chat-gce-ingress is reserved before it and kept when the stack goes.",
      "chat.example.com leads to it by a record that is kept for 300 s in example.com, before anything answers there.",
    ]);
    const pinned = { kind: "metallb", pool: "lan", address: "192.168.1.207", host: HOST, dns: { mode: "print" } };
    assert.deepEqual(said(rawStack("bare-metal", [pinned])), [
      "The record by which chat.example.com leads to it is printed among the outputs, and nobody adds it.",
    ]);
  });

  it("is nothing where nothing is made", () => {
    assert.deepEqual(said(rawStack("aws", [{ kind: "aws-nlb", host: HOST }])), []);
  });
});

describe("docs/edges.md", () => {
  const page = path.join(__dirname, "..", "..", "docs", "edges.md");
  const table = edgeTable();

  it("has the table that the code says", () => {
    const [before, after] = [/<!-- table: .* -->\n/, /\n<!-- \/table -->/];
    const text = fs.readFileSync(page, "utf8");
    const start = text.search(before) + before.exec(text)![0].length;
    const expected = `${text.slice(0, start)}\n${table}\n${text.slice(text.search(after))}`;
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(page, expected);
    const plain = (whole: string) => whole.replace(/[ -]{2,}/g, " ").replace(/\n+/g, "\n");
    assert.equal(plain(fs.readFileSync(page, "utf8")), plain(expected));
  });

  it("leaves no kind of entry out", () => {
    for (const kind of ENTRY_KIND_NAMES.filter((name) => entryKind(name) !== undefined && name !== "gateway")) {
      assert.ok(table.includes(`| \`${kind}\``), kind);
    }
    for (const implementation of GATEWAY_IMPLEMENTATIONS) assert.ok(table.includes(`of \`${implementation}\``), implementation);
    assert.ok(!table.includes("`aws-clb`"));
  });
});
