import assert from "node:assert/strict";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { clientIp, deployment, DIRECT, object, service } from "./objects";

type Fields = { [key: string]: Value };
const read = (...objects: KubernetesObject[]): Path[] =>
  readPaths([...objects, service(clientIp(3600)), deployment()], DIRECT).filter(({ entry }) => entry.kind !== "Service");
const places = (paths: Path[]) =>
  paths.map(({ host, pathPrefix, port, service: { namespace, name } }) => [host, pathPrefix, namespace, name, port]);
const first = (...objects: KubernetesObject[]): Hop => read(...objects)[0]!.hops[0]!;
const clock = ({ hop, limit, idleSeconds }: Hop) => [hop, limit, idleSeconds];

describe("a Route of OpenShift", () => {
  const to = { kind: "Service", name: "web" };
  const route = (annotations: Fields = {}, spec: Fields = {}, apiVersion = "route.openshift.io/v1") =>
    object(apiVersion, "Route", "edge", { spec: { host: "chat.example.test", to, ...spec } }, { annotations });
  const TUNNEL = "haproxy.router.openshift.io/timeout-tunnel";
  const SERVER = "haproxy.router.openshift.io/timeout";

  it("leads to its Service and those that share its traffic, by the port of the pods", () => {
    const split = { alternateBackends: [{ kind: "Service", name: "new", weight: 1 }], port: { targetPort: "http" }, path: "/ws" };
    const named = service({ ports: [{ name: "http", port: 8080, targetPort: 80 }] });
    const paths = readPaths([route({}, split), named, deployment()], DIRECT);
    assert.deepEqual(places(paths), [
      ["chat.example.test", "/ws", "chat", "web", 8080],
      ["chat.example.test", "/ws", "chat", "new", "any"],
    ]);
    assert.equal(read(route({}, {}, "v1")).length, 1);
    assert.deepEqual(read(object("serving.knative.dev/v1", "Route", "edge", { spec: { to } })), []);
  });

  it("keeps what is upgraded for the timeout of tunnels, and sticks by a cookie of its own", () => {
    const plain = first(route());
    assert.deepEqual(clock(plain), ["openshift-router", "idle", 3600]);
    assert.deepEqual(plain.affinity, { mechanism: "cookie", ttlSeconds: null });
    assert.equal(plain.perProtocol?.["http-stream"]?.idleSeconds, 30);
    const raised = first(route({ [TUNNEL]: "2h", [SERVER]: "5m", "router.openshift.io/cookie_name": "pod" }));
    assert.deepEqual(clock(raised), ["openshift-router", "idle", 7200]);
    assert.equal(raised.perProtocol?.["http-stream"]?.idleSeconds, 300);
    assert.equal(raised.affinity?.cookieName, "pod");
    assert.equal(first(route({ [SERVER]: "5m" })).idleSeconds, 3600);
    assert.equal(first(route({ "haproxy.router.openshift.io/disable_cookies": "true" })).affinity, null);
    assert.match(first(route({ [TUNNEL]: "1 hour" })).inert.join(), /timeout-tunnel: "1 hour" is no time such as 3660s/);
  });

  it("passes TLS through with either timeout, and without a cookie", () => {
    const through = { tls: { termination: "passthrough" } };
    assert.equal(first(route({ [SERVER]: "5m" }, through)).idleSeconds, 300);
    assert.equal(first(route({ [SERVER]: "5m", [TUNNEL]: "4h" }, through)).idleSeconds, 14_400);
    assert.equal(first(route({}, through)).affinityUnknown, true);
  });

  it("waits for what a preview does not know", () => {
    for (const one of [route({ [TUNNEL]: UNKNOWN }), route({}, { to: UNKNOWN }), route({}, { to: { name: UNKNOWN } })]) {
      assert.equal(first(one).pending, true);
    }
    assert.equal(first(route({ "haproxy.router.openshift.io/disable_cookies": UNKNOWN })).pending, true);
  });
});

describe("Emissary", () => {
  const mapping = (spec: Fields, kind = "Mapping") =>
    object("getambassador.io/v3alpha1", kind, "edge", { spec: { prefix: "/ws", hostname: "chat.example.test", ...spec } });

  it("names a Service as an address", () => {
    const of = (text: Value) => places(read(mapping({ service: text })))[0]?.slice(2);
    assert.deepEqual(of("web"), ["chat", "web", 80]);
    assert.deepEqual(of("http://web.other:8080"), ["other", "web", 8080]);
    assert.deepEqual(of("https://web.other.svc.cluster.local"), ["other", "web", 443]);
  });

  it("keeps silence for Envoy's five minutes, and upgrades what it is told to", () => {
    assert.deepEqual(clock(first(mapping({ service: "web" }))), ["emissary", "idle", 300]);
    assert.deepEqual(first(mapping({ service: "web" })).refuses?.protocols, ["websocket"]);
    const upgraded = first(mapping({ service: "web", allow_upgrade: ["websocket"], idle_timeout_ms: 7_200_000, timeout_ms: 0 }));
    assert.deepEqual([upgraded.idleSeconds, upgraded.refuses], [7200, undefined]);
    assert.deepEqual(upgraded.perProtocol?.["http-stream"], { limit: "idle", idleSeconds: 7200 });
    assert.equal(first(mapping({ service: "web", use_websocket: true })).refuses, undefined);
    assert.equal(first(mapping({ service: "web", grpc: true })).refuses, undefined);
    assert.deepEqual(clock(first(mapping({ service: "web", idle_timeout_ms: 0 }))), ["emissary", "none", null]);
    assert.deepEqual(first(mapping({ service: "web" })).perProtocol?.grpc, { limit: "lifetime", idleSeconds: 3 });
  });

  it("leaves the pod to the Service unless it resolves endpoints", () => {
    const cookie = { load_balancer: { policy: "ring_hash", cookie: { name: "pod", ttl: "3600s" } } };
    const [bare] = read(mapping({ service: "web", ...cookie }));
    assert.deepEqual(
      bare?.hops.map(({ hop }) => hop),
      ["emissary", "kube-proxy-nftables", "pod"],
    );
    assert.match(bare?.hops[0]?.inert.join() ?? "", /load_balancer without a resolver/);
    const [resolved] = read(mapping({ service: "web", resolver: "endpoint", ...cookie }));
    assert.deepEqual(
      resolved?.hops.map(({ hop }) => hop),
      ["emissary", "pod"],
    );
    assert.deepEqual(resolved?.hops[0]?.affinity, { mechanism: "cookie", ttlSeconds: 3600, cookieName: "pod" });
  });

  it("of TCP passes bytes on for an hour", () => {
    assert.deepEqual(clock(first(mapping({ service: "web:5222", port: 5222 }, "TCPMapping"))), ["emissary-tcp", "idle", 3600]);
    assert.equal(first(mapping({ service: "web", idle_timeout_ms: "60000" }, "TCPMapping")).idleSeconds, 60);
  });

  it("is told by annotations of a Service too", () => {
    const text = "---\nkind: Module\nname: ambassador\n---\nkind: Mapping\nname: chat\nprefix: /chat/\nservice: web:80\n";
    const marked = (value: Value) => readPaths([service({}, { "getambassador.io/config": value }), deployment()], DIRECT);
    assert.deepEqual(places(marked(text)), [[undefined, "/chat/", "chat", "web", 80]]);
    assert.equal(marked(text)[0]?.entry.kind, "Service");
    assert.equal(marked(UNKNOWN)[0]?.hops[0]?.pending, true);
    assert.deepEqual(marked("no: [mapping"), []);
  });

  it("waits for what a preview does not know", () => {
    const open: Fields[] = [
      { service: UNKNOWN },
      { service: "web", idle_timeout_ms: UNKNOWN },
      { service: "web", allow_upgrade: UNKNOWN },
    ];
    for (const spec of open) {
      assert.equal(first(mapping(spec)).pending, true);
    }
  });
});

describe("APISIX, Kong, Gloo and Skipper", () => {
  const backends = [{ serviceName: "web", servicePort: 80 }];
  const apisix = (rule: Fields, list = "http") =>
    object("apisix.apache.org/v2", "ApisixRoute", "edge", {
      spec: { [list]: [{ name: "x", match: { hosts: ["chat.example.test"], paths: ["/*"] }, backends, ...rule }] },
    });

  it("an ApisixRoute waits a minute and upgrades where it says so", () => {
    assert.deepEqual(places(read(apisix({}))), [["chat.example.test", "/*", "chat", "web", 80]]);
    assert.deepEqual(clock(first(apisix({}))), ["apisix", "idle", 60]);
    assert.deepEqual(first(apisix({})).refuses?.protocols, ["websocket"]);
    const raised = first(apisix({ websocket: true, timeout: { read: "2h", send: "3h" } }));
    assert.deepEqual([raised.idleSeconds, raised.refuses], [7200, undefined]);
    assert.equal(first(apisix({ timeout: { read: UNKNOWN } })).pending, true);
  });

  it("an ApisixUpstream of the Service's name says what the route does not", () => {
    const upstream = (spec: Fields) => object("apisix.apache.org/v2", "ApisixUpstream", "web", { spec });
    const cookie = { type: "chash", hashOn: "cookie", key: "pod" };
    const hop = first(apisix({ timeout: { send: "2h" } }), upstream({ timeout: { read: "3h" }, loadbalancer: cookie }));
    assert.equal(hop.idleSeconds, 7200);
    assert.deepEqual(hop.affinity, { mechanism: "cookie", ttlSeconds: null, cookieName: "pod" });
    assert.equal(first(apisix({}), upstream({ loadbalancer: { type: "roundrobin" } })).affinity, null);
  });

  it("of a stream only what carries connections is a way in, for how long is not known", () => {
    const stream = (protocol: string) => apisix({ protocol, backend: backends[0]!, backends: [] }, "stream");
    assert.deepEqual(clock(first(stream("TCP"))), ["unknown-proxy", "unknown", null]);
    assert.deepEqual(read(stream("UDP")), []);
  });

  it("a TCPIngress is Kong's, and times as the Service says", () => {
    const ingress = object("configuration.konghq.com/v1beta1", "TCPIngress", "edge", {
      spec: { rules: [{ port: 9000, backend: { serviceName: "web", servicePort: 80 } }] },
    });
    assert.deepEqual(clock(first(ingress)), ["kong", "idle", 60]);
  });

  const virtual = (single: Value, options: Fields = {}) =>
    object("gateway.solo.io/v1", "VirtualService", "edge", {
      spec: { virtualHost: { domains: ["chat.example.test"], routes: [{ matchers: [], routeAction: { single }, options }] } },
    });

  it("Gloo's VirtualService is none of Istio's", () => {
    const byName = virtual({ upstream: { name: "chat-web-80", namespace: "gloo-system" } });
    assert.deepEqual(places(read(byName)), [["chat.example.test", undefined, "chat", "web", 80]]);
    assert.deepEqual(clock(first(byName)), ["gloo", "idle", 300]);
    assert.deepEqual(places(read(virtual({ kube: { ref: { name: "web", namespace: "chat" }, port: 80 } }))).length, 1);
    assert.deepEqual(read(virtual({ upstream: { name: "elsewhere" } })), []);
    const kube = { serviceName: "web", serviceNamespace: "chat", servicePort: 80 };
    const upstream = object("gloo.solo.io/v1", "Upstream", "named", { spec: { kube } });
    assert.equal(read(virtual({ upstream: { name: "named", namespace: "chat" } }), upstream).length, 1);
    const gateway = object("gateway.solo.io/v1", "Gateway", "proxy", {
      spec: { httpGateway: { options: { httpConnectionManagerSettings: { streamIdleTimeout: "2h" } } } },
    });
    assert.equal(first(byName, gateway).idleSeconds, 7200);
    assert.equal(first(virtual({ upstream: UNKNOWN })).pending, true);
  });

  it("a RouteGroup is a way in of which no clock is known", () => {
    const group = object("zalando.org/v1", "RouteGroup", "edge", {
      spec: {
        hosts: ["chat.example.test"],
        backends: [
          { name: "a", type: "service", ...backends[0] },
          { name: "b", type: "shunt" },
        ],
      },
    });
    assert.deepEqual(places(read(group)), [["chat.example.test", undefined, "chat", "web", 80]]);
    assert.equal(first(group).hop, "unknown-proxy");
  });
});
