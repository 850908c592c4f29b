import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { bundleSampleServer, MAX_BUNDLE_BYTES } from "../../sandbox/sample/bundle";
import { readSettings } from "../../sandbox/sample/settings";
import { ask, echo, open } from "./support";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("sample server as one script", () => {
  let directory: string;
  let script: string;
  let child: ChildProcess | undefined;

  before(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-sample-"));
    script = path.join(directory, "server.js");
    fs.writeFileSync(script, await bundleSampleServer());
  });

  afterEach(() => child?.kill("SIGKILL"));
  after(() => fs.rmSync(directory, { recursive: true }));

  /** In a folder without node_modules, as in a container of a public image. */
  async function start(env: NodeJS.ProcessEnv): Promise<void> {
    child = spawn(process.execPath, [script], { cwd: directory, env, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout!, "data");
  }

  it("fits into a ConfigMap", () => {
    assert.ok(fs.statSync(script).size < MAX_BUNDLE_BYTES);
  });

  it("runs under plain node, is its host, and echoes", async () => {
    const port = await freePort();
    await start({ HOLDFAST_SAMPLE_PORTS: String(port), POD_NAMESPACE: "chatpulse" });
    const { socket, hello } = await open(`ws://127.0.0.1:${port}/ws`);
    assert.deepEqual(hello, { pod: os.hostname(), namespace: "chatpulse", path: "/ws" });
    assert.equal(await echo(socket, "hello"), "hello");
    socket.close();
  });

  it("drains on SIGTERM and exits 0", async () => {
    const port = await freePort();
    await start({ HOLDFAST_SAMPLE_PORTS: String(port), HOLDFAST_SAMPLE_DRAIN_SECONDS: "1" });
    const first = await open(`ws://127.0.0.1:${port}/ws`);
    const second = await open(`ws://127.0.0.1:${port}/ws`);
    const ended = once(child!, "exit") as Promise<[number | null, string | null]>;
    child!.kill("SIGTERM");
    assert.equal((await first.closed).code, 1001);
    assert.equal((await ask(port, "/health/ready")).status, 503);
    assert.equal((await second.closed).code, 1001);
    assert.deepEqual(await ended, [0, null]);
  });

  it("says which port is taken, without a stack", async () => {
    const holder = createServer().listen(0);
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const { status, stderr } = spawnSync(process.execPath, [script], {
      env: { HOLDFAST_SAMPLE_PORTS: String(port) },
      encoding: "utf8",
    });
    holder.close();
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`EADDRINUSE.*:${port}\n$`));
  });
});

describe("sample server settings", () => {
  it("have defaults", () => {
    assert.deepEqual(readSettings({}, { drainSeconds: 40 }), { ports: [8080, 8000, 5000, 9000], drainSeconds: 40 });
  });

  it("take a certificate from two files, and say what is wrong with them", () => {
    const read = (environment: NodeJS.ProcessEnv) => () => readSettings(environment, { drainSeconds: 1 });
    assert.throws(read({ TLS_KEY_FILE: "/key" }), {
      message: "of TLS_CERT_FILE and TLS_KEY_FILE only TLS_KEY_FILE is set; TLS takes both",
    });
    const files = { TLS_CERT_FILE: __filename, TLS_KEY_FILE: __filename };
    assert.throws(read(files), /^Error: TLS_CERT_FILE and TLS_KEY_FILE are no certificate with its key: /);
    assert.throws(read({ ...files, TLS_CERT_FILE: "/nowhere/tls.crt" }), /no such file or directory, open '\/nowhere\/tls\.crt'/);
  });

  it("name every wrong value at once", () => {
    assert.throws(
      () => readSettings({ HOLDFAST_SAMPLE_PORTS: "80,x,70000", HOLDFAST_SAMPLE_DRAIN_SECONDS: "10s" }, { drainSeconds: 1 }),
      {
        message:
          'HOLDFAST_SAMPLE_PORTS has "x"; a port is a whole number from 1 to 65535, several are separated by commas\n' +
          'HOLDFAST_SAMPLE_PORTS has "70000"; a port is a whole number from 1 to 65535, several are separated by commas\n' +
          'HOLDFAST_SAMPLE_DRAIN_SECONDS is "10s"; it takes 0 to 3600 seconds',
      },
    );
  });
});
