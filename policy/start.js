"use strict";
// What the engine starts. Its runner compiles TypeScript file by file at every start, which takes longer than the preview of a small stack;
// one bundle of the pack's own files is there in a fraction of a second. Without esbuild, a development dependency, the slow way remains.
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
