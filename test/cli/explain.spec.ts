import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { rawStackWith, type Block } from "../compile/stacks";

const ROOT = path.join(__dirname, "..", "..");
const METALLB = { kind: "metallb", pool: "lan", address: "192.168.1.207" };

describe("holdfast explain", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-explain-"));
    const other = {
      name: "log",
      image: "registry.example.com/log:1",
      port: 80,
      entries: [{ ...METALLB, address: "192.168.1.208" }],
    };
    const service = (entries: Block[]) => rawStackWith({ entries }).services as Block[];
    write("holds", rawStackWith({ entries: [METALLB] }));
    write("fails", rawStackWith({ entries: [METALLB] }, { kubeProxyMode: "ipvs" }));
    write("open", rawStackWith({ entries: [METALLB] }, { kubeProxyMode: undefined }));
    write("two", rawStackWith({}, {}, { services: [...service([METALLB]), { ...other, image: "registry.example.com/log" }] }));
    write("bad", rawStackWith({ entries: [METALLB], promise: { idleSeconds: "60s" } }, { kubeProxyMode: "ipvs" }));
    write("both", rawStackWith({}, { kubeProxyMode: "ipvs" }, { services: [...service([METALLB]), { ...other, port: 0 }] }));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function write(name: string, raw: Block): void {
    const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [`holdfast:${key}`, value]));
    fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), stringify({ config }));
  }

  const explain = (stack: string, ...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "explain", "--cwd", folder, "-s", stack, ...args], {
      encoding: "utf8",
    });

  it("shows a path that holds, ends with 0 and says nothing beside it", () => {
    const { status, stdout, stderr } = explain("holds");
    assert.equal(status, 0);
    assert.match(stdout, /✔ holds {2}metallb {2}ws:\/\/192\.168\.1\.207/);
    assert.match(stdout, /kube-proxy \(nftables\) .*◀ weakest/);
    assert.doesNotMatch(stderr, /warning/);
  });

  it("shows a promise that fails with the hop and the line to write, and ends with 1", () => {
    const { status, stdout } = explain("fails");
    assert.equal(status, 1);
    assert.match(stdout, /✘ FAILS {2}metallb/);
    assert.match(stdout, /kube-proxy \(IPVS\) .*15 min .*◀ breaks here/);
    assert.match(stdout, /write {3}ipvs\.tcpTimeout: \d+s in kube-proxy's configuration/);
  });

  it("warns of what nothing decides, and ends with 1 only when asked to be strict", () => {
    const { status, stdout, stderr } = explain("open");
    assert.equal(status, 0);
    assert.match(stdout, /\? not known/);
    assert.match(stderr, /warning: services\[0\] chat: entries\[0\]: nothing shows whether the promise is kept/);
    assert.equal(explain("open", "--strict").status, 1);
    assert.equal(explain("holds", "--strict").status, 0);
  });

  it("tells every problem of a bad file and ends with 2, shows nothing, and has no stack trace", () => {
    const { status, stdout, stderr } = explain("bad");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /promise\.idleSeconds: found "60s"/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });

  it("tells a promise that fails among the problems of a bad file", () => {
    const { status, stderr } = explain("both");
    assert.equal(status, 2);
    assert.match(stderr, /2 problems/);
    assert.match(stderr, /services\[0\]\.entries\[0\]: cannot keep the promise/);
    assert.match(stderr, /services\[1\]\.port: found 0/);
  });

  it("shows one service alone, with its own warnings", () => {
    const names = (...args: string[]) => {
      const { stdout } = explain("two", "--format", "json", ...args);
      return (JSON.parse(stdout) as { services: { name: string }[] }).services.map(({ name }) => name);
    };
    assert.deepEqual(names(), ["chat", "log"]);
    assert.deepEqual(names("--service", "log"), ["log"]);
    assert.match(explain("two", "--service", "log").stderr, /warning: services\[1\] log: image/);
    assert.doesNotMatch(explain("two", "--service", "chat").stderr, /warning/);
  });

  const refused: [string[], RegExp][] = [
    [["--service", "caht"], /--service: found caht; services of Pulumi\.holds\.yaml: chat\. Did you mean chat\?/],
    [["--format", "pdf"], /'pdf' is invalid\. Allowed choices are text, json, markdown, mermaid, html/],
    [["--format", "mermaid", "--cost"], /--cost has no place in --format mermaid\. Use one of text, json, markdown, html/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${args.join(" ")} with exit code 2`, () => {
      const { status, stdout, stderr } = explain("holds", ...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  it("names the stacks that are there when one is not", () => {
    const { status, stderr } = explain("prod");
    assert.equal(status, 2);
    assert.match(stderr, /No Pulumi\.prod\.yaml.*Stacks there: bad, both, fails, holds, .*open, two/);
  });

  it("ends quietly, with its own exit code, when its reader has seen enough", () => {
    const services = Array.from({ length: 300 }, (_, index) => {
      const address = `10.0.${Math.floor(index / 200)}.${(index % 200) + 1}`;
      return { name: `chat-${index}`, image: "registry.example.com/chat:1", port: 80, entries: [{ ...METALLB, address }] };
    });
    write(
      "many",
      rawStackWith(
        {},
        { kubeProxyMode: "ipvs" },
        { bareMetal: { addressPools: [{ name: "lan", addresses: ["10.0.0.0/16"] }] }, services },
      ),
    );
    const command = `"${process.execPath}" "${path.join(ROOT, "bin", "holdfast.js")}" explain --cwd "${folder}" -s many | head -1; echo "exit \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    assert.match(stdout, /^chat-0 .*\nexit 1\n$/);
    assert.doesNotMatch(stderr, /EPIPE|^\s+at /m);
  });

  it("counts what a stack takes when asked to", () => {
    assert.match(explain("two", "--cost").stdout, /0 load balancers, 2 addresses, 2 rules\.\n[^]*sharingKey/);
    assert.doesNotMatch(explain("two").stdout, /What it takes/);
  });
});
