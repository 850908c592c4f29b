import assert from "node:assert/strict";
import { ENVOY_LOAD_BALANCER_ADDRESS } from "../../sandbox";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { podsOf, probe, refusal, untilOpen } from "./client";
import { Deployed, sandboxWithContour, setContourTimeouts } from "./deployed";
import type { ProbeAnswer } from "./probe";

const NAMESPACE = "walled";

/** Ways in that no entry of ours writes, served by Contour and Envoy, and what the model makes of them. */
describe("Contour and Envoy, and the model's reading of them", function () {
  this.timeout(60_000);
  let deployed: Deployed;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    deployed = await Deployed.of([{ name: NAMESPACE, promise: { affinity: { mode: "none" } }, entries: [] }]);
    for (const object of [
      proxy("cut", { timeoutPolicy: { idle: "3s", response: "infinity" } }),
      proxy("uncut", { timeoutPolicy: { idle: "infinity", response: "infinity" } }),
      httpRoute("route"),
      ingress("ingress", { "projectcontour.io/websocket-routes": "/" }),
    ]) {
      await deployed.add(object);
    }
  });
  after(() => deployed?.removeAll());

  const hostOf = (name: string) => `${name}.example.test`;
  const urlOf = (name: string) => `ws://${hostOf(name)}/ws`;

  function proxy(name: string, rule: object): object {
    return {
      apiVersion: "projectcontour.io/v1",
      kind: "HTTPProxy",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        virtualhost: { fqdn: hostOf(name) },
        routes: [{ enableWebsockets: true, services: [{ name: NAMESPACE, port: 80 }], ...rule }],
      },
    };
  }

  function httpRoute(name: string): object {
    return {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        parentRefs: [{ name: "contour", namespace: "projectcontour", sectionName: "http" }],
        hostnames: [hostOf(name)],
        rules: [{ backendRefs: [{ name: NAMESPACE, port: 80 }] }],
      },
    };
  }

  function ingress(name: string, annotations: Record<string, string>): object {
    const backend = { service: { name: NAMESPACE, port: { number: 80 } } };
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name, namespace: NAMESPACE, annotations },
      spec: {
        ingressClassName: "contour",
        rules: [{ host: hostOf(name), http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    };
  }

  async function silent(name: string, silentSeconds: number): Promise<ProbeAnswer> {
    await untilOpen(urlOf(name));
    const [answer] = await probe({ url: urlOf(name), connections: 1, silentSeconds });
    return answer!;
  }

  /** Not before, and not much later: the machine may be busy. */
  function isThreeSeconds({ closedAfterSeconds }: ProbeAnswer): void {
    assert.ok(closedAfterSeconds !== undefined && closedAfterSeconds > 2.95 && closedAfterSeconds < 5, `${closedAfterSeconds} s`);
  }

  it("an HTTPProxy with timeoutPolicy.idle: 3s cuts a silent WebSocket at 3 seconds, as the model says, and not before", async () => {
    const { verdict, effectiveIdleSeconds, decidingHop } = await deployed.predicted("HTTPProxy", "cut", 60);
    assert.deepEqual([verdict, effectiveIdleSeconds, decidingHop?.hop], ["fails", 3, "contour"]);
    const spoken = await silent("cut", 2);
    assert.deepEqual([spoken.echoed, spoken.closedAfterSeconds], [true, undefined]);
    isThreeSeconds(await silent("cut", 10));
  });

  it("an HTTPProxy with timeoutPolicy.idle: infinity cuts nothing", async () => {
    const { verdict } = await deployed.predicted("HTTPProxy", "uncut", 3600);
    assert.equal(verdict, "holds");
    const answer = await silent("uncut", 8);
    assert.deepEqual([answer.echoed, answer.closedAfterSeconds], [true, undefined]);
  });

  it("an HTTPRoute passes WebSockets on, and spreads: Contour has no stickiness for it", async () => {
    await untilOpen(urlOf("route"));
    const answers = await probe({ url: urlOf("route"), connections: 18, keepCookie: true });
    assert.ok(answers.every(({ echoed, setCookie }) => echoed && setCookie === undefined));
    assert.ok(podsOf(answers).size > 1);
    await deployed.shows("gateway.networking.k8s.io/v1", "HTTPRoute", "route", NAMESPACE, ({ status }) =>
      ["Accepted", "ResolvedRefs"].every((type) =>
        status?.parents?.[0]?.conditions.some(
          (each: { type: string; status: string }) => each.type === type && each.status === "True",
        ),
      ),
    );
  });

  it("an Ingress of class contour passes WebSockets on where its annotation lists the path", async () => {
    await untilOpen(urlOf("ingress"));
    const answers = await probe({ url: urlOf("ingress"), connections: 18 });
    assert.ok(answers.every(({ echoed }) => echoed));
    assert.ok(podsOf(answers).size > 1);
  });

  it("needs neither the annotation nor enableWebsockets while Contour serves a Gateway, and the model knows it", async () => {
    await deployed.add(ingress("bare", {}));
    await deployed.add(proxy("deaf", { enableWebsockets: false }));
    for (const [kind, name] of [
      ["Ingress", "bare"],
      ["HTTPProxy", "deaf"],
    ] as const) {
      await untilOpen(urlOf(name));
      assert.equal((await deployed.predicted(kind, name, 60)).verdict, "holds");
    }
  });

  it("passes nothing on that no route asks for", async () => {
    assert.match((await refusal(urlOf("nobody"), ENVOY_LOAD_BALANCER_ADDRESS)) ?? "opened", /\b404$/);
  });

  describe("with streamIdleTimeout: 3s in Contour's own configuration", () => {
    before(() => setContourTimeouts({ streamIdleTimeout: "3s" }));
    after(() => setContourTimeouts(null));

    for (const [kind, name] of [
      ["HTTPRoute", "route"],
      ["Ingress", "ingress"],
    ] as const) {
      it(`cuts a silent WebSocket through the ${kind} at 3 seconds, as the model says`, async () => {
        const { verdict, effectiveIdleSeconds, decidingHop } = await deployed.predicted(kind, name, 60);
        assert.deepEqual([verdict, effectiveIdleSeconds, decidingHop?.hop], ["fails", 3, "contour-gateway"]);
        let measured = await silent(name, 6);
        // Envoy asks a Contour that came back anew after some seconds at the latest.
        for (const until = Date.now() + 20_000; measured.closedAfterSeconds === undefined && Date.now() < until;) {
          measured = await silent(name, 6);
        }
        isThreeSeconds(measured);
      });
    }

    it("leaves an HTTPProxy alone that says infinity itself, as the model says", async () => {
      assert.equal((await deployed.predicted("HTTPProxy", "uncut", 3600)).verdict, "holds");
      assert.equal((await silent("uncut", 6)).closedAfterSeconds, undefined);
    });
  });
});
