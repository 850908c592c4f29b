import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Judged } from "../../load/judge";
import { planLoad, type WayIn, type Wishes } from "../../load/plan";
import type { Profile } from "../../load/profiles";
import { runLoad } from "../../load/run";
import { scriptOf } from "../../load/script";
import { tools } from "../../sandbox";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { echoes, type Manner, serve, type TestServer } from "./servers";

const BRIEF: Profile = { summary: "for a test", connections: 4, rampSeconds: 0, plateauSeconds: 1, silentSeconds: 1 };

/** The script as k6 runs it, against servers that do well and servers that do not. */
describe("load by k6", function () {
  this.timeout(30_000);
  let k6: string;
  let folder: string;
  let server: TestServer | undefined;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    k6 = (await tools.ensureTools(["k6"])).k6!;
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-load-script-"));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const run = (way: WayIn, wishes: Wishes = {}): Promise<Judged> => runLoad(planLoad([way], BRIEF, wishes), k6, "here");
  /** The script as somebody with a k6 of their own runs it: what its thresholds say. */
  function exitOf(way: WayIn): Promise<number | null> {
    const script = path.join(folder, "script.js");
    fs.writeFileSync(script, scriptOf(planLoad([way], BRIEF)));
    return new Promise((resolve) => {
      spawn(k6, ["run", "--quiet", "--no-usage-report", "--address", "", script], { stdio: "ignore" }).once("close", resolve);
    });
  }

  const open = async (manner: Manner, status?: () => number) => (server = await serve(manner, status));

  /** That it does not hold, and what is said of it. */
  function fails({ holds, lines }: Judged, pattern: RegExp): void {
    assert.equal(holds, false, lines.join("\n"));
    assert.match(lines[1]!, pattern);
    assert.equal(lines.at(-1), "It does not hold.");
  }

  it("holds connections through a silence and hears them answer after it", async () => {
    const { way, told } = await open(echoes);
    const { holds, lines } = await run(way());
    assert.equal(holds, true, lines.join("\n"));
    assert.match(lines[0]!, /^chat ws {2}ws:\/\/127\.0\.0\.1:\d+\/ws$/);
    assert.match(
      lines[1]!,
      /^ {2}holds: (\d+) of \1 connections stayed open through 1 s of silence and answered after it; 95 % within \d+ ms \(allowed 1000\)\.$/,
    );
    assert.equal(lines.at(-1), "It holds.");
    assert.ok(told.length >= 8 && told.every((text) => text.startsWith("holdfast ")), told.join());
  });

  it("sees connections that the other side closes in the silence, and when", async () => {
    const { way } = await open((socket, count) => {
      echoes(socket, count);
      if (count % 2 === 0) setTimeout(() => socket.close(1001), 400);
    });
    fails(
      await run(way()),
      /does not hold: \d+ of \d+ connections were closed by the other side within 1 s of silence \(promised: 3600 s\), the first 0\.\d s and the last 0\.\d s after/,
    );
  });

  it("sees connections that are open and dead, and takes an application at its word that it sends nothing back", async () => {
    const { way } = await open(() => {});
    const plan = planLoad([way()], BRIEF);
    Object.values(plan.ways).forEach((each) => (each.patienceSeconds = 1));
    fails(await runLoad(plan, k6, "here"), /\d+ of \d+ connections were open and gave no echo within 1 s\. Something on the way/);
    const { holds, lines } = await run(way(), { echoes: false });
    assert.equal(holds, true, lines.join("\n"));
    assert.match(lines[1]!, /stayed open through 1 s of silence; whether they were answered was not asked\.$/);
  });

  it("sees slow echoes", async () => {
    const { way } = await open((socket) => socket.on("message", (data) => setTimeout(() => socket.send(String(data)), 150)));
    fails(
      await run(way(), { answeredMilliseconds: 100 }),
      /95 % of the connections were answered within 1\d\d ms \(allowed 100\)\./,
    );
    assert.equal((await run(way(), { answeredMilliseconds: 1000 })).holds, true);
  });

  it("sees connections that are not opened", async () => {
    const { way, close } = await open(echoes);
    await close();
    fails(await run(way()), /(\d+) of \1 connections were not opened \(allowed: less than 1 %\)\./);
    server = undefined;
  });

  it("asks over HTTP on a connection each time, and sees errors", async () => {
    let status = 200;
    const opened = await open(echoes, () => status);
    const { holds, lines } = await run(opened.way("http"));
    assert.equal(holds, true, lines.join("\n"));
    assert.match(lines[1]!, /holds: (\d+) of \1 requests, each on a connection of its own, were answered;/);
    assert.equal(opened.ports.size, opened.requests);
    status = 503;
    fails(await run(opened.way("http")), /(\d+) of \1 requests were not answered with 2xx, HTTP 503 came/);
  });

  it("takes nothing but 2xx for an answer, and k6's own threshold says so too", async () => {
    let status = 404;
    const { way } = await open(echoes, () => status);
    fails(await run(way("http")), /(\d+) of \1 requests were not answered with 2xx, HTTP 404 came \(allowed: less than 1 %\)\./);
    assert.equal(await exitOf(way("http")), 99);
    status = 302;
    fails(await run(way("http")), /HTTP 302 came/);
    status = 204;
    assert.equal((await run(way("http"))).holds, true);
    assert.equal(await exitOf(way("http")), 0);
  });

  it("tells the status that came in place of an upgrade", async () => {
    const { way } = await open(echoes, () => 503);
    fails(await run(way()), /(\d+) of \1 connections were not opened, HTTP 503 came \(allowed/);
  });

  it("speaks to the address that it was given for a name, and to nobody else", async () => {
    const { way } = await open(echoes);
    const named = { ...way(), url: way().url.replace("127.0.0.1", "loaded.invalid") };
    const { holds, lines } = await run(named, { hosts: { "loaded.invalid": "127.0.0.1" } });
    assert.equal(holds, true, lines.join("\n"));
    fails(await run(named), /connections were not opened/);
  });

  it("sends the heartbeat that the promise has, and no other", async () => {
    const beats = async (kind: "message" | "tcp-keepalive") => {
      const { way, told, close } = await open(echoes);
      await run(way("ws", { heartbeat: { seconds: 0.3, kind } }));
      await close();
      server = undefined;
      return told.filter((text) => text === "holdfast heartbeat").length;
    };
    assert.ok((await beats("message")) >= 8);
    assert.equal(await beats("tcp-keepalive"), 0);
  });
});
