import assert from "node:assert/strict";
import { isAlbAttribute } from "../../path/facts/aws";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { attributes, secondsWithin } from "../../path/read/attributes";
import { goDuration, haproxyTime, nginxTime } from "../../path/read/durations";
import { readPaths } from "../../path/reader";
import { clientIp, deployment, DIRECT, gateway, ingress, object, policyOn, route, service } from "./objects";

const read = (...objects: KubernetesObject[]): Path[] => readPaths([...objects, deployment()], DIRECT);
const firstHop = (...objects: KubernetesObject[]): Hop => read(...objects)[0]!.hops[0]!;
const gatewayClass = (name: string, controllerName: string) =>
  object("gateway.networking.k8s.io/v1", "GatewayClass", name, { spec: { controllerName } });

describe("who serves a Gateway", () => {
  it("is what its class names, else what the class is called, else what the cluster declares", () => {
    const named = [gateway("edge-class"), route(), service()];
    assert.equal(
      firstHop(...named, gatewayClass("edge-class", "gateway.envoyproxy.io/gatewayclass-controller")).hop,
      "envoy-gateway",
    );
    assert.equal(
      firstHop(gateway("contour"), route(), service(), gatewayClass("contour", "istio.io/gateway-controller")).hop,
      "istio",
    );
    assert.equal(firstHop(gateway("contour"), route(), service()).hop, "contour-gateway");
    const declared = { ...DIRECT, ingressClasses: { "edge-class": "cilium" } };
    assert.equal(readPaths([...named, deployment()], declared)[0]?.hops[0]?.hop, "cilium");
  });

  it("is not guessed", () => {
    assert.match(firstHop(gateway("edge-class"), route(), service()).settle ?? "", /add the GatewayClass edge-class/);
    assert.match(firstHop(route(), service()).settle ?? "", /add Gateway chat\/edge to what is read/);
    assert.equal(firstHop(gateway("x", { gatewayClassName: UNKNOWN }), route(), service()).pending, true);
  });

  it("is asked for each Gateway that a route hangs on", () => {
    const both = object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", {
      spec: {
        parentRefs: [{ name: "edge" }, { name: "inside" }],
        hostnames: ["chat.example.test"],
        rules: [{ matches: [{ path: { value: "/ws" } }], backendRefs: [{ name: "web", port: 80 }] }],
      },
    });
    const paths = read(both, gateway("istio"), service());
    assert.deepEqual(
      paths.map((path) => [path.hops[0]?.hop, path.host, path.pathPrefix]),
      [
        ["istio", "chat.example.test", "/ws"],
        ["unknown-proxy", "chat.example.test", "/ws"],
      ],
    );
  });
});

describe("routes of other kinds", () => {
  const sticky = { sticky: { cookie: { name: "route", maxAge: 3600 } } };
  const weighted = (fields: { [key: string]: Value }) =>
    object("traefik.io/v1alpha1", "TraefikService", "both", { spec: { weighted: fields } });
  const byTraefikService = object("traefik.io/v1alpha1", "IngressRoute", "web", {
    spec: { routes: [{ services: [{ name: "both", kind: "TraefikService" }] }] },
  });
  const web = { name: "web", port: 80 };

  it("of Traefik with weights need a cookie on both levels", () => {
    const two = [
      { ...web, ...sticky },
      { ...web, name: "web-next", ...sticky },
    ];
    assert.equal(firstHop(byTraefikService, weighted({ services: two, ...sticky }), service()).affinity?.ttlSeconds, 3600);
    const outerMissing = firstHop(byTraefikService, weighted({ services: two }), service());
    assert.equal(outerMissing.affinity, null);
    assert.match(outerMissing.inert.join(), /spec.weighted.sticky is missing/);
    assert.equal(firstHop(byTraefikService, weighted({ services: [web, ...two], ...sticky }), service()).affinity, null);
    assert.equal(firstHop(byTraefikService, service()).affinityUnknown, true);
  });

  it("of Istio count only on a gateway", () => {
    const http = [{ route: [{ destination: { host: "web.chat.svc.cluster.local" } }] }];
    const virtual = (gateways?: string[]) =>
      object("networking.istio.io/v1", "VirtualService", "web", { spec: { http, ...(gateways && { gateways }) } });
    assert.equal(read(virtual(["edge"]), service())[0]?.workloads.length, 1);
    assert.deepEqual(read(virtual(), service()), []);
    assert.deepEqual(read(virtual(["mesh"]), service()), []);
  });

  it("say that the Service's own stickiness is not asked", () => {
    const inert = (target: KubernetesObject) => firstHop(gateway("istio"), route(), target).inert.join();
    assert.match(inert(service(clientIp(3600))), /ClientIP of Service chat\/web is inert behind this route/);
    assert.equal(inert(service()), "");
  });
});

describe("many routes with policies of their own", () => {
  it("are read in a time that grows with their number", () => {
    const build = (count: number): KubernetesObject[] =>
      Array.from({ length: count }, (_, index) => {
        const policy = policyOn("BackendTrafficPolicy", "HTTPRoute", "web", { timeout: { http: { streamIdleTimeout: "2h" } } });
        const text = JSON.stringify([service(), deployment(), gateway("eg"), route(), policy]);
        return JSON.parse(text.replace(/"(web|edge|policy)"/g, `"$1-${index}"`)) as KubernetesObject[];
      }).flat();
    const milliseconds = (count: number): number => {
      const objects = build(count);
      const started = performance.now();
      assert.ok(readPaths(objects, DIRECT).every((path) => path.hops[0]?.idleSeconds === 7200));
      return performance.now() - started;
    };
    milliseconds(200);
    const [few, many] = [milliseconds(500), milliseconds(4000)];
    assert.ok(many < 32 * Math.max(few, 20), `${few} ms and ${many} ms`);
  });
});

describe("a BackendConfig", () => {
  const gce = ingress({}, { ingressClassName: "gce" });
  const config = object("cloud.google.com/v1", "BackendConfig", "long", {
    spec: { timeoutSec: 3660, connectionDraining: { drainingTimeoutSec: 60 } },
  });
  const tied = (text: string) => service({ ports: [{ name: "http", port: 80 }] }, { "cloud.google.com/backend-config": text });
  const hop = (text: string) => firstHop(gce, tied(text), config);

  it("counts for the port it is tied to, by name or number, or for all", () => {
    for (const text of ['{"ports": {"http": "long"}}', '{"ports": {"80": "long"}}', '{"default": "long"}']) {
      assert.deepEqual([hop(text).idleSeconds, hop(text).limit, hop(text).drainSeconds], [3660, "lifetime", 60]);
    }
    assert.equal(hop('{"ports": {"8443": "long"}}').idleSeconds, 30);
    assert.match(hop("{default: long}").inert.join(), /is no JSON/);
  });

  it("that is not among the objects is not guessed", () =>
    assert.match(hop('{"default": "other"}').settle ?? "", /add BackendConfig chat\/other/));

  it("on a Service of type LoadBalancer does nothing", () => {
    const balanced = (annotations: { [key: string]: Value }) =>
      readPaths([service({ type: "LoadBalancer" }, annotations), deployment()], { platform: "gcp" })[0]?.hops[0]?.inert.length;
    assert.equal(balanced({ "cloud.google.com/backend-config": '{"default": "long"}' }), 1);
    assert.equal(balanced({}), 0);
  });
});

describe("values", () => {
  it("of time are read as each controller reads them", () => {
    assert.deepEqual(["3660s", "1h1m", "0s", "3660", "1h x"].map(goDuration), [3660, 3660, 0, undefined, undefined]);
    assert.deepEqual(["3660s", "61m", "1h 1m", "3660", "soon"].map(nginxTime), [3660, 3660, 3660, 3660, undefined]);
    assert.deepEqual(["2h", "3660000", "1d", "1 day"].map(haproxyTime), [7200, 3660, 86_400, undefined]);
  });
  it("of attributes are read pair by pair, and within their range", () => {
    assert.deepEqual(
      [...attributes("a=1, b = 2 ,c,=3")],
      [
        ["a", "1"],
        ["b", "2"],
      ],
    );
    assert.equal(attributes(undefined).size, 0);
    assert.deepEqual(
      ["60", "59", "60s", "61"].map((text) => secondsWithin(text, 60, 60)),
      [60, undefined, undefined, undefined],
    );
    assert.deepEqual(["idle_timeout.timeout_seconds", "routing.http2.enabled", "idle_timeout.seconds"].map(isAlbAttribute), [
      true,
      true,
      false,
    ]);
  });
});
