"use strict";
// Starts main.ts from what is kept of its transpiling: it has to be there soon, and to stay small.
const path = require("node:path");

require("../../bin/sources").register(path.join(__dirname, "..", ".."));
require("./main.ts");
