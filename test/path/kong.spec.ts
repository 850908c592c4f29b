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
    assert.equal(kong({ "konghq.com/override": "other" }, [older(proxy)])?.idleSeconds, 60);
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
    const override = { "konghq.com/override": "web" };
    assert.equal(kong(override, [older({ upstream: { hash_on: "cookie", hash_on_cookie: "id" } })])?.affinity?.cookieName, "id");
    assert.equal(kong(override, [older({ upstream: { hash_on: "none" } })])?.affinity, null);
  });
});
