"use strict";
require("../bin/bundled.js")(__dirname, module);
