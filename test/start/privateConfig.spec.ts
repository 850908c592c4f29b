import assert from "node:assert/strict";
import * as fs from "node:fs";
import { parse } from "yaml";
import {
  makeMissingSecrets,
  neededSecrets,
  mergePrivateConfig,
  withCluster,
  writePrivateConfig,
  type StackFile,
} from "../../start/privateConfig";
import { secretValue } from "../../start/secretValues";
import { fakePulumi, temporaryProject, TRACKED, type Sandboxed } from "./support";

const here = withCluster({ context: "holdfast-sandbox", uid: "uid-1" });
const secrets = (file: StackFile) => file.config?.["holdfast:secrets"];

describe("the private stack file", () => {
  it("is the tracked one with the cluster added", () => {
    const merged = mergePrivateConfig(TRACKED, undefined, here);
    assert.deepEqual(merged, {
      config: {
        ...TRACKED.config,
        "holdfast:cluster": { ...TRACKED.config["holdfast:cluster"], context: "holdfast-sandbox", uid: "uid-1" },
      },
    });
  });

  it("keeps the encrypted secrets and their salt, and nothing else of the previous one", () => {
    const encrypted = { secure: "v1:abc" };
    const previous = {
      config: {
        "holdfast:platform": "aws",
        "holdfast:secrets": {
          chatpulse: { DATABASE_URL: encrypted, DROPPED: encrypted, SESSION_SECRET: "plain" },
          gone: { A: encrypted },
        },
      },
      encryptionsalt: "v1:salt",
    };
    const merged = mergePrivateConfig(TRACKED, previous, here);
    assert.deepEqual(secrets(merged), { chatpulse: { DATABASE_URL: encrypted } });
    assert.equal(merged.encryptionsalt, "v1:salt");
    assert.equal(merged.config?.["holdfast:platform"], "bare-metal");
  });

  it("takes no key and no secret from the tracked file: they were locked with another key", () => {
    const tracked = {
      config: { ...TRACKED.config, "holdfast:secrets": { chatpulse: { DATABASE_URL: { secure: "v1:theirs" } } } },
      encryptionsalt: "theirs",
    };
    const merged = mergePrivateConfig(tracked, undefined, here);
    assert.equal(secrets(merged), undefined);
    assert.equal(merged.encryptionsalt, undefined);
  });

  it("takes a value away from the cluster block where the overlay says so", () => {
    const merged = mergePrivateConfig(TRACKED, undefined, withCluster({ ingressClasses: undefined }));
    assert.deepEqual(merged.config?.["holdfast:cluster"], { context: "holdfast-sandbox", kubeProxyMode: "nftables" });
  });

  describe("on disk", () => {
    let made: Sandboxed;

    beforeEach(() => (made = temporaryProject()));
    afterEach(() => made.remove());

    it("is readable by its owner only, and the tracked file stays as it is", () => {
      const before = fs.readFileSync(made.workspace.trackedConfigFile, "utf8");
      writePrivateConfig(made.workspace, here);
      assert.equal((fs.statSync(made.workspace.configFile).mode & 0o777).toString(8), "600");
      assert.equal(fs.readFileSync(made.workspace.trackedConfigFile, "utf8"), before);
      assert.deepEqual(parse(fs.readFileSync(made.workspace.configFile, "utf8")), mergePrivateConfig(TRACKED, undefined, here));
    });

    it("names the stack that is not there, and the file that is no YAML", () => {
      fs.writeFileSync(made.workspace.configFile, "a: [");
      assert.throws(() => writePrivateConfig(made.workspace, here), /Pulumi.dev.yaml is not YAML: /);
      fs.rmSync(made.workspace.trackedConfigFile);
      assert.throws(() => writePrivateConfig(made.workspace, here), {
        message: `There is no stack dev: ${made.workspace.trackedConfigFile} does not exist.`,
      });
    });

    it("gets a random value for each missing secret through standard input alone", async () => {
      const { binary, calls } = fakePulumi(made.directory);
      writePrivateConfig(made.workspace, here);
      const lines: string[] = [];
      const count = await makeMissingSecrets({ workspace: made.workspace, binary, onLine: (line) => lines.push(line) });
      assert.equal(count, 3);
      const values = calls().map(({ input }) => input);
      assert.deepEqual(
        calls().map(({ argv }) => argv[argv.indexOf("--path") + 1]),
        ["DATABASE_URL", "SESSION_SECRET", "BOT_USER_ID"].map((key) => `holdfast:secrets["chatpulse"]["${key}"]`),
      );
      for (const value of values) {
        assert.ok(value.length >= 9, "a value came through standard input");
        for (const { argv, env } of calls()) {
          assert.ok(!JSON.stringify([argv, env]).includes(value), "seen in argv or environment");
        }
        assert.ok(!lines.join("\n").includes(value), "seen in the output");
        assert.ok(!fs.readFileSync(made.workspace.configFile, "utf8").includes(value), "written in plain text");
      }
    });

    it("needs the key of a rollout like any other value, and none of a Secret that others keep", () => {
      const services = [
        { name: "chat", secrets: { source: "pulumi", keys: ["TOKEN"], rolloutKey: "ROLLOUT_KEY" } },
        { name: "other", secrets: { source: "existing", name: "db" } },
      ];
      assert.deepEqual(
        neededSecrets({ "holdfast:services": services }).map(({ service, key }) => `${service}.${key}`),
        ["chat.TOKEN", "chat.ROLLOUT_KEY"],
      );
    });

    it("makes none where all are there", async () => {
      const { binary, calls } = fakePulumi(made.directory);
      writePrivateConfig(made.workspace, here);
      const file = parse(fs.readFileSync(made.workspace.configFile, "utf8")) as StackFile;
      const encrypted = { secure: "v1:abc" };
      file.config!["holdfast:secrets"] = {
        chatpulse: { DATABASE_URL: encrypted, SESSION_SECRET: encrypted, BOT_USER_ID: encrypted },
      };
      fs.writeFileSync(made.workspace.configFile, JSON.stringify(file));
      writePrivateConfig(made.workspace, here);
      assert.equal(await makeMissingSecrets({ workspace: made.workspace, binary }), 0);
      assert.deepEqual(calls(), []);
    });

    it("shows what the CLI said when it refuses a value", async () => {
      const { binary } = fakePulumi(made.directory);
      writePrivateConfig(made.workspace, here);
      const environment = { FAKE_CODE: "255", FAKE_OUTPUT: "error: incorrect passphrase" };
      await assert.rejects(makeMissingSecrets({ workspace: made.workspace, binary, environment }), {
        message: "pulumi config set ended with 255:\nerror: incorrect passphrase",
      });
    });
  });
});

describe("generated secrets", () => {
  for (const [key, shape] of [
    [
      "DATABASE_URL",
      /^postgres:\/\/chatpulse:[0-9a-f]{32}@postgres\.chatpulse\.svc\.cluster\.local:5432\/chatpulse\?sslmode=require$/,
    ],
    ["REDIS_URL", /^redis:\/\/:[0-9a-f]{32}@redis\.chatpulse\.svc\.cluster\.local:6379$/],
    ["CALLBACK_URL", /^https:\/\//],
    ["TWITCH_CLIENT_ID", /^[0-9a-f]{30}$/],
    ["TWITCH_CLIENT_SECRET", /^[0-9a-f]{30}$/],
    ["SESSION_SECRET", /^[0-9a-f]{64}$/],
    ["WEBHOOK_SECRET", /^[0-9a-f]{32}$/],
    ["BOT_USER_ID", /^[1-9]{9}$/],
    ["TOKEN_ENCRYPTION_KEY", /^[0-9a-f]{64}$/],
    ["ANYTHING", /^[0-9a-f]{64}$/],
  ] as const) {
    it(`${key} has the shape its application checks, and is another one each time`, () => {
      assert.match(secretValue("chatpulse", key), shape);
      assert.notEqual(secretValue("chatpulse", key), secretValue("chatpulse", key));
      assert.doesNotThrow(() => (key.endsWith("_URL") ? new URL(secretValue("chatpulse", key)) : undefined));
    });
  }
});
