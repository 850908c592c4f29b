import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { formatProblems } from "../../compile/check/problem";
import { parseStack } from "../../compile/parse";
import { rawStack } from "../../compile/rawStack";
import { findOfficialCli } from "../../start/current/cli";
import { readCurrentContext } from "../../start/current/kubeconfig";
import { overlayFor } from "../../start/current/overlay";
import { commandLine, missingPrerequisites, obstacles } from "../../start/current/prerequisites";
import { mergePrivateConfig, type StackFile } from "../../start/privateConfig";
import { askOnTerminal } from "../../start/question";
import { parse } from "yaml";
import { INSPECTION } from "./inspection";

describe("the dev stack in a cluster of one's own", () => {
  const tracked = parse(fs.readFileSync(path.join(__dirname, "../../Pulumi.dev.yaml"), "utf8")) as StackFile;
  const pool = { range: "172.18.0.235-172.18.0.250", pinned: "172.18.0.250", because: "" };
  const overlaid = (inspection = INSPECTION) =>
    mergePrivateConfig(tracked, undefined, overlayFor({ context: "kind-kind", inspection, pool, script: "// server" })).config!;

  it("is valid, pinned to the cluster, and runs the sample server from a public image", () => {
    const config = overlaid();
    const parsed = parseStack(rawStack(config));
    assert.equal(parsed.problems, undefined, formatProblems(parsed.problems ?? [], "Pulumi.dev.yaml"));
    assert.deepEqual(parsed.stack!.access.uid, INSPECTION.uid);
    assert.deepEqual(config["holdfast:cluster"], {
      context: "kind-kind",
      uid: INSPECTION.uid,
      kubernetesVersion: "1.34.1",
      kubeProxyMode: "iptables",
      controllers: { metallb: "0.15.2", "ingress-nginx": "1.15.1" },
    });
    const [service] = parsed.stack!.services;
    assert.deepEqual([service!.image, service!.command, service!.args], ["node:22-alpine", ["node"], ["/app/server.js"]]);
    assert.deepEqual(service!.files, { mountPath: "/app", contents: { "server.js": "// server" } });
    assert.deepEqual(parsed.stack!.addressPools[0]!.addresses, [pool.range]);
    assert.equal((service!.entries[0] as unknown as { address: string }).address, pool.pinned);
  });

  it("leaves the monitor out where no operator knows it", () => {
    const metrics = (config: Record<string, unknown>) =>
      (config["holdfast:services"] as { metrics?: { via?: string } }[])[0]!.metrics?.via;
    assert.equal(metrics(overlaid()), undefined);
    const config = overlaid({ ...INSPECTION, serviceMonitors: false });
    assert.equal(metrics(config), "none");
    assert.equal(parseStack(rawStack(config)).problems, undefined);
  });

  it("needs nothing in a cluster that has everything", () => {
    assert.deepEqual(missingPrerequisites(INSPECTION), []);
    assert.deepEqual(obstacles(INSPECTION), []);
  });

  it("names what is missing, with the commands that bring it", () => {
    const missing = missingPrerequisites({ ...INSPECTION, metallb: undefined, ingressClasses: {}, serviceMonitors: false });
    assert.deepEqual(
      missing.map(({ what, optional }) => [what, optional]),
      [
        ["MetalLB v0.15.2", false],
        ["ingress-nginx controller-v1.15.1", false],
        ["the Prometheus operator v0.85.0", true],
      ],
    );
    assert.equal(
      commandLine("kind-kind", missing[0]!.commands[0]!),
      "kubectl --context kind-kind apply --server-side -k 'github.com/metallb/metallb/config/native?ref=v0.15.2'",
    );
  });

  it("says what will be in the way", () => {
    const foreign = obstacles({ ...INSPECTION, ingressClasses: { nginx: "nginx.org/ingress-controller" } });
    assert.match(foreign.join(), /IngressClass nginx belongs to nginx\.org\/ingress-controller/);
    const k3s = obstacles({ ...INSPECTION, nodes: [{ name: "k3d", addresses: [], providerId: "k3s://k3d" }] });
    assert.match(k3s.join(), /--disable=servicelb,traefik/);
  });
});

describe("the current context", () => {
  let directory: string;

  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-kubeconfig-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const kubeconfig = (name: string, current: string | undefined): string => {
    const file = path.join(directory, name);
    fs.writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": current,
        clusters: [{ name, cluster: { server: `https://${name}.example:6443` } }],
        users: [{ name, user: {} }],
        contexts: [{ name, context: { cluster: name, user: name } }],
      }),
    );
    return file;
  };

  it("is read from KUBECONFIG, and from the first of several files that names one", () => {
    const files = [kubeconfig("one", undefined), kubeconfig("two", "two"), kubeconfig("three", "three")];
    const found = readCurrentContext({ KUBECONFIG: files.join(path.delimiter) });
    assert.deepEqual([found.context, found.server], ["two", "https://two.example:6443"]);
    assert.equal(readCurrentContext({ KUBECONFIG: [...files].reverse().join(path.delimiter) }).context, "three");
  });

  it("says where it looked when there is no kubeconfig", () => {
    assert.throws(() => readCurrentContext({ HOME: directory }), {
      message:
        `No kubeconfig: ${directory}/.kube/config does not exist. Make a cluster first (\`kind create cluster\`, \`minikube start\`, ` +
        "`k3d cluster create`), or point KUBECONFIG to the file of one; without HOLDFAST_CLUSTER, `npm start` on Linux brings a cluster of its own.",
      exitCode: 2,
    });
  });

  it("names the contexts there are when none is chosen, or a wrong one", () => {
    assert.throws(
      () => readCurrentContext({ KUBECONFIG: kubeconfig("one", "") }),
      /it has no current context\. Choose one with `kubectl config use-context`: one\./,
    );
    assert.throws(
      () => readCurrentContext({ KUBECONFIG: kubeconfig("one", "gone") }),
      /its current context gone names no cluster that it has\./,
    );
  });

  it("says which file cannot be read", () => {
    const file = path.join(directory, "broken");
    fs.writeFileSync(file, "{");
    assert.throws(() => readCurrentContext({ KUBECONFIG: file }), new RegExp(`The kubeconfig ${file} cannot be read: `));
  });
});

describe("the Pulumi CLI for a cluster of one's own", () => {
  let directory: string;

  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-cli-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const program = (name: string, code = 0) =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });

  it("is the one on PATH that comes with its language host", () => {
    program("pulumi");
    program("pulumi-language-nodejs");
    assert.equal(findOfficialCli({ PATH: directory }), path.join(directory, "pulumi"));
  });

  it("has to be there, whole, and able to run", () => {
    assert.throws(() => findOfficialCli({ PATH: directory }), /There is no pulumi on PATH/);
    program("pulumi");
    assert.throws(() => findOfficialCli({ PATH: directory }), /comes without pulumi-language-nodejs/);
    program("pulumi-language-nodejs");
    program("pulumi", 1);
    assert.throws(() => findOfficialCli({ PATH: directory }), /does not run/);
  });
});

describe("a question", () => {
  it("is refused where nobody can answer, unless the answer was given", async () => {
    await assert.rejects(askOnTerminal({ yes: false })("Deploy?"), {
      message: "Deploy? Nobody can answer here: this is no terminal. Add --yes to agree in advance.",
      exitCode: 2,
    });
    assert.equal(await askOnTerminal({ yes: true })("Deploy?"), true);
  });
});
