import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { rawStackWith } from "../compile/stacks";

const BINARY = path.join(__dirname, "..", "..", "bin", "holdfast.js");

/** Runs the command by itself and tells what it took; processor time, because a busy machine makes only the clock slower. */
const MEASURED = `
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\n" + JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }));
});
process.argv.splice(1, 0, ${JSON.stringify(BINARY)});
require(process.argv[1]);
`;

interface Taken {
  seconds: number;
  megabytes: number;
}

describe("the speed of explain", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-explain-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  function explain(services: number): Taken {
    fs.writeFileSync(path.join(folder, `Pulumi.n${services}.yaml`), stackFile(services));
    return measure("explain", "--cwd", folder, "-s", `n${services}`, "--format", "json");
  }

  function measure(...args: string[]): Taken {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", MEASURED, "--", ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.length > 0);
    return JSON.parse(stderr.split("\n").at(-1)!) as Taken;
  }

  it("explains 1,000 services in 2 s and 300 MB beyond the start, and twice as many in twice that", () => {
    const start = measure("--version");
    const one = explain(1000);
    const two = explain(2000);
    // Under load the same work takes more processor time; only a multiple of the target tells a mistake from a busy machine.
    const slack = 2;
    assert.ok(one.seconds - start.seconds < 2 * slack, `${one.seconds - start.seconds} s`);
    assert.ok(one.megabytes - start.megabytes < 300, `${one.megabytes - start.megabytes} MB`);
    const growth = (two.seconds - start.seconds) / (one.seconds - start.seconds);
    assert.ok(growth < 3, `${growth} times the time for twice the services`);
  });
});

function stackFile(count: number): string {
  const services = Array.from({ length: count }, (_, index) => ({
    name: `chat-${index}`,
    image: "registry.example.com/chat:1.8.2",
    port: 8080,
    entries: [
      { kind: "metallb", pool: "lan", address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}` },
      { kind: "ingress-nginx", host: `chat-${index}.example.com` },
    ],
  }));
  const bareMetal = { addressPools: [{ name: "lan", addresses: ["10.0.0.0/16"] }] };
  const raw = rawStackWith({}, {}, { bareMetal, services });
  return stringify({ config: Object.fromEntries(Object.entries(raw).map(([key, value]) => [`holdfast:${key}`, value])) });
}
