import assert from "node:assert/strict";
import type { Look } from "./lookInside";
import { lookingAt, ROUTE_URL } from "./spread";

const WANTED = { affinity: { mode: "client" as const, ttlSeconds: 3600 } };
const at = (service: string, entry: string, own: Partial<Look> = {}): Look => ({ checks: ["sticky"], service, entry, ...own });

/** Who really brings a client back to its pod, by every mechanism that has a controller here. */
describe("verify sticky, on the real data plane", function () {
  this.timeout(60_000);
  const is = lookingAt({
    "by source": at("kept-spread", "metallb"),
    "by source, one": at("kept-spread", "metallb", { sources: 1 }),
    "by Traefik": at("kept-spread", "traefik"),
    "by Envoy": at("proxied-spread", "gateway"),
    "kube-proxy off": at("loose-spread", "metallb", { promise: WANTED }),
    "Traefik off": at("loose-spread", "traefik", { promise: WANTED }),
    route: at("loose-spread", "traefik", {
      promise: WANTED,
      beside: { kind: "HTTPRoute", name: "route-spread", url: ROUTE_URL },
    }),
    "not promised": at("loose-spread", "metallb"),
    "a second": at("kept-spread", "traefik", { full: true, promise: { affinity: { mode: "client", ttlSeconds: 2 } } }),
  });

  it("by the source address, through MetalLB and kube-proxy", () => {
    is("by source", "holds", /what brought it back is the client's source address, by kube-proxy/);
    const { details } = is(
      "by source, one",
      "holds",
      /^All 9 reconnects of one client reached its pod, as it should by its source address\.$/,
    );
    assert.match(details[0]!, /cannot be told from a single pod/);
  });

  it("by Traefik's cookie, and by Envoy's, though the source address is the same all the time", () => {
    is("by Traefik", "holds", /what brought it back is the cookie kept-route, by Traefik/);
    is("by Envoy", "holds", /what brought it back is the cookie X-Contour-Session-Affinity, by Contour/);
  });

  it("fails with affinity off, and says what to write", () => {
    const { write } = is("kube-proxy off", "fails", /reached another pod: kube-proxy.* chooses the pod and sticks by nothing\.$/);
    assert.match(write.join(), /sessionAffinity: ClientIP/);
    assert.match(is("Traefik off", "fails", /Traefik .* chooses the pod and sticks by nothing/).write.join(), /sticky/);
  });

  it("fails at an HTTPRoute whose implementation has no session persistence, and says what has", () => {
    const { write } = is("route", "fails", /Contour.* chooses the pod and sticks by nothing/);
    assert.match(write.join(), /an HTTPProxy with loadBalancerPolicy\.strategy: Cookie in place of the HTTPRoute/);
  });

  it("does not apply where nothing is promised, and waits out a short stickiness with --full", () => {
    is("not promised", "does-not-apply", /No stickiness is promised/);
    assert.match(
      is("a second", "holds", /kept-route/).details.join(" "),
      /After 1 s without a connection it was still so; 2 s are promised/,
    );
  });
});
