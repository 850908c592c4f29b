import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileService } from "../../compile";
import { examineStack, parseService, parseStack } from "../../compile/parse";
import type { Stack } from "../../compile/stack";
import { judgeService } from "../../compile/verdict";
import { facts } from "../../path/facts";
import { IMPLEMENTATIONS, multiGateway } from "./entries/multi";
import { parsed, rawStackWith, type Block } from "./stacks";

const RUNS = { numRuns: 500 };

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);

const promise = fc.record({
  idleSeconds: fc.integer({ min: 1, max: 86_400 }),
  drainSeconds: fc.integer({ min: 0, max: 3600 }),
  affinity: fc.oneof(
    fc.constant({ mode: "none" }),
    fc.record({ mode: fc.constant("client"), ttlSeconds: fc.integer({ min: 1, max: 86_400 }) }),
  ),
});

const scaling = fc
  .record({ min: fc.integer({ min: 1, max: 50 }), more: fc.integer({ min: 0, max: 50 }) })
  .map(({ min, more }) => ({ min, max: min + more }));

const entries = fc
  .record({
    lan: fc.option(fc.integer({ min: 200, max: 220 })),
    host: fc.option(label),
    policy: fc.constantFrom("Cluster", "Local"),
  })
  .map(({ lan, host, policy }) => [
    ...(lan === null ? [] : [{ kind: "metallb", pool: "lan", address: `192.168.1.${lan}`, externalTrafficPolicy: policy }]),
    ...(host === null ? [] : [{ kind: "ingress-nginx", host: `${host}.example.com` }]),
  ]);

const service = fc.record({
  name: label,
  image: fc.constant("registry.example.com/chat:1.8.2"),
  port: fc.integer({ min: 1, max: 65_535 }),
  protocol: fc.constantFrom("websocket", "http-stream", "grpc"),
  promise,
  scaling,
  config: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string(), { maxKeys: 3, noNullPrototype: true }),
  labels: fc.dictionary(label, label, { maxKeys: 2, noNullPrototype: true }).map(({ app: _app, ...labels }) => labels),
  entries,
});

const traefik = (version: string) => ({
  ingressClasses: { nginx: "traefik" },
  controllers: { metallb: "0.15.2", traefik: version },
});
const cluster = fc.constantFrom<Block>({}, traefik("3.6.1"), traefik("3.7.9"), { kubeProxyMode: "iptables" });

interface Compiled {
  metadata: { name: string };
  spec: {
    selector?: Record<string, string> & { matchLabels?: Record<string, string> };
    template: { metadata: { labels: Record<string, string> } };
  };
}

describe("any valid service", () => {
  const forEachService = (check: (stack: Stack) => void) =>
    fc.assert(
      fc.property(service, cluster, (raw, facts) => check(parsed(rawStackWith(raw, facts)).stack)),
      RUNS,
    );

  it("compiles to objects with names of their own that Kubernetes takes", () =>
    forEachService((stack) => {
      const { objects } = compileService(stack.services[0]!, stack);
      const names = objects.map(({ object }) => `${object.kind}/${object.metadata.name}`);
      assert.equal(new Set(names).size, names.length);
      assert.equal(new Set(objects.map(({ logicalName }) => logicalName)).size, objects.length);
      for (const { object } of objects) assert.match(object.metadata.name, /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }));

  it("lists every object after those it needs", () =>
    forEachService((stack) => {
      const { objects } = compileService(stack.services[0]!, stack);
      for (const [position, { after }] of objects.entries()) {
        const earlier = objects.slice(0, position).map(({ logicalName }) => logicalName);
        for (const name of after) assert.ok(earlier.includes(name), name);
      }
    }));

  it("has selectors that match its pods", () =>
    forEachService((stack) => {
      const { objects } = compileService(stack.services[0]!, stack);
      const all = objects.map(({ object }) => object as unknown as Compiled & { kind: string });
      const labels = all.find(({ kind }) => kind === "Deployment")!.spec.template.metadata.labels;
      for (const { kind, spec } of all) {
        if (!["Deployment", "Service", "PodDisruptionBudget"].includes(kind)) continue;
        for (const [key, value] of Object.entries(spec.selector!.matchLabels ?? spec.selector!)) assert.equal(labels[key], value);
      }
    }));

  it("keeps its promise when its objects are read back, by the documented margin and no more", () =>
    forEachService((stack) => {
      const [found] = stack.services;
      const verdicts = judgeService(found!, compileService(found!, stack), stack);
      assert.equal(verdicts.length, found!.entries.length);
      for (const { path, verdict } of verdicts) {
        assert.ok(["holds", "unknown"].includes(verdict.verdict), verdict.reasons.join(" "));
        if (found!.protocol === "websocket") assert.equal(verdict.verdict, "holds", verdict.settle.join(" "));
        const proxy = path.hops.find(({ hop }) => hop === "ingress-nginx" || hop === "traefik-nginx-provider-3.7");
        if (proxy === undefined) continue;
        const margin = facts(proxy.hop as "ingress-nginx").idle.marginSeconds;
        assert.equal(proxy.idleSeconds, found!.promise.idleSeconds + margin);
        const { mode, ttlSeconds } = found!.promise.affinity;
        assert.equal(proxy.affinity?.ttlSeconds, mode === "client" ? ttlSeconds : undefined);
      }
    }));

  it("keeps its promise behind the Gateway of another service too, exceeding it by the margin where its own route says it", () => {
    const implementations = fc.constantFrom(...Object.keys(IMPLEMENTATIONS));
    const version = fc.constantFrom("1.7.2", "1.9.0");
    const seconds = fc.integer({ min: 1, max: 3900 });
    let kept = 0;
    const property = fc.property(implementations, version, seconds, seconds, (implementation, controller, server, client) => {
      const raw = multiGateway(implementation, server, client);
      const { controllers } = raw.cluster as { controllers: Block };
      Object.assign(raw.cluster as Block, { controllers: { ...controllers, "envoy-gateway": controller } });
      const result = examineStack(raw);
      // A promise that needs no heartbeat has one that comes too late.
      if (result.problems !== undefined) return assert.match(result.problems.map(({ message }) => message).join(), /heartbeat/);
      assert.deepEqual(result.broken, []);
      for (const { service, verdicts } of result.services) {
        const [{ verdict, path }] = verdicts as [(typeof verdicts)[number]];
        assert.match(verdict.verdict, /^holds/, [...verdict.reasons, ...verdict.settle].join(" "));
        const hop = path.hops.find(({ hop }) => ["envoy-gateway", "contour", "aws-gateway-alb"].includes(hop));
        if (hop === undefined) continue;
        const shared = hop.hop === "aws-gateway-alb" || (hop.hop === "envoy-gateway" && controller === "1.7.2");
        const promised = shared ? Math.max(server, client) : service.promise.idleSeconds;
        assert.equal(hop.idleSeconds, promised + facts(hop.hop as "contour").idle.marginSeconds, implementation);
        kept++;
      }
    });
    fc.assert(property, RUNS);
    assert.ok(kept > 200, `${kept} kept`);
  });

  it("has a promise that is noticed when it is not kept", () => {
    const { stack } = parsed(rawStackWith({ entries: [{ kind: "ingress-nginx", host: "chat.example.com" }] }));
    const asked = { ...stack.services[0]!, promise: { ...stack.services[0]!.promise, idleSeconds: 3661 } };
    const written = compileService(stack.services[0]!, stack);
    assert.equal(judgeService(stack.services[0]!, written, stack)[0]!.verdict.verdict, "holds");
    assert.equal(judgeService(asked, written, stack)[0]!.verdict.verdict, "fails");
  });
});

describe("anything at all", () => {
  it("is a list of problems, never an exception", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withSparseArray: true }), (raw) => {
        const result = parseStack(raw);
        assert.ok(result.problems !== undefined && result.problems.length > 0);
        for (const { message } of result.problems) assert.match(message, /^[^\n]+[.?]$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("in place of any part of a good stack is a list of problems or a good stack, never an exception", () => {
    const good = rawStackWith({
      promise: { idleSeconds: 60, affinity: { mode: "client" }, heartbeat: { seconds: 30 } },
      secrets: { source: "pulumi", keys: ["A"] },
      scaling: { min: 2, max: 4 },
      probes: { readiness: { path: "/ready" } },
      resources: { limits: { cpu: 1 } },
      entries: [
        { kind: "metallb", pool: "lan", address: "192.168.1.207" },
        { kind: "ingress-nginx", host: "chat.example.com", tls: { issuer: "lab" } },
      ],
    });
    assert.deepEqual(parseStack(good).problems, undefined);
    const junk = fc.oneof(fc.anything(), fc.constantFrom("60s", -1, 1e9, NaN, Infinity, "", null, [], {}, "a b", true));
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(good)), junk, (place, value) => {
        const broken = structuredClone(good);
        setAt(broken, place, value);
        const { problems } = parseStack(broken);
        assert.ok(problems === undefined || problems.length > 0);
      }),
      { numRuns: 3000 },
    );
  });

  it("given to a component is a list of problems too", () => {
    const { stack } = parsed(rawStackWith());
    fc.assert(
      fc.property(fc.anything(), (raw) => assert.ok(parseService(raw, stack).problems!.length > 0)),
      { numRuns: 500 },
    );
  });
});

type Place = (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [...(at.length > 0 ? [at] : []), ...keys.flatMap((key) => placesIn((value as Block)[key], [...at, key]))];
}

function setAt(root: Block, place: Place, value: unknown): void {
  const parent = place.slice(0, -1).reduce<unknown>((inner, key) => (inner as Block)[key], root) as Block;
  parent[place.at(-1)!] = value;
}
