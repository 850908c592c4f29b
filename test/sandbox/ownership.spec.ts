import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { down, SandboxError, up } from "../../sandbox";
import { clean } from "../../sandbox/down";
import { layoutOf } from "../../sandbox/paths";
import { withEnvironment } from "./support/fakeGo";
import { temporaryDirectory } from "./support/temporary";

describe("the folders of the sandbox", () => {
  let directory: string;
  let remove: () => void;
  beforeEach(() => ({ directory, remove } = temporaryDirectory()));
  afterEach(() => remove());

  it("are never somebody else's: what it did not make it does not take away", async () => {
    const theirs = path.join(directory, "sandbox", "thesis.tex");
    fs.mkdirSync(path.dirname(theirs));
    fs.writeFileSync(theirs, "years of work");
    const refused = (error: Error) =>
      error instanceof SandboxError &&
      /sandbox holds what is not the sandbox's: thesis\.tex\..*HOLDFAST_STATE_DIR/s.test(error.message);
    await assert.rejects(down(undefined, layoutOf(directory)), refused);
    await withEnvironment({ HOLDFAST_STATE_DIR: directory }, () => assert.rejects(up({ controlPlaneOnly: true }), refused));
    assert.equal(fs.readFileSync(theirs, "utf8"), "years of work");
  });

  it("are taken away whole where the sandbox made them, however far it came", async () => {
    const layout = layoutOf(directory);
    fs.mkdirSync(path.join(layout.directory, "etcd"), { recursive: true });
    fs.writeFileSync(`${layout.stateFile}.new`, "{");
    await clean(layout);
    assert.ok(!fs.existsSync(layout.directory));
  });

  it("are told with the way out where they cannot be written", async () => {
    const file = path.join(directory, "file");
    fs.writeFileSync(file, "");
    await withEnvironment({ HOLDFAST_STATE_DIR: path.join(file, "state") }, () =>
      assert.rejects(
        up({ controlPlaneOnly: true }),
        (error) => error instanceof SandboxError && /^.*state cannot be used: ENOTDIR.*HOLDFAST_STATE_DIR/s.test(error.message),
      ),
    );
  });
});
