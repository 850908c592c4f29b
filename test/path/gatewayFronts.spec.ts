import assert from "node:assert/strict";
import type { ClusterFacts } from "../../path/model";
import { UNKNOWN, type KubernetesObject, type Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { AWS, deployment, gateway, object, PROMISE, route, service } from "./objects";

const AZURE_IDLE = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";
const ON_AZURE: ClusterFacts = { platform: "azure", kubeProxyMode: "iptables" };
const ON_AWS: ClusterFacts = { platform: "aws", nodeConntrackEstablishedSeconds: 432_000 };
const annotated = (annotations: { [key: string]: Value }): { [key: string]: Value } => ({ infrastructure: { annotations } });
const parametersRef = { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: "own" };

/** The way through a Gateway to pods that nobody asks for stickiness. */
function read(cluster: ClusterFacts, ...gateways: KubernetesObject[]) {
  const objects = [...gateways, route({ timeouts: { request: "0s" } }), service(), deployment()];
  const [path] = readPaths(objects, cluster);
  const verdict = judge(path!, { ...PROMISE, affinity: { mode: "none", ttlSeconds: 3600 } }, "websocket");
  return { hops: path!.hops.map(({ hop }) => hop), ...verdict };
}

describe("the load balancer that is made for a Gateway", () => {
  for (const className of ["eg", "istio", "approuting-istio"]) {
    it(`cuts silence behind ${className} on Azure until the Gateway says otherwise`, () => {
      const plain = read(ON_AZURE, gateway(className));
      assert.equal(plain.verdict, "fails");
      assert.deepEqual(plain.hops.slice(0, 2), ["azure-lb", "kube-proxy-iptables"]);
      assert.deepEqual(plain.write, [`${AZURE_IDLE}: "61" (minutes), in spec.infrastructure.annotations of Gateway chat/edge`]);
      assert.equal(read(ON_AZURE, gateway(className, annotated({ [AZURE_IDLE]: "61" }))).verdict, "holds");
      assert.equal(read(ON_AZURE, gateway(className, annotated({ [AZURE_IDLE]: "3660" }))).verdict, "fails");
    });
  }

  it("is the Network Load Balancer that its annotations ask for on AWS", () => {
    const asked = { [`${AWS}type`]: "external", [`${AWS}nlb-target-type`]: "ip" };
    const limit = { [`${AWS}listener-attributes.TCP-443`]: "tcp.idle_timeout.seconds=3660" };
    const kept = read(ON_AWS, gateway("eg", annotated({ ...asked, ...limit })));
    assert.equal(kept.verdict, "holds");
    assert.deepEqual(kept.hops, ["aws-nlb", "aws-node-eni", "envoy-gateway", "pod"]);
    assert.equal(read(ON_AWS, gateway("eg", annotated(asked))).verdict, "fails");
    const nobody = read(ON_AWS, gateway("eg"));
    assert.deepEqual([nobody.verdict, nobody.hops[0]], ["unknown", "unknown-load-balancer"]);
  });

  it("is Google's on Google Cloud", () => {
    assert.equal(read({ platform: "gcp", kubeProxyMode: "iptables" }, gateway("eg")).hops[0], "gcp-lb");
  });

  it("is not looked for where it is declared what stands in front", () => {
    assert.deepEqual(read({ ...ON_AZURE, inFront: [] }, gateway("eg")).hops, ["envoy-gateway", "pod"]);
  });

  it("is not known where other parameters or an address decide what becomes of the Service", () => {
    const gatewayClass = (spec: { [key: string]: Value }) =>
      object("gateway.networking.k8s.io/v1", "GatewayClass", "eg", {
        spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller", ...spec },
      });
    assert.equal(read(ON_AZURE, gatewayClass({}), gateway("eg")).hops[0], "azure-lb");
    for (const gateways of [
      [gateway("eg", { infrastructure: { parametersRef } })],
      [gatewayClass({ parametersRef }), gateway("eg")],
      [gateway("istio", { addresses: [{ type: "Hostname", value: "edge.infra.svc.cluster.local" }] })],
      [gateway("eg", { infrastructure: UNKNOWN })],
    ]) {
      const { verdict, hops } = read(ON_AZURE, ...gateways);
      assert.deepEqual([verdict, hops[0]], ["unknown", "unknown-load-balancer"]);
    }
  });

  it("is not made for a Gateway by those that share one proxy", () => {
    for (const className of ["contour", "traefik"]) {
      assert.equal(read(ON_AZURE, gateway(className)).hops[0], "unknown-load-balancer");
    }
  });

  it("is open while its limit is not known before the update", () => {
    const { verdict, pending } = read(ON_AZURE, gateway("eg", annotated({ [AZURE_IDLE]: UNKNOWN })));
    assert.deepEqual([verdict, pending], ["unknown", true]);
  });
});
