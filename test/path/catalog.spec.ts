import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import { parseClusterFacts, parseRequirement } from "../../path/declarations";
import { nearest, unknownKeys } from "../../path/nearest";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { podEnd } from "../../path/read/pod";
import { readPaths } from "../../path/reader";
import { selectsByLabelSelector, selectsByPairs } from "../../path/selector";
import { nameOf, textAt, valueAt } from "../../path/value";
import { deployment, ingress, object, service } from "./objects";

describe("selectors", () => {
  const labels = { app: "web", tier: "front" };
  const expression = (key: string, operator: string, values?: Value[]): Value => ({
    matchExpressions: [{ key, operator, ...(values && { values }) }],
  });
  const cases: [string, Value, Value, boolean | typeof UNKNOWN][] = [
    ["nothing selects nothing", undefined, labels, false],
    ["an empty selector selects everything", {}, labels, true],
    ["all labels must match", { matchLabels: { app: "web", tier: "back" } }, labels, false],
    ["labels that match", { matchLabels: { app: "web" } }, labels, true],
    ["In", expression("app", "In", ["api", "web"]), labels, true],
    ["In, without it", expression("app", "In", ["api"]), labels, false],
    ["In, where the label is absent", expression("zone", "In", ["a"]), labels, false],
    ["NotIn", expression("app", "NotIn", ["web"]), labels, false],
    ["NotIn, where the label is absent", expression("zone", "NotIn", ["a"]), labels, true],
    ["Exists", expression("tier", "Exists"), labels, true],
    ["Exists, where the label is absent", expression("zone", "Exists"), labels, false],
    ["DoesNotExist", expression("tier", "DoesNotExist"), labels, false],
    ["DoesNotExist, where the label is absent", expression("zone", "DoesNotExist"), labels, true],
    ["an unknown label", { matchLabels: { app: "web" } }, { app: UNKNOWN }, UNKNOWN],
    [
      "an unknown label beside one that does not match",
      { matchLabels: { app: "web", tier: "x" } },
      { app: UNKNOWN, tier: "y" },
      false,
    ],
    ["an unknown selector", UNKNOWN, labels, UNKNOWN],
    ["unknown labels", { matchLabels: { app: "web" } }, UNKNOWN, UNKNOWN],
    ["an unknown value among those allowed", expression("app", "In", [UNKNOWN]), labels, UNKNOWN],
    ["an unknown value among those forbidden", expression("app", "NotIn", [UNKNOWN]), labels, UNKNOWN],
    ["an unknown value beside the right one", expression("app", "In", [UNKNOWN, "web"]), labels, true],
  ];
  for (const [title, selector, on, expected] of cases) {
    it(title, () => assert.equal(selectsByLabelSelector(selector, on), expected));
  }

  it("of a Service select nothing when they are empty", () => {
    assert.equal(selectsByPairs({}, labels), false);
    assert.equal(selectsByPairs({ app: "web" }, labels), true);
  });
});

describe("the catalog", () => {
  it("tells what it selects for certain from what it may select", () => {
    const certain = new Catalog([service(), deployment()]).selectedBy(service());
    assert.deepEqual([certain.certain.length, certain.perhaps.length], [1, 0]);
    const open = new Catalog([service(), deployment(3, { app: UNKNOWN })]).selectedBy(service());
    assert.deepEqual([open.certain.length, open.perhaps.length], [0, 1]);
    const other = new Catalog([service(), deployment(3, { app: "api" })]).selectedBy(service());
    assert.deepEqual([other.certain.length, other.perhaps.length], [0, 0]);
  });

  it("knows the labels that a StatefulSet gives its pods, and that they pick one", () => {
    const labels = { app: "web" };
    const template = { metadata: { labels }, spec: {} };
    const set = object("apps/v1", "StatefulSet", "web", { spec: { replicas: 3, selector: { matchLabels: labels }, template } });
    const picks = (selector: Record<string, string>): [string[], number | undefined] => {
      const picking = service({ selector });
      const catalog = new Catalog([set, deployment(), picking]);
      const { workloads, maximumPods } = podEnd(picking, catalog).reached;
      return [workloads.map(({ kind }) => kind), maximumPods];
    };
    assert.deepEqual(picks({ app: "web", "statefulset.kubernetes.io/pod-name": "web-0" }), [["StatefulSet"], 1]);
    assert.deepEqual(picks({ "statefulset.kubernetes.io/pod-name": "web-12" }), [["StatefulSet"], 1]);
    assert.deepEqual(picks({ app: "web", "apps.kubernetes.io/pod-index": "0" }), [["StatefulSet"], 1]);
    assert.deepEqual(picks({ "apps.kubernetes.io/pod-index": "0" }), [["StatefulSet"], 1]);
    assert.deepEqual(picks({ app: "web" }), [["StatefulSet", "Deployment"], 6]);
    assert.deepEqual(picks({ app: "other", "statefulset.kubernetes.io/pod-name": "web-0" }), [[], undefined]);
    assert.deepEqual(picks({ app: "web", "statefulset.kubernetes.io/pod-name": "other-0" }), [[], undefined]);
  });

  it("finds the budgets over a workload by whatever in their selectors tells pods apart", () => {
    const budget = (name: string, selector: Value) =>
      object("policy/v1", "PodDisruptionBudget", name, { spec: { maxUnavailable: 1, selector } });
    const budgets = [
      budget("labels", { matchLabels: { team: "chat", app: "web" } }),
      budget("in", { matchExpressions: [{ key: "app", operator: "In", values: ["api", "web"] }] }),
      budget("not-in", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["api"] }] }),
      budget("everything", {}),
      budget("misses", { matchLabels: { team: "chat", app: "api" } }),
      budget("open", { matchLabels: { team: "chat" }, matchExpressions: [{ key: "app", operator: "In", values: [UNKNOWN] }] }),
      budget("nothing", undefined),
    ];
    const web = deployment(3, { app: "web", team: "chat" });
    const others = Array.from({ length: 5 }, (_, index) => {
      const other = deployment(3, { app: `other-${index}`, team: "chat" });
      other.metadata.name = `other-${index}`;
      return other;
    });
    const { certain, perhaps } = new Catalog([web, ...others, ...budgets]).budgetsOver(web);
    const names = (found: KubernetesObject[]) => found.map(({ metadata }) => metadata.name).sort();
    assert.deepEqual(names(certain), ["everything", "in", "labels", "not-in"]);
    assert.deepEqual(names(perhaps), ["open"]);
  });

  it("says which autoscalers decide the number of pods, and whether another may", () => {
    const scaler = (name: string, target: Value) => {
      const scaleTargetRef: Value = { kind: "Deployment", name: target };
      return object("autoscaling/v2", "HorizontalPodAutoscaler", name, { spec: { maxReplicas: 5, scaleTargetRef } });
    };
    const over = (...more: KubernetesObject[]) => {
      const { certain, perhaps } = new Catalog([deployment(), ...more]).autoscalersOver(deployment());
      return [certain.map(({ metadata }) => metadata.name), perhaps];
    };
    assert.deepEqual(over(), [[], false]);
    assert.deepEqual(over(scaler("one", "web"), scaler("two", "web"), scaler("other", "api")), [["one", "two"], false]);
    assert.deepEqual(over(scaler("one", "web"), scaler("open", UNKNOWN)), [["one"], true]);
  });

  it("reads 1,000 services well within a second, and ten times as many in about ten times as long", () => {
    const build = (count: number): KubernetesObject[] =>
      Array.from({ length: count }, (_, index) => {
        const text = JSON.stringify([service(), deployment(), ingress({ "proxy-read-timeout": "3660" })]);
        return JSON.parse(text.replaceAll('"web"', `"web-${index}"`)) as KubernetesObject[];
      }).flat();
    const milliseconds = (count: number): number => {
      const objects = build(count);
      // Processor time: on a busy machine the clock alone says little.
      const started = process.cpuUsage();
      assert.equal(readPaths(objects, {}).length, count);
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1000;
    };
    milliseconds(200);
    const [one, ten] = [milliseconds(1000), milliseconds(10_000)];
    assert.ok(one < 1000, `${one} ms`);
    assert.ok(ten < 40 * Math.max(one, 20), `${one} ms and ${ten} ms`);
  });
});

describe("reading a value", () => {
  it("tells unknown from absent, below it as well", () => {
    const root = { a: { b: UNKNOWN }, c: 1 };
    assert.equal(valueAt(root, "a", "b", "c"), UNKNOWN);
    assert.equal(valueAt(root, "a", "x"), undefined);
    assert.equal(textAt(root, "c"), "1");
    assert.equal(valueAt(root, "toString"), undefined);
  });
  it("names objects as messages do", () => {
    assert.equal(nameOf(service()), "Service chat/web");
    assert.equal(nameOf(object("v1", "Namespace", "chat", {}, { namespace: undefined })), "Namespace chat");
  });
});

describe("what is declared on objects", () => {
  const problems = (text: string): string[] => {
    const parsed = parseRequirement(text);
    return "problems" in parsed ? parsed.problems : [];
  };

  it("fills in what a promise leaves out", () => {
    assert.deepEqual(parseRequirement("{}"), {
      value: {
        promise: { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "client", ttlSeconds: 3600 } },
        protocol: "websocket",
      },
    });
  });
  it("reads a whole one", () => {
    const text =
      '{"idleSeconds":60,"drainSeconds":0,"affinity":{"mode":"none"},"heartbeat":{"seconds":20,"kind":"tcp-keepalive"},"protocol":"tcp"}';
    assert.deepEqual(problems(text), []);
  });
  const broken: [string, RegExp][] = [
    ["3600", /expected a JSON object/],
    ["{idleSeconds:1}", /is not JSON/],
    ['{"idleSeconds":"3600"}', /idleSeconds: found "3600", allowed is a whole number of seconds from 1 to 86400/],
    ['{"idleSeconds":0}', /found 0/],
    ['{"affinity":"client"}', /affinity: found "client", allowed is an object/],
    ['{"affinity":{"ttl":5}}', /unknown key "ttl"/],
    ['{"heartbeat":{}}', /heartbeat.seconds: found nothing/],
    ['{"protocol":"ws"}', /protocol: found "ws", allowed is websocket, http-stream, grpc, tcp/],
  ];
  for (const [text, expected] of broken) it(`refuses ${text}`, () => assert.match(problems(text).join(), expected));
  it("names every problem at once", () => assert.equal(problems('{"idleSeconds":0,"protocol":"ws","x":1}').length, 3));

  it("reads what a cluster declares, as text or as an object", () => {
    const facts = {
      platform: "azure",
      kubernetesVersion: "1.36",
      kubeProxyMode: "nftables",
      controllers: { traefik: "3.6.1" },
      ingressClasses: { nginx: "traefik" },
      inFront: [],
    };
    assert.deepEqual(parseClusterFacts(JSON.stringify(facts), "x"), { value: facts });
    assert.deepEqual(parseClusterFacts(facts, "x"), { value: facts });
    const hop = { name: "cdn", idleSeconds: null, layer: 7 };
    assert.deepEqual(parseClusterFacts({ inFront: [hop] }, "x"), { value: { inFront: [hop] } });
    const broken = parseClusterFacts(
      { inFront: [{ name: "cdn", idleSeconds: "1m" }], cni: 1, kubeProxyMode: "x", platform: "aks" },
      "x",
    );
    assert.equal("problems" in broken && broken.problems.length, 3);
  });
});

describe("the nearest name", () => {
  it("is found for a slip and not for another word", () => {
    assert.equal(nearest("idelSeconds", ["idleSeconds", "drainSeconds"]), "idleSeconds");
    assert.equal(nearest("colour", ["idleSeconds", "drainSeconds"]), undefined);
    assert.deepEqual(unknownKeys(["colour"], ["a", "b"], "here"), ['here: unknown key "colour"; known are a, b']);
    assert.deepEqual(unknownKeys(["a"], ["a", "b"], "here"), []);
  });
});
