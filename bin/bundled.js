"use strict";
// What the engine starts of a package that is written in TypeScript: its policy pack, its components. Pulumi's runner compiles file by file
// at every start, by whatever tsconfig it finds and with every type checked; one bundle of the package's own files is there in a fraction
// of a second. Without esbuild, a development dependency, the slow way remains.
const path = require("node:path");

/** Runs `index.ts` of a folder in the place of `module`. */
module.exports = function runBundled(folder, module) {
  const entry = path.join(folder, "index.ts");
  const code = bundled(entry);
  if (code === undefined) module.require(entry);
  else module._compile(code, path.join(folder, "index.bundle.js"));
};

function bundled(entry) {
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
