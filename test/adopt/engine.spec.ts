import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { importFile, importManifests, type Imported } from "../../adopt";
import { runPulumi } from "../../start/pulumi";
import { createEngine, nameOf, type Engine, type Step } from "../engine/support";
import { listObjects, objectApi } from "../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { chatpulse, NINE } from "./fixture";

const PROVIDER = "urn:pulumi:dev::holdfast::pulumi:providers:kubernetes::cluster";

describe("what is there, taken over by the real engine in the sandbox", function () {
  this.timeout(300_000);
  let engine: Engine;
  let imported: Imported;
  let before_: Map<string, unknown>;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    const found = chatpulse(...NINE);
    const api = await objectApi();
    const manager = "kubectl-client-side-apply";
    for (const { object } of found) await api.create(object as never, undefined, undefined, manager);
    engine = await createEngine();
    // What kubectl wrote is to be the stack's.
    engine.options.environment = { ...engine.options.environment, PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };
    imported = importManifests(found, { context: "any", keep: false });
    before_ = await uids();
    const file = path.join(engine.workspace.stateDirectory, "Pulumi.imported.yaml");
    fs.writeFileSync(file, imported.stackFile);
    engine.workspace.trackedConfigFile = file;
    await engine.configure();
  });
  after(async () => {
    await engine?.destroy();
    if (engine !== undefined) fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
  });

  const uids = async () =>
    new Map(
      (await listObjects("chatpulse"))
        .filter(({ kind }) => kind !== "Pod")
        .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, (metadata as { uid?: string }).uid]),
    );
  const ofOthers = ({ urn }: Step) => urn !== PROVIDER && !/:(AddressPools|ConnectionService)::/.test(urn);
  const planned = async (...operations: string[]) =>
    (await engine.steps()).filter((step) => ofOthers(step) && operations.includes(step.op)).map(({ urn }) => nameOf(urn));

  it("is refused without an import: nothing is taken over by chance", async () => {
    const { code, output } = await engine.preview();
    assert.notEqual(code, 0);
    assert.match(output, /Namespace chatpulse already exists in the cluster/);
  });

  it("is taken over with the file that the command prints, below its component", async () => {
    const provider = await engine.up(["--target", PROVIDER]);
    assert.equal(provider.code, 0, provider.output);
    const file = path.join(engine.workspace.stateDirectory, "import.json");
    fs.writeFileSync(file, JSON.stringify(importFile(imported.ids, "holdfast", "dev")));
    const { workspace, options } = engine;
    const flags = ["--yes", "--protect=false", "--generate-code=false", "--stack", "dev", "--config-file", workspace.configFile];
    const { code, output } = await runPulumi(
      ["--cwd", workspace.projectDirectory, "--non-interactive", "import", "--file", file, ...flags],
      options,
    );
    assert.equal(code, 0, output);
  });

  it("is neither created again nor replaced: a preview creates only what the import says it would", async () => {
    assert.deepEqual(await planned("replace", "create-replacement", "delete-replaced", "delete"), []);
    assert.deepEqual(await planned("create"), ["chatpulse-prometheus-rule"]);
  });

  it("keeps every object through the first up", async () => {
    const { code, output } = await engine.up();
    assert.equal(code, 0, output);
    const after_ = await uids();
    for (const [object, uid] of before_) assert.equal(after_.get(object), uid, object);
  });
});
