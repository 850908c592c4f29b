"use strict";
module.exports = require("../../../support/startProgram")(__dirname);
