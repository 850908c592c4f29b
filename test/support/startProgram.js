"use strict";
const path = require("node:path");

const PROJECT = path.join(__dirname, "..", "..");

/**
 * Runs `index.ts` of a folder as the project's own program is run: by what was compiled before, without loading a compiler. The tests
 * start such programs some hundred times, and the compiler would be a third of each start.
 */
module.exports = (folder) => {
  require("../../bin/later").loadLater(["typescript", "@npmcli/arborist"], PROJECT);
  require("../../bin/sources").register(PROJECT);
  return require(path.join(folder, "index"));
};
