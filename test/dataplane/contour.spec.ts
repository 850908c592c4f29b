import assert from "node:assert/strict";
import { ENVOY_LOAD_BALANCER_ADDRESS } from "../../sandbox";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { podsOf, probe, refusal, untilOpen } from "./client";
import { Deployed, sandboxWithContour } from "./deployed";

const NAMESPACE = "walled";

/** Ways in that no entry of ours writes, served by Contour and Envoy. How long they keep a silent connection: test/verify/sandbox. */
describe("Contour and Envoy", function () {
  this.timeout(60_000);
  let deployed: Deployed;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    deployed = await Deployed.of([{ name: NAMESPACE, promise: { affinity: { mode: "none" } }, entries: [] }]);
    await deployed.add(httpRoute("route"));
    await deployed.add(ingress("ingress", { "projectcontour.io/websocket-routes": "/" }));
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
});
