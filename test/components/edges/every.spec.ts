import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionService } from "../../../components/connectionService";
import { runMocked } from "../mockEngine";
import { parsedStack, rawStack, refusalOf, run, type Block } from "./support";

const HOST = "chat.example.com";
const ZONE = { dnsZone: { name: "example.com", mode: "create" } };
const SHORT = { promise: { idleSeconds: 240, affinity: { mode: "client" } } };

/** Per cloud: entries that ask for everything it makes, what is to be tagged, and what the wrong account answers. */
const EVERYTHING = {
  aws: {
    entries: [
      { kind: "aws-alb", host: HOST, certificate: { mode: "create" }, dns: {} },
      { kind: "aws-nlb", host: "nlb.example.com", subnets: ["subnet-0a1b2c3d"], staticIp: { mode: "create" }, dns: {} },
    ],
    tags: "tags",
    untagged: [/^aws:route53\/record:/, /CertificateValidation$/],
    kept: [/Certificate$/, /Eip$/, /Zone$/],
    wrong: { "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "999999999999" } },
    message:
      /for AWS account 999999999999, holdfast:aws\.accountId says 123456789012\. Nothing was created\..*write accountId: "999999999999"/,
  },
  azure: {
    entries: [{ kind: "azure-lb", host: HOST, staticIp: { mode: "create" }, dns: {} }],
    tags: "tags",
    untagged: [/RoleAssignment$/, /RecordSet$/],
    kept: [/PublicIPAddress$/, /:Zone$/],
    wrong: { "azure-native:authorization:getClientConfig": { subscriptionId: "00000000-0000-0000-0000-000000000000" } },
    message: /for Azure subscription 00000000-.*says 6f0c1a52-.*Nothing was created\..*az account set --subscription 6f0c1a52-/,
  },
  gcp: {
    entries: [
      {
        kind: "gateway",
        implementation: "gke",
        host: HOST,
        certificate: { mode: "create" },
        staticIp: { mode: "create" },
        dns: {},
      },
    ],
    tags: "labels",
    untagged: [/RecordSet$/],
    kept: [/Certificate$/, /DnsAuthorization$/, /GlobalAddress$/, /ManagedZone$/],
    wrong: { "gcp:organizations/getProject:getProject": { projectId: "chat-dev-1" } },
    message: /for Google Cloud project chat-dev-1, holdfast:gcp\.project says chat-prod-1\. Nothing was created\./,
  },
} as const;

const isCloud = ({ type }: { type: string }) => /^(aws|azure-native|gcp):/.test(type);

for (const cloud of ["aws", "azure", "gcp"] as const) {
  const { entries, tags, untagged, kept, wrong, message } = EVERYTHING[cloud];
  const raw = (): Block => rawStack(cloud, structuredClone(entries) as unknown as Block[], ZONE, SHORT);

  describe(`everything that is made in ${cloud}`, () => {
    it("is made by the stack's own provider, which is pinned to its account", async () => {
      const { resources, options, calls } = await run(raw());
      const made = resources.filter(isCloud);
      assert.ok(made.length >= 3);
      for (const { name } of made) assert.equal(options.get(name)?.provider, cloud, name);
      for (const { token, provider } of calls) assert.match(provider, new RegExp(`::${cloud}::`), token);
      const provider = resources.find(({ name }) => name === cloud)!;
      const pinned = { aws: /allowedAccountIds.*123456789012/, azure: /6f0c1a52-/, gcp: /chat-prod-1/ }[cloud];
      assert.match(JSON.stringify(provider.inputs), pinned);
    });

    it("says who made it, and for which service", async () => {
      const { resources } = await run(raw());
      const tagged = resources.filter(isCloud).filter(({ type }) => !untagged.some((shape) => shape.test(type)));
      assert.ok(tagged.length >= 2);
      for (const { name, type, inputs } of tagged) {
        const { Name, ...found } = (inputs[tags] ?? {}) as Block;
        assert.equal(Name === undefined, !/Eip$/.test(type), "only an Elastic IP has no name of its own");
        const service = name === "zone" ? {} : { "holdfast-service": "chat" };
        const stackName = cloud === "gcp" ? "project-stack" : "project/stack";
        assert.deepEqual(found, { team: "chat", "managed-by": "holdfast", "holdfast-stack": stackName, ...service }, name);
      }
    });

    it("stays when the stack goes, where a name, an address or a certificate would be lost with it", async () => {
      const { resources, options } = await run(raw());
      for (const shape of kept) {
        const found = resources.filter(({ type }) => shape.test(type));
        assert.ok(found.length > 0, `nothing is ${shape}`);
        for (const { name } of found) assert.equal(options.get(name)?.retainOnDelete, true, name);
      }
      // And what is made anew by the next update does not pile up.
      const others = resources.filter((each) => isCloud(each) && !kept.some((shape) => shape.test(each.type)));
      assert.ok(others.length > 0);
      for (const { name } of others) assert.notEqual(options.get(name)?.retainOnDelete, true, name);
    });

    it("never has two records of one host at a time", async () => {
      const { resources, options } = await run(raw());
      const records = resources.filter(({ name }) => name.startsWith("chat-record-"));
      assert.ok(records.length > 0);
      for (const { name } of records) assert.equal(options.get(name)?.deleteBeforeReplace, true, name);
    });

    it("hangs below its service, so that a preview shows all of it there", async () => {
      const { resources, options } = await run(raw());
      for (const { name } of resources.filter(isCloud).filter(({ name }) => name.startsWith("chat-"))) {
        assert.equal(options.get(name)?.parent, "chat", name);
      }
    });

    it("is not made with the credentials of another account, nor is anything in the cluster", async () => {
      const { error, names } = await refusalOf(raw(), wrong);
      assert.ok(pulumi.RunError.isInstance(error), "a user's mistake comes without a stack trace");
      assert.match((error as Error).message, message);
      assert.deepEqual(names.sort(), ["cluster", cloud].sort());
    });

    it("is nothing at all where no entry asks for anything", async () => {
      const silent = { kind: { aws: "aws-nlb", azure: "azure-lb", gcp: "gcp-lb" }[cloud], host: HOST };
      const { ofCloud, calls } = await run(rawStack(cloud, [silent]));
      assert.deepEqual(ofCloud, []);
      assert.equal(calls.length, 1, "only the account is asked for");
      const unnamed = await run(rawStack(cloud, [silent], { [cloud]: undefined }));
      assert.deepEqual(unnamed.calls, []);
      assert.ok(!unnamed.resources.some(({ name }) => name === cloud));
    });
  });
}

it("addresses, certificates and records stand in files of the same names on every platform", () => {
  for (const platform of ["aws", "azure", "bareMetal", "gcp"]) {
    const files = fs.readdirSync(path.join(__dirname, "../../../components", platform));
    assert.deepEqual(
      files.filter((file) => file !== "index.ts"),
      ["certificate.ts", "dns.ts", "staticIp.ts"],
      platform,
    );
  }
});

describe("a component that is used alone", () => {
  it("says that it was given no cloud, where an entry asks for something of one", async () => {
    const { stack, examined } = parsedStack(rawStack("aws", [{ kind: "aws-alb", host: HOST, certificate: { mode: "create" } }]));
    const program = () => void new ConnectionService("chat", { service: examined[0]!, surroundings: stack });
    await assert.rejects(runMocked(program), /chat asks for certificates, addresses or records of a cloud, and was given none/);
  });
});
