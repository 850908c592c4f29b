#!/usr/bin/env node
"use strict";
// The command runs from its TypeScript sources; nothing has to be built first.
process.env.TS_NODE_PROJECT ??= require("node:path").join(__dirname, "..", "tsconfig.json");
require("ts-node/register");
require("../cli/main").main(process.argv);
