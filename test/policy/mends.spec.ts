import type { ResourceValidation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import * as server from "@pulumi/policy/server";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { MENDS } from "../../policy/mends";
import { durationMends } from "../../policy/mends/durations";
import { mendsPolicy } from "../../policy/mends/policy";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { STANDARD_OPTIONS } from "../../policy/options";
import { ingress, NGINX, object, service } from "../path/objects";
import { marked } from "./runtime";
import { GOOD, stack } from "./stacks";

const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const secret = (value: Value): Value => ({ [SIGNATURE_KEY]: SECRET_SIGNATURE, value });
const SENT = marked(UNKNOWN);

/** Asks for a remediation as the engine does, through the SDK's own server; undefined where nothing is changed. */
async function remediated(
  target: object,
  {
    type,
    level = "remediate",
    config = {},
  }: { type: string; level?: "remediate" | "disabled"; config?: Record<string, unknown> },
): Promise<KubernetesObject | undefined> {
  const request = new proto.AnalyzeRequest();
  request.setType(type);
  request.setUrn("urn:x");
  request.setName("x");
  request.setOptions(new proto.AnalyzerResourceOptions());
  request.setProperties(Struct.fromJavaScript(marked(target as Value) as never));
  const { makeRemediateRpcFun } = server as unknown as {
    makeRemediateRpcFun: (
      ...pack: [string, string, string, ResourceValidationPolicy[]]
    ) => (call: object, callback: (error: Error | undefined, response: proto.RemediateResponse) => void) => Promise<void>;
  };
  const policy = mendsPolicy();
  const configured: ResourceValidationPolicy = {
    ...policy,
    enforcementLevel: level,
    remediateResource: (args) => policy.remediateResource?.({ ...args, getConfig: <T extends object>() => config as T }),
  };
  const call = makeRemediateRpcFun("holdfast", "0.0.0", "mandatory", [configured]);
  return new Promise((resolve, reject) => {
    void call({ request }, (error, response) => {
      if (error !== undefined && error !== null) return reject(error);
      const [change] = response.getRemediationsList();
      assert.equal(change?.getDiagnostic() ?? "", "");
      resolve(change?.getProperties()?.toJavaScript() as unknown as KubernetesObject | undefined);
    });
  });
}

const INGRESS = { type: "kubernetes:networking.k8s.io/v1:Ingress" };
const SERVICE = { type: "kubernetes:core/v1:Service" };
const BUDGET = { type: "kubernetes:policy/v1:PodDisruptionBudget" };
const READ = `${NGINX}proxy-read-timeout`;
const annotationsOf = (mended: KubernetesObject | undefined): Record<string, unknown> => mended?.metadata.annotations ?? {};

describe("what is mended for certain", () => {
  const AZURE = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";
  const CLASSIC = "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout";
  const durations: [string, KubernetesObject, string, string | undefined][] = [
    ["seconds with a unit", ingress({ "proxy-read-timeout": "3600s" }), READ, "3600"],
    ["hours", ingress({ "proxy-read-timeout": "1h" }), READ, "3600"],
    ["minutes with a space", ingress({ "proxy-read-timeout": "60 m" }), READ, "3600"],
    ["a bare number", ingress({ "proxy-read-timeout": "3600" }), READ, undefined],
    ["what is no time at all", ingress({ "proxy-read-timeout": "long" }), READ, undefined],
    ["what is no whole number", ingress({ "proxy-read-timeout": "1.5h" }), READ, undefined],
    ["two units", ingress({ "proxy-read-timeout": "1h30m" }), READ, undefined],
    ["what is not known yet", ingress({ "proxy-read-timeout": UNKNOWN }), READ, undefined],
    [
      "F5's timeout, which takes a unit",
      ingress({ "nginx.org/proxy-read-timeout": "3600s" }),
      "nginx.org/proxy-read-timeout",
      undefined,
    ],
    ["Azure's minutes", service({}, { [AZURE]: "61m" }), AZURE, "61"],
    ["Azure's minutes in seconds", service({}, { [AZURE]: "3660s" }), AZURE, "61"],
    ["seconds that are no whole minutes", service({}, { [AZURE]: "3601s" }), AZURE, undefined],
    ["the Classic Load Balancer's seconds", service({}, { [CLASSIC]: "1h" }), CLASSIC, "3600"],
  ];
  for (const [title, broken, key, expected] of durations) {
    it(`${title}: ${expected ?? "left alone"}`, () => {
      const mends = durationMends(broken);
      assert.deepEqual(
        mends.map(({ at, write }) => [at, write]),
        expected === undefined ? [] : [[["metadata", "annotations", key], expected]],
      );
    });
  }

  it("goes with the findings of its rule, so that lint --fix writes the same", () => {
    const objects = stack({ ...GOOD, "proxy-read-timeout": "3600s" });
    const context = ruleContext(objects, { kubeProxyMode: "nftables", inFront: [] }, STANDARD_OPTIONS);
    const [finding] = reportOn(context).findings.filter(({ rule, severity }) => rule === "idle-timeout" && severity === "error");
    assert.deepEqual(
      finding?.mends?.map(({ at, write }) => [at.at(-1), write]),
      [[READ, "3600"]],
    );
  });

  it("mends an object for good: what is mended has nothing left to mend", async () => {
    const examples: [KubernetesObject, { type: string }][] = [
      [ingress({ "proxy-read-timeout": "3600s", "proxy-send-timeout": "1h" }), INGRESS],
      [service({ loadBalancerIP: "10.0.0.9" }, { "metallb.io/address-pool": "lan" }), SERVICE],
    ];
    for (const [broken, type] of examples) {
      const mended = await remediated(broken, type);
      assert.ok(mended !== undefined);
      assert.deepEqual(
        MENDS.flatMap(({ mendsOf }) => mendsOf(mended)),
        [],
      );
    }
  });
});

describe("the remediation, asked as the engine asks it", () => {
  it("is off unless it is asked for", async () => {
    const broken = ingress({ "proxy-read-timeout": "3600s" });
    assert.equal(mendsPolicy().enforcementLevel, "disabled");
    assert.equal(await remediated(broken, { ...INGRESS, level: "disabled" }), undefined);
    assert.equal(annotationsOf(await remediated(broken, INGRESS))[READ], "3600");
  });

  it("changes what it mends and nothing else", async () => {
    const broken = ingress({ "proxy-read-timeout": "3600s", affinity: "cookie" });
    const wanted = ingress({ "proxy-read-timeout": "3600", affinity: "cookie" });
    assert.deepEqual(await remediated(broken, INGRESS), wanted);
  });

  it("leaves alone what is right, what is waived, what is a patch, and what is not Kubernetes'", async () => {
    const broken = ingress({ "proxy-read-timeout": "3600s" });
    assert.equal(await remediated(ingress(GOOD), INGRESS), undefined);
    const waived = ingress({ "proxy-read-timeout": "3600s", "holdfast/waive.idle-timeout": "a test" });
    assert.equal(await remediated(waived, INGRESS), undefined);
    assert.equal(await remediated(broken, { type: `${INGRESS.type}Patch` }), undefined);
    assert.equal(await remediated(broken, { type: "random:index/x:X" }), undefined);
  });

  it("keeps what is not known yet as it is", async () => {
    const broken = ingress({ "proxy-read-timeout": "3600s", affinity: UNKNOWN });
    assert.equal(annotationsOf(await remediated(broken, INGRESS))[`${NGINX}affinity`], SENT);
    const hidden = { ...ingress(), metadata: UNKNOWN };
    assert.equal(await remediated(hidden, INGRESS), undefined);
  });

  it("keeps a secret one that it mends, one beside it, and a whole block of them", async () => {
    const beside = ingress({ "proxy-read-timeout": secret("3600s"), "auth-secret": secret("hunter2") });
    const mended = annotationsOf(await remediated(beside, INGRESS));
    assert.deepEqual(mended[READ], secret("3600"));
    assert.deepEqual(mended[`${NGINX}auth-secret`], secret("hunter2"));
    const block = { ...ingress(), metadata: { name: "web", annotations: secret({ [READ]: "3600s" }) } };
    assert.deepEqual(annotationsOf(await remediated(block, INGRESS)), secret({ [READ]: "3600" }));
  });

  it("moves MetalLB's pinned address into the annotation, as a secret where it was one", async () => {
    const plain = service({ loadBalancerIP: "10.0.0.9" }, { "metallb.io/address-pool": "lan" });
    const moved = await remediated(plain, SERVICE);
    assert.equal(annotationsOf(moved)["metallb.io/loadBalancerIPs"], "10.0.0.9");
    assert.ok(!("loadBalancerIP" in (moved?.spec as object)));
    const hidden = service({ loadBalancerIP: secret("10.0.0.9") }, { "metallb.io/address-pool": "lan" });
    assert.deepEqual(annotationsOf(await remediated(hidden, SERVICE))["metallb.io/loadBalancerIPs"], secret("10.0.0.9"));
  });

  it("leaves a pinned address where another load balancer may read it", async () => {
    assert.equal(await remediated(service({ loadBalancerIP: "10.0.0.9" }), SERVICE), undefined);
  });

  it("writes into budgets which pods a drain may take, where their owner says it and they do not", async () => {
    const budget = (spec: Value) => object("policy/v1", "PodDisruptionBudget", "web", { spec });
    const wanted = { ...BUDGET, config: { unhealthyPodEvictionPolicy: "AlwaysAllow" } };
    assert.equal(await remediated(budget({ minAvailable: 2 }), BUDGET), undefined);
    const mended = await remediated(budget({ minAvailable: 2 }), wanted);
    assert.deepEqual(mended?.spec, { minAvailable: 2, unhealthyPodEvictionPolicy: "AlwaysAllow" });
    assert.equal(await remediated(mended, wanted), undefined);
    assert.equal(await remediated(budget({ unhealthyPodEvictionPolicy: "IfHealthyBudget" }), wanted), undefined);
    assert.equal(await remediated(budget(UNKNOWN), wanted), undefined);
  });

  it("says once what is wrong with its configuration, and writes nothing on its word", async () => {
    const problems: string[] = [];
    const { validateResource } = mendsPolicy();
    const config = { unhealthyPodEvictionPolicy: "Always", unhealthyPodEviction: "x" };
    const args = { getConfig: () => config } as unknown as ResourceValidationArgs;
    const validate = () => (validateResource as ResourceValidation)(args, (message) => problems.push(String(message)));
    await validate();
    await validate();
    assert.deepEqual(problems, [
      'configuration of mends: unknown key "unhealthyPodEviction"; did you mean "unhealthyPodEvictionPolicy"?',
      'configuration of mends unhealthyPodEvictionPolicy: found "Always", allowed is AlwaysAllow, IfHealthyBudget',
    ]);
    const budget = object("policy/v1", "PodDisruptionBudget", "web", { spec: {} });
    assert.equal(await remediated(budget, { ...BUDGET, config }), undefined);
  });
});
