import assert from "node:assert/strict";
import fs from "node:fs";
import type net from "node:net";
import path from "node:path";
import { plainReport, SandboxError } from "../../sandbox";
import { layoutOf } from "../../sandbox/paths";
import { openApiPort, portOf } from "../../sandbox/ports";
import { temporaryDirectory } from "./support/temporary";

describe("parts of the sandbox", () => {
  describe("names", () => {
    it("differ from folder to folder and stay the same for one", () => {
      const [one, again, other] = ["/srv/one", "/srv/one/", "/srv/other"].map((root) => layoutOf(root));
      assert.deepEqual(one, again);
      assert.notEqual(one!.clusterNamespace, other!.clusterNamespace);
      assert.match(one!.clusterNamespace, /^hf-[0-9a-f]{8}-cluster$/);
      assert.match(one!.clientNamespace, /^hf-[0-9a-f]{8}-client$/);
    });

    it("are the same through a symbolic link", () => {
      const { directory, remove } = temporaryDirectory();
      try {
        fs.mkdirSync(path.join(directory, "real"));
        fs.symlinkSync("real", path.join(directory, "link"));
        assert.equal(layoutOf(path.join(directory, "link")).id, layoutOf(path.join(directory, "real")).id);
      } finally {
        remove();
      }
    });
  });

  describe("the API server's port", () => {
    let taken: net.Server;
    beforeEach(async () => (taken = await openApiPort(undefined, undefined)));
    afterEach(() => new Promise((resolve) => taken.close(resolve)));

    it("must be free when it was asked for", async () => {
      const message = new RegExp(`Port ${portOf(taken)} on 127\\.0\\.0\\.1 is in use by another program[^]*--port`);
      await assert.rejects(
        openApiPort(portOf(taken), undefined),
        (error) => error instanceof SandboxError && message.test(error.message),
      );
    });

    it("stays what it was while that is free, and is another one when it is not", async () => {
      const free = await openApiPort(undefined, undefined);
      const before = portOf(free);
      await new Promise((resolve) => free.close(resolve));
      const same = await openApiPort(undefined, before);
      assert.equal(portOf(same), before);
      await new Promise((resolve) => same.close(resolve));
      const moved = await openApiPort(undefined, portOf(taken));
      assert.notEqual(portOf(moved), portOf(taken));
      await new Promise((resolve) => moved.close(resolve));
    });
  });

  it("reports a line that only counts on once in a while", () => {
    const lines: string[] = [];
    const report = plainReport((line) => lines.push(line));
    for (const line of ["building a: 0 s", "building a: 1 s", "building b: 0 s", "starting", "starting"]) report(line);
    assert.deepEqual(lines, ["building a: 0 s", "building b: 0 s", "starting", "starting"]);
  });
});
