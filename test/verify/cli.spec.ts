import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { stringify } from "yaml";
import { register } from "../../cli/verify";
import { headersOf } from "../../cli/verifyFlags";
import { fakeServer, type FakeServer } from "../cluster/fakeServer";
import { rawStackWith } from "../compile/stacks";
import { reportSchema } from "../../verify/report/schema";
import { webSocketServer, type Small } from "./support";

const ROOT = path.join(__dirname, "..", "..");

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe("holdfast verify", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Small;
  let url: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-verify-cli-"));
    server = await webSocketServer({ serve: () => {}, headers: ["x-holdfast-pod: chat-0"] });
    url = `ws://127.0.0.1:${server.port}/ws`;
    const entry = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
    const entries = [entry, { kind: "node-port", nodePort: 30_180, node: "192.168.1.11" }];
    for (const [name, cluster] of Object.entries({ lan: {}, known: { uid: "6f0c1f3e-0000-4000-8000-000000000001" } })) {
      const raw = rawStackWith({ entries }, cluster);
      const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [`holdfast:${key}`, value]));
      fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), stringify({ config }));
    }
  });
  after(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true });
  });

  /** Not at once and waited for: the servers that it speaks to live in this process. */
  function verify(
    args: string[],
    { interruptAfter, env = {} }: { interruptAfter?: RegExp; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Ended> {
    const environment = {
      ...process.env,
      KUBECONFIG: path.join(folder, "none"),
      HOLDFAST_STATE_DIR: path.join(folder, "state"),
      // Its words are compared, whatever the run that tests it wants of colours.
      NO_COLOR: "1",
      ...env,
    };
    const child = spawn(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "verify", ...args], {
      cwd: folder,
      env: environment,
    });
    const ended: Ended = { code: null, stdout: "", stderr: "" };
    let interrupted = false;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (part: Buffer) => {
        ended[name] += String(part);
        if (interrupted || interruptAfter === undefined || !interruptAfter.test(ended.stderr)) return;
        interrupted = true;
        child.kill("SIGINT");
      });
    }
    return new Promise((resolve) => child.once("close", (code) => resolve({ ...ended, code })));
  }

  it("holds, and writes the report as text, JSON and JUnit", async () => {
    const [json, junit] = [path.join(folder, "report.json"), path.join(folder, "report.xml")];
    const { code, stdout } = await verify([url, "--check", "reach", "--json", json, "--junit", junit]);
    assert.equal(code, 0);
    assert.match(stdout, /✔ reach {10}Open in .*\(pod chat-0\)/);
    assert.match(stdout, /: holds\. 1 holds, in [\d.]+ s\.\n$/);
    const { results, outcome } = reportSchema.parse(JSON.parse(fs.readFileSync(json, "utf8")));
    assert.deepEqual([outcome, results[0]!.check], ["holds", "reach"]);
    assert.match(fs.readFileSync(junit, "utf8"), /<testcase classname="127\.0\.0\.1 by url" name="reach"/);
  });

  it("prints JSON alone with --json -, also of a way in that does not open", async () => {
    const { code, stdout, stderr } = await verify(["ws://127.0.0.1:1/", "--json", "-", "--check", "reach"]);
    assert.equal(code, 1);
    assert.equal(reportSchema.parse(JSON.parse(stdout)).outcome, "fails");
    assert.match(stderr, /✘ reach .* refused the connection/);
  });

  it("gives what was seen until Ctrl-C, and could not tell", async () => {
    const args = [url, "--check", "reach,idle", "--seconds", "50", "--json", "-"];
    const { code, stdout, stderr } = await verify(args, { interruptAfter: /^idle .*silent/m });
    assert.equal(code, 2, stderr);
    const { interrupted, results, outcome } = reportSchema.parse(JSON.parse(stdout));
    assert.deepEqual([interrupted, outcome], [true, "unknown"]);
    assert.deepEqual(
      results.map(({ check, outcome: each, partial = false }) => [check, each, partial]),
      [
        ["reach", "holds", false],
        ["idle", "unknown", true],
      ],
    );
    assert.match(stderr, /Interrupted: this is what was seen until then\./);
  });

  /** A Pulumi CLI that knows where chat is, and writes down what it was asked. */
  function deployed(asked: string): NodeJS.ProcessEnv {
    const bin = path.join(folder, "bin");
    fs.mkdirSync(bin, { recursive: true });
    const outputs = { services: { chat: { entries: [{ name: "metallb", url, address: "127.0.0.1" }] } } };
    const script = `#!/bin/sh\necho "$@" > ${asked}\necho '${JSON.stringify(outputs)}'\n`;
    fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
    return { PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  }

  describe("with --context", () => {
    let cluster: FakeServer;
    before(async () => {
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: "of-another" } };
      cluster = await fakeServer({ objects: [namespace], kinds: ["v1 Pod", "apps/v1 Deployment"] });
    });
    after(() => cluster.close());

    const rollout = (stack: string) =>
      verify([stack, "--context", "fake", "--check", "drain", "--rollout", "--yes", "--entry", "metallb", "--sockets", "2"], {
        env: { ...deployed(path.join(folder, "asked")), KUBECONFIG: cluster.kubeconfig },
      });

    it("looks into another cluster, and restarts nothing there where the stack knows its own by the context alone", async () => {
      const { code, stdout } = await rollout("lan");
      assert.equal(code, 2, stdout);
      assert.match(stdout, /stack lan names context lab and fake was opened; nothing is changed in another cluster\./);
      assert.ok(
        cluster.asked.some((line) => line.startsWith("GET ") && line.includes("/pods")),
        "it was looked into",
      );
      assert.deepEqual(
        cluster.asked.filter((line) => !line.startsWith("GET ")),
        [],
      );
    });

    it("takes another context for the same cluster where the stack knows its uid, and restarts nothing where it is not that", async () => {
      const { code, stdout } = await rollout("known");
      assert.equal(code, 2, stdout);
      assert.match(
        stdout,
        /context fake leads to a cluster with uid of-another, stack known is for 6f0c1f3e-0000-4000-8000-000000000001; nothing is changed\./,
      );
      assert.deepEqual(
        cluster.asked.filter((line) => !line.startsWith("GET ")),
        [],
      );
    });
  });

  it("looks at what the outputs of the stack say, and says of the rest that it has no address", async () => {
    const asked = path.join(folder, "asked");
    const env = deployed(asked);
    const { code, stdout } = await verify(["lan", "--check", "reach", "--wait", "0"], { env });
    assert.equal(fs.readFileSync(asked, "utf8").trim(), "stack output --json --stack lan --non-interactive");
    assert.match(stdout, /^chat by node-port .*\n {2}✘ reach {10}It has no address: it is not deployed/m);
    assert.match(stdout, /^chat by metallb .*\n {2}✔ reach/m);
    assert.equal(code, 1);
    const one = await verify(["lan", "--check", "reach", "--entry", "metallb"], { env });
    assert.deepEqual([one.code, /1 holds/.test(one.stdout)], [0, true]);
  });

  it("speaks to no address of a stack file that nothing says is deployed", async () => {
    const { code, stderr, stdout } = await verify(["lan"], { env: { PATH: path.dirname(process.execPath) } });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(
      stderr,
      /^Nothing says that stack lan in .* is deployed\.\nThe outputs of stack lan cannot be had: there is no pulumi on PATH\.\n/,
    );
    assert.match(
      stderr,
      /Bring it up first \(pulumi up\), log in to its backend, name its cluster with --context, or give a URL\./,
    );
  });

  const wrong: [string[], RegExp][] = [
    [["lann"], /^No stack is called lann; there is: known, lan, dev, .*Did you mean lan\?/],
    [["wsss://a"], /is no URL to verify; allowed: one that begins with ws:\/\/, wss:\/\/.*Did you mean wss:\/\/\?/],
    [["tcp://192.168.1.7"], /names no port; tcp:\/\/ has no usual one\. Write tcp:\/\/192\.168\.1\.7:<port>\./],
    [["ws://a", "--check", "reach,idel"], /--check: found idel; checks: reach, .*Did you mean idle\?/],
    [
      ["wss://203.0.113.9/ws", "--check", "reach"],
      /203\.0\.113\.9 is a public address, and not the stack's own: add --yes-i-own-it/,
    ],
    [["ws://a", "--check", "reach", "--rollout"], /--rollout has no place without --check drain/],
    [["ws://a", "--rollout"], /This is no terminal: add --yes to agree in advance/],
    [["ws://a", "--service", "chat"], /--service has no place beside a URL/],
    [["lan", "--idle-seconds", "60"], /--idle-seconds has no place beside a stack, whose file says it/],
    [["ws://a", "--header", "Authorization"], /--header number 1 is no header/],
    [["ws://a", "--header", "@nowhere"], /--header: the file nowhere does not exist/],
    [["ws://a", "--ca", "nowhere.pem"], /--ca: nowhere\.pem does not exist/],
    [["ws://a", "--from", "here"], /--from: found here; allowed: IP addresses of this machine/],
    [["ws://a", "--pod-from", "pod"], /header:<name>, such as header:x-pod/],
    [["ws://a", "--connections", "10", "--sockets", "20"], /found 10 with --sockets 20, which needs as many/],
    [["ws://a", "--seconds", "0"], /It takes 1 to 86400 seconds/],
  ];
  /** In this process: a start of the command line each would take longer than all of them. */
  async function refused(args: string[]): Promise<{ message: string; exitCode: number }> {
    const program = new Command("holdfast").exitOverride().configureOutput({ writeErr: () => {} });
    register(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    const where = args.includes("lan") || args.includes("lann") ? ["--cwd", folder] : [];
    try {
      await program.parseAsync(["node", "holdfast", "verify", ...args, ...where]);
    } catch (error) {
      return error as { message: string; exitCode: number };
    }
    return assert.fail("it was not refused");
  }
  for (const [args, message] of wrong) {
    it(`refuses \`verify ${args.join(" ")}\``, async () => {
      const { message: said, exitCode } = await refused(args);
      assert.match(said, message);
      // What the command line's own parser refuses has a code of its own, which main makes 2.
      assert.ok([1, 2].includes(exitCode));
    });
  }

  it("reads headers from a file, where nobody who lists processes sees them", () => {
    const file = path.join(folder, "headers");
    fs.writeFileSync(file, "Authorization: Bearer abc\n\nx-tenant: b\r\n");
    const headers = headersOf({ header: [`@${file}`, "x-other: c"] });
    assert.deepEqual(headers, { Authorization: "Bearer abc", "x-tenant": "b", "x-other": "c" });
    fs.writeFileSync(file, "secret without a colon\n");
    assert.throws(
      () => headersOf({ header: [`@${file}`] }),
      ({ message }: Error) => /number 1 is no header/.test(message) && !message.includes("secret without"),
    );
  });

  it("tells its checks and its exit codes in --help, and ends with 2 on what it refuses", async () => {
    const { code, stdout } = await verify(["--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /Checks, in the order in which they run:\n {2}reach {9}DNS/);
    assert.match(stdout, /Exit codes: 0 what was promised was seen, 1 something else was, 2 nobody could tell/);
    const refusal = await verify(["ws://a", "--check", "idel"]);
    assert.deepEqual([refusal.code, refusal.stdout], [2, ""]);
    assert.doesNotMatch(refusal.stderr, /^\s+at /m);
  });
});
