"use strict";
// What the engine starts: index.ts, without what would only make it start later. Types are checked by `npm run lint`.
require("./bin/later").loadLater(["typescript", "@npmcli/arborist"], __dirname);
require("./bin/sources").register(__dirname);
module.exports = require("./index");
