import assert from "node:assert/strict";
import { parse } from "yaml";
import { importManifests } from "../../adopt";
import type { Block } from "../../compile/mergePatch";
import { readAll } from "./fixture";

const take = (...texts: string[]) => importManifests(readAll(texts.join("---\n")), { context: "my-cluster", keep: false });

function servicesOf(stackFile: string): Block[] {
  return (parse(stackFile) as { config: { "holdfast:services": Block[] } }).config["holdfast:services"];
}
const entryOf = (stackFile: string, service = 0) => (servicesOf(stackFile)[service]!.entries as Block[])[0];

const pods = (name: string, annotations = "{}") => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: ${name}, image: "shop/${name}:1.2.3", ports: [{ containerPort: 8080, name: http }] }]
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop, annotations: ${annotations} }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: http }] }
`;

const gateway = (className: string, more = "") => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop, annotations: { cert-manager.io/cluster-issuer: acme } }
spec:
  gatewayClassName: ${className}
  listeners:
    - { name: web, port: 80, protocol: HTTP, hostname: a.example.com }
    - { name: tls, port: 443, protocol: HTTPS, hostname: a.example.com, tls: { certificateRefs: [{ name: a-tls }] } }
  ${more}
`;

const gatewayClass = (name: string, controller: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: ${name} }
spec: { controllerName: ${controller} }
`;

const match = (at: string) => `[{ path: { type: PathPrefix, value: ${at} } }]`;
const route = (name: string, at = "/", hosts = "[a.example.com]") => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  hostnames: ${hosts}
  rules: [{ matches: ${match(at)}, backendRefs: [{ name: ${name}, port: 80 }] }]
`;

describe("a Gateway of others, imported", () => {
  it("comes with its route, under its own name, served by whom its class names", () => {
    const { stackFile, ids, problems, left } = take(
      pods("web"),
      gatewayClass("edge", "istio.io/gateway-controller"),
      gateway("edge"),
      route("web", "/ws"),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(entryOf(stackFile), {
      kind: "gateway",
      host: "a.example.com",
      path: "/ws",
      implementation: "istio",
      gatewayName: "public",
      className: "edge",
      tls: { secretName: "a-tls", clusterIssuer: "acme" },
    });
    const imported = ids.map(({ id }) => id);
    assert.ok(imported.includes("shop/public"), imported.join());
    assert.deepEqual(
      left.map(({ what }) => what),
      ["GatewayClass edge"],
    );
  });

  it("is brought by one route, and the others hang on it", () => {
    const both = [gateway("eg"), route("web"), route("chat", "/chat")];
    const { stackFile, problems } = take(pods("web"), pods("chat"), ...both);
    assert.deepEqual(problems, []);
    const [chat, web] = ["chat", "web"].map((name) =>
      entryOf(
        stackFile,
        servicesOf(stackFile).findIndex((service) => service.name === name),
      ),
    );
    assert.equal(web!.gatewayName, "public");
    assert.deepEqual(chat!.attachTo, { name: "public" });
    assert.equal(chat!.tls, undefined);
  });

  const reasons = (...texts: string[]) =>
    take(pods("web"), ...texts)
      .left.map(({ what, why }) => `${what}: ${why}`)
      .join("\n");

  it("stays where nobody knows who serves it, or where it is not there", () => {
    assert.match(reasons(gateway("edge"), route("web")), /nothing shows who serves Gateways of class edge/);
    assert.match(reasons(route("web")), /the Gateway it hangs on is not among the manifests/);
  });

  it("stays with a route that an entry cannot say", () => {
    const several = route("web", "/", "[a.example.com, b.example.com]");
    assert.match(reasons(gateway("eg"), several), /HTTPRoute shop\/web: its route is more than one host/);
    const exact = route("web").replace("PathPrefix", "Exact");
    assert.match(reasons(gateway("eg"), exact), /HTTPRoute shop\/web: its route is more than one host/);
  });

  it("is told to stick by the cookie that its policy names", () => {
    const policy = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: { name: sticky, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: web }]
  loadBalancer: { type: ConsistentHash, consistentHash: { type: Cookie, cookie: { name: shop-route, ttl: 600s } } }
`;
    const { stackFile } = take(pods("web"), gateway("eg"), route("web"), policy);
    assert.deepEqual((servicesOf(stackFile)[0]!.promise as Block).affinity, {
      mode: "client",
      ttlSeconds: 600,
      cookieName: "shop-route",
    });
    const without = take(pods("web"), gateway("eg"), route("web"));
    assert.deepEqual((servicesOf(without.stackFile)[0]!.promise as Block).affinity, { mode: "none" });
  });
});

describe("an HTTPProxy of others, imported", () => {
  const proxy = (more = "") => `
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: { name: web, namespace: shop }
spec:
  virtualhost: { fqdn: a.example.com, tls: { secretName: a-tls } }
  routes:
    - { conditions: [{ prefix: /ws }], services: [{ name: web, port: 80 }], enableWebsockets: true, timeoutPolicy: { idle: 900s }, loadBalancerPolicy: { strategy: Cookie } }
  ${more}
`;

  it("is an entry of Contour with its idle limit and its stickiness", () => {
    const { stackFile, problems } = take(pods("web"), proxy());
    assert.deepEqual(problems, []);
    const { kind, implementation, host, path, tls } = entryOf(stackFile) as Record<string, unknown>;
    assert.deepEqual(
      [kind, implementation, host, path, tls],
      ["gateway", "contour", "a.example.com", "/ws", { secretName: "a-tls" }],
    );
    const promise = servicesOf(stackFile)[0]!.promise as Block;
    assert.equal((promise.affinity as Block).mode, "client");
    assert.ok((promise.idleSeconds as number) <= 900);
  });

  it("stays where it includes others", () => {
    const { left } = take(pods("web"), proxy("includes: [{ name: other }]"));
    assert.match(left[0]!.why, /HTTPProxy shop\/web is more than one host/);
  });
});

describe("an Ingress of GKE, imported", () => {
  const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { kubernetes.io/ingress.class: gce, kubernetes.io/ingress.global-static-ip-name: shop-ip, networking.gke.io/managed-certificates: shop } }
spec: { rules: [{ host: a.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`;
  const config = `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: shop-config, namespace: shop }
spec:
  timeoutSec: 7200
  securityPolicy: { name: armor }
  sessionAffinity: { affinityType: GENERATED_COOKIE, affinityCookieTtlSec: 900 }
  healthCheck: { type: HTTP, requestPath: /healthy, port: 8080 }
`;
  const annotations = `{ cloud.google.com/backend-config: '{"default":"shop-config"}' }`;

  it("has what the BackendConfig of its Service says", () => {
    const { stackFile, problems } = take(pods("web", annotations), ingress, config);
    assert.deepEqual(problems, []);
    assert.match(stackFile, /holdfast:platform: gcp/);
    assert.deepEqual(entryOf(stackFile), {
      kind: "gce-ingress",
      host: "a.example.com",
      tls: { managed: true },
      staticAddress: "shop-ip",
      securityPolicy: "armor",
      healthPath: "/healthy",
    });
    const { affinity, idleSeconds } = servicesOf(stackFile)[0]!.promise as { affinity: Block; idleSeconds: number };
    assert.deepEqual(affinity, { mode: "client", ttlSeconds: 900 });
    assert.ok(idleSeconds > 3600 && idleSeconds <= 7200, String(idleSeconds));
  });

  it("has nothing of a BackendConfig that its Service does not name", () => {
    const { stackFile } = take(pods("web"), ingress, config);
    assert.equal(entryOf(stackFile)!.securityPolicy, undefined);
    assert.deepEqual((servicesOf(stackFile)[0]!.promise as Block).affinity, { mode: "none" });
  });
});
