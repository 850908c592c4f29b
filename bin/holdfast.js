#!/usr/bin/env node
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
// A checkout runs from its TypeScript sources, so that nothing has to be built first; the package has them built.
const sources = path.join(root, "cli", "main.ts");
if (fs.existsSync(sources)) {
  // For the processes that it starts.
  process.env.TS_NODE_PROJECT ??= path.join(root, "tsconfig.json");
  require("./sources").register(root);
  require(sources).main(process.argv);
} else {
  require("../dist/cli/main").main(process.argv);
}
