"use strict";
// What Pulumi starts for whoever uses the package, in a folder of theirs: its runner would compile by their tsconfig, and check every type
// at each start. One bundle of the own files is there in a fraction of a second. Without esbuild, a development dependency, the slow way remains.
const path = require("node:path");

const entry = path.join(__dirname, "index.ts");
const code = bundled();
if (code === undefined) require(entry);
else module._compile(code, path.join(__dirname, "index.bundle.js"));

function bundled() {
  let esbuild;
  try {
    esbuild = require("esbuild");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [entry],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node20",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}
