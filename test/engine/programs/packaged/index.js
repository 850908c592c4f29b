"use strict";
// Somebody else's program, with nothing of Holdfast's but its package: what a generated SDK would write for them.
const fs = require("node:fs");
const path = require("node:path");
const { Provider } = require("@pulumi/kubernetes/provider");
const pulumi = require("@pulumi/pulumi");

class ConnectionService extends pulumi.ComponentResource {
  constructor(name, args, options) {
    super("holdfast:index:ConnectionService", name, { ...args, namespace: undefined, entries: undefined }, options, true);
  }
}

/** What the test wrote: the component's name and its arguments. */
const { name, args, withProvider, secret } = JSON.parse(fs.readFileSync(path.join(__dirname, "arguments.json"), "utf8"));

const providers = withProvider ? { kubernetes: new Provider("cluster", { context: "holdfast-sandbox" }) } : {};
const secretValues = secret === undefined ? {} : { secretValues: { DATABASE_URL: pulumi.secret(secret) } };
const service = new ConnectionService(name, { ...args, ...secretValues }, { providers });

exports.namespace = service.namespace;
exports.entries = service.entries;
