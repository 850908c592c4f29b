import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileService } from "../../compile";
import { mergePatch } from "../../compile/mergePatch";
import { examineStack, parseStack } from "../../compile/parse";
import { explainService } from "../../explain/model";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, specOf, type Block } from "./stacks";

const LAN = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const NGINX = { kind: "ingress-nginx", host: "chat.example.com" };
const NGINX_PREFIX = "nginx.ingress.kubernetes.io/";

const withPatches = (patches: unknown, service: Block = {}): Block =>
  rawStackWith({ entries: [LAN, NGINX], ...service, patches });
const problemsWith = (...patches: Block[]): string[] => problemsOf(withPatches(patches));

describe("a merge patch", () => {
  const SAMPLES: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];

  for (const [target, patch, result] of SAMPLES) {
    it(`${JSON.stringify(patch)} makes ${JSON.stringify(result)} of ${JSON.stringify(target)}`, () => {
      const before = structuredClone(target);
      assert.deepEqual(mergePatch(target, patch), result);
      assert.deepEqual(target, before, "the target itself was changed");
    });
  }

  it("never reaches the prototype of all objects", () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'));
    assert.equal(({} as Block).polluted, undefined);
    assert.ok(Object.hasOwn(merged as object, "__proto__"));
  });
});

describe("patches of a service", () => {
  it("write what no key of ours writes, take away with null, and leave the rest", () => {
    const patch = { spec: { template: { spec: { hostNetwork: true, affinity: null } }, revisionHistoryLimit: 3 } };
    const [plain, patched] = [[], [{ kind: "Deployment", patch }]].map((patches) =>
      specOf(compiled(withPatches(patches)), "deployment"),
    ) as [Block, Block];
    const pod = (patched.template as Block).spec as Block;
    assert.equal(pod.hostNetwork, true);
    assert.equal(pod.affinity, undefined);
    assert.equal(patched.revisionHistoryLimit, 3);
    assert.deepEqual(patched.strategy, plain.strategy);
    assert.deepEqual(pod.containers, ((plain.template as Block).spec as Block).containers);
  });

  it("are applied in order, each to what the one before left, and found by the names before any of them", () => {
    const patches = [
      { kind: "Service", name: "chat-metallb", patch: { metadata: { name: "chat-loadbalancer", labels: { tier: "a" } } } },
      { kind: "Service", name: "chat-metallb", patch: { metadata: { labels: { tier: "b" } } } },
    ];
    const { metadata } = objectOf(compiled(withPatches(patches)), "metallb-service").object;
    assert.equal(metadata.name, "chat-loadbalancer");
    assert.equal(metadata.labels!.tier, "b");
  });

  it("never change the name of a resource, what it waits for, or its place", () => {
    const rename = { metadata: { name: "other" } };
    const patches = [
      { kind: "PodDisruptionBudget", patch: rename },
      { kind: "Service", name: "chat-metallb", patch: rename },
    ];
    const shape = (patches: Block[]) =>
      compiled(withPatches(patches)).objects.map(({ logicalName, after, ignoreChanges }) => ({
        logicalName,
        after,
        ignoreChanges,
      }));
    assert.deepEqual(shape(patches), shape([]));
  });

  it("are named above the object in what is rendered", () => {
    const patches = [{ kind: "Deployment", patch: { spec: { revisionHistoryLimit: 3 } } }];
    const { why } = objectOf(compiled(withPatches(patches)), "deployment");
    assert.equal(why!.at(-1), "Patched by the stack file at spec.revisionHistoryLimit.");
    assert.doesNotMatch(objectOf(compiled(withPatches([])), "deployment").why!.join(), /Patched/);
  });

  it("may write a waiver, which is an annotation", () => {
    const annotations = { "holdfast/waive.disruption-budget": "nodes are never drained here" };
    assert.deepEqual(problemsWith({ kind: "Deployment", patch: { metadata: { annotations } } }), []);
  });

  it("are an error together with the name that something else still uses", () => {
    const rename = { kind: "ConfigMap", patch: { metadata: { name: "settings" } } };
    const stack = (patches: Block[]) => problemsOf(withPatches(patches, { config: { A: "1" } }));
    assert.match(
      stack([rename]).join(),
      /patches: rename ConfigMap chat-config to settings, but Deployment chat still names chat-config/,
    );
    const container = {
      name: "chat",
      image: "registry.example.com/chat:1.8.2",
      envFrom: [{ configMapRef: { name: "settings" } }],
    };
    assert.deepEqual(
      stack([rename, { kind: "Deployment", patch: { spec: { template: { spec: { containers: [container] } } } } }]),
      [
        "services[0].patches: Deployment chat/chat: preStop sleeps 0 s, but new connections keep coming for 15 s after the pod began to leave; let it sleep 15 s.",
      ],
    );
  });
});

describe("a patch that decides about a promise", () => {
  const ingress = (annotations: Block) => ({ kind: "Ingress", patch: { metadata: { annotations } } });

  it("is judged with the rest: one that breaks the promise is an error, one that keeps it is none", () => {
    const told = problemsWith(ingress({ [`${NGINX_PREFIX}proxy-read-timeout`]: "60" }));
    assert.equal(told.length, 1);
    assert.match(told[0]!, /^services\[0\]\.entries\[1\]: cannot keep the promise: .*silent for 60 s/);
    assert.deepEqual(problemsWith(ingress({ [`${NGINX_PREFIX}proxy-read-timeout`]: "7200" })), []);
    assert.match(problemsWith(ingress({ [`${NGINX_PREFIX}affinity`]: null })).join(), /entries\[1\]: cannot keep the promise/);
  });

  it("that leads an entry away from the pods is an error", () => {
    const away = [
      { kind: "Service", name: "chat-metallb", patch: { spec: { type: "ClusterIP" } } },
      { kind: "Service", name: "chat-metallb", patch: { spec: { selector: { app: "other" } } } },
      { kind: "Deployment", patch: { spec: { template: { metadata: { labels: { app: "other" } } } } } },
    ];
    for (const patch of away) {
      assert.match(
        problemsWith(patch).join(),
        /nothing leads from Service chat\/chat-metallb to its pods/,
        JSON.stringify(patch),
      );
    }
  });

  it("that shortens the goodbye of a pod is an error, and one that lengthens it is none", () => {
    const pod = (spec: Block) => ({ kind: "Deployment", patch: { spec: { template: { spec } } } });
    const told = problemsWith(pod({ terminationGracePeriodSeconds: 30 })).join();
    assert.match(told, /patches: Deployment chat\/chat: terminationGracePeriodSeconds is 30 s; .* need 60 s/);
    assert.deepEqual(problemsWith(pod({ terminationGracePeriodSeconds: 90 })), []);
  });

  const patchedHops = (...patches: Block[]) => {
    const examined = examineStack(withPatches(patches));
    assert.ok(examined.problems === undefined);
    const { entries } = explainService(examined.services[0]!, examined.stack.cluster);
    return entries.flatMap(({ name, hops }) => hops.filter(({ patched }) => patched).map(({ hop }) => `${name} ${hop}`));
  };

  it("is shown on the hop it decides, and on no other", () => {
    assert.deepEqual(
      patchedHops(ingress({ [`${NGINX_PREFIX}proxy-read-timeout`]: "7200", [`${NGINX_PREFIX}proxy-send-timeout`]: "7200" })),
      ["ingress-nginx ingress-nginx"],
    );
    assert.deepEqual(patchedHops({ kind: "Deployment", patch: { spec: { revisionHistoryLimit: 3 } } }), []);
    assert.deepEqual(patchedHops(), []);
  });

  it("warns where the printed address would still be the old one", () => {
    const port = {
      kind: "Service",
      name: "chat-metallb",
      patch: { spec: { ports: [{ name: "http", port: 81, targetPort: "http" }] } },
    };
    const { warnings } = parsed(withPatches([port]));
    assert.match(
      warnings.join("\n"),
      /patches\[0\]: Service chat-metallb changes at spec\.ports; the printed address ws:\/\/192\.168\.1\.207\/ /,
    );
    const harmless = { kind: "Service", name: "chat-metallb", patch: { spec: { ipFamilyPolicy: "SingleStack" } } };
    assert.doesNotMatch(parsed(withPatches([harmless])).warnings.join("\n"), /printed address/);
  });
});

describe("any patch at all", () => {
  const service = { config: { A: "1" }, secrets: { source: "pulumi", keys: ["B"] } };
  const kinds = compiled(withPatches([], service)).objects.map(({ object }) => ({
    kind: object.kind,
    name: object.metadata.name,
  }));
  const keys = fc.constantFrom(
    "metadata",
    "spec",
    "template",
    "containers",
    "selector",
    "ports",
    "type",
    "labels",
    "annotations",
    "name",
    "data",
  );
  const { tree: patch } = fc.letrec<{ tree: Block }>((tie) => ({
    tree: fc.dictionary(keys, fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 1, "x", true, [], [null], {}), tie("tree")), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    }),
  }));

  it("is a list of problems or a stack that compiles the same again, never an exception", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), patch, (object, change) => {
        const raw = withPatches([{ ...object, patch: change }], service);
        const { problems, ...good } = parseStack(raw);
        if (problems !== undefined) return assert.ok(problems.length > 0);
        taken += 1;
        const { stack } = good as Extract<ReturnType<typeof parseStack>, { problems?: undefined }>;
        assert.deepEqual(compileService(stack.services[0]!, stack), compileService(stack.services[0]!, stack));
      }),
      { numRuns: 1000 },
    );
    assert.ok(taken > 0, "every patch was refused");
  });
});
