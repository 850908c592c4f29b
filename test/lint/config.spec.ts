import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CONFIG_NAME, ConfigError, parseRuleLevel, readConfig } from "../../lint/config";
import { parseConfig } from "../../lint/configFile";
import { matcher } from "../../lint/glob";

const BROKEN = path.join(__dirname, "broken");

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong with it");
};

describe("holdfast.lint.yaml", () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-lint-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const name of fs.readdirSync(BROKEN).filter((each) => each.endsWith(".yaml"))) {
    it(`tells everything that is wrong at once: ${name.replace(/\.yaml$/, "").replaceAll("-", " ")}`, () => {
      const text = fs.readFileSync(path.join(BROKEN, name), "utf8");
      const message = `${messageOf(() => parseConfig(text, CONFIG_NAME))}\n`;
      const expected = path.join(BROKEN, name.replace(/\.yaml$/, ".txt"));
      if (process.env.UPDATE_GOLDEN === "1") fs.writeFileSync(expected, message);
      assert.equal(message, fs.readFileSync(expected, "utf8"));
    });
  }

  it("says how to judge, and what the cluster is", () => {
    const text = `cluster: { platform: aws, kubeProxyMode: nftables, inFront: [] }
options: { assume: all, idleSeconds: 600 }
preset: strict
rules: { snippet: off, tls: warning }
exclude: [vendor/]
`;
    fs.writeFileSync(path.join(folder, CONFIG_NAME), text);
    const below = path.join(folder, "a", "b");
    fs.mkdirSync(below, { recursive: true });
    assert.deepEqual(readConfig(undefined, below), {
      cluster: { platform: "aws", kubeProxyMode: "nftables", inFront: [] },
      options: { assume: "all", idleSeconds: 600 },
      preset: "strict",
      levels: { snippet: "off", tls: "warning" },
      exclude: ["vendor/"],
      folder,
    });
  });

  it("is not needed, and may be empty", () => {
    const nothing = { cluster: {}, options: {}, levels: {}, exclude: [] };
    assert.deepEqual(parseConfig("# nothing\n", path.join(folder, CONFIG_NAME)), { ...nothing, folder });
    const alone = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-none-"));
    try {
      assert.deepEqual(readConfig(undefined, alone), { ...nothing, folder: alone });
    } finally {
      fs.rmdirSync(alone);
    }
  });

  it("that is named must be there", () => {
    assert.equal(
      messageOf(() => readConfig(path.join(folder, "nope.yaml"), folder)),
      `${path.join(folder, "nope.yaml")}: no such file.`,
    );
  });

  it("has rules that --rule can name too", () => {
    assert.deepEqual(parseRuleLevel("idle-timeout=warning"), ["idle-timeout", "warning"]);
    assert.match(
      messageOf(() => parseRuleLevel("idle-timeuot=warning")),
      /^--rule idle-timeuot=warning: no rule has this id\. Did you mean idle-timeout\?$/,
    );
    const allowed = "allowed: tls=error, tls=warning, tls=info, tls=off.";
    assert.equal(
      messageOf(() => parseRuleLevel("tls")),
      `--rule tls: found no level; ${allowed}`,
    );
    assert.equal(
      messageOf(() => parseRuleLevel("tls=on")),
      `--rule tls=on: found "on"; ${allowed}`,
    );
  });
});

describe("the patterns of files that are left out", () => {
  const cases: [pattern: string, matches: string[], others: string[]][] = [
    ["vendor", ["vendor/a.yaml", "a/vendor/b/c.yaml", "vendor"], ["vendors/a.yaml"]],
    ["vendor/", ["vendor/a.yaml"], ["b/a.yaml"]],
    ["./k8s/*.yaml", ["k8s/a.yaml"], ["k8s/b/a.yaml", "a/k8s/a.yaml"]],
    ["**/test/**", ["a/test/b.yaml", "test/b.yaml"], ["a/tests/b.yaml"]],
    ["a?.yaml", ["ab.yaml", "x/ac.yaml"], ["abc.yaml"]],
    ["a.(b)+.yaml", ["a.(b)+.yaml"], ["a.bb.yaml"]],
  ];
  for (const [pattern, matches, others] of cases) {
    it(pattern, () => {
      const isLeftOut = matcher([pattern], "/x");
      for (const file of matches) assert.ok(isLeftOut(`/x/${file}`), file);
      for (const file of others) assert.ok(!isLeftOut(`/x/${file}`), file);
    });
  }
});
