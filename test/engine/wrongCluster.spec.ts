import assert from "node:assert/strict";
import * as path from "node:path";
import { withCluster } from "../../start/privateConfig";
import { listObjects } from "../support/objects";
import { createEngine, type Engine } from "./support";

const ANOTHER = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";

describe("the wrong cluster, by the real engine", function () {
  this.timeout(120_000);
  let engine: Engine;

  before(async () => {
    engine = await createEngine();
  });
  after(() => engine?.discard());

  it("refuses a cluster whose uid is another's, before anything is created", async () => {
    await engine.configure(withCluster({ uid: ANOTHER }));
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      new RegExp(`is not the one this stack names: the uid of its kube-system namespace is .*says ${ANOTHER}`),
    );
    assert.doesNotMatch(output, /^ +at /m, "a user's mistake shows no stack trace");
    assert.deepEqual(
      (await listObjects("chatpulse")).map(({ kind }) => kind),
      [],
    );
  });

  it("says which kubeconfig is missing", async () => {
    await engine.configure();
    const nowhere = path.join(engine.workspace.stateDirectory, "nowhere");
    const environment = { ...engine.options.environment, KUBECONFIG: nowhere };
    const { code, output } = await engine.preview([], { environment });
    assert.notEqual(code, 0);
    assert.match(
      output,
      /No kubeconfig: .*nowhere does not exist\. Set KUBECONFIG to a file that has the context holdfast-sandbox/,
    );
    assert.doesNotMatch(output, /^ +at /m);
  });

  it("says which contexts there are when the stack's is not", async () => {
    await engine.configure(withCluster({ context: "prod-eks" }));
    const { code, output } = await engine.preview();
    assert.notEqual(code, 0);
    assert.match(output, /No context prod-eks in .*; it has: holdfast-sandbox\./);
  });
});
