import assert from "node:assert/strict";
import { compileService } from "../../../compile";
import type { CompiledService } from "../../../compile/model";
import { compiled, objectOf, parsed, problemsOf, specOf, type Block } from "../stacks";
import { CERTIFICATE_ARN, stackOn } from "./stacks";

const host = "chat.example.com";
const NLB = "service.beta.kubernetes.io/aws-load-balancer-";
const ALB = "alb.ingress.kubernetes.io/";

const build = (platform: string, entry: Block, service: Block = {}): CompiledService =>
  compiled(stackOn(platform, [entry], service));
const annotationsOf = (service: CompiledService, logicalName: string) =>
  objectOf(service, logicalName).object.metadata.annotations as Record<string, string>;
const graceOf = (service: CompiledService) => {
  const spec = specOf(service, "deployment") as { template: { spec: { terminationGracePeriodSeconds: number } } };
  return spec.template.spec.terminationGracePeriodSeconds;
};

describe("the load balancers of AWS", () => {
  it("name the listener by the Service's port, never by the pod's", () => {
    const annotations = annotationsOf(build("aws", { kind: "aws-nlb", port: 443 }), "aws-nlb-service");
    assert.equal(annotations[`${NLB}listener-attributes.TCP-443`], "tcp.idle_timeout.seconds=3660");
    assert.equal(annotations[`${NLB}listener-attributes.TCP-8080`], undefined);
  });

  it("write the largest idle limit where the margin no longer fits", () => {
    const promise = { idleSeconds: 5990 };
    const annotations = annotationsOf(build("aws", { kind: "aws-nlb", port: 443 }, { promise }), "aws-nlb-service");
    assert.equal(annotations[`${NLB}listener-attributes.TCP-443`], "tcp.idle_timeout.seconds=6000");
    assert.match(
      problemsOf(stackOn("aws", [{ kind: "aws-nlb" }], { promise: { idleSeconds: 6000 } })).join(),
      /allows 60 to 6000/,
    );
  });

  it("write no listener attribute with TLS at the listener, which reads none", () => {
    const promise = { idleSeconds: 300, affinity: { mode: "none" } };
    const entry = { kind: "aws-nlb", port: 443, tls: { certificateArn: CERTIFICATE_ARN } };
    const annotations = annotationsOf(build("aws", entry, { promise }), "aws-nlb-service");
    assert.deepEqual(
      Object.keys(annotations).filter((key) => key.includes("listener-attributes")),
      [],
    );
    assert.equal(annotations[`${NLB}ssl-cert`], CERTIFICATE_ARN);
    assert.doesNotMatch(annotations[`${NLB}target-group-attributes`]!, /stickiness/);
  });

  it("keep a leaving pod for as long as it says goodbye, and plan that goodbye by the slowest of them", () => {
    const nlb = build("aws", { kind: "aws-nlb" }, { promise: { drainSeconds: 100 } });
    assert.match(annotationsOf(nlb, "aws-nlb-service")[`${NLB}target-group-attributes`]!, /timeout_seconds=280$/);
    assert.equal(graceOf(nlb), 180 + 100 + 5);
    const alb = build("aws", { kind: "aws-alb", host }, { promise: { drainSeconds: 100 } });
    assert.match(annotationsOf(alb, "aws-alb-ingress")[`${ALB}target-group-attributes`]!, /timeout_seconds=130$/);
    assert.equal(graceOf(alb), 30 + 100 + 5);
  });

  it("keep HTTP connections of clients for longer than the idle limit", () => {
    const annotations = annotationsOf(build("aws", { kind: "aws-alb", host }), "aws-alb-ingress");
    assert.equal(
      annotations[`${ALB}load-balancer-attributes`],
      "idle_timeout.timeout_seconds=3660,client_keep_alive.seconds=7320",
    );
  });

  it("say their scheme, whichever it is", () => {
    for (const internal of [true, false]) {
      const scheme = internal ? "internal" : "internet-facing";
      assert.equal(annotationsOf(build("aws", { kind: "aws-nlb", internal }), "aws-nlb-service")[`${NLB}scheme`], scheme);
      assert.equal(annotationsOf(build("aws", { kind: "aws-alb", internal, host }), "aws-alb-ingress")[`${ALB}scheme`], scheme);
    }
  });

  it("never use an annotation that is deprecated", () => {
    const both = [
      ...Object.keys(annotationsOf(build("aws", { kind: "aws-nlb", internal: true }), "aws-nlb-service")),
      ...Object.keys(annotationsOf(build("aws", { kind: "aws-alb", host }), "aws-alb-ingress")),
    ];
    const deprecated = /-(type|internal|cross-zone-load-balancing-enabled|access-log-.*|connection-idle-timeout)$/;
    assert.deepEqual(
      both.filter((key) => deprecated.test(key) && !key.endsWith("target-type")),
      [],
    );
    assert.match(`${NLB}internal`, deprecated);
  });

  it("mark the namespace for readiness gates, and say so where somebody else made it", () => {
    const label = "elbv2.k8s.aws/pod-readiness-gate-inject";
    const labelled = build("aws", { kind: "aws-nlb" });
    assert.equal(objectOf(labelled, "namespace").object.metadata.labels![label], "enabled");
    const other = build("aws", { kind: "ingress-nginx", host });
    assert.equal(objectOf(other, "namespace").object.metadata.labels![label], undefined);
    const { warnings } = parsed(stackOn("aws", [{ kind: "aws-nlb" }], { createNamespace: false }));
    assert.match(warnings.join("\n"), /label namespace chat with elbv2\.k8s\.aws\/pod-readiness-gate-inject: enabled/);
  });

  it("share one load balancer in a group whose members promise the same", () => {
    const entry = (name: string) => ({ kind: "aws-alb", name, host: `${name}.example.com`, group: "shared" });
    assert.deepEqual(problemsOf(stackOn("aws", [entry("a"), entry("b")])), []);
    assert.match(problemsOf(stackOn("aws", [entry("a"), { ...entry("b"), internal: true }])).join(), /one scheme/);
  });
});

describe("the load balancer of Azure", () => {
  const minutes = (idleSeconds: number) =>
    annotationsOf(build("azure", { kind: "azure-lb" }, { promise: { idleSeconds } }), "azure-lb-service")[
      "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout"
    ];

  it("is told whole minutes, more than promised and never less than it takes", () => {
    assert.deepEqual([1, 3599, 3600, 3601, 5999].map(minutes), ["4", "61", "61", "62", "100"]);
  });

  it("asks the pods in their own language", () => {
    const probe = (service: Block) =>
      annotationsOf(build("azure", { kind: "azure-lb" }, service), "azure-lb-service")[
        "service.beta.kubernetes.io/azure-load-balancer-health-probe-protocol"
      ];
    assert.deepEqual([probe({}), probe({ tls: { secretName: "chat" } }), probe({ protocol: "tcp" })], ["http", "https", "tcp"]);
  });
});

describe("the load balancers of Google", () => {
  it("that pass bytes on get the class of their scheme, and no BackendConfig", () => {
    for (const [internal, wanted] of [
      [true, "networking.gke.io/l4-regional-internal"],
      [false, "networking.gke.io/l4-regional-external"],
    ]) {
      const built = build("gcp", { kind: "gcp-lb", internal });
      assert.equal(specOf(built, "gcp-lb-service").loadBalancerClass, wanted);
      assert.ok(!built.objects.some(({ object }) => object.kind === "BackendConfig"));
    }
  });

  it("that understand HTTP get a Service of their own, to which the BackendConfig is attached", () => {
    const built = build("gcp", { kind: "gce-ingress", host });
    const { metadata } = objectOf(built, "gce-ingress-backend-config").object;
    const attached = annotationsOf(built, "gce-ingress-service")["cloud.google.com/backend-config"]!;
    assert.deepEqual(JSON.parse(attached), { default: metadata.name });
    assert.equal(annotationsOf(built, "service")["cloud.google.com/backend-config"], undefined);
  });

  it("redirect plain HTTP in public, and serve none of it inside", () => {
    const kinds = (entry: Block) =>
      build("gcp", { kind: "gce-ingress", host, tls: { secretName: "chat-tls" }, ...entry }).objects.map(
        ({ object }) => object.kind,
      );
    assert.ok(kinds({}).includes("FrontendConfig"));
    assert.ok(!kinds({ internal: true }).includes("FrontendConfig"));
    const inside = build("gcp", { kind: "gce-ingress", host, internal: true, tls: { secretName: "chat-tls" } });
    assert.equal(annotationsOf(inside, "gce-ingress-ingress")["kubernetes.io/ingress.allow-http"], "false");
  });
});

describe("the proxies in the cluster", () => {
  it("are told the cookie the promise names", () => {
    const promise = { affinity: { cookieName: "chat-pod", ttlSeconds: 1800 } };
    const text = (entry: Block) => JSON.stringify(build("bare-metal", { host, ...entry }, { promise }).objects.at(-1)!.object);
    for (const entry of [{ kind: "traefik" }, { kind: "f5-nginx" }, { kind: "gateway", implementation: "istio" }]) {
      assert.match(text(entry), /chat-pod/);
      assert.match(text(entry), /1800/);
    }
  });

  it("are told no stickiness where none is promised", () => {
    const promise = { affinity: { mode: "none" } };
    for (const kind of ["traefik", "f5-nginx"]) {
      const objects = build("bare-metal", { kind, host }, { promise }).objects.slice(-1);
      assert.doesNotMatch(JSON.stringify(objects), /sticky|cookie/i);
    }
  });

  it("read F5's timeouts with a unit, unlike those of ingress-nginx", () => {
    const f5 = annotationsOf(build("bare-metal", { kind: "f5-nginx", host }), "f5-nginx-ingress");
    assert.equal(f5["nginx.org/proxy-read-timeout"], "3660s");
    assert.equal(f5["nginx.org/websocket-services"], "chat");
  });

  it("get the idle limit of Envoy Gateway on the route, or before 1.8 on the Gateway", () => {
    const kindsWith = (version: string) => {
      const raw = stackOn("bare-metal", [{ kind: "gateway", implementation: "envoy-gateway", host }]);
      (raw.cluster as Block).controllers = { "envoy-gateway": version };
      const { stack } = parsed(raw);
      return compileService(stack.services[0]!, stack).objects.map(({ object }) => object.kind);
    };
    assert.ok(!kindsWith("1.9.0").includes("ClientTrafficPolicy"));
    assert.ok(kindsWith("1.7.2").includes("ClientTrafficPolicy"));
  });

  it("of a Gateway with a load balancer of its own say that one's idle limit too, for the longest promise on it", () => {
    const annotationsWith = (platform: string, entry: Block, service: Block = {}) => {
      const spec = specOf(build(platform, { kind: "gateway", host, ...entry }, service), "gateway-gateway");
      return (spec.infrastructure as { annotations: Record<string, string> } | undefined)?.annotations;
    };
    const idle = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";
    const none = { promise: { affinity: { mode: "none" } } };
    assert.deepEqual(annotationsWith("azure", { implementation: "envoy-gateway" }), { [idle]: "61" });
    assert.deepEqual(annotationsWith("azure", { implementation: "istio" }, none), { [idle]: "61" });
    const hidden = annotationsWith("azure", { implementation: "approuting-istio", internal: true }, none);
    assert.deepEqual(hidden, { "service.beta.kubernetes.io/azure-load-balancer-internal": "true", [idle]: "61" });
    const limit = "tcp.idle_timeout.seconds=3660";
    const asked = { [`${NLB}type`]: "external", [`${NLB}nlb-target-type`]: "ip", [`${NLB}scheme`]: "internet-facing" };
    const plain = { ...asked, [`${NLB}listener-attributes.TCP-80`]: limit };
    assert.deepEqual(annotationsWith("aws", { implementation: "istio" }), plain);
    const secure = annotationsWith("aws", { implementation: "envoy-gateway", tls: { issuer: "lab" } });
    assert.deepEqual(secure, { ...plain, [`${NLB}listener-attributes.TCP-443`]: limit });
    for (const platform of ["gcp", "bare-metal"]) {
      assert.equal(annotationsWith(platform, { implementation: "envoy-gateway" }), undefined);
    }
  });

  it("of such a Gateway are refused a promise that its load balancer cannot keep, but not one that somebody else made", () => {
    const problems = (entry: Block, top: Block = {}) => {
      const promise = { idleSeconds: 6000 };
      const raw = stackOn("azure", [{ kind: "gateway", implementation: "envoy-gateway", host, ...entry }], { promise });
      Object.assign(raw.cluster as Block, top);
      return problemsOf(raw);
    };
    assert.match(problems({}).join(), /Azure Load Balancer allows 240 to 6000 seconds/);
    const gateways = { "infra/public": { implementation: "envoy-gateway" } };
    assert.deepEqual(problems({ attachTo: { name: "public", namespace: "infra" } }, { gateways }), []);
  });

  it("of a Gateway are waited for, and reached through a route that knows its listener", () => {
    const built = build("bare-metal", { kind: "gateway", implementation: "istio", host, tls: { issuer: "lab" } });
    assert.equal(annotationsOf(built, "gateway-gateway")["pulumi.com/waitFor"], "condition=Programmed");
    const [parent] = specOf(built, "gateway-route").parentRefs as { sectionName: string }[];
    assert.equal(parent!.sectionName, "https");
    assert.equal(built.endpoints[0]!.pathFrom!.logicalName, "gateway-route");
  });
});

describe("a neutral kind", () => {
  const kinds = (entry: Block) =>
    ["aws", "azure", "gcp", "bare-metal"].map((platform) => {
      const bare = platform === "bare-metal" && entry.kind === "load-balancer";
      const { stack } = parsed(stackOn(platform, [bare ? { ...entry, pool: "lan", address: "192.168.1.207" } : entry]));
      return stack.services[0]!.entries[0]!;
    });

  it("means one kind on every platform, and is called alike on all of them", () => {
    assert.deepEqual(
      kinds({ kind: "load-balancer", port: 443 }).map(({ kind }) => kind),
      ["aws-nlb", "azure-lb", "gcp-lb", "metallb"],
    );
    const https = kinds({ kind: "https", host });
    assert.deepEqual(
      https.map(({ kind }) => kind),
      ["aws-alb", "gateway", "gateway", "traefik"],
    );
    assert.ok(https.every(({ name, neutralKind }) => name === "https" && neutralKind === "https"));
  });

  it("is judged as what it means", () => {
    const problems = problemsOf(stackOn("aws", [{ kind: "https", host }], { promise: { idleSeconds: 4000 } }));
    assert.match(problems.join(), /entries\[0\]\.kind: cannot keep promise\.idleSeconds 4000: AWS Application Load Balancer/);
  });
});

describe("what two entries want", () => {
  const voice = (entry: Block): Block => ({ name: "voice", image: "registry.example.com/voice:1", port: 8080, entries: [entry] });
  const withVoice = (platform: string, first: Block, second: Block) => {
    const raw = stackOn(platform, [first]);
    return problemsOf({ ...raw, services: [...(raw.services as Block[]), voice(second)] });
  };

  it("is refused across services: a node port, a fixed address, a host", () => {
    const port = { kind: "node-port", nodePort: 30_080 };
    assert.match(withVoice("bare-metal", port, port).join(), /services\[1\]\.entries\[0\]\.nodePort: found 30080/);
    const address = { kind: "gcp-lb", staticAddress: "chat" };
    assert.match(
      withVoice("gcp", address, address).join(),
      /staticAddress: found chat, which services\[0\]\.entries\[0\] uses too/,
    );
    assert.match(
      withVoice("bare-metal", { kind: "traefik", host }, { kind: "gateway", implementation: "istio", host }).join(),
      /host: found/,
    );
  });

  it("is not refused where it differs: a host inside and outside, another path", () => {
    const outside = { kind: "aws-alb", host };
    assert.deepEqual(withVoice("aws", outside, { ...outside, internal: true }), []);
    assert.deepEqual(withVoice("aws", outside, { ...outside, path: "/voice" }), []);
  });
});
