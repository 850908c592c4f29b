import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { EDGE_FIELDS } from "../../compile/edge/fields";
import { rawStack } from "../../compile/rawStack";
import type { ConnectionServiceArgs } from "../../components/public/connectionService";
import { kindKey } from "../../components/public/entries";
import { examineArguments } from "../../components/public/examine";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { PROJECT } from "./support";

const OF_EVERY_KIND = ["kind", "name", "targetPort", ...Object.keys(EDGE_FIELDS)];

/** The arguments for which a stack file with one service says the same. */
function argumentsFor(raw: Block, service: Block): Block {
  const { platform, environment, cluster, bareMetal, certManager, dnsZone, endpoints } = structuredClone(raw) as Record<
    string,
    Block
  >;
  delete cluster!.context;
  const entries = (service.entries as Block[]).map((entry) => {
    const own = Object.entries(entry).filter(([key]) => !OF_EVERY_KIND.includes(key));
    const common = Object.entries(entry).filter(([key]) => OF_EVERY_KIND.includes(key));
    return {
      ...Object.fromEntries(common),
      ...(own.length === 0 ? {} : { [kindKey(String(entry.kind))]: Object.fromEntries(own) }),
    };
  });
  const { keys = [], rolloutKey } = (service.secrets ?? {}) as { keys?: string[]; rolloutKey?: string };
  const values = [...keys, ...(rolloutKey === undefined ? [] : [rolloutKey])].map((key) => [
    key,
    "a value of at least 32 characters",
  ]);
  const args = {
    platform,
    environment,
    cluster,
    bareMetal,
    certManager,
    dnsZone,
    endpoints,
    secretValues: Object.fromEntries(values),
  };
  return { ...args, service: { ...service, entries } };
}

const examined = (args: Block) => examineArguments("chat", args as unknown as ConnectionServiceArgs);

function problems(change: (args: Record<string, Block>) => void, service: Block = {}): string[] {
  const raw = rawStackWith(service);
  const args = argumentsFor(raw, (raw.services as Block[])[0]!);
  change(args as Record<string, Block>);
  return (examined(args).problems ?? []).map((each) => `${each.path}: ${each.message}`);
}

const METALLB_KEYS = { pool: "lan", address: "192.168.1.207" };
const METALLB = { kind: "metallb", ...METALLB_KEYS };

describe("the packaged component's arguments", () => {
  for (const file of ["Pulumi.dev.yaml", "examples/stt/Pulumi.dev.yaml", "examples/mcp-server/Pulumi.dev.yaml"]) {
    it(`make of ${file} what the stack file makes`, () => {
      const { config } = parse(fs.readFileSync(path.join(PROJECT, file), "utf8")) as { config: Block };
      const raw = rawStack(config);
      const stack = parsed(raw);
      stack.examined.forEach((wanted, index) => {
        const args = argumentsFor(raw, (raw.services as Block[])[index]!);
        const found = examined(args);
        assert.ok(found.problems === undefined, JSON.stringify(found.problems, null, 1));
        assert.deepEqual(found.service.compiled.objects, wanted.compiled.objects);
      });
    });
  }

  it("are what docs/components.md shows", () => {
    const text = fs.readFileSync(path.join(PROJECT, "docs", "components.md"), "utf8");
    const { resources } = parse(/```yaml\n([^]*?)```/.exec(text)![1]!) as { resources: { chat: { properties: Block } } };
    assert.deepEqual(examined(resources.chat.properties).problems, undefined);
    const shown = /```\n\$ pulumi preview\n([^]*?)```/
      .exec(text)![1]!
      .split("\n")
      .filter((line) => line.startsWith("  "));
    const spoilt = structuredClone(resources.chat.properties) as Record<string, Block>;
    spoilt.service!.promise = { drainSeconds: "60s" };
    spoilt.service!.entries = [{ kind: "metallb", metallb: { ...METALLB_KEYS, addres: "192.168.1.208" } }];
    const found = examined(spoilt).problems!.map((each) => `  ${each.path}: ${each.message}`);
    assert.deepEqual(shown, found);
  });

  it("take the component's name for the service's", () => {
    const raw = rawStackWith();
    const found = examined(argumentsFor(raw, { ...(raw.services as Block[])[0]!, name: undefined }));
    assert.ok(found.problems === undefined);
    assert.equal(found.service.service.name, "chat");
  });

  it("have every problem at its place", () =>
    assert.deepEqual(
      problems(
        ({ service, bareMetal }) => {
          service!.promise = { idleSeconds: "60s" };
          (bareMetal!.addressPools as Block[])[0]!.advertise = "ospf";
          (service!.entries as { metallb: Block }[])[0]!.metallb.addres = "192.168.1.208";
        },
        { entries: [METALLB] },
      ),
      [
        'bareMetal.addressPools[0].advertise: found "ospf"; allowed: l2, bgp.',
        'service.promise.idleSeconds: found "60s"; allowed: a whole number of seconds from 1 to 86400. Write 60.',
        "service.entries[0].metallb.addres: unknown key; known here: address, externalTrafficPolicy, host, kind, name, pool, port, sharingKey. Did you mean address?",
      ],
    ));

  it("have the keys of a kind in its own block", () => {
    const [first, ...others] = problems(
      ({ service }) => (service!.entries = [{ kind: "metallb", traefik: { host: "a.example.com" } }]),
    );
    assert.equal(
      first,
      "service.entries[0].traefik: found with kind: metallb, whose keys stand at metallb. Remove it, or write them there.",
    );
    assert.match(others.join("\n"), /service\.entries\[0\]\.metallb\.pool: missing; needed: /);
    assert.match(
      problems(({ service }) => (service!.entries = [{ ...METALLB }])).join("\n"),
      /service\.entries\[0\]\.pool: unknown key; known here: certificate, dns, kind, metallb, name, staticIp, targetPort\./,
    );
    assert.match(
      problems(({ service }) => (service!.entries = [{ kind: "metalb", metallb: {} }])).join("\n"),
      /service\.entries\[0\]\.kind: found "metalb"; allowed: .*Did you mean metallb\?/,
    );
  });

  it("have nothing that several components would make twice, or that somebody else decides", () => {
    const found = problems((args) => {
      Object.assign(args.cluster!, { context: "lab", kubeconfig: "apiVersion: v1" });
      Object.assign((args.bareMetal!.addressPools as Block[])[0]!, { create: true, autoAssign: true });
      Object.assign(args, { secrets: {}, services: [], consumers: [], dnsZone: { name: "example.com", mode: "create" } });
      args.service!.migration = {};
    });
    assert.deepEqual(
      found.map((each) => each.slice(0, each.indexOf(":"))),
      [
        "cluster.context",
        "cluster.kubeconfig",
        "bareMetal.addressPools[0].create",
        "bareMetal.addressPools[0].autoAssign",
        "service.migration",
        "consumers",
        "services",
        "secrets",
        "dnsZone",
      ],
    );
    for (const each of found) assert.match(each, /Remove it|Write (it|them)|allowed: /);
  });

  it("ask nothing of a cloud's account", () => {
    const raw: Block = {
      ...rawStackWith(
        { entries: [{ kind: "aws-alb", host: "chat.example.com", certificate: { mode: "create" } }] },
        { controllers: { "aws-load-balancer-controller": "3.5.0" } },
      ),
      platform: "aws",
      dnsZone: "example.com",
      bareMetal: undefined,
    };
    const { problems: found = [] } = examined(argumentsFor(raw, (raw.services as Block[])[0]!));
    const [asked] = found.filter((each) => each.path === "service.entries");
    assert.match(
      asked!.message,
      /^service\.entries\[0\] asks for a certificate \(create\): a component makes nothing in a cloud's account/,
    );
    assert.match(asked!.message, /certificate: \{ mode: import, id: <ARN> \}/);
    assert.match(
      examined({ ...argumentsFor(raw, (raw.services as Block[])[0]!), aws: {} })
        .problems!.map((each) => each.path)
        .join(),
      /^aws/,
    );
  });

  it("are not sent to a key that only a stack file has", () => {
    const entry = { kind: "azure-lb", staticIp: { mode: "existing", name: "chat" } };
    const raw: Block = { ...rawStackWith({ entries: [entry] }), platform: "azure", bareMetal: undefined };
    const { problems: found = [] } = examined(argumentsFor(raw, (raw.services as Block[])[0]!));
    assert.deepEqual(
      found.map((each) => `${each.path}: ${each.message}`),
      ["service.entries[0].staticIp.resourceGroup: missing; nothing else says which resource group has the address. Write it."],
    );
  });

  it("are plain where they decide what is created", () => {
    const [found, ...others] = problems(
      ({ service }) => (service!.image = pulumi.output("registry.example.com/chat:1.8.2") as never),
    );
    assert.match(
      found!,
      /^service\.image: found a value that is known only later; allowed: .* Only secretValues may be known later\.$/,
    );
    assert.deepEqual(others, []);
  });

  it("have a value for every secret, and no secret for which there is no reader", () => {
    const secrets = { secrets: { source: "pulumi", keys: ["DATABASE_URL"] } };
    assert.deepEqual(
      problems((args) => delete args.secretValues, secrets),
      [
        "secretValues.DATABASE_URL: missing; service.secrets asks for it. Write its value there, as a secret of the program's configuration.",
      ],
    );
    assert.match(
      problems((args) => (args.secretValues = { DATABASE_URI: "x", DATABASE_URL: "x" }), secrets).join(),
      /^secretValues\.DATABASE_URI: nothing reads it: service\.secrets does not name it\. Did you mean DATABASE_URL\?$/,
    );
  });

  it("take a hop in front without a limit for one that has none", () => {
    const cluster = { inFront: [{ name: "cdn" }] };
    const raw = rawStackWith({}, cluster);
    const found = examined(argumentsFor(raw, (raw.services as Block[])[0]!));
    assert.ok(found.problems === undefined);
    assert.equal(found.stack.cluster.inFront![0]!.idleSeconds, null);
  });
});
