import assert from "node:assert/strict";
import { asMarkdown, LONGEST_COMMENT, readPreview, summarize, type Summary } from "../../changes";
import type { KubernetesObject } from "../../path/objects";
import { previewText, step, workload } from "./fixture";

function summaryOf(steps: object[], more: object = {}): Summary {
  const read = readPreview(previewText(steps, more));
  assert.ok("preview" in read);
  return summarize(read.preview);
}

const markdown = (summary: Summary): string => asMarkdown(summary, "What this changes");

function ingress(readTimeout: string): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: "web",
      namespace: "chat",
      annotations: {
        "nginx.ingress.kubernetes.io/proxy-read-timeout": readTimeout,
        "nginx.ingress.kubernetes.io/proxy-send-timeout": "3660",
        "nginx.ingress.kubernetes.io/affinity": "cookie",
      },
    },
    spec: {
      ingressClassName: "nginx",
      rules: [
        {
          host: "chat.example.test",
          http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number: 80 } } } }] },
        },
      ],
    },
  };
}
const SERVICE: KubernetesObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "chat" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
};
const same = (object: KubernetesObject) => step({ op: "same", before: object, after: object });
const update = (before: KubernetesObject, after: KubernetesObject) =>
  step({ op: "update", before, after, changed: ["metadata.annotations"] });

describe("the summary of a preview", () => {
  it("sets a way in beside what it was, with the new error and its mend", () => {
    const broken = summaryOf([same(SERVICE), same(workload()), update(ingress("3660"), ingress("60"))]);
    const [wayIn] = broken.paths;
    assert.equal(wayIn?.after?.verdict, "fails");
    assert.notEqual(wayIn?.before?.verdict, "fails");
    assert.ok(broken.findings.added.some(({ rule, severity }) => rule === "idle-timeout" && severity === "error"));
    assert.match(markdown(broken), /\*\*error\*\* `idle-timeout` `Ingress chat\/web`/);
    const mended = summaryOf([same(SERVICE), same(workload()), update(ingress("60"), ingress("3660"))]);
    assert.ok(mended.findings.mended.some(({ rule }) => rule === "idle-timeout"));
    assert.ok(!mended.findings.added.some(({ rule }) => rule === "idle-timeout"));
  });

  it("puts what loses its address first, whichever cloud holds it", () => {
    const balancer: KubernetesObject = { apiVersion: "v1", kind: "X", metadata: { name: "front" } };
    const types = [
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:ec2/eip:Eip",
      "azure-native:network:PublicIPAddress",
      "gcp:compute/globalAddress:GlobalAddress",
    ];
    const summary = summaryOf(types.map((type) => step({ op: "replace", before: balancer, after: balancer, type })));
    assert.equal(summary.losses.length, types.length);
    const text = markdown(summary);
    assert.ok(text.indexOf("### Addresses that go") < text.indexOf("### What it costs"));
    const harmless = summaryOf([step({ op: "replace", before: balancer, after: balancer, type: "aws:s3/bucket:Bucket" })]);
    assert.deepEqual(harmless.losses, []);
    assert.doesNotMatch(markdown(harmless), /Addresses that go/);
  });

  it("tells of a Service that leaves its type, and not of one that never was reached from outside", () => {
    const balanced = { ...SERVICE, spec: { ...(SERVICE.spec as object), type: "LoadBalancer" } };
    const status = { loadBalancer: { ingress: [{ hostname: "a.elb.example.test" }] } };
    const gone = summaryOf([step({ op: "delete", before: balanced, status })]);
    assert.deepEqual(
      gone.losses.map(({ had }) => had),
      [["a.elb.example.test"]],
    );
    assert.deepEqual(summaryOf([step({ op: "delete", before: SERVICE })]).losses, []);
  });

  it("stays below the longest comment however much changes, and says what it left out", () => {
    const steps = Array.from({ length: 3000 }, (_, index) => {
      const object = { ...workload(), metadata: { name: `a-rather-long-name-of-a-workload-${index}`, namespace: "chat" } };
      return step({ op: "update", before: object, after: object, changed: ["spec.template.spec.containers[0].image"] });
    });
    const text = markdown(summaryOf(steps));
    assert.ok(text.length < LONGEST_COMMENT, `${text.length} characters`);
    assert.match(text, /3000 changed/);
    assert.match(text, /and \d+ more/);
  });

  it("prints no value of a Secret or of a container's environment", () => {
    const PLANTED = "hunter2-do-not-print";
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "web", namespace: "chat" },
      stringData: { TOKEN: PLANTED },
    };
    const env = { env: [{ name: "API_TOKEN", value: PLANTED }] };
    const pods = workload({ container: env });
    const steps = [
      same(SERVICE),
      same(ingress("60")),
      update(secret, secret),
      step({ op: "update", before: pods, after: pods, changed: ["spec.template"] }),
    ];
    assert.ok(!markdown(summaryOf(steps)).includes(PLANTED));
  });

  it("says that a preview failed, and that a Helm release was not looked into", () => {
    const release: KubernetesObject = { apiVersion: "v1", kind: "X", metadata: { name: "mesh" } };
    const diagnostics = [{ severity: "error", message: "error: no such context\n" }];
    const text = markdown(
      summaryOf([step({ op: "create", after: release, type: "kubernetes:helm.sh/v3:Release" })], { diagnostics }),
    );
    assert.match(text, /The preview failed:\*\* error: no such context/);
    assert.match(text, /Helm Release mesh: what it creates is no resource of the stack/);
  });

  it("takes values that are not known yet for what they are", () => {
    const open = { ...ingress("3660"), metadata: { ...ingress("3660").metadata, name: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
    assert.doesNotThrow(() => markdown(summaryOf([same(SERVICE), same(workload()), step({ op: "create", after: open })])));
  });

  it("says something however long one text is, and cuts what is folded first", () => {
    const diagnostics = Array.from({ length: 3 }, () => ({ severity: "error", message: "x".repeat(70_000) }));
    const text = markdown(summaryOf([], { diagnostics }));
    assert.ok(text.length > 100 && text.length < LONGEST_COMMENT, `${text.length} characters`);
    assert.match(text, /The preview failed/);
    const summary = summaryOf([step({ op: "update", before: workload(), after: workload(), changed: ["spec.template.spec"] })]);
    const whole = asMarkdown(summary, "What this changes");
    const tight = asMarkdown(summary, "What this changes", whole.length - 10);
    assert.match(tight, /\| `Deployment chat\/web` \|/);
    assert.doesNotMatch(tight, /```diff/);
    assert.match(tight, /and 1 more/);
    assert.doesNotThrow(() => encodeURIComponent(asMarkdown(summary, "\u{1F600}".repeat(300), 200)), "no half of a character");
  });

  it("tells of an address that a change of the class, of the type or of a scheme gives up", () => {
    const status = { loadBalancer: { ingress: [{ hostname: "a.elb.example.test" }] } };
    const moves = (before: KubernetesObject, after: KubernetesObject) =>
      summaryOf([step({ op: "update", before, after, changed: ["spec"], status })]).losses.flatMap(
        ({ replacedFor }) => replacedFor,
      );
    const service = (spec: object) => ({ ...SERVICE, spec: { ...(SERVICE.spec as object), ...spec } });
    assert.deepEqual(moves(service({ type: "LoadBalancer" }), service({ type: "NodePort" })), ["spec.type"]);
    const classed = (ingressClassName: string) => ({
      ...ingress("60"),
      spec: { ...(ingress("60").spec as object), ingressClassName },
    });
    assert.deepEqual(moves(classed("nginx"), classed("alb")), ["spec.ingressClassName"]);
    assert.deepEqual(moves(classed("nginx"), classed("nginx")), []);
    const scheme = (value: string) => ({
      ...ingress("60"),
      metadata: { ...ingress("60").metadata, annotations: { "alb.ingress.kubernetes.io/scheme": value } },
    });
    assert.match(moves(scheme("internal"), scheme("internet-facing")).join(), /ingress\.kubernetes\.io\/scheme/);
  });

  it("counts no address as lost that stays where it is", () => {
    const eip: KubernetesObject = { apiVersion: "v1", kind: "X", metadata: { name: "front" } };
    const gone = (old: object) => summaryOf([step({ op: "delete", before: eip, type: "aws:ec2/eip:Eip", old })]);
    assert.equal(gone({}).losses.length, 1);
    assert.deepEqual(gone({ retainOnDelete: true }).losses, []);
    assert.match(gone({ retainOnDelete: true }).notes.join(), /leaves the stack and stays where it is/);
    const left = step({ op: "delete-replaced", before: SERVICE });
    for (const steps of [
      [left, same(SERVICE)],
      [same(SERVICE), left],
    ]) {
      assert.equal(summaryOf(steps).counts.replace, undefined, "what an earlier update left behind replaces nothing now");
    }
  });

  it("knows a way in and its findings again under another name, and a waiver for what it is", () => {
    const named = (namespace: string, annotations: object = {}) => {
      const object = ingress("60");
      const own = { ...(object.metadata.annotations as object), ...annotations };
      return { ...object, metadata: { ...object.metadata, namespace, annotations: own } } as KubernetesObject;
    };
    const placed = (object: KubernetesObject, namespace: string) => ({ ...object, metadata: { ...object.metadata, namespace } });
    const replaced = (object: KubernetesObject) =>
      step({ op: "replace", before: placed(object, "chat"), after: placed(object, "talk"), changed: ["metadata.namespace"] });
    const moved = summaryOf([replaced(SERVICE), replaced(workload()), replaced(named("chat"))]);
    assert.deepEqual([moved.findings.added, moved.findings.mended], [[], []]);
    assert.ok(moved.findings.kept.some(({ rule }) => rule === "idle-timeout"));
    assert.equal(moved.paths.length, 1);
    assert.match(moved.paths[0]!.wayIn, /^Ingress chat\/web .*, then Ingress talk\/web /);
    const waive = { "holdfast/waive.idle-timeout": "clients reconnect" };
    const waived = summaryOf([same(SERVICE), same(workload()), update(named("chat"), named("chat", waive))]).findings;
    assert.ok(waived.waived.some(({ rule }) => rule === "idle-timeout"));
    assert.ok(!waived.mended.some(({ rule }) => rule === "idle-timeout"));
    const again = summaryOf([same(SERVICE), same(workload()), update(named("chat", waive), named("chat"))]).findings;
    assert.ok(again.added.some(({ rule }) => rule === "idle-timeout"));
  });

  it("calls nobody by name and keeps every row on one line", () => {
    const diagnostics = [{ severity: "error", message: "ask @team about <b>a|b</b> & more" }];
    assert.match(markdown(summaryOf([], { diagnostics })), /ask @<!-- -->team about &lt;b&gt;a\\\|b&lt;\/b&gt; &amp; more/);
    const object = { ...workload(), metadata: { name: "we|b\nnext", namespace: "chat" } };
    const text = markdown(summaryOf([step({ op: "delete", before: object })]));
    assert.match(text, /\| `Deployment chat\/we\\\|b next` \|/);
  });

  for (const [what, text] of Object.entries({
    "no JSON": "Previewing update (dev)",
    "not of a preview": '{"services":[]}',
    "no JSON: it ends in the middle": '{"steps": [{"op": "same"',
    "not of a preview ": '[{"op": "same"}]',
    "steps.0.urn": '{"steps": [{"op": "same"}]}',
    "empty: the preview failed": "",
  })) {
    it(`refuses what is ${what.trim()} and says how to make a preview`, () => {
      const read = readPreview(text);
      assert.ok("problems" in read);
      assert.match(read.problems[0]!, new RegExp(`${what.trim()}.*pulumi preview --json --show-sames`));
    });
  }
});
