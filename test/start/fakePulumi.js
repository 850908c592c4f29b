"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath } = require("node:url");

/** Does just enough: init makes a stack, cancel unlocks it; the rest ends as FAKE_CODE and FAKE_OUTPUT say. */
module.exports = (log) => {
  const argv = process.argv.slice(2);
  const record = (more) => fs.appendFileSync(log, `${JSON.stringify({ argv, env: process.env, ...more })}\n`);
  if (argv[0] === "version" && !process.env.PULUMI_BACKEND_URL) return console.log("v3.0.0");
  if (process.env.FAKE_WAIT) return waitForInterrupt(record);
  let input = "";
  process.stdin.on("data", (chunk) => (input += chunk));
  process.stdin.on("end", () => {
    record({ input });
    const backend = path.join(fileURLToPath(process.env.PULUMI_BACKEND_URL), ".pulumi");
    if (argv.includes("init")) {
      fs.mkdirSync(path.join(backend, "stacks/holdfast"), { recursive: true });
      fs.writeFileSync(path.join(backend, "stacks/holdfast/dev.json"), "{}");
    }
    if (argv.includes("cancel")) fs.rmSync(path.join(backend, "locks"), { recursive: true });
    if (process.env.FAKE_OUTPUT) console.log(process.env.FAKE_OUTPUT);
    process.exit(Number(process.env.FAKE_CODE ?? 0));
  });
};

function waitForInterrupt(record) {
  process.on("SIGINT", () => {
    record({ signal: "SIGINT" });
    process.exit(255);
  });
  console.log("waiting");
  setInterval(() => {}, 1000);
}
