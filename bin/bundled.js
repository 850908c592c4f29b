"use strict";
// What the engine starts of a package that is written in TypeScript: its policy pack, its components. Pulumi's runner compiles file by file
// at every start, by whatever tsconfig it finds and with every type checked; one bundle of the package's own files, kept for as long as
// none of them changes, is there in a fraction of a second. Without esbuild, a development dependency, the slow way remains.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { loadLater } = require("./later");
const { keep, read } = require("./sources");

const OPTIONS = {
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  target: "node20",
  metafile: true,
  write: false,
  logLevel: "silent",
};

/** Runs `index.ts` of a folder in the place of `module`. */
module.exports = function runBundled(folder, module, root = path.join(__dirname, "..")) {
  loadLater(["typescript", "@npmcli/arborist"], root);
  const entry = path.join(folder, "index.ts");
  const file = path.join(root, "node_modules", ".cache", "holdfast", `${hashOf(entry + JSON.stringify(OPTIONS))}.bundle`);
  const code = kept(file) ?? bundled(entry, file);
  if (code === undefined) module.require(entry);
  else module._compile(code, path.join(folder, "index.bundle.js"));
};

const hashOf = (text) => createHash("sha1").update(text).digest("hex");
const HASH_LENGTH = hashOf("").length;

/** What was bundled before, unless a file that went into it reads otherwise now. */
function kept(file) {
  const text = read(file) ?? "";
  const body = text.slice(HASH_LENGTH);
  if (text.slice(0, HASH_LENGTH) !== hashOf(body)) return undefined;
  const { sources, code } = JSON.parse(body);
  return sources.every(([source, hash]) => hash === hashOf(read(source) ?? "")) ? code : undefined;
}

function bundled(entry, file) {
  const esbuild = find("esbuild");
  if (esbuild === undefined) return undefined;
  const begun = Date.now();
  const { outputFiles, metafile } = esbuild.buildSync({ ...OPTIONS, entryPoints: [entry] });
  const code = outputFiles[0].text;
  const files = Object.keys(metafile.inputs).map((source) => path.resolve(source));
  const body = JSON.stringify({ sources: files.map((source) => [source, hashOf(read(source) ?? "")]), code });
  // A file that was written meanwhile may have been bundled as it was before.
  if (files.every((source) => fs.statSync(source).mtimeMs < begun)) keep(file, hashOf(body) + body);
  return code;
}

function find(name) {
  try {
    return require(name);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
