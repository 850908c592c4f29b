import type { StackValidationArgs } from "@pulumi/policy";
import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { packPolicies } from "../../policy/pack";
import { clientIp, deployment, ingress, object, service } from "../path/objects";
import type { Answer } from "./runtime";
import { ADVISORY, analyze, MANDATORY, urnOf } from "./runtime";

const TIMEOUTS = { "proxy-read-timeout": "3660", "proxy-send-timeout": "3660" };
const GOOD = { ...TIMEOUTS, affinity: "cookie", "session-cookie-max-age": "3600" };
const BUDGET = object("policy/v1", "PodDisruptionBudget", "web", {
  spec: { minAvailable: 2, selector: { matchLabels: { app: "web" } } },
});
const CLUSTER = { kubeProxyMode: "nftables", inFront: [] };

function namespace(declared: unknown = CLUSTER): KubernetesObject {
  const annotations = { "holdfast/cluster": typeof declared === "string" ? declared : JSON.stringify(declared) };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: "chat", annotations } };
}
function stack(annotations: { [key: string]: Value } = GOOD): KubernetesObject[] {
  return [namespace(), ingress(annotations), service(), deployment(), BUDGET];
}
const only = (answers: Answer[], policy: string): Answer[] => answers.filter((answer) => answer.policy === policy);

describe("the policy pack, asked as the engine asks it", () => {
  it("has nothing to say of a stack that keeps its promises", async () => {
    assert.deepEqual(await analyze(packPolicies(), stack()), []);
  });

  it("refuses a broken promise at the resource that breaks it, with the line to write", async () => {
    const answers = await analyze(packPolicies(), stack({ ...GOOD, "proxy-read-timeout": "3600s" }));
    assert.equal(answers.length, 1);
    const [answer] = answers;
    assert.deepEqual([answer?.policy, answer?.level], ["idle-timeout", MANDATORY]);
    assert.equal(answer?.urn, urnOf(ingress(), "kubernetes:networking.k8s.io/v1:Ingress"));
    assert.equal(
      answer?.message,
      [
        "Every hop keeps a silent connection open for as long as promised.",
        'Ingress chat/web: ingress-nginx closes a connection that is silent for 60 s; 3600 s are promised (Ingress chat/web annotation nginx.ingress.kubernetes.io/proxy-read-timeout is "3600s", which is no whole number).',
        "  needed: at least 3600 s of silence on every hop (websocket)",
        '  write:  nginx.ingress.kubernetes.io/proxy-read-timeout: "3660", nginx.ingress.kubernetes.io/proxy-send-timeout: "3660"',
        "  why:    a connection that is silent for longer is closed by ingress-nginx, and its client has to come back",
        '  more:   docs/rules/idle-timeout.md; to live with it, annotate the object with holdfast/waive.idle-timeout: "<why>"',
      ].join("\n"),
    );
  });

  it("reports what it can and then says what it has to look at again, in the same call", async () => {
    const second = ingress({ ...GOOD, "session-cookie-max-age": "60" });
    second.metadata.name = "other";
    const answers = only(await analyze(packPolicies(), [...stack({ ...GOOD, affinity: UNKNOWN }), second]), "sticky-sessions");
    assert.deepEqual(
      answers.map(({ level }) => level),
      [MANDATORY, ADVISORY],
    );
    assert.match(answers[0]?.message ?? "", /Ingress chat\/other: ingress-nginx forgets a client after 60 s/);
    assert.match(
      answers[1]?.message ?? "",
      /during preview: what it needs is not known yet; it looks again during the update\.\n {2}Ingress chat\/web: /,
    );
  });

  it("leaves the rules that need no unknown value to answer", async () => {
    const answers = await analyze(packPolicies(), stack({ ...GOOD, affinity: UNKNOWN }));
    assert.deepEqual(
      answers.map(({ policy }) => policy),
      ["sticky-sessions"],
    );
  });

  it("passes none of a stack whose whole specs are unknown", async () => {
    const hidden = stack().map((item) => ("spec" in item ? ({ ...item, spec: UNKNOWN } as unknown as KubernetesObject) : item));
    const answers = await analyze(packPolicies(), hidden);
    assert.deepEqual([...new Set(answers.map(({ policy }) => policy))].sort(), [
      "disruption-budget",
      "idle-timeout",
      "sticky-sessions",
    ]);
    assert.ok(answers.every(({ level }) => level === ADVISORY));
  });

  it("says as an advisory what no manifest decides, with what would settle it", async () => {
    const withoutFront = stack().map((item) => (item.kind === "Namespace" ? namespace({ kubeProxyMode: "nftables" }) : item));
    const answers = await analyze(packPolicies(), withoutFront);
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [["idle-timeout", ADVISORY]],
    );
    assert.match(answers[0]?.message ?? "", /settle: declare cluster\.inFront/);
  });

  it("reports a waived finding as an advisory with its reason, and an empty reason waives nothing", async () => {
    const waived = { "proxy-read-timeout": "30", "proxy-send-timeout": "3660", affinity: "cookie" };
    const withReason = await analyze(
      packPolicies(),
      stack({ ...waived, "holdfast/waive.idle-timeout": "clients ping every 20 s" }),
    );
    assert.deepEqual(
      withReason.map(({ level }) => level),
      [ADVISORY],
    );
    assert.match(withReason[0]?.message ?? "", /waived: clients ping every 20 s/);
    const empty = await analyze(packPolicies(), stack({ ...waived, "holdfast/waive.idle-timeout": " " }));
    assert.deepEqual(
      empty.map(({ level }) => level),
      [MANDATORY],
    );
  });

  it("answers each rule at its own level", async () => {
    const policies = packPolicies().map((policy) =>
      policy.name === "idle-timeout" ? { ...policy, enforcementLevel: "advisory" as const } : policy,
    );
    const answers = await analyze(
      policies,
      stack({}).map((item) => (item.kind === "Service" ? service(clientIp(3600)) : item)),
    );
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [
        ["sticky-sessions", MANDATORY],
        ["idle-timeout", ADVISORY],
      ],
    );
  });

  it("gives the same report for any order of the resources", async () => {
    const broken = stack({ affinity: "cookie", "session-cookie-max-age": "5" });
    const forward = await analyze(packPolicies(), broken);
    assert.deepEqual(await analyze(packPolicies(), [...broken].reverse()), forward);
    assert.ok(forward.length >= 2);
  });

  it("never matches objects of different clusters or namespaces", async () => {
    const here = stack().map((item) => ({ object: item, provider: { name: "one" } }));
    const moved = here.map((item) =>
      item.object.kind === "PodDisruptionBudget" ? { ...item, provider: { name: "two" } } : item,
    );
    assert.deepEqual(await analyze(packPolicies(), here), []);
    assert.deepEqual(
      (await analyze(packPolicies(), moved)).map(({ policy }) => policy),
      ["disruption-budget"],
    );
    const elsewhere = stack().map((item) =>
      item.kind === "PodDisruptionBudget"
        ? object("policy/v1", item.kind, "web", { spec: item.spec as Value }, { namespace: "other" })
        : item,
    );
    assert.deepEqual(
      (await analyze(packPolicies(), elsewhere)).map(({ policy }) => policy),
      ["disruption-budget"],
    );
  });

  it("puts an object without a namespace where its provider puts it", async () => {
    const bare = { ...BUDGET, metadata: { name: "web" } };
    const resources = (namespaceOfProvider: string) =>
      [...stack().filter((item) => item !== BUDGET), bare].map((item) => ({
        object: item,
        provider: { name: "one", props: { namespace: namespaceOfProvider } },
      }));
    assert.deepEqual(await analyze(packPolicies(), resources("chat")), []);
    assert.deepEqual(
      (await analyze(packPolicies(), resources("default"))).map(({ policy }) => policy),
      ["disruption-budget"],
    );
  });

  it("reads patches over the object they change, and looks at nothing that is no Kubernetes object", async () => {
    const patch = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "web", namespace: "chat", annotations: { "nginx.ingress.kubernetes.io/proxy-read-timeout": "30" } },
    };
    const patched = [...stack(), { object: patch, type: "kubernetes:networking.k8s.io/v1:IngressPatch" }];
    assert.deepEqual(
      (await analyze(packPolicies(), patched)).map(({ policy }) => policy),
      ["idle-timeout"],
    );
    const strange = [
      ...stack(),
      { object: deployment(), type: "aws:lb/loadBalancer:LoadBalancer" },
      { object: object("helm.sh/v3", "Release", "x"), type: "kubernetes:helm.sh/v3:Release" },
    ];
    assert.deepEqual(await analyze(packPolicies(), strange), []);
  });

  it("ignores what is being deleted", async () => {
    const leaving = ingress({ affinity: "cookie" });
    leaving.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
    assert.deepEqual(
      await analyze(
        packPolicies(),
        stack().map((item) => (item.kind === "Ingress" ? leaving : item)),
      ),
      [],
    );
  });

  it("never shows a value of a Secret", async () => {
    const secret = object("v1", "Secret", "web", { stringData: { password: "hunter2-hunter2" } });
    const answers = await analyze(packPolicies(), [...stack({ affinity: "cookie" }), secret]);
    assert.ok(answers.length > 0 && !JSON.stringify(answers).includes("hunter2"));
  });

  it("says what is wrong with the declaration of a cluster", async () => {
    const answers = await analyze(packPolicies(), [namespace({ kubeProxyMod: "nftables" }), ...stack().slice(1)]);
    assert.match(
      answers.find(({ level }) => level === MANDATORY)?.message ?? "",
      /unknown key "kubeProxyMod"; did you mean "kubeProxyMode"\?/,
    );
  });

  it("answers for 1,000 services in linear time", async () => {
    const many = (count: number): KubernetesObject[] =>
      Array.from({ length: count }, (_, index) =>
        stack()
          .slice(1)
          .map((item) => renamed(item, `web-${index}`)),
      ).flat();
    const seconds = async (count: number): Promise<number> => {
      const resources = [namespace(), ...many(count)];
      const started = performance.now();
      await analyze(packPolicies(), resources);
      return (performance.now() - started) / 1000;
    };
    await seconds(100);
    assert.ok((await seconds(1000)) < 10);
  }).timeout(60_000);
});

function renamed(item: KubernetesObject, name: string): KubernetesObject {
  return JSON.parse(JSON.stringify(item).replaceAll('"web"', JSON.stringify(name))) as KubernetesObject;
}

describe("the configuration of the pack", () => {
  function configured(policy: string, config: object, resources: KubernetesObject[] = []): string[] {
    const messages: string[] = [];
    const found = packPolicies().find(({ name }) => name === policy);
    const args = {
      resources: resources.map(asResource),
      getConfig: () => config,
      stackTags: new Map(),
      notApplicable: () => assert.fail(),
    };
    void found?.validateStack(args as unknown as StackValidationArgs, (message) =>
      messages.push(typeof message === "string" ? message : JSON.stringify(message)),
    );
    return messages;
  }
  const asResource = (item: KubernetesObject) => ({
    type: `kubernetes:${item.apiVersion}:${item.kind}`,
    props: item,
    urn: `urn:${item.kind}`,
    name: "x",
  });

  it("changes what is asked where nothing is promised", () => {
    assert.deepEqual(configured("idle-timeout", {}, stack()), []);
    assert.match(configured("idle-timeout", { idleSeconds: 7200 }, stack()).join(), /7200 s are promised/);
    assert.match(configured("sticky-sessions", { affinityTtlSeconds: 7200 }, stack()).join(), /7200 s are promised/);
  });

  it("overrides what the Namespaces declare of the cluster", () => {
    const inFront = [{ name: "a proxy", idleSeconds: 100 }];
    assert.match(
      configured("idle-timeout", { cluster: { inFront } }, stack()).join(),
      /a proxy closes a connection that is silent for 100 s/,
    );
  });

  const broken: [string, string, object, RegExp][] = [
    [
      "a misspelt key",
      "idle-timeout",
      { idleSecond: 60 },
      /configuration of idle-timeout: unknown key "idleSecond"; did you mean "idleSeconds"\?/,
    ],
    ["a key of another rule", "disruption-budget", { idleSeconds: 60 }, /unknown key "idleSeconds"/],
    [
      "a duration",
      "idle-timeout",
      { idleSeconds: "1h" },
      /idleSeconds: found "1h", allowed is a whole number of seconds from 1 to 86400/,
    ],
    [
      "a number out of range",
      "sticky-sessions",
      { affinityTtlSeconds: 0 },
      /found 0, allowed is a whole number of seconds from 1 to 86400/,
    ],
    [
      "a cluster that is none",
      "idle-timeout",
      { cluster: { kubeProxyMode: "ebpf" } },
      /cluster kubeProxyMode: found "ebpf", allowed is iptables, nftables, ipvs, none/,
    ],
  ];
  for (const [title, policy, config, expected] of broken) {
    it(`names ${title}`, () => assert.match(configured(policy, config).join("\n"), expected));
  }

  it("names every problem at once", () => {
    assert.equal(configured("idle-timeout", { idleSecond: 1, idleSeconds: -1, cluster: { cnii: "x" } }).length, 3);
  });
});
