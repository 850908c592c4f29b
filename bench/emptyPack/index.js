"use strict";
const { PolicyPack } = require("@pulumi/policy");

const nothing = { name: "nothing", description: "Looks at nothing.", enforcementLevel: "advisory", validateStack: () => {} };
new PolicyPack("empty", { policies: [nothing] });
