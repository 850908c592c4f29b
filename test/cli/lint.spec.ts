import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../path/objects";
import { fakeServer, kubeconfigOf } from "../cluster/fakeServer";
import { exposed } from "../lint/fixture";

const ROOT = path.join(__dirname, "..", "..");
const QUIET = ["--rule", "disruption-budget=off", "--rule", "readiness-probe=off", "--rule", "sticky-sessions=off"];
const TIMES =
  '\n    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600s" # an hour\n    nginx.ingress.kubernetes.io/proxy-send-timeout: "3660"';

describe("holdfast lint", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-lint-"));
    write("web.yaml", exposed());
    write("waived.yaml", exposed({ annotations: '\n    holdfast/waive.idle-timeout: "clients ping"' }));
    write("broken.yaml", `a: "\n---\n${exposed()}`);
    write("times.yaml", `# of the team\n${exposed({ annotations: TIMES })}`);
    write("empty/README.md", "nothing");
    write("strict/holdfast.lint.yaml", "preset: strict\noptions: { idleSeconds: 30 }\n");
    write("strict/web.yaml", exposed());
    write("wrong/holdfast.lint.yaml", "presets: strict\nrules: { idle: error }\n");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function write(file: string, text: string): void {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  const run = (args: string[], { input = "", cwd = folder, env = {} } = {}) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "lint", ...args], {
      encoding: "utf8",
      cwd,
      input,
      env: { ...process.env, ...env },
      maxBuffer: 1e8,
    });
  const rulesOf = (stdout: string): string[] =>
    (JSON.parse(stdout) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule);

  it("ends with 1 where something is found, and says where, what and how", () => {
    const { status, stdout, stderr } = run(["web.yaml"]);
    assert.deepEqual([status, stderr], [1, ""]);
    assert.match(stdout, /✘ error idle-timeout {2}web\.yaml:5:3 /);
    assert.match(stdout, /way +client -> .*ingress-nginx 60 s \(weakest\) -> the pod/);
    assert.match(stdout, /1 of 1 way in judged, because of: /);
  });

  it("ends with 0 where nothing is found that is not waived, unless less is asked for", () => {
    assert.equal(run(["waived.yaml", ...QUIET]).status, 0);
    assert.equal(run(["waived.yaml", ...QUIET, "--fail-on", "warning"]).status, 1);
    assert.match(run(["waived.yaml", ...QUIET]).stdout, /Waived:\n {2}idle-timeout {2}Ingress default\/web: clients ping\n/);
  });

  it("ends with 2 where a document is broken, and judges the rest", () => {
    const { status, stdout, stderr } = run(["broken.yaml", "-f", "json"]);
    assert.equal(status, 2);
    assert.match(stderr, /^broken\.yaml:\d+:\d+: not valid YAML: /);
    assert.ok(rulesOf(stdout).includes("idle-timeout"));
  });

  for (const [args, message] of [
    [[], "Nothing to read: name files, folders of them, - for the standard input, or --live."],
    [["nope.yaml", "neither"], "nope.yaml: no such file or folder.\nneither: no such file or folder."],
    [["empty"], "empty: no file named *.yaml, *.yml or *.json. Name files, folders of them, or - ."],
    [["web.yaml", "--live"], "--live reads a cluster, and web.yaml would not be read. Leave out one of the two."],
    [
      ["--live", "--fix", "--each"],
      "--each has no place beside --live, which reads one cluster. Leave it out.\n--fix has no place beside --live, which changes nothing. Mend the files that the cluster was made from.",
    ],
    [["web.yaml", "--context", "x"], "--context is only read by --live. Write --live, or leave it out."],
    [["web.yaml", "--rule", "idle-timeuot=off"], "--rule idle-timeuot=off: no rule has this id. Did you mean idle-timeout?"],
    [["web.yaml", "--config", "nope.yaml"], "nope.yaml: no such file."],
    [
      ["web.yaml", "-f", "pdf"],
      "error: option '-f, --format <format>' argument 'pdf' is invalid. Allowed choices are text, json, sarif, junit, github, markdown.",
    ],
    [
      ["web.yaml", "-o", "no/such/folder"],
      "--output: no/such/folder cannot be written: ENOENT: no such file or directory, open 'no/such/folder'. Choose another file.",
    ],
  ] as [string[], string][]) {
    it(`refuses: lint ${args.join(" ")}`, () => {
      const { status, stdout, stderr } = run(args);
      assert.deepEqual([status, stdout, stderr], [2, "", `${message}\n`]);
    });
  }

  it("tells everything that is wrong with its configuration", () => {
    const { status, stderr } = run(["../web.yaml"], { cwd: path.join(folder, "wrong") });
    assert.equal(status, 2);
    assert.match(
      stderr,
      /has 2 problems:\n {2}presets: unknown key; .* Did you mean preset\?\n {2}rules\.idle: no rule has this id/,
    );
  });

  it("takes the configuration nearest to the working folder, and the command line before it", () => {
    const cwd = path.join(folder, "strict");
    const { findings } = JSON.parse(run(["web.yaml", "-f", "json"], { cwd }).stdout) as {
      findings: { rule: string; severity: string }[];
    };
    assert.equal(findings.find(({ rule }) => rule === "idle-timeout")!.severity, "warning", "30 s are kept by all that is known");
    assert.equal(findings.find(({ rule }) => rule === "startup-probe")!.severity, "error");
    const again = JSON.parse(run(["web.yaml", "-f", "json", "--preset", "recommended"], { cwd }).stdout) as {
      findings: typeof findings;
    };
    assert.equal(again.findings.find(({ rule }) => rule === "startup-probe")!.severity, "warning");
  });

  it("reads the standard input, each file as a cluster of its own, and writes a file", () => {
    const { stdout } = run(["-", "-f", "json", "--namespace", "chat"], { input: exposed() });
    const { findings } = JSON.parse(stdout) as { findings: { file: string; object: { namespace: string } }[] };
    assert.deepEqual([...new Set(findings.map(({ file, object }) => `${file} ${object.namespace}`))], ["- chat"]);
    const once = run(["web.yaml", "waived.yaml", "-f", "json"]);
    assert.match(once.stderr, /Ingress default\/web stands twice: /);
    const { status, stdout: nothing, stderr } = run(["web.yaml", "waived.yaml", "--each", "-f", "json", "-o", "out.json"]);
    assert.deepEqual([status, nothing, stderr], [1, "", ""]);
    const both = JSON.parse(fs.readFileSync(path.join(folder, "out.json"), "utf8")) as {
      findings: { file: string; rule: string; waived: boolean }[];
    };
    const idle = both.findings.filter(({ rule }) => rule === "idle-timeout").map(({ file, waived }) => [file, waived]);
    assert.deepEqual(idle, [
      ["web.yaml", false],
      ["waived.yaml", true],
    ]);
  });

  it("mends what is certain, shows it, and judges what is then there", () => {
    const { stdout } = run(["times.yaml", "--fix", "--rule", "entry-annotations=off"]);
    const [diff] = stdout.split("\n\n");
    assert.deepEqual(
      diff!.split("\n").filter((line) => /^[-+]/.test(line)),
      [
        "--- times.yaml",
        "+++ times.yaml",
        '-    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600s" # an hour',
        '+    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600" # an hour',
      ],
    );
    const before = `# of the team\n${exposed({ annotations: TIMES })}`;
    assert.equal(fs.readFileSync(path.join(folder, "times.yaml"), "utf8"), before.replace('"3600s"', '"3600"'));
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.includes("holdfast")),
      [],
    );
    const piped = run(["-", "--fix"], { input: before });
    assert.equal(piped.stdout, before.replace('"3600s"', '"3600"'));
    assert.match(piped.stderr, /^--- -$/m);
    assert.equal(run(["-", "--fix"], { input: exposed() }).stdout, exposed(), "what needs no mending is handed on as it is");
  });

  it("leaves a file as it was that cannot be written", () => {
    const file = path.join(folder, "link.yaml");
    fs.writeFileSync(file, exposed({ annotations: TIMES }));
    const script = `const fs = require("node:fs");
      fs.renameSync = () => { throw new Error("ENOSPC: no space left on device"); };
      require("ts-node/register");
      require("./cli/main").main(["node", "holdfast", "lint", ${JSON.stringify(file)}, "--fix"]);`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: ROOT });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /link\.yaml: ENOSPC: no space left on device: not mended, it is as it was\.$/m);
    assert.equal(fs.readFileSync(file, "utf8"), exposed({ annotations: TIMES }));
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.endsWith(".holdfast")),
      [],
    );
  });

  it("reads a cluster", async () => {
    const server = await fakeServer({ objects: loadAll(exposed({ namespace: "chat" })) as KubernetesObject[] });
    try {
      const args = [path.join(ROOT, "bin", "holdfast.js"), "lint", "--live", "--context", "fake", "-f", "json"];
      const stdout = await new Promise<string>((resolve) =>
        execFile(process.execPath, args, { env: { ...process.env, KUBECONFIG: server.kubeconfig } }, (_error, text) =>
          resolve(text),
        ),
      );
      assert.ok(rulesOf(stdout).includes("idle-timeout"));
    } finally {
      await server.close();
    }
  });

  it("says which contexts there are where the one that is named is not", () => {
    const kubeconfig = path.join(folder, "kubeconfig");
    fs.writeFileSync(kubeconfig, kubeconfigOf("http://127.0.0.1:1"));
    const { status, stderr } = run(["--live", "--context", "b"], { env: { KUBECONFIG: kubeconfig } });
    assert.deepEqual([status, stderr], [2, `${kubeconfig} has no context b; it has: fake, other.\n`]);
  });
});
