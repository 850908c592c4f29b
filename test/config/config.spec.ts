import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../config";
import { rawStackWith, type Block } from "../compile/stacks";

const VALUE = "postgres://user:hunter2@db";

/** Gives the program its configuration as the CLI does: JSON for blocks, decrypted, with the list of keys that hold secrets. */
function configure(stack: Block, secretKeys: string[] = ["holdfast:secrets"]): void {
  const texts = Object.entries(stack).map(([key, value]) => [
    `holdfast:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const others = { "pulumi:disable-default-providers": '["*"]', "aws:region": "us-east-1" };
  pulumi.runtime.setAllConfig({ ...others, ...(Object.fromEntries(texts) as Record<string, string>) }, secretKeys);
}

function refusal(): string {
  try {
    loadConfig();
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), (error as Error).stack);
    return error.message;
  }
  return "nothing";
}

const secrets = { source: "pulumi", keys: ["DATABASE_URL", "SESSION_SECRET"] };
const given = { secrets: { chat: { DATABASE_URL: VALUE, SESSION_SECRET: "s" } } };

describe("the program's configuration", () => {
  after(() => pulumi.runtime.setAllConfig({}));

  it("is the checked stack, and the secrets as secret outputs", async () => {
    configure(rawStackWith({ secrets }, {}, given));
    const { stack, secretValue, kubeconfig } = loadConfig();
    assert.equal(stack.services[0]!.name, "chat");
    assert.equal(kubeconfig, undefined);
    const value = secretValue("chat", "DATABASE_URL");
    assert.equal(await pulumi.isSecret(value), true);
    assert.equal(await new Promise((resolve) => value.apply(resolve)), VALUE);
    assert.doesNotMatch(JSON.stringify(stack), /hunter2/);
  });

  it("may hold a kubeconfig, which stays secret", async () => {
    configure(rawStackWith({}, { context: undefined, kubeconfig: "apiVersion: v1" }), ["holdfast:cluster"]);
    const { stack, kubeconfig } = loadConfig();
    assert.equal(stack.access.kubeconfigGiven, true);
    assert.equal(await pulumi.isSecret(kubeconfig!), true);
    assert.doesNotMatch(JSON.stringify(stack), /apiVersion/);
  });

  it("names the command for each secret that is missing", () => {
    configure(rawStackWith({ secrets }, {}, { secrets: { chat: { SESSION_SECRET: "s" } } }));
    assert.equal(
      refusal(),
      [
        `Pulumi.${pulumi.getStack()}.yaml has 1 problem:`,
        "  holdfast:secrets.chat.DATABASE_URL: missing; service chat needs it. Set it with: pulumi config set --secret --path 'holdfast:secrets.chat.DATABASE_URL'",
      ].join("\n"),
    );
  });

  it("refuses a key from which the secrets could be guessed, without showing it, and needs one that is named", () => {
    const withKey = { ...secrets, rolloutKey: "ROLLOUT_KEY" };
    const told = (key: Block) => {
      configure(rawStackWith({ secrets: withKey }, {}, { secrets: { chat: { ...given.secrets.chat, ...key } } }));
      return refusal();
    };
    assert.match(told({}), /secrets\.chat\.ROLLOUT_KEY: missing; service chat needs it/);
    const short = "correct horse battery staple...";
    assert.match(
      told({ ROLLOUT_KEY: short }),
      /secrets\.chat\.ROLLOUT_KEY: found 31 characters; allowed: at least 32, .* openssl rand/,
    );
    assert.ok(!told({ ROLLOUT_KEY: short }).includes(short));
    assert.equal(told({ ROLLOUT_KEY: `${short}.` }), "nothing");
  });

  it("refuses secrets that were not encrypted, without showing them", () => {
    configure(rawStackWith({ secrets }, {}, given), []);
    assert.match(refusal(), /holdfast:secrets\.chat\.DATABASE_URL: found a value in plain text/);
    assert.doesNotMatch(refusal(), /hunter2/);
    configure(rawStackWith({}, { context: undefined, kubeconfig: VALUE }), []);
    assert.match(refusal(), /holdfast:cluster\.kubeconfig: found a value in plain text/);
    assert.doesNotMatch(refusal(), /hunter2/);
  });

  it("refuses an encrypted value where it would be written in plain text, without showing it", () => {
    const hidden = rawStackWith({ config: { TOKEN: VALUE }, port: VALUE });
    configure(hidden, ["holdfast:services"]);
    assert.match(
      refusal(),
      /has 1 problem:\n {2}holdfast:services: found an encrypted value in it, .*holdfast:secrets\.<service>/,
    );
    assert.doesNotMatch(refusal(), /hunter2/);
    configure(rawStackWith({ config: { TOKEN: VALUE } }));
    assert.equal(refusal(), "nothing");
  });

  it("never shows an encrypted kubeconfig that stands in place of the whole block", () => {
    configure({ ...rawStackWith(), cluster: VALUE }, ["holdfast:cluster"]);
    assert.match(refusal(), /holdfast:cluster: found "\[secret\]"; allowed: a block/);
    assert.doesNotMatch(refusal(), /hunter2/);
  });

  it("tells all problems at once, and unknown keys of ours but nobody else's", () => {
    configure(rawStackWith({ port: 0 }, {}, { platform: "baremetal", environmnt: "development" }));
    const text = refusal();
    assert.match(text, /has 3 problems:/);
    assert.match(text, /holdfast:environmnt: unknown key; .*Did you mean environment\?/);
    assert.match(text, /holdfast:platform: found "baremetal"/);
    assert.match(text, /holdfast:services\[0\]\.port: found 0/);
    assert.doesNotMatch(text, /aws:region/);
  });

  it("tells text that is no list from a list", () => {
    configure({ ...rawStackWith(), services: "[chat" });
    assert.match(refusal(), /holdfast:services: found "\[chat"; allowed: a list of services\./);
  });

  it("hands warnings on", () => {
    configure(rawStackWith({ image: "registry.example.com/chat" }));
    assert.match(loadConfig().warnings.join("\n"), /services\[0\] chat: image registry\.example\.com\/chat: /);
  });
});
