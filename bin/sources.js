"use strict";
// Runs TypeScript as ts-node does with swc, and keeps what swc made of each file: a program then starts in a fraction of the time, since
// neither TypeScript nor swc is loaded where nothing has changed. The command line starts by it, and so does the program of a stack.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { SourceMap } = require("node:module");
const path = require("node:path");

/** Grows when the options below change. */
const FORMAT = "2";

function options(filename) {
  return {
    filename,
    sourceMaps: true,
    // Packages that are ECMAScript modules are imported as such.
    module: { type: "commonjs", ignoreDynamic: true },
    jsc: { target: "es2022", parser: { syntax: "typescript" }, keepClassNames: true },
  };
}

/** From here on `require` reads `*.ts`, and the trace of an error names its lines. Who reads TypeScript already goes on as before. */
function register(root) {
  if (require.extensions[".ts"] !== undefined) return;
  const kept = path.join(root, "node_modules", ".cache", "holdfast");
  const compiler = require("@swc/core/package.json").version;
  const maps = new Map();
  require.extensions[".ts"] = (module, filename) => {
    const text = fs.readFileSync(filename, "utf8");
    const key = createHash("sha1").update([FORMAT, compiler, filename, text].join("\0")).digest("hex");
    const file = path.join(kept, `${key}.js`);
    const made = read(file) ?? compile(file, filename, text);
    maps.set(filename, () => JSON.parse(read(`${file}.map`) ?? compile(file, filename, text, "map")));
    module._compile(made, filename);
  };
  Error.prepareStackTrace = traceIn(maps);
}

function compile(file, filename, text, part = "code") {
  const made = require("@swc/core").transformSync(text, options(filename));
  // The code comes last: where it is found, its map is there too.
  keep(`${file}.map`, made.map);
  keep(file, made.code);
  return made[part];
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Whole or not at all: others read the same file. Where nothing can be written, nothing is kept. */
function keep(file, text) {
  const beside = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(beside, text);
    fs.renameSync(beside, file);
  } catch {
    fs.unlink(beside, () => {});
  }
}

/** How an error's trace reads: by lines of the sources, each file's map being read when a trace first passes through the file. */
function traceIn(maps) {
  const parsed = new Map();
  const mapOf = (file) => {
    if (!parsed.has(file)) parsed.set(file, new SourceMap(maps.get(file)()));
    return parsed.get(file);
  };
  const place = (frame) => {
    const file = frame.getFileName();
    const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
    if (!maps.has(file) || line === null || column === null) return String(frame);
    const { originalLine, originalColumn } = mapOf(file).findEntry(line - 1, column - 1);
    if (originalLine === undefined) return String(frame);
    return String(frame).replace(`:${line}:${column}`, `:${originalLine + 1}:${originalColumn + 1}`);
  };
  return (error, frames) => [String(error), ...frames.map((frame) => `    at ${place(frame)}`)].join("\n");
}

module.exports = { keep, read, register };
