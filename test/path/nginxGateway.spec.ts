import assert from "node:assert/strict";
import type { Hop } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, object, service } from "./objects";

type Fields = { [key: string]: Value };
const GATEWAY = object("gateway.networking.k8s.io/v1", "Gateway", "edge", {
  spec: { gatewayClassName: "nginx", listeners: [{ name: "https", port: 443, protocol: "HTTPS" }] },
});
const route = (rule: Fields = {}, kind = "HTTPRoute") =>
  object("gateway.networking.k8s.io/v1", kind, "web", {
    spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "web", port: 80 }], ...rule }] },
  });
const policy = (kind: string, target: Fields, spec: Fields) =>
  object("gateway.nginx.org/v1alpha1", kind, "own", { spec: { targetRefs: [target], ...spec } });
const hopOf = (...objects: KubernetesObject[]): Hop =>
  readPaths([GATEWAY, service(), deployment(), ...objects], DIRECT)[0]!.hops[0]!;
const onRoute = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "web" };
const onGateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" };

describe("NGINX Gateway Fabric", () => {
  it("keeps silence for nginx's own minute, and is known by its class or its controller", () => {
    assert.deepEqual([hopOf(route()).hop, hopOf(route()).idleSeconds], ["nginx-gateway", 60]);
    const own = { ...GATEWAY, spec: { gatewayClassName: "own" } } as unknown as KubernetesObject;
    const controllerName = "gateway.nginx.org/nginx-gateway-controller";
    const byController = object("gateway.networking.k8s.io/v1", "GatewayClass", "own", { spec: { controllerName } });
    assert.equal(readPaths([own, byController, service(), deployment(), route()], DIRECT)[0]?.hops[0]?.hop, "nginx-gateway");
    assert.equal(hopOf(route({}, "TCPRoute")).idleSeconds, 600);
  });

  it("takes both clocks from a policy, the route's before the Gateway's", () => {
    const both = { timeout: { read: "2h", send: "3h" } };
    assert.equal(hopOf(route(), policy("ProxySettingsPolicy", onGateway, both)).idleSeconds, 7200);
    assert.equal(hopOf(route(), policy("ProxySettingsPolicy", onRoute, { timeout: { read: "2h" } })).idleSeconds, 60);
    assert.equal(hopOf(route(), policy("ProxySettingsPolicy", { ...onRoute, name: "other" }, both)).idleSeconds, 60);
    assert.equal(hopOf(route(), policy("ProxySettingsPolicy", onRoute, { timeout: { read: UNKNOWN } })).pending, true);
  });

  it("reads the snippets of a rule", () => {
    const rule = { filters: [{ type: "ExtensionRef", extensionRef: { kind: "SnippetsFilter", name: "long" } }] };
    const value = "proxy_read_timeout 2h; proxy_send_timeout 7300;";
    const snippets = [{ context: "http.server.location", value }];
    const filter = object("gateway.nginx.org/v1alpha1", "SnippetsFilter", "long", { spec: { snippets } });
    assert.equal(hopOf(route(rule), filter).idleSeconds, 7200);
    assert.match(hopOf(route(rule)).settle ?? "", /add SnippetsFilter chat\/long/);
    assert.equal(hopOf(route({ filters: UNKNOWN })).pending, true);
  });

  it("sticks by what a policy of the Service hashes", () => {
    const hashed = (spec: Fields) => hopOf(route(), policy("UpstreamSettingsPolicy", { kind: "Service", name: "web" }, spec));
    assert.equal(hopOf(route()).affinity, null);
    assert.equal(hashed({ loadBalancingMethod: "least_conn" }).affinity, null);
    assert.equal(hashed({ loadBalancingMethod: "ip_hash" }).affinityUnknown, true);
    assert.equal(hashed({ loadBalancingMethod: "hash consistent", hashMethodKey: "$cookie_pod" }).affinity?.mechanism, "header");
    assert.equal(hopOf(route({ sessionPersistence: { type: "Cookie" } })).affinityUnknown, true);
  });
});
