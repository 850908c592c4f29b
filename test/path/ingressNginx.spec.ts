import assert from "node:assert/strict";
import type { Hop } from "../../path/model";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { clientIp, deployment, DIRECT, ingress, NGINX, object, service } from "./objects";

function hopOf(annotations: { [key: string]: Value }, serviceSpec = {}): Hop {
  const [path] = readPaths([ingress(annotations), service(serviceSpec), deployment()], DIRECT);
  const hop = path?.hops.find((candidate) => candidate.hop === "ingress-nginx");
  assert.ok(hop !== undefined);
  return hop;
}

describe("ingress-nginx, as read from an Ingress", () => {
  const both = (value: Value): { [key: string]: Value } => ({ "proxy-read-timeout": value, "proxy-send-timeout": value });
  const limits: [string, { [key: string]: Value }, number][] = [
    ["without annotations its default counts", {}, 60],
    ["whole seconds count", both("3660"), 3660],
    ["a unit makes it fall back to the default", both("3600s"), 60],
    ["a duration makes it fall back to the default", both("1h"), 60],
    ["a space makes it fall back to the default", both(" 3600"), 60],
    ["a fraction makes it fall back to the default", both("3600.5"), 60],
    ["a plus sign is read", both("+3600"), 3600],
    ["zero closes at once", both("0"), 0],
    ["a negative number never becomes a long limit", both("-1"), 0],
    ["a number too large for the controller's integer falls back", both("99999999999999999999"), 60],
    ["an empty value falls back", both(""), 60],
    ["only the read timeout leaves the send timeout at its default", { "proxy-read-timeout": "3660" }, 60],
    ["only the send timeout leaves the read timeout at its default", { "proxy-send-timeout": "3660" }, 60],
    ["the smaller of both counts", { "proxy-read-timeout": "4000", "proxy-send-timeout": "3700" }, 3700],
  ];
  for (const [title, annotations, seconds] of limits) {
    it(title, () => {
      const hop = hopOf(annotations);
      assert.deepEqual([hop.limit, hop.idleSeconds], ["idle", seconds]);
    });
  }

  it("says that a value with a unit does nothing, and not so of a good one", () => {
    assert.match(hopOf(both("3600s")).inert.join(), /"3600s" is not a whole number/);
    assert.deepEqual(hopOf(both("3660")).inert, []);
  });

  it("takes the controller's ConfigMap as the default where it is among the objects", () => {
    const map = object("v1", "ConfigMap", "ingress-nginx-controller", {
      data: { "proxy-read-timeout": "3700", "proxy-send-timeout": "3700" },
    });
    const other = object("v1", "ConfigMap", "something-else", {
      data: { "proxy-read-timeout": "9999", "proxy-send-timeout": "9999" },
    });
    const limitWith = (config: typeof map) =>
      readPaths([ingress(), service(), deployment(), config], DIRECT)[0]?.hops[0]?.idleSeconds;
    assert.equal(limitWith(map), 3700);
    assert.equal(limitWith(other), 60);
  });

  it("does not guess a timeout that is not known yet", () => {
    const hop = hopOf({ ...both("3660"), "proxy-read-timeout": UNKNOWN });
    assert.deepEqual([hop.limit, hop.idleSeconds, hop.pending], ["unknown", null, true]);
    assert.match(hop.settle ?? "", /proxy-read-timeout is not known before the update/);
  });

  const affinities: [string, { [key: string]: Value }, { ttlSeconds: number | null } | null][] = [
    ["no affinity annotation", {}, null],
    ["a cookie with a lifetime", { affinity: "cookie", "session-cookie-max-age": "3600" }, { ttlSeconds: 3600 }],
    ["a cookie without a lifetime lasts for the browser's session", { affinity: "cookie" }, { ttlSeconds: null }],
    ["expires counts where max-age is absent", { affinity: "cookie", "session-cookie-expires": "900" }, { ttlSeconds: 900 }],
    [
      "max-age wins over expires",
      { affinity: "cookie", "session-cookie-expires": "900", "session-cookie-max-age": "60" },
      { ttlSeconds: 60 },
    ],
    ["a lifetime with a unit is ignored", { affinity: "cookie", "session-cookie-max-age": "3600s" }, { ttlSeconds: null }],
    ["a lifetime of zero deletes the cookie", { affinity: "cookie", "session-cookie-max-age": "0" }, { ttlSeconds: 0 }],
    ["a negative lifetime deletes the cookie", { affinity: "cookie", "session-cookie-max-age": "-5" }, { ttlSeconds: 0 }],
    ["another word is not an affinity", { affinity: "Cookie" }, null],
    ["a regex route without a cookie path", { affinity: "cookie", "use-regex": "true" }, null],
    [
      "a regex route with a cookie path",
      { affinity: "cookie", "use-regex": "true", "session-cookie-path": "/" },
      { ttlSeconds: null },
    ],
    ["service-upstream takes the choice away", { affinity: "cookie", "service-upstream": "true" }, null],
    ["service-upstream false leaves it", { affinity: "cookie", "service-upstream": "false" }, { ttlSeconds: null }],
  ];
  for (const [title, annotations, expected] of affinities) {
    it(`affinity: ${title}`, () => {
      const { affinity } = hopOf(annotations);
      assert.deepEqual(affinity === null ? null : { ttlSeconds: affinity.ttlSeconds }, expected);
    });
  }

  it("sticks by a hash of something the client sends, and does not decide one of its address", () => {
    assert.equal(hopOf({ "upstream-hash-by": "$http_mcp_session_id" }).affinity?.mechanism, "header");
    const byAddress = hopOf({ "upstream-hash-by": "$binary_remote_addr" });
    assert.deepEqual([byAddress.affinity, byAddress.affinityUnknown], [null, true]);
  });

  for (const name of ["affinity", "service-upstream", "session-cookie-max-age", "upstream-hash-by"]) {
    it(`does not guess ${name} while it is not known`, () => {
      const around = name === "session-cookie-max-age" ? { affinity: "cookie" } : {};
      const hop = hopOf({ ...around, [name]: UNKNOWN });
      assert.deepEqual([hop.affinityUnknown, hop.pending], [true, true]);
    });
  }

  it("says that ClientIP of the Service behind it is inert, only where it is written", () => {
    assert.match(hopOf({}, clientIp(3600)).inert.join(), /ClientIP of Service chat\/web is inert/);
    assert.deepEqual(hopOf({}).inert, []);
  });

  it("writes lines that it reads back as the wanted values", () => {
    const hop = hopOf({});
    const lines = [
      hop.writeIdle?.(3600) ?? "",
      hop.writeAffinity?.({ mode: "client", ttlSeconds: 3600, cookieName: "route" }) ?? "",
    ].join(", ");
    const written = Object.fromEntries(
      [...lines.matchAll(/nginx\.ingress\.kubernetes\.io\/([\w-]+): "([^"]*)"/g)].map((match) => [
        match[1] ?? "",
        match[2] ?? "",
      ]),
    );
    const again = hopOf(written);
    assert.equal(again.idleSeconds, 3660);
    assert.deepEqual(again.affinity, { mechanism: "cookie", ttlSeconds: 3600, cookieName: "route" });
    assert.ok(Object.keys(written).every((key) => `${NGINX}${key}`.startsWith(NGINX)));
  });
});

describe("which controller serves an Ingress", () => {
  const hops = (spec: { [key: string]: Value }, annotations = {}, extra: ReturnType<typeof object>[] = [], cluster = {}) =>
    readPaths([ingress(annotations, spec), service(), deployment(), ...extra], { ...DIRECT, ...cluster })[0]?.hops.map(
      (hop) => hop.hop,
    );
  const classObject = (name: string, controller: string, annotations = {}) =>
    object("networking.k8s.io/v1", "IngressClass", name, { spec: { controller } }, { annotations });

  it("goes by the class name", () => assert.deepEqual(hops({ ingressClassName: "nginx" }), ["ingress-nginx", "pod"]));
  it("goes by the old annotation", () =>
    assert.deepEqual(hops({ ingressClassName: undefined }, { "kubernetes.io/ingress.class": "nginx" }), [
      "ingress-nginx",
      "pod",
    ]));
  it("goes by the IngressClass object before its name", () =>
    assert.deepEqual(hops({ ingressClassName: "nginx" }, {}, [classObject("nginx", "nginx.org/ingress-controller")]), [
      "f5-nginx",
      "pod",
    ]));
  it("knows the controller by whatever stands before its name in the class object", () => {
    const inside = { ingressClassName: "inside" };
    assert.deepEqual(hops(inside, {}, [classObject("inside", "k8s.io/internal-ingress-nginx")]), ["ingress-nginx", "pod"]);
    assert.deepEqual(hops(inside, {}, [classObject("inside", "example.com/internal")]), ["unknown-proxy", "pod"]);
  });
  it("goes by the default IngressClass where none is named", () => {
    const standard = classObject("public", "k8s.io/ingress-nginx", { "ingressclass.kubernetes.io/is-default-class": "true" });
    assert.deepEqual(hops({ ingressClassName: undefined }, {}, [standard]), ["ingress-nginx", "pod"]);
    assert.deepEqual(hops({ ingressClassName: undefined }), ["unknown-proxy", "pod"]);
  });
  it("goes by what the cluster declares before all", () => {
    const cluster = { ingressClasses: { nginx: "traefik" }, controllers: { traefik: "3.6.1" } };
    assert.deepEqual(hops({ ingressClassName: "nginx" }, {}, [], cluster), ["traefik-nginx-provider", "pod"]);
    assert.deepEqual(hops({ ingressClassName: "nginx" }, {}, [], { ingressClasses: { nginx: "voyager" } }), [
      "unknown-proxy",
      "pod",
    ]);
  });
  it("does not know other classes", () => assert.deepEqual(hops({ ingressClassName: "edge" }), ["unknown-proxy", "pod"]));
  it("goes by a controller's word in the name of a class of somebody's own, else by the only one whose annotations it carries", () => {
    assert.deepEqual(hops({ ingressClassName: "nginx-internal" }), ["ingress-nginx", "pod"]);
    assert.deepEqual(hops({ ingressClassName: "public-traefik" }), ["traefik", "pod"]);
    assert.deepEqual(hops({ ingressClassName: "edge" }, { "proxy-body-size": "8m" }), ["ingress-nginx", "pod"]);
    assert.deepEqual(hops({ ingressClassName: "edge" }, { "haproxy.org/check": "true" }), ["haproxytech-ingress", "pod"]);
    const both = { "proxy-body-size": "8m", "haproxy.org/check": "true" };
    assert.deepEqual(hops({ ingressClassName: "edge" }, both), ["unknown-proxy", "pod"]);
    assert.deepEqual(hops({ ingressClassName: "haproxy-internal" }, { "proxy-body-size": "8m" }), ["unknown-proxy", "pod"]);
  });
  it("does not guess a class that is not known yet", () =>
    assert.deepEqual(hops({ ingressClassName: UNKNOWN }), ["unknown-proxy", "pod"]));
});
