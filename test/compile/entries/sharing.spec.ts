import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { compileStack } from "../../../compile";
import { dashboardOf } from "../../../compile/dashboardConfigMap";
import type { CompiledObject } from "../../../compile/model";
import type { ExaminedStack } from "../../../compile/parse";
import { judgeService, sharedWith } from "../../../compile/verdict";
import { costLines, countCost } from "../../../explain/cost";
import { explainService } from "../../../explain/model";
import { STANDARD_OPTIONS } from "../../../policy/options";
import { reportOn } from "../../../policy/report";
import { ruleContext } from "../../../policy/rule";
import { renderHelm, renderKustomize, renderObjects } from "../../../render";
import { parsed, problemsOf, type Block } from "../stacks";
import { attached, examined, HOST, IMPLEMENTATIONS, multiAlb, multiGateway, serviceOf } from "./multi";
import { stackOn } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "..", "golden", "shared");
const STACKS: Record<string, () => Block> = {
  "aws-alb": () => multiAlb(),
  ...Object.fromEntries(
    Object.keys(IMPLEMENTATIONS).map((name) => [
      `gateway-${name}`,
      () => (name === "agc" ? multiGateway(name, 200) : multiGateway(name)),
    ]),
  ),
};

const ofEntries = ({ logicalName }: CompiledObject) => /^(gateway|aws-alb)-/.test(logicalName);
const allObjects = ({ services }: ExaminedStack) => services.flatMap(({ compiled }) => compiled.objects);
const objectsOf = (stack: ExaminedStack, kind: string) =>
  allObjects(stack).flatMap(({ object }) => (object.kind === kind ? [object as unknown as Block & { spec: Block }] : []));
const compiledByName = ({ services }: ExaminedStack) => new Map(services.map(({ compiled }) => [compiled.name, compiled]));

/** The verdict of a service after somebody changed what is deployed. */
function judgedAfter(stack: ExaminedStack, name: string, change: (object: Block) => void) {
  const { service, compiled } = stack.services.find((candidate) => candidate.service.name === name)!;
  for (const { object } of allObjects(stack)) change(object as unknown as Block);
  return judgeService(service, compiled, stack.stack, sharedWith(compiled, compiledByName(stack)))[0]!.verdict;
}

describe("two services behind one load balancer", () => {
  it("show on their dashboards the verdicts that are told of them", () => {
    const raw = multiGateway("aws-lbc");
    for (const service of raw.services as Block[]) service.metrics = { dashboard: true };
    const { stack, services } = examined(raw);
    for (const each of [services, compileStack(stack).services.map((compiled, index) => ({ ...services[index]!, compiled }))]) {
      for (const one of each) {
        const { object } = one.compiled.objects.find(({ logicalName }) => logicalName === "dashboard")!;
        const [json] = Object.values((object as unknown as { data: Record<string, string> }).data);
        assert.equal(json, dashboardOf(one, stack));
        assert.equal(one.verdicts[0]!.verdict.verdict, "holds");
      }
    }
    const [server] = services;
    const alone = judgeService(server!.service, server!.compiled, stack);
    assert.notEqual(dashboardOf({ ...server!, verdicts: alone }, stack), dashboardOf(server!, stack));
  });

  for (const [name, raw] of Object.entries(STACKS)) {
    it(`${name} are what the golden file says, in every form of render`, () => {
      const stack = examined(raw());
      const text = stack.services
        .map(({ compiled }) => `# service ${compiled.name}\n${renderObjects(compiled.objects.filter(ofEntries))}`)
        .join("---\n");
      const file = path.join(GOLDEN, `${name}.yaml`);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
      const compiled = compileStack(stack.stack);
      const kustomize = Object.values(renderKustomize(compiled)).join("\n");
      for (const object of allObjects(stack).filter(ofEntries)) assert.ok(kustomize.includes(renderObjects([object])));
      const helm = Object.keys(renderHelm(compiled, { name: "multi", version: "0.1.0" }));
      for (const { logicalName } of stack.services[0]!.compiled.objects) {
        assert.ok(helm.includes(`templates/multi-server/${logicalName}.yaml`));
      }
    });

    it(`${name} keep each its own promise, and the policy pack finds nothing`, () => {
      const { stack, services, broken } = examined(raw());
      assert.deepEqual(broken, []);
      for (const { verdicts } of services) assert.match(verdicts[0]!.verdict.verdict, /^holds/);
      const objects = services.flatMap(({ compiled }) => compiled.objects.map(({ object }) => object));
      const context = ruleContext(objects, { platform: stack.platform, ...stack.cluster }, STANDARD_OPTIONS);
      const errors = reportOn(context).findings.filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, []);
    });

    it(`${name} are counted as one load balancer`, () => {
      const { stack, services } = examined(raw());
      const cost = countCost(
        services.map(({ compiled }) => compiled),
        stack.platform,
      );
      if (name === "gateway-contour") return assert.equal(cost.loadBalancers, 0);
      assert.equal(cost.loadBalancers, 1);
      // On Azure every Service of type LoadBalancer is behind the one load balancer of the cluster already.
      const saved = stack.platform === "azure" && name === "gateway-approuting-istio" ? "address" : "load balancer";
      assert.match(costLines(cost).join("\n"), new RegExp(`2 services share .*: that saves 1 ${saved}\\.`));
    });
  }

  it("have a golden file each and no other", () =>
    assert.deepEqual(
      fs.readdirSync(GOLDEN).sort(),
      Object.keys(STACKS)
        .map((name) => `${name}.yaml`)
        .sort(),
    ));

  it("are explained as sharing it", () => {
    const { stack, services } = examined(multiGateway("istio"));
    const [server, client] = services.map((service) => explainService(service, stack.cluster).entries[0]!.choice.join(" "));
    assert.match(server!, /hangs on Gateway multi-client\/multi-client-gateway, which service multi-client makes/);
    assert.match(client!, /on which multi-server \(\/api\) hang too/);
  });
});

describe("a Gateway of several services", () => {
  it("takes routes from exactly their namespaces, and from its own alone where all are there", () => {
    const allowed = (more: Block, own: Block = {}) => {
      const makes = { kind: "gateway", implementation: "istio", host: HOST, ...own };
      const services = [serviceOf("multi-client", [makes], 60), serviceOf("multi-server", [attached("istio", "/api")], 60, more)];
      const [gateway] = objectsOf(examined(stackOn("bare-metal", [], {}, { services })), "Gateway");
      return (gateway!.spec.listeners as Block[]).at(-1)!.allowedRoutes as { namespaces: Block };
    };
    const only = (...values: string[]) => ({
      namespaces: {
        from: "Selector",
        selector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] },
      },
    });
    assert.deepEqual(allowed({ namespace: "multi-client", createNamespace: false }), { namespaces: { from: "Same" } });
    assert.deepEqual(allowed({}), only("multi-client", "multi-server"));
    assert.deepEqual(allowed({}, { routesFrom: ["elsewhere"] }), only("elsewhere", "multi-client", "multi-server"));
  });

  it("serves four services in two namespaces, each with a promise of its own", () => {
    const implementation = "envoy-gateway";
    const makes = { kind: "gateway", implementation, host: HOST, gatewayName: "public" };
    const on = (path: string) => ({ ...attached(implementation, path), attachTo: { name: "public", namespace: "front" } });
    const inside = { namespace: "front", createNamespace: false };
    const services = [
      serviceOf("api", [on("/api")], 3600, { namespace: "back" }),
      serviceOf("mcp", [on("/api/mcp")], 7200, { namespace: "back", createNamespace: false }),
      serviceOf("web", [makes], 60, { namespace: "front" }),
      serviceOf("chat", [{ ...on("/chat"), attachTo: { name: "public" } }], 600, inside),
    ];
    const stack = examined(stackOn("bare-metal", [], {}, { services }));
    assert.deepEqual(stack.broken, []);
    assert.deepEqual(
      stack.services.map(({ verdicts }) => [verdicts[0]!.verdict.verdict, verdicts[0]!.verdict.effectiveIdleSeconds]),
      [3660, 7260, 120, 660].map((seconds) => ["holds", seconds]),
    );
    assert.equal(objectsOf(stack, "Gateway").length, 1);
    const parents = objectsOf(stack, "HTTPRoute").map(({ spec }) => (spec.parentRefs as Block[])[0]);
    const here = { name: "public", sectionName: "http" };
    assert.deepEqual(parents, [{ ...here, namespace: "front" }, { ...here, namespace: "front" }, here, here]);
    assert.deepEqual(
      costLines(
        countCost(
          stack.services.map(({ compiled }) => compiled),
          "bare-metal",
        ),
      ).slice(-2),
      [
        "4 services share the load balancer of Gateway front/public: that saves 3 load balancers.",
        "Nothing of it could be shared further.",
      ],
    );
  });

  it("is told the longest promise of all where no route can say its own", () => {
    const idleOf = (server: number, client: number) => {
      const [configuration] = objectsOf(examined(multiGateway("aws-lbc", server, client)), "LoadBalancerConfiguration");
      return (configuration!.spec.loadBalancerAttributes as Block[])[0]!.value;
    };
    assert.deepEqual([idleOf(3600, 60), idleOf(60, 3600), idleOf(60, 60)], ["3660", "3660", "120"]);
    const old = multiGateway("envoy-gateway", 1800, 60);
    (old.cluster as Block).controllers = { "envoy-gateway": "1.7.2" };
    const [policy, ...more] = objectsOf(examined(old), "ClientTrafficPolicy");
    assert.deepEqual(policy!.spec.timeout, { http: { streamIdleTimeout: "1860s" } });
    assert.deepEqual(more, []);
  });

  it("fails the services whose promise its own limit cuts, and is named", () => {
    const cut = judgedAfter(examined(multiGateway("aws-lbc")), "multi-server", ({ kind, spec }) => {
      if (kind === "LoadBalancerConfiguration") ((spec as Block).loadBalancerAttributes as Block[])[0]!.value = "120";
    });
    assert.equal(cut.verdict, "fails");
    assert.match(cut.reasons.join(), /120 s; 3600 s are promised \(LoadBalancerConfiguration multi-client\/multi-client-gateway/);
    const { services, stack } = examined(multiGateway("aws-lbc"));
    const [alone] = judgeService(services[0]!.service, services[0]!.compiled, stack);
    assert.equal(alone!.verdict.verdict, "unknown");
    assert.match(alone!.verdict.settle.join(), /Gateway multi-client\/multi-client-gateway/);
  });

  it("comes before the routes of other services", () => {
    const { services } = examined(multiGateway("gke"));
    const route = services[0]!.compiled.objects.find(({ logicalName }) => logicalName === "gateway-route")!;
    assert.deepEqual(route.afterElsewhere, [{ service: "multi-client", logicalName: "gateway-gateway" }]);
    assert.deepEqual(services[0]!.compiled.endpoints[0]!.addressFrom, {
      service: "multi-client",
      logicalName: "gateway-gateway",
    });
  });

  it("is not judged while the service that makes it is not good, and all is told at once", () => {
    const raw = multiGateway("istio");
    (raw.services as Block[])[1]!.port = 0;
    assert.deepEqual(problemsOf(raw), ["services[1].port: found 0; allowed: a port number from 1 to 65535."]);
  });
});

describe("a host of two load balancers", () => {
  const warningsOf = (one: Block, other: Block, platform = "bare-metal") => {
    const services = [serviceOf("a", [{ host: HOST, ...one }], 60), serviceOf("b", [{ host: HOST, path: "/b", ...other }], 60)];
    return parsed(stackOn(platform, [], {}, { services })).warnings.join("\n");
  };
  const gateway = (implementation: string, more: Block = {}) => ({ kind: "gateway", implementation, ...more });

  it("is told, because a name leads to one", () => {
    const told =
      /services\[1\] b: entries\[0\]: app\.example\.com is served by the load balancer of services\[0\]\.entries\[0\] too/;
    assert.match(warningsOf(gateway("istio"), gateway("istio")), told);
    assert.match(warningsOf({ kind: "aws-alb" }, { kind: "aws-alb", group: "b" }, "aws"), told);
  });

  it("is not told where there is one after all, or one inside and one outside", () => {
    const attachTo = { name: "a-gateway", namespace: "a" };
    const not = /is served by/;
    assert.doesNotMatch(warningsOf(gateway("istio"), gateway("istio", { attachTo })), not);
    assert.doesNotMatch(warningsOf({ kind: "aws-alb", group: "x" }, { kind: "aws-alb", group: "x" }, "aws"), not);
    assert.doesNotMatch(warningsOf({ kind: "aws-alb" }, { kind: "aws-alb", internal: true }, "aws"), not);
  });

  it("is an error with Contour, which takes neither", () => {
    const entry = { kind: "gateway", implementation: "contour", host: HOST };
    const services = [serviceOf("a", [entry], 60), serviceOf("b", [{ ...entry, path: "/b" }], 60)];
    assert.deepEqual(problemsOf(stackOn("bare-metal", [], {}, { services })), [
      "services[1].entries[0].host: found app.example.com, which services[0].entries[0] has too, and Contour takes neither of two HTTPProxies with one host. Hang this one on the other: attachTo with the name and namespace of a/a-gateway.",
    ]);
  });
});

describe("a group of an Application Load Balancer", () => {
  const annotation = (stack: ExaminedStack, name: string) =>
    objectsOf(stack, "Ingress").map(
      ({ metadata }) => (metadata as { annotations: Record<string, string> }).annotations[`alb.ingress.kubernetes.io/${name}`],
    );

  it("is told one idle limit, the longest that is promised, the same by every Ingress", () => {
    for (const [server, client] of [
      [3600, 60],
      [60, 3600],
    ]) {
      const attributes = annotation(examined(multiAlb(server, client)), "load-balancer-attributes");
      assert.deepEqual(attributes, Array(2).fill("idle_timeout.timeout_seconds=3660,client_keep_alive.seconds=7320"));
    }
  });

  it("has the deeper path first, whatever the services are called, and says where one would hide another", () => {
    assert.deepEqual(annotation(examined(multiAlb()), "group.order"), ["-1", undefined]);
    const withOrders = (server: number | undefined, client: number | undefined) => {
      const raw = multiAlb();
      const [first, second] = (raw.services as { entries: Block[] }[]).map(({ entries }) => entries[0]!);
      Object.assign(first!, server === undefined ? {} : { groupOrder: server });
      Object.assign(second!, client === undefined ? {} : { groupOrder: client });
      return problemsOf(raw);
    };
    assert.deepEqual(withOrders(5, 6), []);
    assert.match(
      withOrders(6, 5).join(),
      /services\[0\]\.entries\[0\]\.groupOrder: found 6, but services\[1\]\.entries\[0\] has 5/,
    );
    assert.match(withOrders(undefined, -1).join(), /groupOrder: derived -1, but .* allowed: less than -1/);
  });
});
