import assert from "node:assert/strict";
import * as fc from "fast-check";
import { PROFILE_NAMES, withProfile } from "../../compile/profiles";
import { compiled, parsed, problemsOf, rawStackWith, type Block } from "./stacks";

const serviceWith = (service: Block) => parsed(rawStackWith(service)).stack.services[0]!;

describe("a profile", () => {
  it("gives what the systems it is named for have", () => {
    const { port, probes, connectPath } = serviceWith({ profile: "mcp", port: undefined });
    assert.deepEqual([port, connectPath, probes.readiness.path, probes.liveness.check], [8080, "/mcp", "/health", "tcp"]);
    const stt = serviceWith({ profile: "stt", port: undefined });
    assert.deepEqual([stt.port, stt.protocol, stt.promise.affinity.mode], [8000, "http-stream", "none"]);
    assert.equal(serviceWith({ profile: "http" }).promise.idleSeconds, 60);
  });

  it("of websocket gives what a service without a profile has", () => {
    assert.deepEqual(serviceWith({ profile: "websocket" }), { ...serviceWith({}), profile: "websocket" });
  });

  it("leaves everything as it was where none is written", () => {
    const raw = { name: "chat", port: 1 };
    assert.equal(withProfile(raw), raw);
    assert.match(problemsOf(rawStackWith({ port: undefined })).join(), /port: missing/);
    assert.match(problemsOf(rawStackWith({ port: undefined, profile: "http" })).join(), /port: missing/);
  });

  it("gives way to whatever is written, key by key", () => {
    const promise = { drainSeconds: 7, affinity: { mode: "client" } };
    const resources = { requests: { cpu: "1" }, limits: { cpu: "3" } };
    const found = serviceWith({ profile: "stt", port: 9000, protocol: "websocket", promise, resources });
    assert.deepEqual([found.port, found.protocol, found.promise.drainSeconds], [9000, "websocket", 7]);
    assert.equal(found.promise.affinity.mode, "client");
    assert.deepEqual(found.resources, { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "3", memory: "2Gi" } });
    assert.equal(found.probes.startup.failureThreshold, 60);
  });

  it("gives way to a promise that its default would contradict", () => {
    const sticky = serviceWith({ profile: "http", promise: { affinity: { ttlSeconds: 600 } } });
    assert.deepEqual(sticky.promise.affinity, { mode: "client", ttlSeconds: 600 });
    assert.equal(serviceWith({ profile: "http", promise: { heartbeat: { seconds: 300 } } }).promise.idleSeconds, 3600);
  });

  it("does not change what the user handed over", () => {
    const raw = { profile: "stt", probes: { startup: {} } };
    const before = JSON.stringify(raw);
    withProfile(raw);
    assert.equal(JSON.stringify(raw), before);
  });

  it("tells a user's mistake as it is told without one", () => {
    for (const service of [{ promise: 5 }, { probes: { liveness: "tcp" } }, { resources: [] }, { port: "8000" }]) {
      const own = problemsOf(rawStackWith(service));
      assert.ok(own.length > 0);
      for (const profile of PROFILE_NAMES) assert.deepEqual(problemsOf(rawStackWith({ ...service, profile })), own);
    }
  });

  it("makes nothing wrong that is right without it", () => {
    const probe = fc.record({ check: fc.constantFrom("http", "tcp", "grpc"), path: fc.constant("/up") }, { requiredKeys: [] });
    const service = fc.record(
      {
        protocol: fc.constantFrom("websocket", "http-stream", "grpc", "tcp"),
        connectPath: fc.constant("/ws"),
        promise: fc.record(
          {
            idleSeconds: fc.integer({ min: 100, max: 86_400 }),
            affinity: fc.constantFrom({ ttlSeconds: 60 }, { mode: "none" }, { mode: "client" }, {}),
            heartbeat: fc.constant({ seconds: 61 }),
          },
          { requiredKeys: [] },
        ),
        probes: fc.record({ startup: probe, liveness: probe, readiness: probe }, { requiredKeys: [] }),
        resources: fc.constantFrom({ limits: { memory: "600Mi" } }, { requests: { cpu: "400m" } }, { limits: { cpu: "300m" } }),
        scaling: fc.constantFrom({ min: 3, max: 3 }, { profile: "connections" }, { min: 1 }),
        // What is counted has to be named: another protocol has another gauge, and a profile may be what sets it.
        metrics: fc.constantFrom({ via: "annotations", names: { connections: "open" } }, { names: { connections: "open" } }),
      },
      { requiredKeys: [] },
    );
    let right = 0;
    fc.assert(
      fc.property(
        service,
        fc.constantFrom(...PROFILE_NAMES),
        ({ metrics = { names: { connections: "open" } }, ...rest }, profile) => {
          const written = { ...rest, metrics };
          if (problemsOf(rawStackWith(written)).length > 0) return;
          right++;
          assert.deepEqual(problemsOf(rawStackWith({ ...written, profile })), []);
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(right > 100, `only ${right} services were right to begin with`);
  });

  it("is nothing that any object shows", () => {
    const text = JSON.stringify(compiled(rawStackWith({ profile: "mcp" })).objects);
    assert.doesNotMatch(text, /profile/);
  });
});
