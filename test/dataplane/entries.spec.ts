import assert from "node:assert/strict";
import { CLIENT_ADDRESSES, ENVOY_LOAD_BALANCER_ADDRESS, issueCertificate, TRAEFIK_LOAD_BALANCER_ADDRESS } from "../../sandbox";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { podsOf, probe, refusal, untilOpen } from "./client";
import { Deployed, sandboxWithContour } from "./deployed";

/** Enough that a fair choice among three pods falls on one alone in one of a hundred million runs. */
const MANY = 18;
const HOST = "held.example.test";

/** Every entry kind whose controller runs here, as our own code writes it, with real WebSockets through the printed address. */
describe("an entry served by its real controller", function () {
  this.timeout(60_000);
  let deployed: Deployed;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    const tls = { secretName: "held-tls" };
    const client = { affinity: { mode: "client", cookieName: "held-route" } };
    deployed = await Deployed.of([
      {
        name: "held",
        promise: client,
        entries: [
          { kind: "node-port", nodePort: 30_072, node: "192.168.1.11" },
          { kind: "traefik", host: "plain.example.test" },
          { kind: "traefik", name: "traefik-tls", host: HOST, tls },
        ],
      },
      {
        // Contour's cookie has a name of its own.
        name: "proxied",
        promise: { affinity: { mode: "client" } },
        entries: [
          { kind: "gateway", implementation: "contour", host: "proxied.example.test" },
          {
            kind: "gateway",
            name: "gateway-tls",
            implementation: "contour",
            host: `tls.${HOST}`,
            tls: { secretName: "held-tls" },
          },
        ],
      },
      {
        name: "loose",
        promise: { affinity: { mode: "none" } },
        entries: [
          { kind: "node-port", nodePort: 30_073, node: "192.168.1.12" },
          { kind: "traefik", host: "loose.example.test" },
          { kind: "gateway", implementation: "traefik", host: "route.example.test", entryPointPorts: { http: 80, https: 443 } },
          { kind: "gateway", name: "contour", implementation: "contour", host: "envoy.example.test" },
        ],
      },
    ]);
    await issueCertificate({ hosts: [HOST], secret: secretIn("held") });
    await issueCertificate({ hosts: [`tls.${HOST}`], secret: secretIn("proxied") });
  });
  after(() => deployed?.removeAll());

  const secretIn = (namespace: string) => ({ namespace, name: "held-tls" });

  async function sticksByCookie(url: string, cookie: RegExp): Promise<void> {
    await untilOpen(url);
    const withCookie = await probe({ url, connections: MANY, keepCookie: true });
    assert.match(withCookie[0]!.setCookie ?? "none", cookie);
    assert.ok(withCookie.every(({ echoed }) => echoed));
    assert.equal(podsOf(withCookie).size, 1, [...podsOf(withCookie)].join());
    const without = await probe({ url, connections: MANY });
    assert.ok(podsOf(without).size > 1, "without the cookie the connections spread, so the cookie is what made them stick");
  }

  async function spreads(url: string): Promise<void> {
    await untilOpen(url);
    const answers = await probe({ url, connections: MANY, keepCookie: true });
    assert.ok(
      answers.every(({ echoed, setCookie }) => echoed && setCookie === undefined),
      JSON.stringify(answers[0]),
    );
    assert.ok(podsOf(answers).size > 1, `${MANY} connections all reached ${[...podsOf(answers)].join()}`);
  }

  it("node-port: answers at the node, and keeps each source on its pod", async () => {
    const url = deployed.url("held", "node-port");
    assert.equal(url, "ws://192.168.1.11:30072/ws");
    const answers = await probe({ url, sources: [...CLIENT_ADDRESSES], connections: 6 });
    for (const source of CLIENT_ADDRESSES) {
      assert.equal(podsOf(answers.filter((answer) => answer.source === source)).size, 1, source);
    }
    assert.ok(podsOf(answers).size > 1, "different sources spread");
  });

  it("node-port without affinity: spreads one source", () => spreads(deployed.url("loose", "node-port")));

  it("traefik: an IngressRoute that sticks by its cookie", () =>
    sticksByCookie(deployed.url("held", "traefik"), /^held-route=[^;]+; .*Max-Age=3600/));

  it("traefik with TLS: the same over its certificate, and not over one that has expired", async () => {
    const url = deployed.url("held", "traefik-tls");
    assert.equal(url, `wss://${HOST}/ws`);
    await sticksByCookie(url, /^held-route=[^;]+; .*Secure/);
    await issueCertificate({ hosts: [HOST], secret: secretIn("held"), expired: true });
    let seen: string | undefined;
    for (const until = Date.now() + 15_000; Date.now() < until && seen === undefined;) seen = await refusal(url);
    assert.equal(seen, "CERT_HAS_EXPIRED");
  });

  it("traefik without affinity: no cookie, and spreads", () => spreads(deployed.url("loose", "traefik")));

  it("gateway, implementation traefik: an HTTPRoute that spreads, for it can promise no affinity", () =>
    spreads(deployed.url("loose", "gateway")));

  it("gateway, implementation contour: an HTTPProxy that sticks by Contour's cookie", () =>
    sticksByCookie(deployed.url("proxied", "gateway"), /^X-Contour-Session-Affinity=/));

  it("gateway, implementation contour, with TLS", () =>
    sticksByCookie(deployed.url("proxied", "gateway-tls"), /^X-Contour-Session-Affinity=/));

  it("gateway, implementation contour, without affinity: spreads", () => spreads(deployed.url("loose", "contour")));

  it("is accepted by its controller, by the condition that an update waits for", async () => {
    interface Conditions {
      conditions?: { type: string; status: string }[];
    }
    const holds = (owner: Conditions | undefined, type: string) =>
      owner?.conditions?.some((condition) => condition.type === type && condition.status === "True");
    const gateway = deployed.objects.find(({ kind }) => kind === "Gateway")!;
    const { name, annotations } = gateway.metadata as { name: string; annotations: Record<string, string> };
    const awaited = annotations["pulumi.com/waitFor"]!.replace("condition=", "");
    await deployed.shows(gateway.apiVersion, "Gateway", name, "loose", ({ status }) =>
      ["Accepted", awaited].every((type) => holds(status, type)),
    );
    await deployed.shows(gateway.apiVersion, "HTTPRoute", name, "loose", ({ status }) =>
      ["Accepted", "ResolvedRefs"].every((type) => holds(status?.parents?.[0] as Conditions, type)),
    );
    for (const { kind, metadata } of deployed.objects.filter((object) => object.kind === "HTTPProxy")) {
      const namespace = metadata.namespace!;
      await deployed.shows(
        "projectcontour.io/v1",
        kind,
        metadata.name,
        namespace,
        ({ status }) => status?.currentStatus === "valid",
      );
    }
  });

  it("refuses once its route is gone, and only that one", async () => {
    for (const [kind, name, entry, address] of [
      ["IngressRoute", "loose-traefik", "traefik", TRAEFIK_LOAD_BALANCER_ADDRESS],
      ["HTTPRoute", "loose-gateway", "gateway", TRAEFIK_LOAD_BALANCER_ADDRESS],
      ["HTTPProxy", "loose-contour", "contour", ENVOY_LOAD_BALANCER_ADDRESS],
    ] as const) {
      const url = deployed.url("loose", entry);
      assert.equal(await refusal(url, address), undefined);
      await deployed.remove(kind, name);
      let seen: string | undefined;
      for (const until = Date.now() + 15_000; Date.now() < until && seen === undefined;) seen = await refusal(url, address);
      assert.match(seen ?? "still open", /\b404$/, entry);
    }
    assert.equal(await refusal(deployed.url("held", "traefik")), undefined);
  });
});
