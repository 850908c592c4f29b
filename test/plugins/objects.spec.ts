import assert from "node:assert/strict";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { configMap, deployment, namespace, service, TestStack } from "./support";

type Secret = { data: Record<string, string> };
type Live = {
  metadata: { uid: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
  data?: Record<string, string>;
};

describe("the Kubernetes provider under the real CLI", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let ns: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create();
    ns = stack.namespace;
  });
  after(() => stack.dispose());

  const secret = {
    name: "credentials",
    after: ["namespace"],
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "credentials", namespace: "" },
      // Deliberately not marked as secret by the program.
      stringData: { password: "correct-horse-battery" },
    },
  };

  function base(image = "example/web:1", data: Record<string, unknown> = { LEVEL: "info" }) {
    secret.object.metadata.namespace = ns;
    return [namespace(ns), configMap(ns, data), secret, deployment(ns, image), service(ns, { selector: { app: "web" } })];
  }

  it("previews without creating anything", async () => {
    stack.plan(base());
    const { code, output } = await stack.preview();
    assert.equal(code, 0, output);
    assert.match(output, /\+ 7 to create/);
    assert.equal(await stack.live("v1", "Namespace", ns), undefined);
  });

  it("says in one line that it is a stand-in", async () => {
    const { output } = await stack.preview();
    const lines = output.slice(output.indexOf("Diagnostics:")).split("\n");
    assert.equal(lines.filter((line) => line.includes("Holdfast's stand-in for the Kubernetes provider")).length, 1, output);
  });

  it("creates, waits for the rollout, and finds nothing to do the second time", async () => {
    const first = await stack.up();
    assert.equal(first.code, 0, first.output);
    const live = (await stack.live("apps/v1", "Deployment", "web")) as unknown as { status: { availableReplicas: number } };
    assert.equal(live.status.availableReplicas, 1);
    const second = await stack.up();
    assert.equal(second.code, 0, second.output);
    assert.match(second.output, /Resources:\n\s+7 unchanged/);
  });

  it("keeps the content of a Secret out of the plain state and out of what it prints", async () => {
    const live = (await stack.live("v1", "Secret", "credentials")) as unknown as Secret;
    const encoded = live.data.password!;
    assert.equal(Buffer.from(encoded, "base64").toString(), "correct-horse-battery");
    const { output } = await stack.preview("--diff");
    const state = stack.rawState();
    for (const text of [state, output]) {
      assert.ok(!text.includes("correct-horse-battery"));
      assert.ok(!text.includes(encoded));
    }
    // The same search finds what is no secret: it can fail.
    assert.ok(state.includes('"LEVEL":"info"'));
  });

  it("leaves the API server's bookkeeping out of the state", async () => {
    assert.ok(!stack.rawState().includes("managedFields"));
  });

  it("updates in place: a new image, a changed setting, another type of Service", async () => {
    const before = (await stack.live("apps/v1", "Deployment", "web")) as unknown as Live;
    stack.plan([
      ...base("example/web:2", { LEVEL: "debug" }).slice(0, 4),
      service(ns, { selector: { app: "web" }, type: "NodePort" }),
    ]);
    const preview = await stack.preview("--diff");
    assert.match(preview.output, /~ image: "example\/web:1" => "example\/web:2"/);
    assert.match(preview.output, /~ 3 to update/);
    assert.ok(!preview.output.includes("replace"));
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const after = (await stack.live("apps/v1", "Deployment", "web")) as unknown as Live;
    assert.equal(after.metadata.uid, before.metadata.uid);
  });

  it("takes away a field that the program no longer names", async () => {
    const annotated = base("example/web:2");
    annotated[1]!.object.metadata = { name: "settings", namespace: ns, annotations: { "example.com/owner": "me" } };
    stack.plan(annotated);
    await stack.up();
    const before = (await stack.live("v1", "ConfigMap", "settings")) as unknown as Live;
    assert.equal(before.metadata.annotations?.["example.com/owner"], "me");
    stack.plan(base("example/web:2"));
    await stack.up();
    const after = (await stack.live("v1", "ConfigMap", "settings")) as unknown as Live;
    assert.equal(after.metadata.annotations?.["example.com/owner"], undefined);
  });

  it("replaces a Deployment whose selector changes, the old one first", async () => {
    const before = (await stack.live("apps/v1", "Deployment", "web")) as unknown as Live;
    const changed = base("example/web:2");
    const labels = { app: "web", track: "stable" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "example/web:2" }] } };
    changed[3] = deployment(ns, "example/web:2", { selector: { matchLabels: labels }, template });
    stack.plan(changed);
    const preview = await stack.preview("--diff");
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /\+-1 to replace/);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const after = (await stack.live("apps/v1", "Deployment", "web")) as unknown as Live;
    assert.notEqual(after.metadata.uid, before.metadata.uid);
  });

  it("refuses a field that the kind does not have, already in a preview", async () => {
    const mistyped = base("example/web:2");
    mistyped[3] = deployment(ns, "example/web:2", { replcas: 3 });
    stack.plan(mistyped);
    const { code, output } = await stack.preview();
    assert.notEqual(code, 0);
    assert.match(output, /Deployment .*\/web has fields that Kubernetes does not know: spec\.replcas\./);
    assert.doesNotMatch(output, /\n\s+at .*\.js:\d+/);
  });

  it("refuses it too while the namespace does not exist yet", async () => {
    const elsewhere = `${ns}-later`;
    stack.plan([namespace(elsewhere), deployment(elsewhere, "example/web:1", { replcas: 3 })]);
    const { code, output } = await stack.preview();
    assert.notEqual(code, 0);
    assert.match(output, /does not know: spec\.replcas\./);
    stack.plan([namespace(elsewhere), deployment(elsewhere, "example/web:1")]);
    const mended = await stack.preview();
    assert.equal(mended.code, 0, mended.output);
  });

  it("previews values that are not known yet", async () => {
    const later = configMap(ns, { UID: { $output: ["namespace", "uid"] } });
    later.object.metadata = { name: "later", namespace: ns };
    stack.plan([...base("example/web:2"), { ...later, name: "later" }]);
    const { code, output } = await stack.preview("--diff");
    assert.equal(code, 0, output);
    const up = await stack.up();
    assert.equal(up.code, 0, up.output);
    const live = (await stack.live("v1", "ConfigMap", "later")) as unknown as Live;
    const owner = (await stack.live("v1", "Namespace", ns)) as unknown as Live;
    assert.equal(live.data?.UID, owner.metadata.uid);
  });

  it("sees in a refresh what somebody changed by hand, and puts it back", async () => {
    stack.plan(base("example/web:2"));
    await stack.up();
    const unchanged = await stack.refresh();
    assert.match(unchanged.output, /Resources:\n\s+7 unchanged/, unchanged.output);
    const byHand = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: ns },
      data: { LEVEL: "trace" },
    };
    await stack.api.patch(byHand as never, undefined, undefined, "somebody");
    const refreshed = await stack.refresh();
    assert.match(refreshed.output, /~ 1 updated/);
    const { output } = await stack.preview("--diff");
    assert.match(output, /~ LEVEL: "trace" => "info"/);
  });

  it("names the manager and the field of a conflict, and takes over where the program asks for it", async () => {
    const refused = await stack.up();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /ConfigMap .*\/settings has fields that someone else manages:\s+\.data\.LEVEL: conflict with "somebody"/,
    );
    const forced = base("example/web:2");
    forced[1]!.object.metadata = { name: "settings", namespace: ns, annotations: { "pulumi.com/patchForce": "true" } };
    stack.plan(forced);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const live = (await stack.live("v1", "ConfigMap", "settings")) as unknown as Live;
    assert.equal(live.data?.LEVEL, "info");
  });

  it("leaves replicas to whoever scaled, where the program ignores them", async () => {
    const ignoring = { ...deployment(ns, "example/web:3"), options: { ignoreChanges: ["spec.replicas"] } };
    stack.plan([namespace(ns), ignoring]);
    await stack.up();
    const scaled = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: ns }, spec: { replicas: 2 } };
    await stack.api.patch(scaled as never, undefined, undefined, "autoscaler");
    stack.plan([namespace(ns), { ...deployment(ns, "example/web:4", { replicas: 7 }), options: ignoring.options }]);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const live = (await stack.live("apps/v1", "Deployment", "web")) as unknown as Live;
    assert.equal(live.spec.replicas, 2);
    // Without the option the same program wants the field back, and is told who has it.
    stack.plan([namespace(ns), deployment(ns, "example/web:4", { replicas: 7 })]);
    assert.match((await stack.up()).output, /\.spec\.replicas: conflict with "autoscaler"/);
  });

  it("reads an object it does not manage, and does not delete it", async () => {
    stack.plan([
      namespace(ns),
      { name: "existing", get: "kube-system/kube-root-ca.crt", object: { apiVersion: "v1", kind: "ConfigMap" } },
    ]);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const read = stack.resource("existing");
    assert.match(JSON.stringify(read?.outputs.data), /BEGIN CERTIFICATE/);
    await stack.up();
    stack.plan([namespace(ns)]);
    await stack.up();
    assert.ok(await stack.live("v1", "ConfigMap", "kube-root-ca.crt", "kube-system"));
  });

  it("refuses to take over what it did not make, unless it is told to", async () => {
    const foreign = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "foreign", namespace: ns }, data: { mine: "1" } };
    await stack.api.create(foreign);
    const wanted = { name: "foreign", after: ["namespace"], object: { ...foreign, data: { mine: "1", more: "2" } } };
    stack.plan([namespace(ns), wanted]);
    const refused = await stack.up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /ConfigMap .*\/foreign already exists in the cluster and was not made by this resource/);
    stack.plan([namespace(ns), wanted], { upsertExistingObjects: true });
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
  });

  it("creates a definition and an object of it in one run, whichever is asked for first", async () => {
    const group = `${ns}.example.com`;
    const schema = {
      openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } },
    };
    const definition = {
      name: "definition",
      object: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `things.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural: "things", singular: "thing", kind: "Thing" },
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      },
    };
    const thing = (size: unknown) => ({
      name: "thing",
      after: ["namespace"],
      object: { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "one", namespace: ns }, spec: { size } },
    });
    stack.plan([namespace(ns), thing(1), definition]);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const strange = thing(1);
    Object.assign(strange.object.spec, { colour: "red" });
    stack.plan([namespace(ns), strange, definition]);
    assert.match((await stack.preview()).output, /Thing .*\/one has fields that Kubernetes does not know: spec\.colour/);
    stack.plan([namespace(ns), thing("large"), definition]);
    assert.match((await stack.preview()).output, /Thing .*\/one.*spec\.size/);
    stack.plan([namespace(ns)]);
    const gone = await stack.up();
    assert.equal(gone.code, 0, gone.output);
  });

  it("says what it is not made for", async () => {
    stack.plan([{ name: "list", object: { apiVersion: "v1", kind: "ConfigMapList", items: [] } }]);
    assert.match((await stack.preview()).output, /ConfigMapList is not supported here: write the objects of the list one by one/);
    stack.plan([namespace(ns)], { enableServerSideApply: false });
    assert.match((await stack.preview()).output, /cannot do enableServerSideApply: false/);
    stack.plan([{ name: "strange", object: { apiVersion: "example.com/v1", kind: "Strange", metadata: { name: "x" } } }]);
    assert.equal((await stack.preview()).code, 0, "its definition may still come");
  });

  it("destroys everything", async () => {
    stack.plan(base("example/web:5"));
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.equal(await stack.live("v1", "Namespace", ns), undefined);
    assert.doesNotMatch(stack.rawState(), /"urn"/);
  });
});
