import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { listObjects } from "../support/objects";
import { createEngine, PROJECT, type Engine } from "./support";

type Block = Record<string, unknown>;

const SECRET = "postgres://someone:correct-horse@db/chat";

const ARGUMENTS = {
  platform: "bare-metal",
  environment: "development",
  cluster: {
    kubernetesVersion: "1.36",
    kubeProxyMode: "nftables",
    controllers: { metallb: "0.15.2", traefik: "3.6.1" },
    ingressClasses: { nginx: "traefik" },
    nodeConntrackEstablishedSeconds: 86400,
  },
  bareMetal: { addressPools: [{ name: "lan", addresses: ["192.168.1.200-192.168.1.220"], advertise: "l2" }] },
  service: {
    image: "ghcr.io/pscheid92/chatpulse:1.0.0",
    port: 8080,
    connectPath: "/ws",
    scaling: { min: 1, max: 1 },
    secrets: { source: "pulumi", keys: ["DATABASE_URL"] },
    metrics: { via: "none" },
    entries: [{ kind: "ingress-nginx", ingressNginx: { host: "packaged.holdfast.test", className: "nginx" } }],
  },
};

/** One program's life, in order. It knows the package and the cluster, and nothing else of this project. */
describe("the packaged component in somebody else's program, by the real engine", function () {
  this.timeout(300_000);
  let engine: Engine;
  let directory: string;

  const write = (change: (args: typeof ARGUMENTS) => void = () => {}, more: Block = {}) => {
    const args = structuredClone(ARGUMENTS);
    change(args);
    const text = JSON.stringify({ name: "packaged", args, withProvider: true, secret: SECRET, ...more });
    fs.writeFileSync(path.join(directory, "arguments.json"), text);
  };
  const refused = async (change: (args: typeof ARGUMENTS) => void, more: Block = {}) => {
    write(change, more);
    const { code, output } = await engine.preview();
    assert.notEqual(code, 0, output);
    assert.doesNotMatch(output, /^ +at /m, "a user's mistake shows no stack trace");
    return output;
  };

  before(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-packaged-"));
    fs.copyFileSync(path.join(__dirname, "programs", "packaged", "index.js"), path.join(directory, "index.js"));
    fs.symlinkSync(path.join(PROJECT, "node_modules"), path.join(directory, "node_modules"));
    fs.writeFileSync(path.join(directory, "package.json"), JSON.stringify({ name: "somebody", private: true }));
    const packages = { holdfast: path.join(PROJECT, "components") };
    fs.writeFileSync(
      path.join(directory, "Pulumi.yaml"),
      stringify({ name: "somebody", runtime: { name: "nodejs", options: { typescript: false } }, packages }),
    );
    engine = await createEngine(directory);
    await engine.configure(() => ({ "pulumi:disable-default-providers": ["kubernetes"] }));
  });
  after(async () => {
    await engine?.discard();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it("tells everything that is wrong at once, in the words of a stack file, each at its place", async () => {
    const output = await refused(({ service }) => {
      Object.assign(service, { promise: { idleMinutes: 5, drainSeconds: "40s" } });
      Object.assign(service.entries[0]!.ingressNginx, { limitRps: 0 });
    });
    assert.match(output, /ConnectionService packaged has 3 problems:/);
    assert.match(output, /service\.promise\.idleMinutes: unknown key; known here: .*Did you mean idleSeconds\?/);
    assert.match(
      output,
      /service\.promise\.drainSeconds: found "40s"; allowed: a whole number of seconds from 0 to 3600\. Write 40\./,
    );
    assert.match(output, /service\.entries\[0\]\.ingressNginx\.limitRps: found 0; allowed: /);
  });

  it("takes no cluster that nobody named", async () => {
    const output = await refused(() => {}, { withProvider: false });
    assert.match(output, /options\.providers: missing; needed: a provider of Kubernetes/);
  });

  it("refuses a cluster whose uid is another's", async () => {
    const uid = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";
    const output = await refused(({ cluster }) => Object.assign(cluster, { uid }));
    assert.match(output, /The cluster behind the provider of the component is not the one/);
  });

  it("says which secret has no value", async () => {
    const output = await refused(() => {}, { secret: undefined });
    assert.match(output, /secretValues\.DATABASE_URL: missing; service\.secrets asks for it\./);
  });

  it("creates the service, under the names it has in a stack of Holdfast's own", async () => {
    write();
    const steps = await engine.steps();
    const children = steps.map(({ urn }) => urn.split("::").slice(2).join(" ")).sort();
    assert.ok(
      children.includes("holdfast:index:ConnectionService$kubernetes:apps/v1:Deployment packaged-deployment"),
      children.join("\n"),
    );
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
    const deployments = await listObjects("packaged", "Deployment");
    assert.deepEqual(
      deployments.map(({ metadata }) => metadata.name),
      ["packaged"],
    );
  });

  it("tells the program where the service answers", async () => {
    const { namespace, entries } = (await engine.outputs()) as { namespace: string; entries: Block[] };
    assert.equal(namespace, "packaged");
    assert.equal(entries.length, 1);
    const { kind, url, address, verdict } = entries[0]!;
    assert.deepEqual({ kind, url, verdict }, { kind: "ingress-nginx", url: "ws://packaged.holdfast.test/ws", verdict: "holds" });
    assert.match(String(address), /^192\.168\.1\.2\d\d$/);
  });

  it("keeps the secret out of the state, and finds nothing to change", async () => {
    const { workspace } = engine;
    const state = fs.readFileSync(`${workspace.backendDirectory}/.pulumi/stacks/somebody/${workspace.stack}.json`, "utf8");
    assert.ok(!state.includes(SECRET) && !state.includes(Buffer.from(SECRET).toString("base64")));
    assert.ok(state.includes("4dabf18193072939515e22adb298388d"), "the mark of an encrypted value is there");
    const changed = (await engine.steps()).filter(({ op }) => op !== "same" && op !== "read");
    assert.deepEqual(changed, []);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    const { code, output } = await engine.destroy();
    assert.equal(code, 0, output);
    assert.deepEqual(await listObjects("packaged"), []);
  });
});
