import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { tools } from "../../sandbox";
import { echoes, serve, type TestServer } from "../load/servers";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";

const ROOT = path.join(__dirname, "..", "..");

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

describe("holdfast load", function () {
  this.timeout(60_000);
  const servers: TestServer[] = [];
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await tools.ensureTools(["k6"]);
  });
  after(() => Promise.all(servers.map((server) => server.close())));

  function load(args: string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const env = { ...process.env, HOLDFAST_STATE_DIR: path.join(ROOT, ".holdfast", "nothing-here"), ...more };
    const argv = [path.join(ROOT, "bin", "holdfast.js"), "load", ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, argv, { cwd: ROOT, env }, (error, stdout, stderr) =>
        resolve({ status: (error as { code?: number } | null)?.code ?? 0, stdout, stderr }),
      );
    });
  }

  async function refused(args: string[], more?: NodeJS.ProcessEnv): Promise<string> {
    const { status, stdout, stderr } = await load(args, more);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    return stderr.trim();
  }

  it("ends with 0 where what is promised holds, and with 1 where it does not", async () => {
    const good = await serve(echoes);
    const bad = await serve((socket) => setTimeout(() => socket.close(1001), 300));
    servers.push(good, bad);
    const few = ["--connections", "2", "--silent", "1", "--yes-i-own-it"];
    const [holds, fails] = await Promise.all([
      load(["smoke", "--url", good.way().url.replace("127.0.0.1", "localhost"), ...few]),
      load(few, { BASE_URL: bad.way().url, TEST_MODE: "smoke" }),
    ]);
    assert.deepEqual([holds.status, fails.status], [0, 1], holds.stderr + fails.stderr);
    assert.match(holds.stdout, /^smoke, .*: 1 way in, 2 connections each; about 7 s\n[^]*\nIt holds\.\n$/);
    assert.match(fails.stdout, /were closed by the other side within 1 s of silence[^]*\nIt does not hold\.\n$/);
  });

  it("loads no public address of somebody else and no port-forward, and says what cannot be loaded", async () => {
    const messages = await Promise.all([
      refused(["smoke", "--url", "ws://203.0.113.7/ws"]),
      refused([], { BASE_URL: "http://127.0.0.1:8000" }),
      refused(["smoke", "stt"]),
      refused([], { TEST_MODE: "quick" }),
      refused(["smoke", "--url", "ftp://a"]),
      refused(["smoke", "dev", "--stack", "prod"]),
      refused(["smoke", "dev", "--url", "ws://10.0.0.1/"]),
      refused(["smoke", "--url", "ws://nobody.invalid/"]),
    ]);
    const expected = [
      /^ws:\/\/203\.0\.113\.7\/ws: 203\.0\.113\.7 is a public address, .* --yes-i-own-it/,
      /most likely kubectl port-forward/,
      /^example stt is not deployed\. Bring it up first: npm start -- stt\.$/,
      /^TEST_MODE: found quick; allowed: smoke, load, soak\.$/,
      /^found ftp:\/\/a; allowed: a URL that begins with ws:\/\//,
      /^found dev beside --stack prod; each names a stack\. Remove one of the two\.$/,
      /^found ws:\/\/10\.0\.0\.1\/; allowed is an address of stack dev: ws:\/\/192\.168\.1\.207\/ws/,
      /^the name nobody\.invalid is not known here\.$/,
    ];
    messages.forEach((message, index) => assert.match(message, expected[index]!));
  });

  it("prints the script of a stack, deployed or not", async () => {
    const { status, stdout, stderr } = await load(["soak", "--print"]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^const PLAN = \{[^]*"url": "ws:\/\/192\.168\.1\.207\/ws"[^]*"silentSeconds": 3600/);
  });
});
