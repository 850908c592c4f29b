import assert from "node:assert/strict";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { refOf } from "../../path/value";
import { policyOf } from "../../policy/pack";
import type { Rule } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { idleTimeout } from "../../policy/rules/idleTimeout";
import { clientIp, ingress, service } from "../path/objects";
import { ADVISORY, analyze, MANDATORY, urnOf } from "./runtime";
import { configured, GOOD, namesOf, namespace, only, pack, stack } from "./stacks";

describe("the policy pack, asked as the engine asks it", () => {
  it("has nothing to say of a stack that keeps its promises", async () => {
    assert.deepEqual(await analyze(pack(), stack()), []);
  });

  it("refuses a broken promise at the resource that breaks it, with the line to write", async () => {
    const answers = await analyze(pack(), stack({ ...GOOD, "proxy-read-timeout": "3600s" }));
    assert.deepEqual(
      answers.map(({ policy, level, urn }) => ({ policy, level, urn })),
      [{ policy: "idle-timeout", level: MANDATORY, urn: urnOf(ingress(), "kubernetes:networking.k8s.io/v1:Ingress") }],
    );
    const lines = (answers[0]?.message ?? "").split("\n");
    assert.equal(lines[0], "Every hop keeps a silent connection open for as long as promised.");
    assert.match(lines[1] ?? "", /^idle-timeout: Ingress chat\/web: .*silent for 60 s; 3600 s are promised.*"3600s"/);
    for (const label of ["needed", "write", "why", "more"]) {
      assert.ok(
        lines.some((line) => line.startsWith(`  ${label}: `)),
        label,
      );
    }
    assert.match(
      lines.at(-1) ?? "",
      /docs\/rules\/idle-timeout\.md; to live with it, annotate the object with holdfast\/waive\.idle-timeout: "<why>"/,
    );
  });

  it("reports what it can and then says what it has to look at again, in the same call", async () => {
    const second = ingress({ ...GOOD, "session-cookie-max-age": "60" });
    second.metadata.name = "other";
    const answers = only(await analyze(pack(), [...stack({ ...GOOD, affinity: UNKNOWN }), second]), "sticky-sessions");
    assert.deepEqual(
      answers.map(({ level }) => level),
      [MANDATORY, ADVISORY],
    );
    assert.match(answers[0]?.message ?? "", /Ingress chat\/other: ingress-nginx forgets a client after 60 s/);
    assert.match(
      answers[1]?.message ?? "",
      /during preview: what it needs is not known yet; it looks again during the update\.\n {2}\w+ chat\/web: /,
    );
  });

  it("leaves the rules that need no unknown value to answer", async () => {
    assert.deepEqual(namesOf(await analyze(pack(), stack({ ...GOOD, affinity: UNKNOWN }))), ["sticky-sessions"]);
  });

  it("passes none of a stack whose whole specs are unknown", async () => {
    const hidden = stack().map((item) => ("spec" in item ? ({ ...item, spec: UNKNOWN } as unknown as KubernetesObject) : item));
    const answers = await analyze(pack(), hidden);
    assert.deepEqual([...new Set(namesOf(answers))].sort(), ["disruption-budget", "idle-timeout", "sticky-sessions"]);
    assert.ok(answers.every(({ level }) => level === ADVISORY));
  });

  it("gives as advice what no manifest decides, with what would settle it", async () => {
    const withoutFront = stack().map((item) => (item.kind === "Namespace" ? namespace({ kubeProxyMode: "nftables" }) : item));
    const answers = await analyze(pack(), withoutFront);
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [["advice", ADVISORY]],
    );
    assert.match(answers[0]?.message ?? "", /idle-timeout: Ingress chat\/web: [^]*declare cluster\.inFront/);
  });

  it("gives the same advice to many objects once, and names them", async () => {
    const withoutFront = stack().map((item) => (item.kind === "Namespace" ? namespace({ kubeProxyMode: "nftables" }) : item));
    const more = Array.from({ length: 14 }, (_, index) => {
      const other = ingress(GOOD);
      other.metadata.name = `web-${String(index).padStart(2, "0")}`;
      return other;
    });
    const answers = await analyze(pack(), [...withoutFront, ...more]);
    assert.equal(answers.length, 1);
    assert.match(answers[0]?.message ?? "", / {2}also: {3}Ingress chat\/web-00, .*Ingress chat\/web-09 and 4 more\n/);
  });

  it("lists what is merely worth knowing, one line for each", async () => {
    const noting: Rule = {
      ...idleTimeout,
      check: ({ catalog }) =>
        catalog.objects.map((one) => ({
          severity: "info",
          object: refOf(one),
          found: `note of a ${one.kind}`,
          needed: "nothing",
          fix: "nothing",
          reason: "none",
        })),
    };
    const answers = await analyze(pack([noting]), stack());
    assert.deepEqual(namesOf(answers), ["advice"]);
    assert.match(
      answers[0]?.message ?? "",
      /idle-timeout: 5 things worth knowing\n[^]* {2}Ingress chat\/web: note of a Ingress\n/,
    );
  });

  it("counts and lists what is waived with its reason, and an empty reason waives nothing", async () => {
    const waived = { "proxy-read-timeout": "30", "proxy-send-timeout": "3660", affinity: "cookie" };
    const withReason = await analyze(pack(), stack({ ...waived, "holdfast/waive.idle-timeout": "clients ping every 20 s" }));
    assert.deepEqual(
      withReason.map(({ policy, level }) => [policy, level]),
      [["advice", ADVISORY]],
    );
    assert.match(
      withReason[0]?.message ?? "",
      /1 finding is waived:\n {2}idle-timeout: Ingress chat\/web: clients ping every 20 s$/,
    );
    const empty = await analyze(pack(), stack({ ...waived, "holdfast/waive.idle-timeout": " " }));
    assert.deepEqual(
      empty.map(({ policy, level }) => [policy, level]),
      [["idle-timeout", MANDATORY]],
    );
  });

  it("answers each policy at its own level", async () => {
    const policies = pack().map((policy) =>
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
    const forward = await analyze(pack(), broken);
    assert.deepEqual(await analyze(pack(), [...broken].reverse()), forward);
    assert.ok(forward.length >= 2);
  });

  it("has a policy that refuses for every rule", () => {
    assert.deepEqual([...new Set(RULES.map(policyOf))].sort(), [
      "connection-errors",
      "disruption-budget",
      "idle-timeout",
      "other-errors",
      "sticky-sessions",
    ]);
    const placed = RULES.map((rule) => `${rule.group} ${policyOf(rule)}`);
    assert.ok(!placed.some((place) => place.startsWith("connection ") && place.endsWith(" other-errors")));
  });
});

describe("the rules in the pack", () => {
  const counting = (): { rule: Rule; runs: () => number } => {
    let runs = 0;
    const check: Rule["check"] = (context) => {
      runs++;
      return idleTimeout.check(context);
    };
    return { rule: { ...idleTimeout, check }, runs: () => runs };
  };

  it("run once for all policies, and again for another request of the engine", async () => {
    const { rule, runs } = counting();
    const policies = pack([rule]);
    await analyze(policies, stack());
    assert.equal(runs(), 1);
    await analyze(policies, stack());
    assert.equal(runs(), 2);
  });

  it("run again for other settings", async () => {
    const { rule, runs } = counting();
    let idleSeconds = 3600;
    const policies = configured(pack([rule]), {
      settings: {
        get options() {
          return { idleSeconds };
        },
      },
    });
    assert.deepEqual(await analyze(policies, stack()), []);
    idleSeconds = 7200;
    assert.match((await analyze(policies, stack()))[0]?.message ?? "", /7200 s are promised/);
    assert.equal(runs(), 2);
  });

  it("fail alone: a rule that throws is reported as itself, and the others answer", async () => {
    const failing: Rule = {
      ...idleTimeout,
      id: "hidden-hop",
      check: () => {
        throw new Error("cannot count");
      },
    };
    const answers = await analyze(pack([failing, idleTimeout]), stack({ ...GOOD, "proxy-read-timeout": "30" }));
    assert.deepEqual(namesOf(answers), ["idle-timeout", "connection-errors"]);
    const [, broken] = answers;
    assert.equal(broken?.level, MANDATORY);
    assert.match(
      broken?.message ?? "",
      /the rule hidden-hop failed, .*: cannot count\. To go on without it: "hidden-hop": "off"/,
    );
    assert.doesNotMatch(broken?.message ?? "", /\n\s+at /);
  });

  it("answer for 10,000 resources in time that grows with them", async () => {
    const many = (count: number): KubernetesObject[] => [
      namespace(),
      ...Array.from({ length: count / 4 }, (_, index) =>
        stack()
          .slice(1)
          .map((item) => JSON.parse(JSON.stringify(item).replaceAll('"web"', `"web-${index}"`)) as KubernetesObject),
      ).flat(),
    ];
    const secondsFor = async (count: number): Promise<number> => {
      const resources = many(count);
      const started = performance.now();
      await analyze(pack(RULES as Rule[]), resources);
      return (performance.now() - started) / 1000;
    };
    await secondsFor(1000);
    const [small, large] = [await secondsFor(2500), await secondsFor(10_000)];
    assert.ok(large < small * 4 * 2.5, `${small} s for 2,500 resources, ${large} s for 10,000`);
    assert.ok(large < 30, `${large} s`);
  }).timeout(120_000);
});
