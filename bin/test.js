"use strict";
// `npm test`: the tools first, with their progress, then every test. Whole, it runs in lanes side by side, because a test with a
// cluster waits for others most of its time; with arguments it is one mocha run of these.
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const ROOT = path.join(__dirname, "..");
const MOCHA = require.resolve("mocha/bin/mocha.js");
const EVERY_TEST = "test/**/*.spec.ts";

/** Side by side; each may have a cluster, and most of what it runs. */
const LANES = 2;

/**
 * The rooms of each mocha run. A lane that has ended one takes up the next, so that both end at about the same time on any machine: the
 * longest come first, and last what is in none of these. A run starts a cluster of its own where it needs one, so they are few.
 */
const RUNS = [
  ["engine"],
  ["adopt", "cli", "compile", "dataplane", "doctor", "examples", "lint", "load", "start", "verify"],
  ["plugins", "sandbox"],
];

/** The arguments of mocha, run by run. */
function runs() {
  const filesOf = (room) => `test/${room}/**/*.spec.ts`;
  const others = RUNS.flat().flatMap((room) => ["--ignore", filesOf(room)]);
  return [...RUNS.map((rooms) => rooms.map(filesOf)), [EVERY_TEST, ...others]];
}

function ensureTools() {
  const script = path.join(__dirname, "holdfast.js");
  return spawnSync(process.execPath, [script, "sandbox", "tools", "--for-tests"], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

/** Makes one run. The first one is seen as it goes; the output of the others is kept in a file until it can be read in one piece. */
function run(args, index, folder) {
  const tally = path.join(folder, `${index}.json`);
  const log = path.join(folder, `${index}.log`);
  const output = index === 0 ? "inherit" : fs.openSync(log, "w");
  const child = spawn(process.execPath, [MOCHA, ...args], {
    cwd: ROOT,
    stdio: ["ignore", output, output],
    env: { ...process.env, HOLDFAST_TEST_TALLY: tally },
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ status: 1, said: error.message }));
    child.once("close", (code) => {
      const counted = fs.existsSync(tally) ? JSON.parse(fs.readFileSync(tally, "utf8")) : undefined;
      resolve({ status: code ?? 1, said: index === 0 ? "" : fs.readFileSync(log, "utf8"), ...counted });
    });
  });
}

async function runAll() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-tests-"));
  try {
    const started = Date.now();
    const ended = await inLanes(runs(), (args, index) => run(args, index, folder));
    console.log(partsTable(ended, (Date.now() - started) / 1000));
    const sum = (name) => ended.reduce((total, one) => total + (one[name] ?? 0), 0);
    // A run that wrote no tally died before its end, whatever its status says.
    const died = ended.filter(({ passes }) => passes === undefined).length;
    if (died > 0) console.log(`${died} of ${ended.length} runs ended before all of their tests were run.`);
    console.log(`${sum("passes")} passed, ${sum("failures") + died} failed`);
    return died > 0 || sum("passes") === 0 ? 1 : Math.max(...ended.map(({ status }) => status));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What came of each, in their order. It is written as soon as that of all before it is. */
async function inLanes(all, start) {
  const waiting = [...all.entries()];
  const ended = [];
  let written = 0;
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, args] = next;
      ended[index] = await start(args, index);
      for (; ended[written] !== undefined; written++) process.stdout.write(ended[written].said);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ended;
}

/** What each room took, the longest first. */
function partsTable(ended, seconds) {
  const rooms = new Map();
  for (const [file, took] of ended.flatMap(({ parts = [] }) => parts)) {
    const [room] = file.split(path.sep);
    rooms.set(room, (rooms.get(room) ?? 0) + took);
  }
  const rows = [...rooms].sort(([, left], [, right]) => right - left);
  const lines = rows.map(([room, took]) => `  ${room.padEnd(24)}${took.toFixed(0).padStart(6)} s`);
  return [`What each part took, in ${LANES} lanes side by side, ${Math.ceil(seconds / 60)} minutes in all:`, ...lines].join("\n");
}

async function main(args) {
  const missing = ensureTools();
  if (missing !== 0) return missing;
  if (args.length === 0) return runAll();
  const chosen = args.some((argument) => !argument.startsWith("-")) ? args : [...args, EVERY_TEST];
  return spawnSync(process.execPath, [MOCHA, ...chosen], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

void main(process.argv.slice(2)).then((status) => (process.exitCode = status));
