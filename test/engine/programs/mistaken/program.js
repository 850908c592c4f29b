"use strict";
const path = require("node:path");
require("../../../../bin/sources").register(path.resolve(__dirname, "../../../.."));
module.exports = require("./index");
