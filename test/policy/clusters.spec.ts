import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { stackPolicies } from "../../policy/pack";
import { deployment, ingress, object, service } from "../path/objects";
import { ADVISORY, analyze, MANDATORY } from "./runtime";
import { BUDGET, GOOD, namesOf, namespace, pack, refusals, stack } from "./stacks";

describe("the objects of a stack", () => {
  it("are never matched across clusters or namespaces", async () => {
    const here = stack().map((item) => ({ object: item, provider: { name: "one" } }));
    const moved = here.map((item) =>
      item.object.kind === "PodDisruptionBudget" ? { ...item, provider: { name: "two" } } : item,
    );
    assert.deepEqual(await analyze(pack(), here), []);
    assert.deepEqual(refusals(await analyze(pack(), moved)), ["disruption-budget"]);
    const elsewhere = stack().map((item) =>
      item.kind === "PodDisruptionBudget"
        ? object("policy/v1", item.kind, "web", { spec: item.spec as Value }, { namespace: "other" })
        : item,
    );
    assert.deepEqual(refusals(await analyze(pack(), elsewhere)), ["disruption-budget"]);
  });

  it("of two clusters with the same names are judged and shown each for itself", async () => {
    const [good, bad] = [stack(), stack({ ...GOOD, "proxy-read-timeout": "30" })];
    const answers = await analyze(pack(), [
      ...good.map((item) => ({ object: item, provider: { name: "one" } })),
      ...bad.map((item) => ({ object: item, provider: { name: "two" } })),
    ]);
    assert.deepEqual(namesOf(answers), ["idle-timeout"]);
  });

  it("stand where their provider puts them, where they do not say it", async () => {
    const bare = { ...BUDGET, metadata: { name: "web" } };
    const resources = (namespaceOfProvider: string) =>
      [...stack().filter((item) => item !== BUDGET), bare].map((item) => ({
        object: item,
        provider: { name: "one", props: { namespace: namespaceOfProvider } },
      }));
    assert.deepEqual(await analyze(pack(), resources("chat")), []);
    assert.deepEqual(refusals(await analyze(pack(), resources("default"))), ["disruption-budget"]);
  });

  it("are read with their patches over them, whichever the engine hands over first", async () => {
    const changed = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "web", namespace: "chat", annotations: { "nginx.ingress.kubernetes.io/proxy-read-timeout": "30" } },
    };
    const patch = { object: changed, type: "kubernetes:networking.k8s.io/v1:IngressPatch" };
    for (const resources of [
      [...stack(), patch],
      [patch, ...stack()],
    ]) {
      assert.deepEqual(namesOf(await analyze(pack(), resources)), ["idle-timeout"]);
    }
  });

  it("are not judged by a patch alone: what it changes is not there to be read", async () => {
    const answers = await analyze(pack(), [
      ...stack(),
      { object: object("apps/v1", "Deployment", "other", { spec: { replicas: 1 } }), type: "kubernetes:apps/v1:DeploymentPatch" },
    ]);
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [["advice", ADVISORY]],
    );
    assert.match(answers[0]?.message ?? "", /not in the stack, so no rule looked at what they make together/);
  });

  it("that a Helm release installs are said not to be looked into; components and other providers are passed over", async () => {
    const release = { object: object("helm.sh/v3", "Release", "x"), type: "kubernetes:helm.sh/v3:Release" };
    const answers = await analyze(pack(), [
      ...stack(),
      release,
      { object: object("v1", "x", "a"), type: "kubernetes:helm.sh/v4:Chart" },
      { object: object("v1", "x", "b"), type: "kubernetes:yaml/v2:ConfigGroup" },
      { object: deployment(), type: "holdfast:index:ConnectionService" },
      { object: deployment(), type: "random:index/randomId:RandomId" },
    ]);
    assert.deepEqual(
      answers.map(({ policy, level, urn }) => [policy, level, urn.includes("Release")]),
      [["advice", ADVISORY, true]],
    );
    assert.match(answers[0]?.message ?? "", /no rule looked into it\. Look yourself: helm template/);
  });

  it("of another group that share a well known kind's name are not taken for it", async () => {
    const knative = object("serving.knative.dev/v1", "Service", "web", { spec: { template: {} } });
    const internal = object("networking.internal.knative.dev/v1alpha1", "Ingress", "web", { spec: { rules: [] } });
    assert.deepEqual(await analyze(pack(), [...stack(), knative, internal]), []);
  });

  it("in a list are read each for itself", async () => {
    const [first, ...others] = stack({ ...GOOD, "proxy-read-timeout": "30" });
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: others } as unknown as KubernetesObject;
    assert.deepEqual(namesOf(await analyze(pack(), [first!, { object: list, type: "kubernetes:core/v1:List" }])), [
      "idle-timeout",
    ]);
  });

  it("are ignored while they are being deleted", async () => {
    const leaving = ingress({ affinity: "cookie" });
    leaving.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
    const resources = stack().map((item) => (item.kind === "Ingress" ? leaving : item));
    assert.deepEqual(await analyze(pack(), resources), []);
  });

  it("never bring a declaration of a cluster with them that nobody can read", async () => {
    const answers = await analyze(pack(), [namespace({ kubeProxyMod: "nftables" }), ...stack().slice(1)]);
    const [refused] = answers.filter(({ level }) => level === MANDATORY);
    assert.equal(refused?.policy, "settings");
    assert.match(refused?.message ?? "", /unknown key "kubeProxyMod"; did you mean "kubeProxyMode"\?/);
  });
});

describe("a secret", () => {
  const PLANTED = "hunter2-hunter2";
  const encoded = Buffer.from(PLANTED).toString("base64");
  const secrets: Record<string, KubernetesObject> = {
    "in stringData": object("v1", "Secret", "web", { stringData: { password: PLANTED } }),
    "in data": object("v1", "Secret", "web", { data: { password: encoded } }),
  };
  for (const [title, secret] of Object.entries(secrets)) {
    it(`${title} is in no message, not even where it was copied into an annotation that a rule quotes`, async () => {
      const broken = stack({ ...GOOD, "proxy-read-timeout": PLANTED, "session-cookie-max-age": "60" });
      const text = JSON.stringify(await analyze(pack(), [...broken, secret]));
      assert.ok(!text.includes(PLANTED) && !text.includes(encoded));
      assert.match(text, /proxy-read-timeout is \\"\[secret\]\\"/);
      // Without the Secret nothing says that it is one.
      assert.ok(JSON.stringify(await analyze(pack(), broken)).includes(PLANTED));
    });
  }

  it("is in no message of any rule, wherever containers and ConfigMaps hold it", async () => {
    const container = {
      name: "app",
      image: "registry.test/app:latest",
      command: ["sh", "-c", `app --token ${PLANTED}`],
      args: [`--password=${PLANTED}`],
      env: [
        { name: "PASSWORD", value: PLANTED },
        { name: "DATABASE_URL", value: `postgres://user:${PLANTED}@db/chat` },
      ],
      ports: [{ containerPort: 8080 }],
    };
    const workload = deployment();
    (workload.spec as { template: { spec: object } }).template.spec = { containers: [container] };
    const config = object("v1", "ConfigMap", "web", { data: { PASSWORD: PLANTED, "app.conf": `password = ${PLANTED}` } });
    const resources = [namespace(), ingress({ affinity: "cookie" }), service({ type: "LoadBalancer" }), workload, config];
    const answers = await analyze(stackPolicies(), resources);
    assert.ok(answers.length > 3);
    assert.ok(!JSON.stringify(answers).includes(PLANTED));
  });
});
