import assert from "node:assert/strict";
import { readsNginxAnnotation } from "../../path/facts";
import type { Hop } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { limitOf } from "../../path/verdict";
import { clientIp, deployment, DIRECT, ingress, service } from "./objects";

function nginxProvider(version: string | undefined, annotations: { [key: string]: Value }): Hop {
  const controllers: Record<string, string> = version === undefined ? {} : { traefik: version };
  const cluster = { ...DIRECT, ingressClasses: { nginx: "traefik" }, controllers };
  const hop = readPaths([ingress(annotations), service(), deployment()], cluster)[0]?.hops[0];
  assert.ok(hop !== undefined);
  return hop;
}

describe("Traefik, serving ingress-nginx annotations", () => {
  it("cuts no WebSocket before 3.7, whatever the timeouts say", () => {
    for (const annotations of [{}, { "proxy-read-timeout": "5" }]) {
      assert.equal(nginxProvider("3.6.1", annotations).limit, "none");
    }
  });

  it("cuts a silent one after 60 s since 3.7, or after what the read timeout says", () => {
    const limit = (annotations: { [key: string]: Value }) => nginxProvider("v3.7.0", annotations).idleSeconds;
    assert.equal(limit({}), 60);
    assert.equal(limit({ "proxy-read-timeout": "3660" }), 3660);
    assert.equal(limit({ "proxy-read-timeout": "3660s" }), 60);
    assert.equal(limit({ "proxy-read-timeout": "0" }), null);
  });

  it("does not decide it while the version is not declared, unless the read timeout is written", () => {
    assert.equal(nginxProvider(undefined, {}).limit, "unknown");
    assert.match(nginxProvider(undefined, {}).settle ?? "", /declare cluster.controllers.traefik/);
    assert.equal(nginxProvider(undefined, { "proxy-read-timeout": "3660" }).idleSeconds, 3660);
    assert.equal(nginxProvider("3.7.0", { "proxy-read-timeout": UNKNOWN }).pending, true);
  });

  it("does not decide a call of gRPC: only WebSockets and streams of plain HTTP were seen to outlive the entry point's timeouts", () => {
    assert.equal(limitOf(nginxProvider("3.6.1", {}), "grpc").limit, "unknown");
    for (const protocol of ["websocket", "http-stream"] as const) {
      assert.equal(limitOf(nginxProvider("3.6.1", {}), protocol).limit, "none");
    }
  });

  it("reads the cookie with its lifetime", () => {
    const affinity = nginxProvider("3.6.1", {
      affinity: "cookie",
      "session-cookie-max-age": "3600",
      "session-cookie-name": "route",
    }).affinity;
    assert.deepEqual(affinity, { mechanism: "cookie", ttlSeconds: 3600, cookieName: "route" });
    assert.equal(nginxProvider("3.6.1", { affinity: "cookie", "session-cookie-max-age": "60s" }).affinity?.ttlSeconds, null);
    assert.equal(nginxProvider("3.6.1", {}).affinity, null);
  });

  it("took any word for the cookie before 3.7 and only that one since", () => {
    assert.equal(nginxProvider("3.6.1", { affinity: "yes" }).affinity?.mechanism, "cookie");
    assert.equal(nginxProvider("3.7.9", { affinity: "yes" }).affinity, null);
  });

  it("reads session-cookie-expires only since 3.7", () => {
    const annotations = { affinity: "cookie", "session-cookie-expires": "60" };
    assert.equal(nginxProvider("3.6.1", annotations).affinity?.ttlSeconds, null);
    assert.equal(nginxProvider("3.7.9", annotations).affinity?.ttlSeconds, 60);
  });

  it("names the annotations that this version does not read", () => {
    const inert = nginxProvider("3.6.1", { "limit-rps": "100", affinity: "cookie" }).inert;
    assert.deepEqual(inert, ["limit-rps is not read by Traefik before 3.7 (ingress-nginx provider)"]);
    assert.deepEqual(nginxProvider("3.7.9", { "limit-rps": "100", affinity: "cookie" }).inert, []);
    assert.equal(readsNginxAnnotation("traefik-nginx-provider", "limit-rps"), false);
    assert.equal(readsNginxAnnotation("traefik-nginx-provider-3.7", "limit-rps"), true);
    assert.equal(readsNginxAnnotation("ingress-nginx", "limit-rps"), true);
  });

  it("leaves the choice to kube-proxy under service-upstream", () => {
    const hop = nginxProvider("3.6.1", { affinity: "cookie", "service-upstream": "true" });
    assert.deepEqual([hop.balances, hop.affinity], [false, null]);
  });
});

describe("Traefik, serving its own class", () => {
  const KEY = "traefik.ingress.kubernetes.io/service.sticky.cookie";
  const hopsWith = (annotations: { [key: string]: Value }, services = (target: KubernetesObject) => [target]) =>
    readPaths(
      [ingress({}, { ingressClassName: "traefik" }), ...services(service(clientIp(3600), annotations)), deployment()],
      DIRECT,
    )[0]?.hops ?? [];

  it("takes stickiness from the Service", () => {
    assert.deepEqual(hopsWith({ [KEY]: "true", [`${KEY}.maxage`]: "3600" })[0]?.affinity, {
      mechanism: "cookie",
      ttlSeconds: 3600,
    });
    assert.deepEqual(hopsWith({ [`${KEY}.name`]: "route" })[0]?.affinity, {
      mechanism: "cookie",
      ttlSeconds: null,
      cookieName: "route",
    });
    assert.equal(hopsWith({ [KEY]: "false" })[0]?.affinity, null);
    assert.equal(hopsWith({})[0]?.affinity, null);
  });

  it("says that it is not read from the Ingress", () => {
    const misplaced = ingress({ [KEY]: "true" }, { ingressClassName: "traefik" });
    const [proxy] = readPaths([misplaced, service(clientIp(3600)), deployment()], DIRECT)[0]?.hops ?? [];
    assert.equal(proxy?.affinity, null);
    assert.match(proxy?.inert.join() ?? "", /sticky\.cookie on Ingress chat\/web is not read; it belongs on the Service/);
    assert.doesNotMatch(hopsWith({ [KEY]: "true" })[0]?.inert.join() ?? "", /belongs on the Service/);
  });

  it("loses it under nativelb", () => {
    const hops = hopsWith({ [KEY]: "true", "traefik.ingress.kubernetes.io/service.nativelb": "true" });
    assert.deepEqual(
      hops.map((hop) => hop.hop),
      ["traefik", "kube-proxy-nftables", "pod"],
    );
    assert.deepEqual([hops[0]?.balances, hops[1]?.affinity], [false, null]);
    assert.match(hops[1]?.inert.join() ?? "", /sees the address of the controller's pod/);
  });

  it("does not guess it while the Service is not read or not known", () => {
    assert.equal(hopsWith({}, () => [])[0]?.affinityUnknown, true);
    assert.equal(hopsWith({ [KEY]: UNKNOWN })[0]?.pending, true);
  });
});
