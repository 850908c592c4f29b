import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileService } from "../../../compile";
import { entryHop, ENTRY_KIND_NAMES } from "../../../compile/entry";
import { parseStack } from "../../../compile/parse";
import type { Service } from "../../../compile/service";
import type { Stack } from "../../../compile/stack";
import { judgeService, type EntryVerdict } from "../../../compile/verdict";
import { facts } from "../../../path/facts";
import { limitOf } from "../../../path/verdict";
import type { Block } from "../stacks";
import { CERTIFICATE_ARN, stackOn } from "./stacks";

const CASES = 10_500;

const host = "chat.example.com";
const certificate = fc.constantFrom(undefined, { certificateArn: CERTIFICATE_ARN });
const secret = fc.constantFrom(undefined, { issuer: "lab" });
const port = fc.constantFrom(80, 443, 8443);

const PLATFORMS = ["aws", "azure", "gcp", "bare-metal"] as const;
const on = (...platforms: (typeof PLATFORMS)[number][]) => fc.constantFrom(...platforms);

/** An entry of a kind on a platform that has it. */
const kindOf = (kind: string, platform: fc.Arbitrary<string>, args: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ platform, entry: fc.record({ kind: fc.constant(kind), ...args }) });

const ofGateway = (implementation: string, platform: fc.Arbitrary<string>, args: Record<string, fc.Arbitrary<unknown>> = {}) =>
  kindOf("gateway", platform, { implementation: fc.constant(implementation), host: fc.constant(host), ...args });

const KINDS = [
  kindOf("node-port", on(...PLATFORMS), { nodePort: fc.integer({ min: 30_000, max: 32_767 }) }),
  kindOf("metallb", on("bare-metal"), { pool: fc.constant("lan"), address: fc.constant("192.168.1.207"), port }),
  kindOf("aws-nlb", on("aws"), {
    port,
    internal: fc.boolean(),
    tls: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, certificate),
  }),
  kindOf("azure-lb", on("azure"), { port, internal: fc.boolean() }),
  kindOf("gcp-lb", on("gcp"), { port, internal: fc.boolean() }),
  kindOf("aws-alb", on("aws"), { host: fc.constant(host), tls: certificate, internal: fc.boolean() }),
  kindOf("gce-ingress", on("gcp"), { host: fc.constant(host), tls: fc.constantFrom(undefined, { managed: true }) }),
  kindOf("ingress-nginx", on("aws", "gcp", "azure"), { host: fc.constant(host), tls: secret }),
  kindOf("f5-nginx", on("bare-metal"), { host: fc.constant(host), tls: secret }),
  kindOf("traefik", on("bare-metal", "aws"), { host: fc.constant(host), tls: secret }),
  kindOf("load-balancer", on("aws", "azure", "gcp"), { port, internal: fc.boolean() }),
  kindOf("https", on(...PLATFORMS), { host: fc.constant(host) }),
  ofGateway("envoy-gateway", on(...PLATFORMS), { tls: secret }),
  ofGateway("istio", on(...PLATFORMS), { tls: secret }),
  ofGateway("contour", on(...PLATFORMS), { tls: secret }),
  ofGateway("traefik", on("bare-metal")),
  ofGateway("gke", on("gcp"), { internal: fc.boolean() }),
  ofGateway("aws-lbc", on("aws"), { tls: certificate, internal: fc.boolean() }),
  ofGateway("approuting-istio", on("azure"), { internal: fc.boolean() }),
  ofGateway("agc", on("azure"), { applicationLoadBalancer: fc.constant({ name: "alb", namespace: "alb" }) }),
];

/** Seconds of every size, and those around the vendors' bounds. */
const idleSeconds = fc.oneof(
  fc.integer({ min: 1, max: 7000 }),
  fc.integer({ min: 1, max: 86_400 }),
  fc.constantFrom(1, 59, 60, 240, 299, 300, 349, 350, 351, 3599, 3600, 3940, 3999, 4000, 5940, 5999, 6000, 6001, 86_400),
);
const affinity = fc.oneof(
  fc.constant({ mode: "none" }),
  fc.record({ mode: fc.constant("client"), ttlSeconds: fc.integer({ min: 1, max: 86_400 }) }),
);
const heartbeat = fc.option(
  fc.record({ seconds: fc.integer({ min: 1, max: 400 }), kind: fc.constantFrom("message", "tcp-keepalive") }),
  { nil: undefined },
);
const service = fc
  .record({
    protocol: fc.constantFrom("websocket", "websocket", "http-stream", "grpc", "tcp"),
    promise: fc.record({ idleSeconds, drainSeconds: fc.integer({ min: 0, max: 3600 }), affinity, heartbeat }),
    scaling: fc.constantFrom({ min: 1, max: 1 }, { min: 2, max: 5 }),
  })
  .map(({ promise, ...rest }) => {
    const { heartbeat: beat, ...others } = promise;
    const inTime = beat !== undefined && beat.seconds < promise.idleSeconds;
    return { ...rest, promise: inTime ? promise : others };
  });

/** The kinds behind which the pods may speak TLS themselves; behind the others it is an error. */
const PASSING = ["node-port", "metallb", "aws-nlb", "azure-lb", "gcp-lb", "load-balancer"];

const cases = fc
  .record({ chosen: fc.oneof(...KINDS), service, tls: fc.constantFrom(undefined, undefined, { secretName: "chat" }) })
  .map(({ chosen, service: asked, tls }) => {
    const ends = tls !== undefined && PASSING.includes(chosen.entry.kind as string);
    return { chosen, service: ends ? { ...asked, tls } : asked };
  });

const withoutUndefined = (block: Block): Block =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined));

interface Outcome {
  kind: string;
  refused?: string[];
  judged?: { service: Service; stack: Stack; found: EntryVerdict };
}

/** What is made for a Gateway of its own on these platforms is read, so nothing is declared of what stands in front. */
function rawOf({ platform, entry }: { platform: string; entry: Block }, asked: Block): Block {
  const raw = stackOn(platform, [withoutUndefined(entry)], asked);
  const own = ["envoy-gateway", "istio", "approuting-istio"].includes(String(entry.implementation)) || entry.kind === "https";
  if (own && ["aws", "azure"].includes(platform)) delete (raw.cluster as Block).inFront;
  return raw;
}

function outcomeOf({ chosen, service: asked }: { chosen: { platform: string; entry: Block }; service: Block }): Outcome {
  const result = parseStack(rawOf(chosen, asked));
  const { implementation, kind } = chosen.entry as { implementation?: string; kind: string };
  const name = implementation === undefined ? kind : `gateway ${implementation}`;
  if (result.problems !== undefined) return { kind: name, refused: result.problems.map(({ message }) => message) };
  const { stack } = result;
  const [parsed] = stack.services;
  const [found] = judgeService(parsed!, compileService(parsed!, stack), stack);
  return { kind: name, judged: { service: parsed!, stack, found: found! } };
}

/** What nothing that is read decides, whatever is promised. */
function mayBeUnknown({ service: { protocol }, found }: NonNullable<Outcome["judged"]>): boolean {
  const hops = found.path.hops.map(({ hop }) => hop);
  const passthrough = ["gcp-lb", "gke-gateway-regional"].some((hop) => hops.some((found) => found.startsWith(hop)));
  const traefikStream = /traefik/.test(hops.join()) && protocol !== "websocket";
  return passthrough || traefikStream;
}

function checkKept(judged: NonNullable<Outcome["judged"]>): void {
  const { service: asked, stack, found } = judged;
  const { promise, protocol } = asked;
  const { verdict, path } = found;
  const told = `${path.hops.map(({ hop, idleSeconds: seconds }) => `${hop} ${seconds}`).join(", ")}: ${[...verdict.reasons, ...verdict.settle].join(" ")}`;
  assert.notEqual(verdict.verdict, "fails", told);
  if (verdict.verdict === "unknown") assert.ok(mayBeUnknown(judged), told);
  const kind = entryHop(asked.entries[0]!, stack.cluster);
  const hop = path.hops.find((candidate) => candidate.hop === kind);
  assert.ok(hop !== undefined, `${kind}: ${told}`);
  const { knob, marginSeconds, stepSeconds = 1, minimumSeconds } = facts(kind).idle;
  const { idleSeconds: seconds } = limitOf(hop, protocol);
  if (knob !== null && seconds !== null) {
    const most = Math.max(promise.idleSeconds + marginSeconds + stepSeconds - 1, minimumSeconds ?? 0);
    assert.ok(seconds <= most, `${seconds} s written for ${promise.idleSeconds} s: ${told}`);
    // At the very boundary only a heartbeat keeps it.
    const kept = seconds > promise.idleSeconds || promise.heartbeat !== undefined;
    if (verdict.verdict === "holds") assert.ok(kept, `at the boundary: ${told}`);
  }
  const cookie = path.hops.find((candidate) => candidate.affinity?.mechanism === "cookie")?.affinity;
  if (cookie && cookie.ttlSeconds !== null) assert.equal(cookie.ttlSeconds, promise.affinity.ttlSeconds);
}

describe("any promise through any kind of entry", function () {
  this.timeout(60_000);
  const counted: Record<string, { kept: number; refused: number }> = {};

  before(() =>
    fc.assert(
      fc.property(cases, (drawn) => {
        const outcome = outcomeOf(drawn);
        const count = (counted[outcome.kind] ??= { kept: 0, refused: 0 });
        if (outcome.judged !== undefined) {
          count.kept++;
          return checkKept(outcome.judged);
        }
        count.refused++;
        assert.ok(outcome.refused!.length > 0);
        for (const message of outcome.refused!) assert.match(message, /[.?]$/);
      }),
      { numRuns: CASES },
    ),
  );

  it("is kept when it is read back, by the documented margin and step and no more, or refused with a reason", () => {
    const total = Object.values(counted).reduce((sum, { kept, refused }) => sum + kept + refused, 0);
    assert.ok(total >= 10_000, `${total} cases`);
  });

  it("is tried on every kind, each of which keeps some and refuses some", () => {
    const kinds = ENTRY_KIND_NAMES.filter((kind) => kind !== "gateway");
    for (const kind of kinds) assert.ok((counted[kind]?.kept ?? 0) > 50, `${kind}: ${JSON.stringify(counted[kind])}`);
    assert.equal(Object.keys(counted).filter((kind) => kind.startsWith("gateway ")).length, 8);
    for (const [kind, { kept }] of Object.entries(counted)) assert.ok(kept > 20, `${kind} kept ${kept}`);
    for (const kind of ["aws-nlb", "aws-alb", "azure-lb", "gateway agc"]) assert.ok(counted[kind]!.refused > 5, kind);
  });

  it("is noticed when somebody lowers what was written", () => {
    const raw = stackOn("aws", [{ kind: "aws-nlb", port: 443 }]);
    const { stack } = parseStack(raw) as { stack: Stack };
    const compiled = compileService(stack.services[0]!, stack);
    assert.equal(judgeService(stack.services[0]!, compiled, stack)[0]!.verdict.verdict, "holds");
    const { annotations } = compiled.objects.at(-1)!.object.metadata;
    annotations!["service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-443"] = "tcp.idle_timeout.seconds=3599";
    assert.equal(judgeService(stack.services[0]!, compiled, stack)[0]!.verdict.verdict, "fails");
  });
});
