import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { deployedBeside, findTarget, openWorkspace, requireFreeAddresses, targetNames } from "../../start/target";
import { withEnvironment } from "../sandbox/support/fakeGo";
import { temporaryProject, type Sandboxed } from "./support";

describe("what npm start can start", () => {
  let made: Sandboxed;

  const addExample = (name: string, addresses: string[]): void => {
    const directory = path.join(made.project, "examples", name);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    const config = { "holdfast:bareMetal": { addressPools: [{ name, addresses }] } };
    fs.writeFileSync(path.join(directory, "Pulumi.dev.yaml"), stringify({ config }));
  };
  const deploy = (name: string): void => {
    const { backendDirectory, project, stack } = openWorkspace(findTarget(made.project, name), "uid-1");
    const directory = path.join(backendDirectory, ".pulumi", "stacks", project);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, `${stack}.json`), "{}");
  };

  beforeEach(() => {
    made = temporaryProject();
    addExample("near", ["192.168.1.208-192.168.1.210"]);
    addExample("far", ["192.168.2.0/28"]);
  });
  afterEach(() => made.remove());

  it("is the dev stack and every example", () => {
    assert.deepEqual(targetNames(made.project), ["dev", "far", "near"]);
    assert.throws(
      () => findTarget(made.project, "nera"),
      /^StartError: There is nothing called nera; there is: dev, far, near\. Did you mean near\?$/,
    );
  });

  it("has a state of its own each, and shares the plugins", async () => {
    await withEnvironment({ HOLDFAST_STATE_DIR: "" }, async () => {
      const [dev, near] = ["dev", "near"].map((name) => openWorkspace(findTarget(made.project, name), "uid-1"));
      assert.equal(near!.stateDirectory, path.join(dev!.stateDirectory, "examples", "near"));
      assert.notEqual(near!.configFile, dev!.configFile);
      assert.equal(near!.pulumiHome, dev!.pulumiHome);
      assert.notEqual(fs.readFileSync(near!.passphraseFile, "utf8"), fs.readFileSync(dev!.passphraseFile, "utf8"));
    });
  });

  it("is refused beside a stack that has its addresses, and only beside that", async () => {
    await withEnvironment({ HOLDFAST_STATE_DIR: "" }, async () => {
      const beside = (name: string) => {
        const target = findTarget(made.project, name);
        requireFreeAddresses(target, deployedBeside(made.project, target, "uid-1"));
      };
      beside("near");
      deploy("dev");
      beside("far");
      assert.throws(
        () => beside("near"),
        /pool near \(192\.168\.1\.208-192\.168\.1\.210\) belong to pool lan \(192\.168\.1\.200-192\.168\.1\.220\) of stack dev, which is deployed\. Take that down first: npm stop -- dev\.$/,
      );
      assert.deepEqual(
        deployedBeside(made.project, findTarget(made.project, "near"), "uid-2"),
        [],
        "another cluster's are no matter",
      );
    });
  });
});
