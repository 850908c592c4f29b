import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { layoutOf } from "../../sandbox";
import { missingForDataPlane } from "../../sandbox/privileges";
import { withEnvironment } from "./support/fakeGo";
import { temporaryDirectory } from "./support/temporary";

describe("what a data plane needs of the machine", () => {
  let directory: string;
  let remove: () => void;
  beforeEach(() => ({ directory, remove } = temporaryDirectory()));
  afterEach(() => remove());

  function program(name: string, script: string): void {
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async function missing(): Promise<{ missing: string[]; lines: string[] }> {
    const lines: string[] = [];
    const found = await withEnvironment({ PATH: directory }, () =>
      missingForDataPlane(layoutOf(directory), (line) => lines.push(line)),
    );
    return { missing: found, lines };
  }

  it("names a program that is missing, and the package that holds it", async () => {
    program("ip", "exit 0");
    const { missing: found, lines } = await missing();
    assert.ok(found.includes("the program `nft` (Debian's package nftables)"), found.join("; "));
    assert.ok(!found.some((each) => each.includes("`ip`")), found.join("; "));
    assert.deepEqual(lines, []);
  });

  if (process.getuid?.() === 0) {
    it("installs Debian's package as root, after a fresh look at what there is", async () => {
      program("ip", "exit 0");
      fs.symlinkSync("/usr/bin/env", path.join(directory, "env"));
      const log = path.join(directory, "calls");
      const place = `printf '#!/bin/sh\\n' > ${directory}/nft; /bin/chmod +x ${directory}/nft`;
      // As on a machine whose package lists are empty: the first try finds nothing.
      program(
        "apt-get",
        `echo "$*" >> ${log}\ncase "$1" in update) : > ${directory}/updated ;; install) [ -e ${directory}/updated ] || exit 100; ${place} ;; esac`,
      );
      const { missing: found, lines } = await missing();
      assert.deepEqual(found, []);
      assert.deepEqual(lines, ["installing Debian's nftables, which the data plane needs"]);
      const install = "install -y --no-install-recommends nftables";
      assert.deepEqual(fs.readFileSync(log, "utf8").trim().split("\n"), ["--version", install, "update", install]);
    });

    it("names the right to make namespaces where even root has it not", async () => {
      program("nft", "exit 0");
      program("ip", 'case "$1" in netns) echo "Operation not permitted" >&2; exit 1 ;; esac');
      const { missing: found } = await missing();
      assert.deepEqual(found, ["the right to make network namespaces (`ip netns add` said: Operation not permitted)"]);
    });
  }
});
