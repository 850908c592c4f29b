"use strict";
// Loaded before everything else: what Node.js shows of a machine that is not Linux, as far as we look at it.
const fs = require("node:fs");
// These choose their native part by the platform, so they are loaded while it is still the true one.
require("@swc/core");
require("esbuild");

Object.defineProperty(process, "platform", { value: "darwin" });
const absent = (real) =>
  function (file, ...rest) {
    if (!String(file).startsWith("/proc/")) return real.call(this, file, ...rest);
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${file}'`), { code: "ENOENT" });
  };
fs.readFileSync = absent(fs.readFileSync);
fs.readdirSync = absent(fs.readdirSync);
