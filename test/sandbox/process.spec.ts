import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import {
  isAlive,
  listens,
  memoryMib,
  type ProcessRecord,
  startDetached,
  stopAll,
  TAG,
  taggedProcesses,
  until,
  upSeconds,
} from "../../sandbox/process";
import { temporaryDirectory } from "./support/temporary";

describe("processes of the sandbox", () => {
  let directory: string;
  let remove: () => void;
  let started: ProcessRecord[];
  beforeEach(() => {
    ({ directory, remove } = temporaryDirectory());
    started = [];
  });
  afterEach(async () => {
    await stopAll(started, 0);
    remove();
  });

  function start(script: string, tag = directory): ProcessRecord {
    const env = { PATH: process.env.PATH!, [TAG]: tag };
    const logFile = path.join(directory, "logs", "process.log");
    const record = startDetached({ file: "/bin/sh", args: ["-c", script], env, logFile, directory });
    started.push(record);
    return record;
  }

  it("knows a process by its number and its start", () => {
    const record = start("exec sleep 60");
    assert.equal(isAlive(record), true);
    assert.equal(isAlive({ ...record, startTicks: record.startTicks - 1 }), false, "the number was given again");
    assert.equal(isAlive({ ...record, bootId: "another boot" }), false);
    assert.ok(upSeconds(record) < 30);
    assert.ok(memoryMib(record.pid)! > 0);
  });

  it("never ends a process that only has the number", async () => {
    const record = start("exec sleep 60");
    await stopAll([{ ...record, startTicks: record.startTicks + 1 }], 1);
    assert.equal(isAlive(record), true);
    await stopAll([record], 1);
    assert.equal(isAlive(record), false);
  });

  it("makes a process end that does not want to", async () => {
    const record = start("trap '' TERM; while :; do sleep 0.1; done");
    await until(() => fs.existsSync(`/proc/${record.pid}/stat`), 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stopAll([record], 0.3);
    assert.equal(isAlive(record), false);
  });

  it("takes a process that nobody has buried for ended", async () => {
    // A child of a shell that never waits stays a zombie after its end.
    const file = path.join(directory, "zombie");
    start(`sh -c 'echo $$ > ${file}; sleep 0.2' & exec sleep 60`);
    await until(() => fs.existsSync(file) && fs.readFileSync(file, "utf8").endsWith("\n"), 5);
    const pid = Number(fs.readFileSync(file, "utf8"));
    const fields = () => fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    const zombie = { ...started[0]!, pid, startTicks: Number(fields()[19]) };
    assert.equal(isAlive(zombie), true);
    await until(() => fields()[0] === "Z", 5);
    assert.equal(isAlive(zombie), false);
  });

  it("finds the processes of one sandbox whose record was lost", () => {
    const mine = start("exec sleep 60");
    const others = start("exec sleep 60", `${directory}-other`);
    const found = taggedProcesses(directory).map(({ pid }) => pid);
    assert.ok(found.includes(mine.pid));
    assert.ok(!found.includes(others.pid));
  });

  it("sees from outside whether a process's namespace has a listener", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    assert.equal(listens(process.pid, port), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(listens(process.pid, port), false);
  });

  it("outlives the process that started it", async () => {
    const file = path.join(directory, "pid");
    const script = `
      const { startDetached } = require(${JSON.stringify(path.resolve(__dirname, "../../sandbox/process.ts"))});
      const record = startDetached({ file: "/bin/sleep", args: ["60"], env: { ${TAG}: ${JSON.stringify(directory)} },
        logFile: ${JSON.stringify(path.join(directory, "log"))}, directory: "/" });
      require("fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(record));`;
    const parent = spawn(process.execPath, ["-r", "ts-node/register", "-e", script], {
      cwd: path.resolve(__dirname, "../.."),
      stdio: "inherit",
    });
    await new Promise((resolve) => parent.once("close", resolve));
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as ProcessRecord;
    started.push(record);
    assert.equal(isAlive(record), true);
  });
});
