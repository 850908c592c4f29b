"use strict";
module.exports = require("../../program");
