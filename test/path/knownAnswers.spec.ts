import assert from "node:assert/strict";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { advertisement, clientIp, deployment, DIRECT, ingress, POOL, PROMISE, service } from "./objects";

type Row = [string, KubernetesObject[], ClusterFacts, string];

const LOAD_BALANCER = { type: "LoadBalancer", ...clientIp(3600) };
const cookie = { affinity: "cookie", "session-cookie-max-age": "3600" };
const web = (annotations: { [key: string]: Value }): KubernetesObject[] => [ingress(annotations), service(), deployment()];
const balanced = (kind: "L2Advertisement" | "BGPAdvertisement"): KubernetesObject[] => [
  service(LOAD_BALANCER),
  deployment(),
  POOL,
  advertisement(kind),
];
const timeouts = (value: string) => ({ "proxy-read-timeout": value, "proxy-send-timeout": value });
const traefik = (version: string): ClusterFacts => ({
  ...DIRECT,
  ingressClasses: { nginx: "traefik" },
  controllers: { traefik: version },
});
const metallb: ClusterFacts = { kubeProxyMode: "nftables", controllers: { metallb: "0.15.2" } };

const inFront = (idleSeconds: number | null): ClusterFacts => ({ ...DIRECT, inFront: [{ name: "cdn", idleSeconds, layer: 7 }] });
const servicelb: ClusterFacts = { ...DIRECT, controllers: { servicelb: "0.4" } };

/** Can this exposure hold a silent WebSocket for an hour and bring its client back to its pod? */
const ROWS: Row[] = [
  ["ingress-nginx as it comes", web(cookie), DIRECT, "fails"],
  ["ingress-nginx with both timeouts", web({ ...cookie, ...timeouts("3660") }), DIRECT, "holds"],
  ["ingress-nginx with exactly 3600", web({ ...cookie, ...timeouts("3600") }), DIRECT, "holds"],
  ["ingress-nginx with a unit", web({ ...cookie, ...timeouts("3600s") }), DIRECT, "fails"],
  ["ingress-nginx without the cookie", web(timeouts("3660")), DIRECT, "fails"],
  ["Traefik's ingress-nginx provider before 3.7", web(cookie), traefik("3.6.1"), "holds"],
  ["Traefik's ingress-nginx provider since 3.7", web(cookie), traefik("3.7.0"), "fails"],
  [
    "Traefik's ingress-nginx provider since 3.7, with the timeout",
    web({ ...cookie, ...timeouts("3660") }),
    traefik("3.7.0"),
    "holds",
  ],
  ["MetalLB in layer 2 mode and nftables", balanced("L2Advertisement"), { kubeProxyMode: "nftables" }, "holds"],
  ["MetalLB in layer 2 mode and iptables", balanced("L2Advertisement"), { kubeProxyMode: "iptables" }, "holds"],
  ["MetalLB in layer 2 mode and IPVS", balanced("L2Advertisement"), { kubeProxyMode: "ipvs" }, "fails"],
  ["MetalLB in layer 2 mode and a mode that nobody declared", balanced("L2Advertisement"), {}, "unknown"],
  [
    "MetalLB in layer 2 mode and Calico's eBPF, at its boundary",
    balanced("L2Advertisement"),
    { kubeProxyMode: "none", cni: "calico" },
    "holds",
  ],
  [
    "MetalLB in BGP mode, which spreads a client over nodes",
    balanced("BGPAdvertisement"),
    { kubeProxyMode: "iptables" },
    "fails",
  ],
  ["MetalLB in BGP mode before an Ingress with a cookie", web({ ...cookie, ...timeouts("3660") }), metallb, "holds"],
  [
    "a cloud load balancer of which nothing is known",
    [service(LOAD_BALANCER), deployment()],
    { kubeProxyMode: "iptables" },
    "unknown",
  ],
  [
    "a node port and nftables",
    [service({ ...LOAD_BALANCER, type: "NodePort" }), deployment()],
    { kubeProxyMode: "nftables" },
    "holds",
  ],
  ["a declared hop in front that is too impatient", web({ ...cookie, ...timeouts("3660") }), inFront(100), "fails"],
  ["a declared hop in front that is patient", web({ ...cookie, ...timeouts("3660") }), inFront(7200), "holds"],
  ["a declared hop in front without a clock", web({ ...cookie, ...timeouts("3660") }), inFront(null), "holds"],
  [
    "what stands in front neither declared nor read",
    web({ ...cookie, ...timeouts("3660") }),
    { kubeProxyMode: "nftables" },
    "unknown",
  ],
  ["k3s ServiceLB, which NAT may hide clients behind", [service(LOAD_BALANCER), deployment()], servicelb, "unknown"],
  ["Google's load balancer by the platform", [service(LOAD_BALANCER), deployment()], { ...DIRECT, platform: "gcp" }, "unknown"],
  [
    "a node whose connection tracking was shortened",
    [service({ ...LOAD_BALANCER, type: "NodePort" }), deployment()],
    { kubeProxyMode: "nftables", nodeConntrackEstablishedSeconds: 600 },
    "fails",
  ],
];

describe("a silent WebSocket for 3600 s", () => {
  for (const [title, objects, cluster, expected] of ROWS) {
    it(`${title}: ${expected}`, () => {
      const [path] = readPaths(objects, cluster);
      assert.ok(path !== undefined);
      const verdict = judge(path, PROMISE, "websocket");
      assert.equal(verdict.verdict, expected);
      assert.equal(verdict.settle.length > 0, expected === "unknown");
      assert.ok(expected === "holds" || verdict.reasons.length > 0);
    });
  }

  it("is fit for seconds of silence that a failing row does keep", () => {
    const [path] = readPaths(web(cookie), DIRECT);
    assert.ok(path !== undefined);
    assert.equal(judge(path, { ...PROMISE, idleSeconds: 30 }, "websocket").verdict, "holds");
  });
});
