import assert from "node:assert/strict";
import type { ConnectionPromise, Hop, Path } from "../../path/model";
import { hopOf } from "../../path/read/hop";
import { judge } from "../../path/verdict";
import { PROMISE } from "./objects";

const SERVICE = { apiVersion: "v1", kind: "Service", namespace: "chat", name: "web" };
const pod = hopOf("pod", { from: "test" });
const proxy = (fields: Partial<Hop>): Hop =>
  hopOf("ingress-nginx", { from: "test", balances: true, affinity: { mechanism: "cookie", ttlSeconds: 3600 }, ...fields });
const balancer = (fields: Partial<Hop>): Hop => hopOf("node-port", { from: "test", limit: "idle", ...fields });
const nodes = (fields: Partial<Hop>): Hop =>
  hopOf("kube-proxy-nftables", {
    from: "test",
    balances: true,
    affinity: { mechanism: "source-ip", ttlSeconds: 3600 },
    ...fields,
  });

function path(...hops: Hop[]): Path {
  return { entry: { ...SERVICE, kind: "Ingress" }, service: SERVICE, port: 80, workloads: [], hops: [...hops, pod] };
}
function promise(fields: Partial<ConnectionPromise>): ConnectionPromise {
  return { ...PROMISE, ...fields };
}

describe("the verdict on idle limits", () => {
  const answer = (wanted: ConnectionPromise, ...hops: Hop[]) => judge(path(...hops), wanted, "websocket").verdict;

  it("compares every hop with the promise", () => {
    assert.equal(answer(PROMISE, proxy({ idleSeconds: 3599 })), "fails");
    assert.equal(answer(PROMISE, proxy({ idleSeconds: 3601 })), "holds");
    assert.equal(answer(PROMISE, balancer({ idleSeconds: 350 }), proxy({ idleSeconds: 3660 })), "fails");
  });

  it("holds at the very boundary and says so", () => {
    const at = judge(path(proxy({ idleSeconds: 3600 })), PROMISE, "websocket");
    assert.equal(at.verdict, "holds");
    assert.match(at.reasons.join(), /at the boundary/);
    assert.deepEqual(judge(path(proxy({ idleSeconds: 3601 })), PROMISE, "websocket").reasons, []);
  });

  it("names the smallest limit and the hop that decides", () => {
    const verdict = judge(path(balancer({ idleSeconds: 350 }), proxy({ idleSeconds: 60 })), PROMISE, "websocket");
    assert.deepEqual([verdict.effectiveIdleSeconds, verdict.decidingHop?.hop], [60, "ingress-nginx"]);
    assert.equal(judge(path(hopOf("node-port", { from: "test" })), PROMISE, "websocket").effectiveIdleSeconds, null);
  });

  it("lets a heartbeat restart a clock that it reaches, and only when it comes first", () => {
    const beat = (seconds: number, kind: "message" | "tcp-keepalive") => promise({ heartbeat: { seconds, kind } });
    assert.equal(answer(beat(30, "message"), proxy({ idleSeconds: 60 })), "holds-with-heartbeat");
    assert.equal(answer(beat(60, "message"), proxy({ idleSeconds: 60 })), "fails");
    assert.equal(answer(beat(30, "tcp-keepalive"), proxy({ idleSeconds: 60 })), "fails");
    assert.equal(answer(beat(30, "tcp-keepalive"), balancer({ idleSeconds: 350 }), nodes({})), "holds-with-heartbeat");
    assert.equal(answer(beat(30, "tcp-keepalive"), balancer({ idleSeconds: 350 }), proxy({ idleSeconds: 3660 })), "fails");
    assert.equal(
      answer(beat(30, "message"), balancer({ idleSeconds: 350 }), proxy({ idleSeconds: 3660 })),
      "holds-with-heartbeat",
    );
  });

  it("never lets a heartbeat save a connection from a lifetime", () => {
    const beat = promise({ heartbeat: { seconds: 5, kind: "message" } });
    assert.equal(answer(beat, proxy({ limit: "lifetime", idleSeconds: 30 })), "fails");
    assert.equal(answer(PROMISE, proxy({ limit: "lifetime", idleSeconds: 3600 })), "holds-as-lifetime");
    assert.equal(answer(beat, proxy({ limit: "lifetime", idleSeconds: 7200 }), proxy({ idleSeconds: 60 })), "holds-as-lifetime");
  });

  it("is unknown where one hop is, unless another one fails", () => {
    const open = proxy({ limit: "unknown", idleSeconds: null, settle: "ask" });
    assert.deepEqual(judge(path(open), PROMISE, "websocket").settle, ["ask"]);
    assert.equal(answer(PROMISE, open), "unknown");
    assert.equal(answer(PROMISE, open, balancer({ idleSeconds: 60 })), "fails");
    assert.equal(answer(PROMISE, open, balancer({ idleSeconds: 7200 })), "unknown");
    assert.equal(answer(promise({ heartbeat: { seconds: 5, kind: "message" } }), open), "unknown");
  });

  it("says whether the update itself will settle it", () => {
    const open = { limit: "unknown", idleSeconds: null, settle: "wait" } as const;
    assert.equal(judge(path(proxy({ ...open, pending: true })), PROMISE, "websocket").pending, true);
    assert.equal(judge(path(proxy(open)), PROMISE, "websocket").pending, undefined);
  });

  it("uses the clock of the protocol", () => {
    const hop = proxy({ limit: "none", idleSeconds: null, perProtocol: { "http-stream": { limit: "idle", idleSeconds: 30 } } });
    assert.equal(judge(path(hop), PROMISE, "websocket").verdict, "holds");
    assert.equal(judge(path(hop), PROMISE, "http-stream").verdict, "fails");
  });

  it("gives the line to write, with the margin of the facts", () => {
    const hop = proxy({ idleSeconds: 60, writeIdle: (seconds) => `timeout ${seconds}` });
    assert.deepEqual(judge(path(hop), PROMISE, "websocket").write, ["timeout 3600"]);
  });
});

describe("the verdict on stickiness", () => {
  const wide = { idleSeconds: 86_400 };
  const answer = (affinity: ConnectionPromise["affinity"], ...hops: Hop[]) =>
    judge(path(...hops), promise({ affinity }), "websocket").verdict;
  const asked = PROMISE.affinity;
  const loose = (fields: Partial<Hop> = {}) => hopOf("metallb-bgp", { from: "test", balances: true, ...fields });

  it("asks nothing where nothing is promised or only one pod can exist", () => {
    const bare = proxy({ ...wide, affinity: null });
    assert.equal(answer({ mode: "none", ttlSeconds: 3600 }, bare), "holds");
    assert.equal(judge({ ...path(bare), maximumPods: 1 }, PROMISE, "websocket").verdict, "holds");
    assert.equal(judge({ ...path(bare), maximumPods: 2 }, PROMISE, "websocket").verdict, "fails");
    assert.equal(answer(asked, bare), "fails");
  });

  it("compares how long the client is remembered", () => {
    assert.equal(answer(asked, proxy({ ...wide, affinity: { mechanism: "cookie", ttlSeconds: 60 } })), "fails");
    assert.equal(answer(asked, proxy({ ...wide, affinity: { mechanism: "cookie", ttlSeconds: 3600 } })), "holds");
    assert.equal(answer(asked, proxy({ ...wide, affinity: { mechanism: "cookie", ttlSeconds: null } })), "holds");
  });

  it("lets a cookie decide wherever the client came in", () => {
    assert.equal(answer(asked, loose(), proxy(wide)), "holds");
    assert.equal(answer(asked, loose({ affinityUnknown: true }), proxy(wide)), "holds");
  });

  it("asks every earlier step of a table that each node keeps for itself", () => {
    assert.equal(answer(asked, nodes({})), "holds");
    assert.equal(answer(asked, loose(), nodes({})), "fails");
    assert.equal(answer(asked, loose({ affinity: { mechanism: "source-ip", ttlSeconds: null } }), nodes({})), "holds");
    assert.equal(answer(asked, loose({ affinityUnknown: true, settle: "ask" }), nodes({})), "unknown");
    assert.equal(answer(asked, loose({ balances: false }), nodes({})), "holds");
  });

  it("does not blame the node for a load balancer that may send past it", () => {
    const open = hopOf("unknown-load-balancer", {
      from: "test",
      limit: "none",
      balances: true,
      affinityUnknown: true,
      settle: "ask",
    });
    assert.equal(answer(asked, open, nodes({ affinity: null })), "unknown");
    assert.equal(answer(asked, { ...open, affinityUnknown: false }, nodes({ affinity: null })), "fails");
    assert.equal(answer(asked, open, proxy({ ...wide, affinity: null })), "fails");
  });
});
