import assert from "node:assert/strict";
import { parseClusterFacts } from "../../path/declarations";
import type { ClusterFacts, DeclaredGateway } from "../../path/model";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { examined, HOST, IMPLEMENTATIONS } from "../compile/entries/multi";
import { stackOn } from "../compile/entries/stacks";

type Block = Record<string, unknown>;

/** An entry on a Gateway that nobody reads, with what is declared of it. */
function verdictOn(gateway: DeclaredGateway, controllers: Block = {}) {
  const { platform, promise } = IMPLEMENTATIONS[gateway.implementation]!;
  const attachTo = { name: "public", namespace: "infra" };
  const entry = { kind: "gateway", implementation: gateway.implementation, host: HOST, path: "/api", attachTo };
  const raw = stackOn(platform, [entry], { promise });
  const cluster = raw.cluster as { controllers: Block };
  Object.assign(cluster, { gateways: { "infra/public": gateway }, controllers: { ...cluster.controllers, ...controllers } });
  const [service] = examined(raw).services;
  return service!.verdicts[0]!.verdict;
}

const OLD = { "envoy-gateway": "1.7.2" };

describe("a Gateway that is declared and not read", () => {
  it("leaves to the routes what is theirs to say", () => {
    for (const implementation of ["envoy-gateway", "contour", "istio", "traefik", "approuting-istio"] as const) {
      assert.equal(verdictOn({ implementation }).verdict, "holds", implementation);
    }
    assert.equal(verdictOn({ implementation: "agc" }).verdict, "holds-with-heartbeat");
    assert.match(verdictOn({ implementation: "gke" }).reasons.join(), /global load balancer/);
    assert.match(verdictOn({ implementation: "gke", internal: true }).reasons.join(), /regional/);
  });

  it("leaves open what only it can be told, until its limit is declared", () => {
    for (const [implementation, controllers] of [
      ["aws-lbc", {}],
      ["envoy-gateway", OLD],
    ] as const) {
      const open = verdictOn({ implementation }, controllers);
      assert.equal(open.verdict, "unknown");
      assert.match(open.settle.join(), /declare cluster\.gateways\["infra\/public"\]\.idleSeconds/);
      assert.equal(verdictOn({ implementation, idleSeconds: 3700 }, controllers).verdict, "holds");
      const cut = verdictOn({ implementation, idleSeconds: 3000 }, controllers);
      assert.equal(cut.verdict, "fails");
      assert.match(cut.write.join(), /an idle limit above 3600 s on the whole of Gateway infra\/public/);
    }
  });

  it("is not believed where the Gateway itself is read", () => {
    const metadata = { namespace: "infra", name: "public" };
    const gateway = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata,
      spec: { gatewayClassName: "istio" },
    };
    const route = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { namespace: "chat", name: "chat" },
      spec: { parentRefs: [metadata], rules: [{ backendRefs: [{ name: "chat", port: 80 }] }] },
    };
    const cluster: ClusterFacts = { inFront: [], gateways: { "infra/public": { implementation: "agc" } } };
    const hopsOf = (...objects: (typeof gateway | typeof route)[]) => readPaths(objects, cluster)[0]!.hops[0]!.hop;
    assert.equal(hopsOf(gateway, route), "istio");
    assert.equal(hopsOf(route), "agc");
    const promise = { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "none" as const, ttlSeconds: 3600 } };
    const [undeclared] = readPaths([route], { inFront: [] });
    assert.match(judge(undeclared!, promise, "websocket").settle.join(), /declare cluster\.gateways\["infra\/public"\]/);
  });

  it("is read from an annotation with every problem at once", () => {
    const gateways = {
      "infra/public": { implementation: "aws-lbc", listener: "https", tls: true, internal: false, idleSeconds: 4000 },
      "infra/other": { implementation: "contour", className: "contour" },
    };
    assert.deepEqual(parseClusterFacts(JSON.stringify({ gateways }), "x"), { value: { gateways } });
    const broken = { "infra/public": { implementation: "nobody", idleSecond: 1, tls: "yes" }, "infra/other": {} };
    const { problems } = parseClusterFacts({ gateways: broken }, "x") as { problems: string[] };
    assert.equal(problems.length, 4);
    for (const [index, told] of [
      /idleSecond/,
      /tls: found "yes"/,
      /implementation: found "nobody"/,
      /implementation: found nothing/,
    ].entries()) {
      assert.ok(
        problems.some((problem) => told.test(problem)),
        `${index}: ${problems.join("\n")}`,
      );
    }
  });
});
