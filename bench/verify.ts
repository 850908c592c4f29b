import { spawn } from "node:child_process";
import * as path from "node:path";

const PROJECT = path.resolve(__dirname, "..");

/** Five thousand WebSockets through Traefik for two minutes, in a sandbox of its own: under 1 % errors, `verify` below 400 MB. */
const LOAD = { HOLDFAST_LOAD_SOCKETS: "5000", HOLDFAST_LOAD_SECONDS: "120" };

const command = [path.join(PROJECT, "node_modules/mocha/bin/mocha.js"), "test/verify/sandbox/load.spec.ts"];
spawn(process.execPath, command, { cwd: PROJECT, env: { ...LOAD, ...process.env }, stdio: "inherit" }).once("close", (code) => {
  process.exitCode = code ?? 1;
});
