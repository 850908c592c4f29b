import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  createWorkspace,
  forgetOtherClusters,
  hasState,
  removeStateDirectory,
  requireOwnStateDirectory,
  stateDirectoryOf,
} from "../../start/workspace";
import { temporaryProject, type Sandboxed } from "./support";

const mode = (file: string) => (fs.statSync(file).mode & 0o777).toString(8);

describe("the private workspace of a stack", () => {
  let made: Sandboxed;

  beforeEach(() => (made = temporaryProject()));
  afterEach(() => made.remove());

  it("can be read by its owner only", () => {
    assert.equal(mode(made.state), "700");
    assert.equal(mode(made.workspace.passphraseFile), "600");
    assert.equal(mode(made.workspace.backendDirectory), "700");
  });

  it("keeps its passphrase, which no other workspace has", () => {
    const passphrase = fs.readFileSync(made.workspace.passphraseFile, "utf8");
    assert.ok(passphrase.length >= 40);
    createWorkspace({ stateDirectory: made.state, projectDirectory: made.project, clusterUid: "uid-1" });
    assert.equal(fs.readFileSync(made.workspace.passphraseFile, "utf8"), passphrase);
    const other = temporaryProject();
    assert.notEqual(fs.readFileSync(other.workspace.passphraseFile, "utf8"), passphrase);
    other.remove();
  });

  it("does not make a second passphrase over secrets that the first one locked", () => {
    fs.writeFileSync(made.workspace.configFile, "encryptionsalt: v1:x\n");
    fs.rmSync(made.workspace.passphraseFile);
    assert.throws(() => createWorkspace({ stateDirectory: made.state, projectDirectory: made.project }), {
      message:
        `The passphrase ${made.workspace.passphraseFile} is gone, and with it the key to the secrets of stack dev. ` +
        "Put the file back; or forget the state and start afresh with `npm stop -- --all`.",
    });
  });

  it("has a state of its own for every cluster", () => {
    fs.mkdirSync(path.join(made.workspace.backendDirectory, ".pulumi/stacks/holdfast"), { recursive: true });
    fs.writeFileSync(path.join(made.workspace.backendDirectory, ".pulumi/stacks/holdfast/dev.json"), "{}");
    assert.ok(hasState(made.workspace));
    const next = createWorkspace({ stateDirectory: made.state, projectDirectory: made.project, clusterUid: "uid-2" });
    assert.ok(!hasState(next));
    assert.deepEqual(forgetOtherClusters(next), ["uid-1"]);
    assert.ok(!fs.existsSync(made.workspace.backendDirectory));
    assert.ok(fs.existsSync(next.backendDirectory));
  });

  describe("in a folder that the user names", () => {
    let named: string;
    beforeEach(() => (named = path.join(made.directory, "named")));
    const claim = () => requireOwnStateDirectory(named, made.project);

    it("may be new, empty, or one from an earlier start", () => {
      claim();
      fs.mkdirSync(named);
      claim();
      fs.mkdirSync(path.join(named, "sandbox"));
      claim();
      createWorkspace({ stateDirectory: named, projectDirectory: made.project });
      fs.writeFileSync(path.join(named, "notes.txt"), "");
      claim();
    });

    it("is refused when it is somebody's, so that nothing in it is overwritten or removed", () => {
      fs.mkdirSync(named);
      for (const name of ["Pulumi.yaml", "backends", "thesis.tex"]) fs.writeFileSync(path.join(named, name), "theirs");
      const message =
        `HOLDFAST_STATE_DIR is ${named}, which holds what is not Holdfast's: thesis.tex. Nothing was changed. ` +
        "Name a folder that is new or empty.";
      assert.throws(claim, { message, exitCode: 2 });
      assert.throws(() => requireOwnStateDirectory(made.project, made.project), /which holds what is not Holdfast's/);
    });

    it("loses, with everything of ours, nothing else", () => {
      createWorkspace({ stateDirectory: named, projectDirectory: made.project });
      fs.writeFileSync(path.join(named, "notes.txt"), "");
      fs.writeFileSync(path.join(named, "last-up.log"), "");
      assert.deepEqual(removeStateDirectory(named, made.project), ["notes.txt"]);
      assert.deepEqual(fs.readdirSync(named), ["notes.txt"]);
      fs.rmSync(path.join(named, "notes.txt"));
      assert.deepEqual(removeStateDirectory(named, made.project), []);
      assert.ok(!fs.existsSync(named));
    });
  });

  it("lies in the project, or where HOLDFAST_STATE_DIR says", () => {
    assert.equal(stateDirectoryOf("/project", {}), "/project/.holdfast");
    assert.equal(stateDirectoryOf("/project", { HOLDFAST_STATE_DIR: "/elsewhere" }), "/elsewhere");
    assert.equal(stateDirectoryOf("/project", { HOLDFAST_STATE_DIR: "" }), "/project/.holdfast");
  });
});
