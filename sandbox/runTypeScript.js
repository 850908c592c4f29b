"use strict";
// `node runTypeScript.js <file.ts>`: starts a part of the sandbox from its source, with what was made of it the last time.
const path = require("node:path");

require("../bin/sources").register(path.join(__dirname, ".."));
require(path.resolve(process.argv[2]));
