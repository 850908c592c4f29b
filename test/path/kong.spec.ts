import assert from "node:assert/strict";
import type { Hop } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, ingress, object, service } from "./objects";

const kong = (annotations: { [key: string]: Value }, objects: KubernetesObject[] = []): Hop | undefined =>
  readPaths([ingress({}, { ingressClassName: "kong" }), service({}, annotations), deployment(), ...objects], DIRECT)[0]?.hops[0];
const policy = (spec: { [key: string]: Value }) =>
  object("configuration.konghq.com/v1beta1", "KongUpstreamPolicy", "web", { spec });
const older = (rest: { [key: string]: Value }) => object("configuration.konghq.com/v1", "KongIngress", "web", rest);

describe("Kong, serving an Ingress", () => {
  it("reads its clocks on the Service, in milliseconds, and the shorter one decides", () => {
    assert.equal(kong({})?.idleSeconds, 60);
    assert.equal(kong({ "konghq.com/read-timeout": "3660000" })?.idleSeconds, 60);
    const both = { "konghq.com/read-timeout": "3660000", "konghq.com/write-timeout": "7200000" };
    assert.equal(kong(both)?.idleSeconds, 3660);
    assert.equal(kong({ ...both, "konghq.com/write-timeout": "1h" })?.idleSeconds, 60);
    assert.equal(kong({ "konghq.com/read-timeout": UNKNOWN })?.pending, true);
    const proxy = { proxy: { read_timeout: 3_660_000, write_timeout: 3_660_000 } };
    assert.equal(kong({ "konghq.com/override": "web" }, [older(proxy)])?.idleSeconds, 3660);
  });

  it("does not say how long it waits where that stands on something that was not read", () => {
    const proxy = { proxy: { read_timeout: 3_660_000, write_timeout: 3_660_000 } };
    const both = { "konghq.com/read-timeout": "3660000", "konghq.com/write-timeout": "7200000" };
    const other = kong({ "konghq.com/override": "other" }, [older(proxy)]);
    assert.deepEqual([other?.limit, other?.settle], ["unknown", "add KongIngress chat/other to what is read"]);
    assert.equal(kong({ ...both, "konghq.com/override": "other" })?.idleSeconds, 3660);
    const [alone] = readPaths([ingress({}, { ingressClassName: "kong" }), deployment()], DIRECT);
    assert.equal(alone?.hops[0]?.limit, "unknown");
    assert.match(alone?.hops[0]?.settle ?? "", /add Service chat\/web to what is read/);
    assert.equal(kong({ "konghq.com/override": UNKNOWN })?.pending, true);
  });

  it("says which value the controller leaves out", () => {
    const hop = kong({ "konghq.com/read-timeout": "3600s", "konghq.com/write-timeout": "7200000" });
    assert.equal(hop?.idleSeconds, 60);
    assert.match(hop?.from ?? "", /read-timeout is "3600s", no whole number of milliseconds/);
  });

  it("takes both clocks of a rule of an HTTPRoute from its backendRequest, where no annotation says more", () => {
    const gateway = object("gateway.networking.k8s.io/v1", "Gateway", "edge", {
      spec: { gatewayClassName: "kong", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
    });
    const rules = (backendRequest: Value): Value => [{ timeouts: { backendRequest }, backendRefs: [{ name: "web", port: 80 }] }];
    const through = (backendRequest: Value, annotations: { [key: string]: Value } = {}, more: KubernetesObject[] = []) => {
      const spec: { [key: string]: Value } = { parentRefs: [{ name: "edge" }], rules: rules(backendRequest) };
      const of = object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", { spec });
      const paths = readPaths([gateway, of, service({}, annotations), deployment(), ...more], DIRECT);
      return paths[0]?.hops.find(({ hop }) => hop === "kong");
    };
    assert.equal(through("2h")?.idleSeconds, 7200);
    assert.match(through("2h")?.from ?? "", /timeouts\.backendRequest: 2h/);
    assert.equal(through("2h", { "konghq.com/read-timeout": "90000" })?.idleSeconds, 90);
    assert.equal(through("2h", { "konghq.com/read-timeout": "90s", "konghq.com/write-timeout": "1.5h" })?.idleSeconds, 7200);
    const inOlder = older({ proxy: { read_timeout: 90000, write_timeout: 90000 } });
    assert.equal(through("2h", { "konghq.com/override": "web" }, [inOlder])?.idleSeconds, 7200);
    assert.equal(through("2h", { "konghq.com/override": "other" })?.idleSeconds, 7200);
    assert.equal(through("0s")?.idleSeconds, 60);
    assert.equal(through(UNKNOWN)?.pending, true);
  });

  it("sticks by the policy that the Service names", () => {
    const named = { "konghq.com/upstream-policy": "web" };
    const byCookie = policy({ algorithm: "consistent-hashing", hashOn: { cookie: "route", cookiePath: "/" } });
    assert.deepEqual(kong(named, [byCookie])?.affinity, { mechanism: "cookie", ttlSeconds: null, cookieName: "route" });
    assert.equal(kong({}, [byCookie])?.affinity, null);
    assert.equal(kong(named, [policy({ algorithm: "round-robin" })])?.affinity, null);
    assert.equal(kong(named, [policy({ algorithm: "consistent-hashing", hashOn: { input: "ip" } })])?.affinityUnknown, true);
    assert.equal(
      kong(named, [policy({ algorithm: "consistent-hashing", hashOn: { header: "x-user" } })])?.affinity?.mechanism,
      "header",
    );
    assert.match(kong(named)?.settle ?? "", /add KongUpstreamPolicy chat\/web/);
    assert.equal(kong(named, [policy({ algorithm: "consistent-hashing" })])?.affinityUnknown, true);
    assert.equal(kong(named, [policy({ algorithm: UNKNOWN })])?.pending, true);
    assert.equal(kong(named, [policy({ algorithm: "consistent-hashing", hashOn: UNKNOWN })])?.pending, true);
    assert.equal(kong({ "konghq.com/override": "web" }, [older({ upstream: UNKNOWN })])?.pending, true);
    const override = { "konghq.com/override": "web" };
    assert.equal(kong(override, [older({ upstream: { hash_on: "cookie", hash_on_cookie: "id" } })])?.affinity?.cookieName, "id");
    assert.equal(kong(override, [older({ upstream: { hash_on: "none" } })])?.affinity, null);
  });
});
