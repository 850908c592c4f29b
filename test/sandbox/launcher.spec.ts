import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { toolNamed } from "../../sandbox/tools";
import { fetchByLauncher, fetchedEarlier } from "../../sandbox/tools/launcher";
import { withEnvironment } from "./support/fakeGo";
import { temporaryDirectory } from "./support/temporary";

/** What a launcher does with its home before it answers. */
const LAUNCHERS = {
  fetches: (version: string) => `put(); console.log("v${version}");`,
  "has no way out": () => `console.error("fetch failed"); process.exit(1);`,
  "leaves half a download": () => `put(); process.exit(1);`,
  "fetches another version": () => `put(); console.log("v1.0.0");`,
  "never answers": () => `setInterval(() => {}, 1000);`,
};

const PUT = `
const fs = require("fs"), path = require("path");
function put() {
  const file = path.join(process.env.PULUMI_HOME, "versions", process.env.PULUMI_VERSION, "bin", "pulumi");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "");
}
`;

describe("the official launcher of the Pulumi CLI", () => {
  const pulumi = toolNamed("pulumi");
  let directory: string;
  let remove: () => void;
  beforeEach(() => ({ directory, remove } = temporaryDirectory()));
  afterEach(() => remove());

  function ask(behaviour: keyof typeof LAUNCHERS, tool = pulumi): Promise<string | undefined> {
    const script = path.join(directory, "launcher.js");
    fs.writeFileSync(script, PUT + LAUNCHERS[behaviour](pulumi.version.slice(1)));
    return inDirectory(() => fetchByLauncher(tool, () => {}, { script, seconds: 2 }));
  }

  const inDirectory = <T>(work: () => Promise<T>) => withEnvironment({ XDG_CACHE_HOME: directory, HOME: directory }, work);

  it("gives the CLI it fetched, from our cache and not from the user's home", async () => {
    const file = await ask("fetches");
    assert.ok(file?.startsWith(path.join(directory, "holdfast")), file);
    assert.equal(await inDirectory(async () => fetchedEarlier(pulumi)), file);
    assert.ok(!fs.existsSync(path.join(directory, ".pulumi")));
  });

  for (const behaviour of ["has no way out", "leaves half a download", "fetches another version", "never answers"] as const) {
    it(`gives nothing, and leaves nothing to be found later, when it ${behaviour}`, async () => {
      assert.equal(await ask(behaviour), undefined);
      assert.equal(await inDirectory(async () => fetchedEarlier(pulumi)), undefined);
    });
  }

  it("is asked once by two runs at the same time", async () => {
    const lines: string[] = [];
    const script = path.join(directory, "launcher.js");
    fs.writeFileSync(script, PUT + LAUNCHERS.fetches(pulumi.version.slice(1)));
    const two = await inDirectory(() =>
      Promise.all([1, 2].map(() => fetchByLauncher(pulumi, (line) => lines.push(line), { script, seconds: 10 }))),
    );
    assert.ok(two[0] !== undefined && two[0] === two[1], String(two));
    assert.equal(lines.filter((line) => line.startsWith("asking")).length, 1, lines.join("\n"));
  });

  it("is asked for the Pulumi CLI alone", async () => {
    assert.equal(await ask("fetches", toolNamed("etcd")), undefined);
  });
});
