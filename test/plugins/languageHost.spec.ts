import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { configMap, eventually, namespace, processesOf, PROGRAMS, TestStack } from "./support";

describe("the language host under the real CLI", function () {
  this.timeout(60_000);
  let stack: TestStack;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create({}, "host");
  });
  after(() => stack.dispose());
  beforeEach(() => delete stack.env.HOLDFAST_TEST_ENDING);

  it("runs a TypeScript program and shows what it prints", async () => {
    const { code, output } = await stack.preview();
    assert.equal(code, 0, output);
    assert.match(output, /said by host\/test, dry run true/);
  });

  it("gives it the configuration, secrets as secrets", async () => {
    const settings = ["-c", "greeting=hello: world", "-c", "password=hunter2"];
    const { code, output } = await stack.preview(...settings, "--config-file", stack.file("Pulumi.test.yaml"));
    assert.equal(code, 0, output);
    assert.match(output, /greeting\s*: "hello: world"/);
    const { output: set } = await stack.run([
      "config",
      "set",
      "--secret",
      "password",
      "hunter2",
      "--config-file",
      stack.file("Pulumi.test.yaml"),
    ]);
    const second = await stack.preview("--config-file", stack.file("Pulumi.test.yaml"));
    assert.match(second.output, /password\s*: \[secret\]/, set);
    assert.match(second.output, /isKnownAsSecret\s*: true/);
  });

  it("reports a program's own error once, without its own words on top", async () => {
    stack.env.HOLDFAST_TEST_ENDING = "thrown";
    const thrown = await stack.preview();
    assert.notEqual(thrown.code, 0);
    assert.match(thrown.output, /thrown by the program/);
    assert.doesNotMatch(thrown.output, /exited with code/);
    stack.env.HOLDFAST_TEST_ENDING = "refused";
    const refused = await stack.preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /error: refused by the program/);
    assert.doesNotMatch(refused.output, /exited with code|\.ts:\d+/);
  });

  it("says how a program ended that did not explain itself", async () => {
    stack.env.HOLDFAST_TEST_ENDING = "exit";
    const { code, output } = await stack.preview();
    assert.notEqual(code, 0);
    assert.match(output, /The program exited with code 7/);
  });

  it("ends a program that hangs when the user interrupts", async () => {
    stack.env.HOLDFAST_TEST_ENDING = "hang";
    let interrupted = false;
    const { child, result } = stack.start(["preview"], undefined, (all) => {
      if (interrupted || !all.includes("hanging")) return;
      interrupted = true;
      child.kill("SIGINT");
    });
    assert.notEqual((await result).code, 0);
    await eventually("the end of the program", () => processesOf(stack).length === 0, 10);
  });

  it("ends the program when the CLI is killed", async () => {
    stack.env.HOLDFAST_TEST_ENDING = "hang";
    const { child, result } = stack.start(["preview"], undefined, (all) => {
      if (all.includes("hanging")) child.kill("SIGKILL");
    });
    await result;
    await eventually("the end of the program", () => processesOf(stack).length === 0, 10);
  });

  it("says of a configuration that no program can be started with how long it is, and what to do", async () => {
    const file = stack.file("Pulumi.long.yaml");
    const greeting = (characters: number) => fs.writeFileSync(file, `config:\n  host:greeting: ${"x".repeat(characters)}\n`);
    greeting(130_000);
    const fits = await stack.preview("--config-file", file);
    assert.equal(fits.code, 0, fits.output);
    greeting(132_000);
    const { code, output } = await stack.preview("--config-file", file);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /The configuration of this stack is 129 KiB, and Linux starts no program with more than 128 KiB of it\./,
    );
    assert.match(output, /Divide its services among several stacks/);
    assert.doesNotMatch(output, /E2BIG|run\.ts/);
  });

  it("says that the dependencies are there", async () => {
    const { code, output } = await stack.run(["install"], []);
    assert.equal(code, 0, output);
    assert.match(output, /nothing is left to install/);
  });
});

describe("a policy pack through the language host", function () {
  this.timeout(60_000);
  let stack: TestStack;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create();
  });
  after(() => stack.dispose());

  const withPack = (level: string) => {
    stack.plan([namespace(stack.namespace), configMap(stack.namespace, { LEVEL: level })]);
    return stack.preview("--policy-pack", path.join(PROGRAMS, "pack"));
  };

  it("refuses what breaks a mandatory rule, with the rule's words", async () => {
    const { code, output } = await withPack("trace");
    assert.notEqual(code, 0);
    assert.match(output, /found LEVEL trace, write LEVEL: info/);
  });

  it("lets pass what keeps it", async () => {
    const { code, output } = await withPack("info");
    assert.equal(code, 0, output);
    assert.match(output, /pack@v1\.0\.0/);
    assert.deepEqual(processesOf(stack), []);
  });
});
