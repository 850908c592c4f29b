import assert from "node:assert/strict";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { stackPolicies } from "../../policy/pack";
import type { Answer, CloudResource } from "./runtime";
import { ADVISORY, analyze, cloudUrn, MANDATORY } from "./runtime";
import { configured, namesOf } from "./stacks";

type Props = { [key: string]: Value };
const resource = (type: string, name: string, props: Props, from: CloudResource["from"] = {}): CloudResource => ({
  type,
  name,
  props,
  from,
});

const alb = (props: Props = {}) => resource("aws:lb/loadBalancer:LoadBalancer", "edge", { idleTimeout: 3660, ...props });
const group = (props: Props = {}) =>
  resource("aws:lb/targetGroup:TargetGroup", "pods", {
    protocol: "HTTP",
    deregistrationDelay: 300,
    stickiness: { type: "lb_cookie", enabled: true, cookieDuration: 86_400 },
    ...props,
  });
const FORWARD: Value = [{ type: "forward", targetGroupArn: UNKNOWN }];
function listener(props: Props, balancer: CloudResource, pods: CloudResource): CloudResource {
  const all: Props = { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06", defaultActions: FORWARD, ...props };
  return resource(
    "aws:lb/listener:Listener",
    "https",
    { loadBalancerArn: UNKNOWN, ...all },
    {
      loadBalancerArn: [balancer],
      defaultActions: [pods],
    },
  );
}
function albStack(changes: { balancer?: Props; group?: Props; listener?: Props } = {}): CloudResource[] {
  const [balancer, pods] = [alb(changes.balancer), group(changes.group)];
  return [balancer, pods, listener(changes.listener ?? {}, balancer, pods)];
}
/** The same under the names of `aws.alb`. Nothing but the stickiness of its target group shows what it is for. */
function ofOlderName(): CloudResource[] {
  const balancer = { ...alb({ idleTimeout: 60 }), type: "aws:alb/loadBalancer:LoadBalancer" };
  const pods = { ...group(), type: "aws:alb/targetGroup:TargetGroup" };
  return [balancer, pods, { ...listener({}, balancer, pods), type: "aws:alb/listener:Listener" }];
}
const nlb = (tcp: Props = {}, targets: Props = {}): CloudResource[] => {
  const balancer = alb({ loadBalancerType: "network", idleTimeout: UNKNOWN });
  const pods = group({ protocol: "TCP", stickiness: { type: "source_ip", enabled: true }, ...targets });
  return [balancer, pods, listener({ protocol: "TCP", tcpIdleTimeoutSeconds: 3660, ...tcp }, balancer, pods)];
};
const azure = (rule: Props) =>
  resource("azure-native:network:LoadBalancer", "edge", {
    loadBalancingRules: [
      { name: "chat", protocol: "Tcp", idleTimeoutInMinutes: 61, enableTcpReset: true, loadDistribution: "SourceIP", ...rule },
    ],
  });
const gcp = (props: Props, type = "BackendService") =>
  resource(`gcp:compute/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`, "chat", {
    loadBalancingScheme: "EXTERNAL_MANAGED",
    protocol: "HTTP",
    timeoutSec: 3660,
    sessionAffinity: "GENERATED_COOKIE",
    affinityCookieTtlSec: 3600,
    connectionDrainingTimeoutSec: 300,
    ...props,
  });

const ask = (resources: CloudResource[]): Promise<Answer[]> => analyze(stackPolicies(), resources);

/** What is broken, one setting at a time; who says so, of which resource, and where. */
const BROKEN: [string, CloudResource[], { policy: string; at: RegExp; text: RegExp }][] = [
  [
    "an ALB with its own 60 s",
    albStack({ balancer: { idleTimeout: 60 } }),
    {
      policy: "idle-timeout",
      at: /edge$/,
      text: /silent for 60 s; 3600 s are promised.*\n {2}where: {2}idleTimeout\n[^]*write: {2}idleTimeout: 3660/,
    },
  ],
  ["an ALB of the older name", ofOlderName(), { policy: "idle-timeout", at: /aws:alb.*edge$/, text: /silent for 60 s/ }],
  [
    "a cookie of ten minutes",
    albStack({ group: { stickiness: { type: "lb_cookie", enabled: true, cookieDuration: 600 } } }),
    {
      policy: "sticky-sessions",
      at: /pods$/,
      text: /forgets a client after 600 s[^]*where: {2}stickiness\n[^]*cookieDuration: 3600/,
    },
  ],
  [
    "a TCP listener with AWS's own 350 s",
    nlb({ tcpIdleTimeoutSeconds: 350 }),
    { policy: "idle-timeout", at: /https$/, text: /silent for 350 s[^]*write: {2}tcpIdleTimeoutSeconds: 3660/ },
  ],
  [
    "a TLS listener of an NLB",
    nlb({ protocol: "TLS", tcpIdleTimeoutSeconds: 350 }),
    { policy: "idle-timeout", at: /https$/, text: /silent for 350 s[^]*no setting of .* raises it/ },
  ],
  [
    "a Classic Load Balancer's ten minutes",
    [resource("aws:elb/loadBalancer:LoadBalancer", "edge", { idleTimeout: 600, connectionDraining: true })],
    { policy: "idle-timeout", at: /edge$/, text: /Classic Load Balancer closes .* silent for 600 s/ },
  ],
  [
    "an Azure rule's four minutes",
    [azure({ idleTimeoutInMinutes: 4 })],
    {
      policy: "idle-timeout",
      at: /edge$/,
      text: /silent for 240 s[^]*where: {2}loadBalancingRules\[0\]\.idleTimeoutInMinutes\n[^]*idleTimeoutInMinutes: 61, enableTcpReset: true/,
    },
  ],
  [
    "a Google backend service's 30 s",
    [gcp({ timeoutSec: 30 })],
    { policy: "idle-timeout", at: /chat$/, text: /30 s[^]*where: {2}timeoutSec\n[^]*timeoutSec: 3660/ },
  ],
  [
    "a Google cookie of ten minutes",
    [gcp({ affinityCookieTtlSec: 600 })],
    { policy: "sticky-sessions", at: /chat$/, text: /forgets a client after 600 s[^]*affinityCookieTtlSec: 3600/ },
  ],
  [
    "a regional Google backend service's ten minutes of life",
    [gcp({ timeoutSec: 600 }, "RegionBackendService")],
    { policy: "idle-timeout", at: /chat$/, text: /ends every connection after 600 s/ },
  ],
];

/** What is only advice. */
const ADVISED: [string, CloudResource[], RegExp][] = [
  ["a target group that lets go at once", albStack({ group: { deregistrationDelay: 5 } }), /graceful-drain: .*cut after 5 s/],
  ["a delay that is written as text", albStack({ group: { deregistrationDelay: "5" } }), /cut after 5 s/],
  ["a Google backend that lets go at once", [gcp({ connectionDrainingTimeoutSec: 0 })], /cut after 0 s/],
  [
    "a Classic Load Balancer without draining",
    [resource("aws:elb/loadBalancer:LoadBalancer", "edge", { idleTimeout: 3600 })],
    /cut after 0 s \(connectionDraining\)[^]*connectionDraining: true/,
  ],
  ["plain HTTP", albStack({ listener: { protocol: "HTTP" } }), /tls: .*it serves plain HTTP to the world/],
  [
    "an old TLS",
    albStack({ listener: { sslPolicy: "ELBSecurityPolicy-TLS-1-1-2017-01" } }),
    /lets clients choose TLS 1\.0 or 1\.1/,
  ],
  [
    "no TLS policy",
    albStack({ listener: { sslPolicy: UNKNOWN } }),
    /it names no sslPolicy, and AWS takes ELBSecurityPolicy-2016-08/,
  ],
  [
    "an Azure rule without stickiness",
    [azure({ loadDistribution: "Default" })],
    /sticky-sessions: .*Nothing shows that its targets hold/,
  ],
];

/** What is as it should be, or is not asked. */
const GOOD: [string, CloudResource[]][] = [
  ["an ALB", albStack()],
  ["an NLB", nlb()],
  ["an Azure load balancer", [azure({})]],
  ["a Google backend service", [gcp({})]],
  ["a listener that only sends on to TLS", albStack({ listener: { protocol: "HTTP", defaultActions: [{ type: "redirect" }] } })],
  ["plain HTTP inside", albStack({ balancer: { internal: true }, listener: { protocol: "HTTP" } })],
  [
    "an ALB for plain requests",
    albStack({ balancer: { idleTimeout: 60 }, group: { stickiness: UNKNOWN }, listener: { sslPolicy: UNKNOWN } }),
  ],
  ["a mesh's backend service", [gcp({ loadBalancingScheme: "INTERNAL_SELF_MANAGED", timeoutSec: 31 })]],
  ["a UDP rule", [azure({ protocol: "Udp", idleTimeoutInMinutes: 5 })]],
  ["what has nothing to do with it", [resource("aws:s3/bucket:Bucket", "edge", { idleTimeout: 1 })]],
];

describe("load balancers that the program makes itself", () => {
  for (const [title, resources, { policy, at, text }] of BROKEN) {
    it(`are refused: ${title}`, async () => {
      const answers = (await ask(resources)).filter(({ level }) => level === MANDATORY);
      assert.deepEqual(namesOf(answers), [policy]);
      assert.match(answers[0]?.urn ?? "", at);
      assert.match(answers[0]?.message ?? "", text);
      assert.match(
        answers[0]?.message ?? "",
        /to live with it, add \{"rule": "[\w-]+", "urn": "<its URN>", "reason": "<why>"\} to waivers/,
      );
    });
  }
  for (const [title, resources, text] of ADVISED) {
    it(`are advised: ${title}`, async () => {
      const answers = await ask(resources);
      assert.deepEqual(namesOf(answers), ["advice"]);
      assert.match(answers[0]?.message ?? "", text);
    });
  }
  for (const [title, resources] of GOOD) {
    it(`are let pass: ${title}`, async () => assert.deepEqual(await ask(resources), []));
  }

  it("are judged for the listener and the groups that belong to them, and for no others", async () => {
    const plain = [alb({ idleTimeout: 60 }), group({ stickiness: { type: "lb_cookie", enabled: false } })].map((one) => ({
      ...one,
      name: `${one.name}-plain`,
    }));
    assert.deepEqual(await ask([...albStack(), ...plain]), []);
  });

  it("are not passed because a value is not known yet: the pack looks again", async () => {
    const certificate = resource("aws:acm/certificate:Certificate", "c", {});
    const [balancer, ...others] = albStack();
    const open: CloudResource = { ...balancer!, props: { idleTimeout: UNKNOWN }, from: { idleTimeout: [certificate] } };
    const answers = await ask([open, ...others]);
    assert.deepEqual(
      answers.map(({ policy, level }) => [policy, level]),
      [["idle-timeout", ADVISORY]],
    );
    assert.match(answers[0]?.message ?? "", /looks again during the update/);
  });

  it("with every property in turn not known yet: no rule throws, and what was refused stays or waits", async () => {
    const other = resource("random:index/x:X", "x", {});
    for (const [title, resources, { policy }] of BROKEN) {
      for (const [index, one] of resources.entries()) {
        for (const key of Object.keys(one.props)) {
          const hidden: CloudResource = {
            ...one,
            props: { ...one.props, [key]: UNKNOWN },
            from: { [key]: [other], ...one.from },
          };
          const answers = await ask(resources.map((resource, position) => (position === index ? hidden : resource)));
          assert.ok(namesOf(answers).includes(policy), `${title}: silent when ${key} of ${one.name} is not known`);
          assert.ok(!answers.some(({ message }) => message.includes("failed, so nobody knows")), title);
        }
      }
    }
  });
});

describe("waivers of cloud resources", () => {
  const broken = albStack({ balancer: { idleTimeout: 60 } });
  const [balancer] = broken;
  const waiving = (...waivers: object[]) => analyze(configured(stackPolicies(), { settings: { waivers } }), broken);
  const waiver = { rule: "idle-timeout", reason: "clients ping every 20 s" };

  for (const [title, whom] of Object.entries({
    "the URN": { urn: cloudUrn(balancer!) },
    "type and name": { type: balancer!.type, name: "edge" },
  })) {
    it(`by ${title} turn a refusal into one line of advice`, async () => {
      const answers = await waiving({ ...waiver, ...whom });
      assert.deepEqual(namesOf(answers), ["advice"]);
      assert.match(
        answers[0]?.message ?? "",
        /1 finding is waived:\n {2}idle-timeout: aws\.lb\.LoadBalancer edge: clients ping every 20 s/,
      );
    });
  }

  it("for another rule, or nobody, waive nothing and are told", async () => {
    const answers = await waiving(
      { ...waiver, rule: "tls", urn: cloudUrn(balancer!) },
      { ...waiver, type: balancer!.type, name: "other" },
    );
    assert.deepEqual(namesOf(answers), ["idle-timeout", "advice", "advice"]);
    assert.match(answers[1]?.message ?? "", /the one of tls for .*edge waives nothing: the rule has nothing against it/);
    assert.match(answers[2]?.message ?? "", /LoadBalancer other waives nothing: no resource of the stack is that/);
  });
});
