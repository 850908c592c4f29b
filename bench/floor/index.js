"use strict";
const { Namespace } = require("@pulumi/kubernetes/core/v1/namespace");
const { Provider } = require("@pulumi/kubernetes/provider");

const provider = new Provider("cluster", { context: "holdfast-sandbox" });
new Namespace("floor", { metadata: { name: "bench-floor" } }, { provider });
