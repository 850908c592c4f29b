import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as prettier from "prettier";
import { documented } from "./componentsDocumentation";
import { Interfaces } from "./componentsInterfaces";
import { SENTENCES } from "./componentsSentences";

const DIRECTORY = path.join(__dirname, "..", "..", "components", "public", "args");

/** The arguments that other languages see are written by hand nowhere: they follow from the schemas of the stack file. */
describe("the arguments of the packaged component", function () {
  this.timeout(60_000);
  const interfaces = new Interfaces();
  const written = interfaces.written();

  it("have something said about every key", () => assert.deepEqual(interfaces.unsaid, []));

  it("would show a key about which nothing is said", () => {
    assert.equal(documented("service.promise.idleMinutes"), undefined);
    assert.equal(
      documented("service.promise.idleSeconds"),
      "Seconds a connection may be silent and still be open. Allowed: 1 to 86400 seconds. Default: 3600.",
    );
  });

  it("use every sentence", () =>
    assert.deepEqual(
      Object.keys(SENTENCES).filter((key) => !interfaces.used.has(key)),
      [],
    ));

  it("are what the schemas take", async () => {
    const files: Record<string, string> = {};
    for (const [file, text] of Object.entries(written)) {
      const target = path.join(DIRECTORY, file);
      files[file] = await prettier.format(text, { ...(await prettier.resolveConfig(target)), filepath: target });
    }
    if (process.env.UPDATE_GOLDEN === "1") {
      fs.rmSync(DIRECTORY, { recursive: true, force: true });
      fs.mkdirSync(DIRECTORY);
      for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(DIRECTORY, file), text);
    }
    const there = Object.fromEntries(
      fs.readdirSync(DIRECTORY).map((file) => [file, fs.readFileSync(path.join(DIRECTORY, file), "utf8")]),
    );
    assert.deepEqual(there, files, "UPDATE_GOLDEN=1 writes them anew");
  });
});
