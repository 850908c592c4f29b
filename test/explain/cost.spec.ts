import assert from "node:assert/strict";
import type { CompiledService } from "../../compile/model";
import type { Platform } from "../../compile/stack";
import { costLines, countCost, type Cost } from "../../explain/cost";

type Block = Record<string, unknown>;

function object(kind: string, name: string, spec: Block, annotations: Record<string, string> = {}) {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "rooms", annotations }, spec };
}

function compiled(name: string, ...objects: ReturnType<typeof object>[]): CompiledService {
  const list = objects.map((each) => ({ logicalName: each.metadata.name, object: each, after: [] }));
  return { name, namespace: "rooms", objects: list, endpoints: [], patching: { problems: [], warnings: [] }, needs: [] };
}

const balancer = (name: string, annotations: Record<string, string> = {}, ports = 1) =>
  object(
    "Service",
    name,
    { type: "LoadBalancer", ports: Array.from({ length: ports }, (_, index) => ({ port: 80 + index })) },
    annotations,
  );
const ingress = (name: string, ingressClassName: string, annotations: Record<string, string> = {}, paths = 1) =>
  object(
    "Ingress",
    name,
    { ingressClassName, rules: [{ host: `${name}.example.com`, http: { paths: Array(paths).fill({}) } }] },
    annotations,
  );

const numbers = ({ loadBalancers, addresses, rules }: Cost) => ({ loadBalancers, addresses, rules });
const count = (platform: Platform, ...services: CompiledService[]) => countCost(services, platform);

describe("what a stack takes", () => {
  it("is nothing where nothing is reached from outside", () => {
    const cost = count("aws", compiled("chat", object("Service", "chat", { type: "ClusterIP", ports: [{}] })));
    assert.deepEqual(cost, { loadBalancers: 0, addresses: 0, rules: 0, items: [], sharing: [] });
    assert.deepEqual(costLines(cost).at(-1), "Nothing of it could be shared further.");
  });

  it("counts a LAN address, which is no load balancer, and one that two Services share once", () => {
    const lan = (name: string, address: string) => compiled(name, balancer(name, { "metallb.io/loadBalancerIPs": address }));
    assert.deepEqual(numbers(count("bare-metal", lan("a", "10.0.0.1"))), { loadBalancers: 0, addresses: 1, rules: 1 });
    const apart = count("bare-metal", lan("a", "10.0.0.1"), lan("b", "10.0.0.2"));
    assert.deepEqual(numbers(apart), { loadBalancers: 0, addresses: 2, rules: 2 });
    assert.match(apart.sharing.join(), /2 addresses \(a, b\) could be 1, saving 1: .*sharingKey/);
    const together = count("bare-metal", lan("a", "10.0.0.1"), lan("b", "10.0.0.1"));
    assert.deepEqual(numbers(together), { loadBalancers: 0, addresses: 1, rules: 2 });
    assert.deepEqual(together.sharing, []);
  });

  it("counts a Network Load Balancer for each Service on AWS, with the addresses it was given", () => {
    const eips = { "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": "eipalloc-1,eipalloc-2" };
    const cost = count("aws", compiled("a", balancer("a", eips, 2)), compiled("b", balancer("b")));
    assert.deepEqual(numbers(cost), { loadBalancers: 2, addresses: 2, rules: 3 });
    assert.match(cost.sharing.join(), /could be 1, saving 1: where TLS may end before the pod/);
  });

  it("counts one Application Load Balancer for a group of Ingresses", () => {
    const group = { "alb.ingress.kubernetes.io/group.name": "front", "alb.ingress.kubernetes.io/scheme": "internet-facing" };
    const grouped = count("aws", compiled("a", ingress("a", "alb", group, 2)), compiled("b", ingress("b", "alb", group)));
    assert.deepEqual(numbers(grouped), { loadBalancers: 1, addresses: 0, rules: 3 });
    assert.deepEqual(grouped.items[0]!.services, ["a", "b"]);
    assert.deepEqual(grouped.sharing, []);
    const own = { "alb.ingress.kubernetes.io/scheme": "internet-facing" };
    const apart = count("aws", compiled("a", ingress("a", "alb", own)), compiled("b", ingress("b", "alb", own)));
    assert.equal(apart.loadBalancers, 2);
    assert.match(apart.sharing.join(), /the same group in each aws-alb entry/);
  });

  it("counts the second load balancer that a frontend NLB is", () => {
    const front = { "alb.ingress.kubernetes.io/enable-frontend-nlb": "true" };
    assert.equal(count("aws", compiled("a", ingress("a", "alb", front))).loadBalancers, 2);
  });

  it("counts one Azure Load Balancer for the cluster, and an address for each Service", () => {
    const cost = count("azure", compiled("a", balancer("a")), compiled("b", balancer("b")));
    assert.deepEqual(numbers(cost), { loadBalancers: 1, addresses: 2, rules: 2 });
    const internal = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };
    assert.equal(count("azure", compiled("a", balancer("a")), compiled("b", balancer("b", internal))).loadBalancers, 2);
  });

  it("counts each Service and each Ingress of GKE by itself", () => {
    const cost = count(
      "gcp",
      compiled("a", balancer("a")),
      compiled("b", ingress("b", "gce")),
      compiled("c", ingress("c", "gce-internal")),
    );
    assert.deepEqual(numbers(cost), { loadBalancers: 3, addresses: 3, rules: 3 });
    assert.match(cost.sharing.join(), /b, c/);
  });

  it("counts the Azure Load Balancer before a proxy in the cluster with that of the Services, but Azure's own Gateway by itself", () => {
    const hidden = "service.beta.kubernetes.io/azure-load-balancer-internal";
    const listeners = [{ port: 80 }, { port: 443 }];
    const gateway = (spec: Block = {}, annotations = {}) => object("Gateway", "front", { listeners, ...spec }, annotations);
    const route = object("HTTPRoute", "chat", { parentRefs: [{ name: "front" }], rules: [{ matches: [{}] }] });
    const shared = count("azure", compiled("a", balancer("a")), compiled("b", route, gateway()));
    assert.deepEqual(numbers(shared), { loadBalancers: 1, addresses: 2, rules: 4 });
    assert.deepEqual(shared.sharing, []);
    assert.match(costLines(shared).join(), /- the proxy of Gateway rooms\/front: b; 1 rule/);
    const several = count("azure", compiled("a", route, gateway()), compiled("b", route));
    assert.deepEqual(several.shared, ["2 services share the proxy of Gateway rooms/front: that saves 1 address."]);
    const inside = gateway({ infrastructure: { annotations: { [hidden]: "true" } } });
    assert.equal(count("azure", compiled("a", balancer("a")), compiled("b", route, inside)).loadBalancers, 2);
    const own = gateway({}, { "alb.networking.azure.io/alb-name": "alb" });
    assert.equal(count("azure", compiled("a", balancer("a")), compiled("b", route, own)).loadBalancers, 2);
  });

  it("counts a Gateway once with all its routes, and not at all where it is somebody else's", () => {
    const gateway = object("Gateway", "front", {});
    const route = (name: string, namespace?: string) =>
      object("HTTPRoute", name, {
        parentRefs: [{ name: "front", ...(namespace === undefined ? {} : { namespace }) }],
        rules: [{ matches: [{}, {}] }],
      });
    const cost = count("gcp", compiled("a", route("a"), gateway), compiled("b", route("b")));
    assert.deepEqual(numbers(cost), { loadBalancers: 1, addresses: 1, rules: 4 });
    assert.deepEqual(cost.items[0]!.services, ["a", "b"]);
    const foreign = count("gcp", compiled("a", route("a", "infra")));
    assert.deepEqual(numbers(foreign), { loadBalancers: 0, addresses: 0, rules: 2 });
  });

  it("leaves a controller's own load balancer to whoever installed it", () => {
    const cost = count("azure", compiled("a", ingress("a", "nginx")), compiled("b", ingress("b", "nginx")));
    assert.deepEqual(numbers(cost), { loadBalancers: 0, addresses: 0, rules: 2 });
    assert.match(costLines(cost).join("\n"), /class nginx, not counted: it is not of this stack: a, b; 2 rules/);
    const routes = object("IngressRoute", "a", { routes: [{}, {}] });
    assert.deepEqual(numbers(count("azure", compiled("a", routes))), { loadBalancers: 0, addresses: 0, rules: 2 });
  });
});
