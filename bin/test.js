"use strict";
// `npm test`: the tools first, with their progress, then every test in one mocha run.
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const root = path.join(__dirname, "..");
const run = (script, args) => spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" }).status ?? 1;

const tools = run(path.join(__dirname, "holdfast.js"), ["sandbox", "tools", "--for-tests"]);
if (tools !== 0) process.exit(tools);
const args = process.argv.slice(2);
const chosen = args.some((argument) => !argument.startsWith("-")) ? args : [...args, "test/**/*.spec.ts"];
process.exit(run(require.resolve("mocha/bin/mocha.js"), chosen));
