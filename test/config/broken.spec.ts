import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readStack } from "../../cli/stackFile";
import { UsageError } from "../../cli/usageError";

const BROKEN = path.join(__dirname, "broken");
const ROOT = path.join(__dirname, "..", "..");
const cases = fs
  .readdirSync(BROKEN)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(/\.yaml$/, ""));

/** What a user is told about a stack file; undefined when nothing is wrong with it. */
function complaint(text: string): string | undefined {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-broken-"));
  try {
    fs.writeFileSync(path.join(directory, "Pulumi.dev.yaml"), text);
    readStack(directory, "dev");
    return undefined;
  } catch (error) {
    assert.ok(error instanceof UsageError, `not a user's error: ${(error as Error).stack}`);
    return error.message;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

describe("broken stack files", () => {
  it("are at least thirty-five", () => assert.ok(cases.length >= 35));

  for (const name of cases) {
    it(name, () => {
      const expectedFile = path.join(BROKEN, `${name}.txt`);
      const told = complaint(fs.readFileSync(path.join(BROKEN, `${name}.yaml`), "utf8"));
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(expectedFile, `${told}\n`);
      assert.equal(`${told}\n`, fs.readFileSync(expectedFile, "utf8"));
    });
  }

  it("have each a message of its own and no message without a file", () => {
    const messages = fs.readdirSync(BROKEN).filter((file) => file.endsWith(".txt"));
    assert.deepEqual(
      messages,
      cases.map((name) => `${name}.txt`),
    );
    const texts = messages.map((file) => fs.readFileSync(path.join(BROKEN, file), "utf8"));
    assert.equal(new Set(texts).size, texts.length);
  });

  it("do not differ by much from files that are good", () => {
    const broken = fs.readFileSync(path.join(BROKEN, "address-outside-pool.yaml"), "utf8");
    assert.equal(complaint(broken.replace("192.168.1.250", "192.168.1.210")), undefined);
    for (const stack of ["dev", "prod"]) {
      assert.equal(complaint(fs.readFileSync(path.join(ROOT, `Pulumi.${stack}.yaml`), "utf8")), undefined);
    }
  });

  it("never show the value of a secret", () => {
    const told = complaint(fs.readFileSync(path.join(BROKEN, "secret-plain.yaml"), "utf8"));
    assert.doesNotMatch(told!, /hunter2|postgres/);
  });
});

describe("holdfast render with a broken stack file", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-render-"));
  after(() => fs.rmSync(directory, { recursive: true }));

  const render = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin/holdfast.js"), "render", ...args], { encoding: "utf8", cwd: ROOT });

  it("tells the same as the check, ends with 2, prints no object and no stack trace", () => {
    fs.copyFileSync(path.join(BROKEN, "many-at-once.yaml"), path.join(directory, "Pulumi.dev.yaml"));
    const { status, stdout, stderr } = render("--cwd", directory);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.equal(stderr, fs.readFileSync(path.join(BROKEN, "many-at-once.txt"), "utf8"));
    assert.doesNotMatch(stderr, /^\s+at /m);
  });

  it("says which stacks there are when the one asked for is not", () => {
    const { status, stderr } = render("-s", "staging");
    assert.equal(status, 2);
    assert.match(stderr, /^No Pulumi\.staging\.yaml in .*Stacks there: dev, prod\./);
  });

  it("ends with 0 and prints objects when nothing is wrong", () => {
    const { status, stdout, stderr } = render("-s", "dev");
    assert.equal(status, 0);
    assert.equal(stderr, "");
    assert.match(stdout, /^kind: Deployment$/m);
  });
});
