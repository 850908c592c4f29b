import assert from "node:assert/strict";
import type { Hop, Path, Verdict } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { ALB, alb, AWS, clientIp, deployment, nlb, object, ON_AWS, PROMISE, service } from "./objects";

function pathOf(entry: KubernetesObject, ...others: KubernetesObject[]): Path {
  const target = entry.kind === "Service" ? [] : [service()];
  const [path] = readPaths([entry, ...(others.length > 0 ? others : target), deployment()], ON_AWS);
  assert.ok(path !== undefined);
  return path;
}
const first = (entry: KubernetesObject): Hop => pathOf(entry).hops[0]!;
const verdictOf = (path: Path): Verdict => judge(path, PROMISE, "websocket");
const kinds = (path: Path): string[] => path.hops.map((hop) => hop.hop);
const ip = { "nlb-target-type": "ip" };
const attribute = (key: string, value: string) => ({ [`listener-attributes.${key}`]: `tcp.idle_timeout.seconds=${value}` });
const sticky = { "target-group-attributes": "stickiness.enabled=true,stickiness.type=source_ip" };
const certificate = { "ssl-cert": "arn:aws:acm:eu-central-1:111122223333:certificate/x" };
const port443 = { ports: [{ name: "wss", port: 443 }] };
const withoutClass = { loadBalancerClass: undefined };

describe("what the AWS Load Balancer Controller was seen to make", () => {
  it("of class, ip targets, listener attribute and stickiness: all of it", () => {
    const path = pathOf(nlb({ ...ip, ...sticky, ...attribute("TCP-80", "3600") }));
    assert.deepEqual(kinds(path), ["aws-nlb", "aws-node-eni", "pod"]);
    assert.equal(path.hops[0]?.idleSeconds, 3600);
    assert.deepEqual(path.hops[0]?.affinity, { mechanism: "source-ip", ttlSeconds: null });
    assert.equal(verdictOf(path).verdict, "holds");
  });

  for (const key of ["TCP-443", "TLS-443"]) {
    it(`of an attribute on ${key} where a certificate made the listener TLS: 350 s, and nobody reads the key`, () => {
      const hop = first(nlb({ ...ip, ...certificate, "ssl-ports": "443", ...attribute(key, "3600") }, port443));
      assert.deepEqual([hop.hop, hop.idleSeconds], ["aws-nlb-tls", 350]);
      assert.match(hop.inert.join(), new RegExp(`${key} is read by nobody: ssl-cert makes port 443 a TLS listener`));
      assert.match(
        hop.writeIdle?.(3600) ?? "",
        /end TLS in the pod .*listener-attributes.TCP-443: tcp.idle_timeout.seconds=3660/,
      );
    });
  }

  it("of a certificate whose ports are named: TLS there, TCP elsewhere", () => {
    const kindOf = (ports: string) => first(nlb({ ...ip, ...certificate, "ssl-ports": ports }, port443)).hop;
    assert.equal(kindOf("wss"), "aws-nlb-tls");
    assert.equal(kindOf("8443"), "aws-nlb");
    assert.equal(kindOf("*"), "aws-nlb");
    assert.equal(first(nlb({ ...ip, ...certificate }, port443)).hop, "aws-nlb-tls");
  });

  it("of an attribute on the target port: 350 s", () => {
    const hop = first(nlb({ ...ip, ...attribute("TCP-8080", "3600") }, { ports: [{ port: 80, targetPort: 8080 }] }));
    assert.equal(hop.idleSeconds, 350);
    assert.match(hop.inert.join(), /TCP-8080 is read by nobody: the Service has no port 8080 \(its ports are 80\)/);
  });

  for (const value of ["3600s", "9000", "59"]) {
    it(`of ${value}: passed on, and AWS refuses it`, () => {
      const hop = first(nlb({ ...ip, ...attribute("TCP-80", value) }));
      assert.equal(hop.idleSeconds, 350);
      assert.match(hop.inert.join(), /refused by AWS, which allows a whole number from 60 to 6000 s/);
    });
  }

  it("of sessionAffinity: ClientIP alone: no stickiness", () => {
    const path = pathOf(nlb({ ...ip, ...attribute("TCP-80", "3660") }, clientIp(3600)));
    assert.equal(path.hops[0]?.affinity, null);
    assert.match(path.hops[0]?.inert.join() ?? "", /ClientIP is inert with ip targets/);
    assert.match(verdictOf(path).write.join(), /target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip/);
  });

  it("of an ALB's attribute, and of a Classic one's: nothing", () => {
    const ofAlb = first(nlb({ ...ip, attributes: "idle_timeout.timeout_seconds=3600" }));
    assert.deepEqual([ofAlb.idleSeconds, ofAlb.inert.length], [350, 1]);
    assert.match(ofAlb.inert.join(), /is an attribute of an ALB/);
    const ofClassic = first(nlb({ ...ip, "connection-idle-timeout": "3600" }));
    assert.equal(ofClassic.idleSeconds, 350);
    assert.match(ofClassic.inert.join(), /is for a Classic Load Balancer/);
  });

  it("of no scheme: an internal load balancer, which is said", () => {
    const notes = (annotations: { [key: string]: Value }) => first(nlb({ ...ip, ...annotations })).notes?.join() ?? "";
    assert.match(notes({}), /Without .*scheme the load balancer is internal/);
    assert.equal(notes({ scheme: "internet-facing" }), "");
    assert.equal(notes({ scheme: "internal" }), "");
  });

  it("of type nlb without a class: nothing, it is left to the in-tree controller", () => {
    const annotations = { type: "nlb", "backend-protocol": "tcp", ...attribute("TCP-80", "3600") };
    const path = pathOf(nlb(annotations, withoutClass));
    assert.deepEqual(kinds(path), ["aws-nlb-in-tree", "aws-node-eni", "kube-proxy-nftables", "pod"]);
    assert.match(path.hops[0]?.inert.join() ?? "", /read only by the AWS Load Balancer Controller/);
    assert.equal(verdictOf(path).verdict, "fails");
    const refused = verdictOf(pathOf(nlb(annotations, { ...withoutClass, ...clientIp(3600) })));
    assert.match(refused.reasons.join(), /refuses a Service with sessionAffinity: ClientIP/);
  });

  it("of type external without a target type: nothing, and nobody else takes it", () => {
    const verdict = verdictOf(pathOf(nlb({ type: "external" }, withoutClass)));
    assert.equal(verdict.verdict, "fails");
    assert.match(verdict.reasons.join(), /no controller makes a load balancer of it/);
    assert.match(verdict.write.join(), /loadBalancerClass: service.k8s.aws\/nlb/);
  });

  it("of type external with a target type, or nlb-ip, without a class: its load balancer", () => {
    assert.deepEqual(kinds(pathOf(nlb({ type: "external", ...ip }, withoutClass))), ["aws-nlb", "aws-node-eni", "pod"]);
    assert.deepEqual(kinds(pathOf(nlb({ type: "nlb-ip" }, withoutClass))), ["aws-nlb", "aws-node-eni", "pod"]);
  });

  it("of an Ingress with idle timeout and cookie: both", () => {
    const path = pathOf(
      alb({
        "target-type": "ip",
        "load-balancer-attributes": "idle_timeout.timeout_seconds=3600",
        "target-group-attributes": "stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=3600",
      }),
    );
    assert.deepEqual(kinds(path), ["aws-alb", "aws-node-eni", "pod"]);
    assert.deepEqual([path.hops[0]?.idleSeconds, path.hops[0]?.affinity?.ttlSeconds], [3600, 3600]);
    assert.equal(verdictOf(path).verdict, "holds");
  });

  it("of stickiness without a type: the load balancer's cookie, with its duration", () => {
    const affinity = (attributes: string) => first(alb({ "target-type": "ip", "target-group-attributes": attributes })).affinity;
    assert.equal(affinity("stickiness.enabled=true,stickiness.lb_cookie.duration_seconds=3600")?.ttlSeconds, 3600);
    assert.equal(affinity("stickiness.enabled=true")?.ttlSeconds, 86_400);
    assert.equal(affinity("stickiness.type=lb_cookie"), null);
  });

  it("of enable-frontend-nlb: a second load balancer in front, at 350 s", () => {
    const path = pathOf(
      alb({
        "target-type": "ip",
        "enable-frontend-nlb": "true",
        "load-balancer-attributes": "idle_timeout.timeout_seconds=3600",
      }),
    );
    assert.deepEqual(kinds(path), ["aws-alb-frontend-nlb", "aws-alb", "aws-node-eni", "pod"]);
    assert.equal(verdictOf(path).effectiveIdleSeconds, 350);
  });

  it("of a misspelt attribute: no load balancer at all", () => {
    const verdict = verdictOf(
      pathOf(alb({ "target-type": "ip", "load-balancer-attributes": "idle_timeout.timeout_second=3600" })),
    );
    assert.match(verdict.reasons.join(), /AWS refuses idle_timeout.timeout_second, so the load balancer is not made/);
  });

  it("of instance targets on a ClusterIP Service: no load balancer at all", () => {
    const instance = alb({ "load-balancer-attributes": "idle_timeout.timeout_seconds=3600" });
    assert.match(verdictOf(pathOf(instance)).reasons.join(), /needs a Service of type NodePort or LoadBalancer/);
    const [path] = readPaths([instance, service({ type: "NodePort" }), deployment()], ON_AWS).filter(
      ({ entry }) => entry.kind === "Ingress",
    );
    assert.deepEqual(path && kinds(path), ["aws-alb", "aws-node-eni", "kube-proxy-nftables", "pod"]);
    assert.doesNotMatch((path && verdictOf(path).reasons.join()) ?? "", /needs a Service of type/);
  });
});

describe("what else decides an AWS load balancer", () => {
  it("the attributes of one port win over those of all", () => {
    const enabled = (annotations: { [key: string]: Value }) => first(nlb({ ...ip, ...sticky, ...annotations })).affinity !== null;
    assert.equal(enabled({}), true);
    assert.equal(enabled({ "target-group-attributes.80": "stickiness.enabled=false" }), false);
    assert.equal(enabled({ "target-group-attributes.443": "stickiness.enabled=false" }), true);
    assert.equal(enabled({ "target-group-attributes.80": "" }), true);
  });

  it("an Ingress of the same group, and the parameters of the class", () => {
    const other = { ...alb({ "group.name": "shared", "load-balancer-attributes": "idle_timeout.timeout_seconds=3660" }) };
    other.metadata = { ...other.metadata, name: "other" };
    assert.equal(pathOf(alb({ "group.name": "shared" }), other, service()).hops[0]?.idleSeconds, 3660);
    assert.equal(pathOf(alb({ "group.name": "alone" }), other, service()).hops[0]?.idleSeconds, 60);
  });

  it("the group that the class's parameters name, for every Ingress of the class", () => {
    const named = (kind: string, apiVersion: string, spec: { [key: string]: Value }) => object(apiVersion, kind, "alb", { spec });
    const parameters = { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "alb" };
    const ingressClass = named("IngressClass", "networking.k8s.io/v1", { controller: "ingress.k8s.aws/alb", parameters });
    const other = { ...alb({ "load-balancer-attributes": "idle_timeout.timeout_seconds=3660" }) };
    other.metadata = { ...other.metadata, name: "other" };
    const idleIn = (spec: { [key: string]: Value }) =>
      pathOf(alb(), other, service(), ingressClass, named("IngressClassParams", "elbv2.k8s.aws/v1beta1", spec)).hops[0]
        ?.idleSeconds;
    assert.equal(idleIn({ group: { name: "shared" } }), 3660);
    assert.equal(idleIn({ scheme: "internal" }), 60);
  });

  it("the group of an Ingress, which EKS Auto Mode does not read", () => {
    const onAuto = object("networking.k8s.io/v1", "IngressClass", "alb", { spec: { controller: "eks.amazonaws.com/alb" } });
    const hop = pathOf(alb({ "group.name": "shared" }), onAuto, service()).hops[0];
    assert.equal(hop?.hop, "aws-alb-eks-auto");
    assert.match(hop?.inert.join() ?? "", /group.name is not read by EKS Auto Mode/);
    assert.deepEqual(pathOf(alb({ "group.name": "shared" })).hops[0]?.inert, []);
  });

  it("the drain of its targets is read", () => {
    const seconds = (text: string) => first(nlb({ ...ip, "target-group-attributes": text })).drainSeconds;
    assert.equal(seconds("deregistration_delay.timeout_seconds=90"), 90);
    assert.equal(seconds("stickiness.enabled=true"), 300);
    assert.equal(seconds("deregistration_delay.timeout_seconds=9000"), 300);
  });

  it("a value that is not known yet is waited for", () => {
    const hop = first(nlb({ ...ip, "listener-attributes.TCP-80": UNKNOWN }));
    assert.deepEqual([hop.limit, hop.pending], ["unknown", true]);
    assert.equal(first(alb({ "load-balancer-attributes": UNKNOWN })).pending, true);
    assert.equal(first(nlb({ "target-group-attributes": UNKNOWN })).affinityUnknown, true);
  });

  it("without a class its webhook takes a Service where the cluster has the controller, else the in-tree one does", () => {
    const bare = service({ type: "LoadBalancer" });
    const kindOf = (cluster: typeof ON_AWS) => readPaths([bare, deployment()], cluster)[0]?.hops[0]?.hop;
    assert.equal(kindOf({ ...ON_AWS, controllers: { "aws-load-balancer-controller": "3.5.0" } }), "aws-nlb");
    assert.equal(kindOf(ON_AWS), "unknown-load-balancer");
    assert.equal(first(service({ type: "LoadBalancer" }, { [`${AWS}internal`]: "true" })).hop, "aws-classic-elb");
    assert.equal(first(alb()).writeAffinity?.(PROMISE.affinity).startsWith(`${ALB}target-type: ip`), true);
  });
});
