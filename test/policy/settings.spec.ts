import assert from "node:assert/strict";
import { readSettings } from "../../policy/packOptions";
import { ADVISORY, analyze, MANDATORY } from "./runtime";
import { configured, GOOD, namesOf, pack, stack } from "./stacks";

describe("the settings of the pack", () => {
  const broken = stack({ ...GOOD, "proxy-read-timeout": "30" });
  const withSettings = (settings: { [key: string]: unknown }) => configured(pack(), { settings });

  it("change what is asked where nothing is promised, for all policies", async () => {
    assert.deepEqual(await analyze(withSettings({}), stack()), []);
    const answers = await analyze(withSettings({ options: { idleSeconds: 7200, affinityTtlSeconds: 7200 } }), stack());
    assert.deepEqual(namesOf(answers), ["sticky-sessions", "idle-timeout"]);
    assert.ok(answers.every(({ message }) => message.includes("7200 s are promised")));
    assert.deepEqual(await analyze(withSettings({ options: { assume: "declared" } }), broken), []);
  });

  it("override what the Namespaces declare of the cluster", async () => {
    const inFront = [{ name: "a proxy", idleSeconds: 100 }];
    const [answer] = await analyze(withSettings({ cluster: { inFront } }), stack());
    assert.match(answer?.message ?? "", /a proxy closes a connection that is silent for 100 s/);
  });

  it("move a rule between the policies, and switch it off", async () => {
    const at = async (level: string) =>
      (await analyze(withSettings({ rules: { "idle-timeout": level } }), broken)).map(({ policy, level }) => [policy, level]);
    assert.deepEqual(await at("error"), [["idle-timeout", MANDATORY]]);
    assert.deepEqual(await at("warning"), [["advice", ADVISORY]]);
    assert.deepEqual(await at("info"), [["advice", ADVISORY]]);
    assert.deepEqual(await at("off"), []);
  });

  it("refuse a stack when they cannot be read, and are told once", async () => {
    const answers = await analyze(withSettings({ option: { idleSeconds: 1 } }), stack());
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [["settings", MANDATORY]],
    );
    assert.match(answers[0]?.message ?? "", /configuration of settings: unknown key "option"; did you mean "options"\?/);
  });

  it("are told to stand in one place where they were written into the block of another policy", async () => {
    const answers = await analyze(configured(pack(), { "idle-timeout": { idleSecond: 60 }, advice: { cluster: {} } }), stack());
    assert.deepEqual(namesOf(answers), ["idle-timeout", "advice"]);
    assert.match(
      answers[0]?.message ?? "",
      /configuration of idle-timeout: "idleSecond" does nothing here.*write it under settings\.options\.idleSeconds/,
    );
    assert.match(answers[1]?.message ?? "", /configuration of advice: "cluster" does nothing here.*settings\.cluster/);
  });
});

const BROKEN: [string, { [key: string]: unknown }, string][] = [
  ["a misspelt key", { clusters: {} }, 'configuration of settings: unknown key "clusters"; did you mean "cluster"?'],
  [
    "a misspelt option",
    { options: { idleSecond: 60 } },
    'configuration of settings options: unknown key "idleSecond"; did you mean "idleSeconds"?',
  ],
  [
    "a duration",
    { options: { idleSeconds: "1h" } },
    'configuration of settings options.idleSeconds: found "1h", allowed is a whole number of seconds from 1 to 86400',
  ],
  [
    "a number out of range",
    { options: { minimumReplicas: 0 } },
    "configuration of settings options.minimumReplicas: found 0, allowed is a whole number of pods from 1 to 100",
  ],
  [
    "an assumption that is none",
    { options: { assume: "some" } },
    'configuration of settings options.assume: found "some", allowed is declared, evidence, all',
  ],
  [
    "a rule that is none",
    { rules: { "idle-timeouts": "off" } },
    'configuration of settings rules: unknown rule "idle-timeouts"; did you mean "idle-timeout"?',
  ],
  [
    "a level that is none",
    { rules: { "idle-timeout": "mandatory" } },
    'configuration of settings rules.idle-timeout: found "mandatory", allowed is error, warning, info, off',
  ],
  ["rules that are no object", { rules: [] }, "configuration of settings rules: found [], allowed is an object"],
  [
    "a cluster that is none",
    { cluster: { kubeProxyMode: "ebpf" } },
    'configuration of settings cluster kubeProxyMode: found "ebpf", allowed is iptables, nftables, ipvs, none',
  ],
  [
    "waivers that are no list",
    { waivers: {} },
    'configuration of settings waivers: found {}, allowed is a list of {"rule", "urn" or "type" and "name", "reason"}',
  ],
  [
    "a waiver without a reason",
    { waivers: [{ rule: "idle-timeout", urn: "urn:x", reason: " " }] },
    "configuration of settings waivers[0] reason: a waiver needs a reason, and an empty one waives nothing",
  ],
  [
    "a waiver of nobody",
    { waivers: [{ rule: "idle-timeout", name: "web", reason: "why" }] },
    'configuration of settings waivers[0]: whom it means is not said; write "urn", or "type" and "name"',
  ],
  [
    "a waiver that says it twice",
    { waivers: [{ rule: "idle-timeout", urn: "urn:x", name: "web", reason: "why" }] },
    'configuration of settings waivers[0]: "urn" says it all; leave "type" and "name" out',
  ],
  [
    "a waiver of a rule that is none",
    { waivers: [{ rule: "no-such-rule-here", urn: "urn:x", reason: "why" }] },
    'configuration of settings waivers[0] rule: unknown rule "no-such-rule-here"; known are',
  ],
  [
    "a waiver with a misspelt key",
    { waivers: [{ rule: "idle-timeout", urn: "urn:x", reasons: "why", reason: "why" }] },
    'configuration of settings waivers[0]: unknown key "reasons"; did you mean "reason"?',
  ],
];

describe("settings that cannot be read", () => {
  for (const [title, config, expected] of BROKEN) {
    it(`name ${title}`, () => {
      const { problems } = readSettings(config);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.startsWith(expected), problems[0]);
    });
  }

  it("name every problem at once", () => {
    const { problems } = readSettings({
      rule: {},
      options: { idleSecond: 1, idleSeconds: -1 },
      cluster: { cnii: "x" },
      waivers: [{}, 1],
    });
    assert.equal(problems.length, 8, problems.join("\n"));
  });

  it("say nothing of what can be read", () => {
    const config = {
      rules: { "idle-timeout": "warning" },
      options: { assume: "all", idleSeconds: 60 },
      cluster: { kubeProxyMode: "ipvs" },
      waivers: [{ rule: "idle-timeout", type: "aws:lb/listener:Listener", name: "web", reason: "why" }],
    };
    const { settings, problems } = readSettings(config);
    assert.deepEqual(problems, []);
    assert.deepEqual(settings.waivers, config.waivers);
    assert.equal(settings.options.idleSeconds, 60);
  });
});
