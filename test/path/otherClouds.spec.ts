import assert from "node:assert/strict";
import type { Hop } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judgeAffinity, limitOf } from "../../path/verdict";
import { clientIp, deployment, service } from "./objects";

const OCI = "service.beta.kubernetes.io/oci-load-balancer-";
const TYPE = "oci.oraclecloud.com/load-balancer-type";
const SCALEWAY = "service.beta.kubernetes.io/scw-loadbalancer-";
const OPENSTACK = "loadbalancer.openstack.org/";
const DIGITALOCEAN = "service.beta.kubernetes.io/do-loadbalancer-";

type Annotations = Record<string, Value>;

function way(annotations: Annotations, spec: { [key: string]: Value } = {}) {
  const made = service({ type: "LoadBalancer", ...spec });
  const balanced: KubernetesObject = {
    ...made,
    metadata: { ...made.metadata, annotations: annotations as Record<string, string> },
  };
  const [path] = readPaths([balanced, deployment()], { kubeProxyMode: "nftables" });
  assert.ok(path !== undefined);
  return path;
}
const first = (annotations: Annotations, spec: { [key: string]: Value } = {}): Hop => way(annotations, spec).hops[0]!;
const clock = ({ hop, limit, idleSeconds }: Hop) => [hop, limit, idleSeconds];

describe("load balancers of the smaller clouds", () => {
  const rows: [title: string, annotations: Annotations, hop: string, limit: string, seconds: number | null][] = [
    ["Oracle, as it comes", { [`${OCI}shape`]: "flexible" }, "oci-lb", "idle", 300],
    ["Oracle, raised", { [`${OCI}connection-idle-timeout`]: "7200" }, "oci-lb", "idle", 7200],
    ["Oracle, an HTTP listener", { [`${OCI}backend-protocol`]: "HTTP" }, "oci-lb-http", "idle", 60],
    ["Oracle, its network load balancer", { [TYPE]: "nlb" }, "oci-nlb", "idle", 360],
    [
      "Oracle, its network load balancer, which no annotation raises",
      { [TYPE]: "NLB", [`${OCI}connection-idle-timeout`]: "7200" },
      "oci-nlb",
      "idle",
      360,
    ],
    ["Scaleway, as it comes", { [`${SCALEWAY}type`]: "lb-s" }, "scaleway-lb", "idle", 600],
    ["Scaleway, raised", { [`${SCALEWAY}timeout-tunnel`]: "1h1m" }, "scaleway-lb", "idle", 3660],
    ["Scaleway, another of its clocks raised", { [`${SCALEWAY}timeout-server`]: "2h" }, "scaleway-lb", "idle", 600],
    ["OpenStack, as it comes", { [`${OPENSTACK}floating-network-id`]: "x" }, "octavia-lb", "idle", 50],
    [
      "OpenStack, raised on both sides",
      { [`${OPENSTACK}timeout-client-data`]: "3660000", [`${OPENSTACK}timeout-member-data`]: "7200000" },
      "octavia-lb",
      "idle",
      3660,
    ],
    ["OpenStack, raised on one side", { [`${OPENSTACK}timeout-client-data`]: "3660000" }, "octavia-lb", "idle", 50],
    ["OVHcloud, by its class", { "loadbalancer.ovhcloud.com/class": "octavia" }, "octavia-lb", "idle", 50],
    ["DigitalOcean, HTTP", { [`${DIGITALOCEAN}protocol`]: "http" }, "digitalocean-lb", "idle", 3600],
    ["DigitalOcean, plain TCP", { [`${DIGITALOCEAN}name`]: "edge" }, "unknown-load-balancer", "unknown", null],
    [
      "DigitalOcean, which passes TLS through",
      { [`${DIGITALOCEAN}protocol`]: "https", [`${DIGITALOCEAN}tls-passthrough`]: "true" },
      "unknown-load-balancer",
      "unknown",
      null,
    ],
    ["one that nobody knows", { "load-balancer.example.test/size": "1" }, "unknown-load-balancer", "unknown", null],
    ["Oracle, not known yet", { [`${OCI}connection-idle-timeout`]: UNKNOWN }, "oci-lb", "unknown", null],
  ];
  for (const [title, annotations, ...expected] of rows) {
    it(`reads ${title}`, () => assert.deepEqual(clock(first(annotations)), expected));
  }

  it("gives streamed answers the clock of plain HTTP on DigitalOcean", () => {
    const protocol = { [`${DIGITALOCEAN}protocol`]: "http" };
    const streamed = (more: Annotations) => limitOf(first({ ...protocol, ...more }), "http-stream").idleSeconds;
    assert.deepEqual([streamed({}), streamed({ [`${DIGITALOCEAN}http-idle-timeout-seconds`]: "600" })], [60, 600]);
  });

  it("refuses what the cloud's controller cannot read, and on Oracle's a ClientIP", () => {
    assert.match(first({ [`${SCALEWAY}timeout-tunnel`]: "3600" }).refuses?.because ?? "", /nothing that its controller can read/);
    assert.match(
      first({ [TYPE]: "lb" }, clientIp(3600)).refuses?.because ?? "",
      /refuses a Service with sessionAffinity: ClientIP/,
    );
    assert.equal(first({ [TYPE]: "lb" }).refuses, undefined);
  });

  it("keeps a client on its pod where both the load balancer and kube-proxy do", () => {
    const sticks = (annotations: Annotations, spec: { [key: string]: Value }) =>
      judgeAffinity(way(annotations, spec), { mode: "client", ttlSeconds: 3600 }).verdict;
    assert.equal(sticks({ [`${OPENSTACK}floating-network-id`]: "x" }, clientIp(3600)), "holds");
    assert.equal(sticks({ [`${SCALEWAY}sticky-sessions`]: "table" }, clientIp(3600)), "holds");
    assert.equal(sticks({ [`${SCALEWAY}type`]: "lb-s" }, clientIp(3600)), "fails");
    assert.equal(sticks({ [`${SCALEWAY}sticky-sessions`]: "table" }, {}), "fails");
  });
});
