import assert from "node:assert/strict";
import { checkDrain } from "../../path/drain";
import { facts } from "../../path/facts";
import type { ClusterFacts, ConnectionPromise, Path, Verdict } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import {
  advertisement,
  alb,
  clientIp,
  deployment,
  DIRECT,
  gateway,
  ingress,
  nlb,
  object,
  ON_AWS,
  POOL,
  PROMISE,
  route,
  service,
} from "./objects";

const sticky = { "nlb-target-type": "ip", "target-group-attributes": "stickiness.enabled=true,stickiness.type=source_ip" };
const idle = "tcp.idle_timeout.seconds=3660";
const goodNlb = { ...sticky, "listener-attributes.TCP-443": idle };
const port443 = { ports: [{ name: "wss", port: 443 }] };
const longAlb = {
  "target-type": "ip",
  "target-group-attributes": "stickiness.enabled=true",
  "load-balancer-attributes": "idle_timeout.timeout_seconds=3660",
};
const cookie: { [key: string]: Value } = { affinity: "cookie", "session-cookie-max-age": "3600" };
const nginx = (seconds: string, sticky = cookie) =>
  ingress({ ...sticky, "proxy-read-timeout": seconds, "proxy-send-timeout": seconds });
const dialling = (extra: { [key: string]: Value }) => nginx("3660", { ...cookie, ...extra });
const f5 = (text: string) =>
  ingress(
    {
      "nginx.org/websocket-services": "web",
      "nginx.org/sticky-cookie-services": "serviceName=web srv_id expires=1h path=/",
      "nginx.org/proxy-read-timeout": text,
      "nginx.org/proxy-send-timeout": text,
    },
    { ingressClassName: "nginx" },
  );
const azure = (text: string) =>
  service(
    { type: "LoadBalancer", ...clientIp(3600) },
    { "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": text },
  );
const backendConfig = (timeoutSec: number) =>
  object("cloud.google.com/v1", "BackendConfig", "web", {
    spec: { timeoutSec, sessionAffinity: { affinityType: "GENERATED_COOKIE" } },
  });
const tied = service({}, { "cloud.google.com/backend-config": '{"ports": {"80": "web"}}' });
const gce = ingress({}, { ingressClassName: "gce" });
const layer2 = [service({ type: "LoadBalancer", ...clientIp(3600) }), POOL, advertisement("L2Advertisement")];
const bgp = [service({ type: "LoadBalancer", ...clientIp(3600) }), POOL, advertisement("BGPAdvertisement")];

function read(objects: KubernetesObject[], cluster: ClusterFacts): Path {
  const own = objects.some(({ kind, metadata }) => kind === "Service" && metadata.name === "web");
  const path = readPaths([...objects, ...(own ? [] : [service()]), deployment()], cluster).find(
    (candidate) => candidate.service.name === "web" && (objects[0]?.kind !== "Ingress" || candidate.entry.kind === "Ingress"),
  );
  assert.ok(path !== undefined);
  return path;
}
const answer = (objects: KubernetesObject[], cluster: ClusterFacts, asked: Partial<ConnectionPromise> = {}): Verdict["verdict"] =>
  judge(read(objects, cluster), { ...PROMISE, ...asked }, "websocket").verdict;

type Case = [title: string, failing: KubernetesObject[], mended: KubernetesObject[], cluster: ClusterFacts, then?: ClusterFacts];

/** Pitfalls that one manifest shows: as it stands it fails, mended it holds. */
const CASES: Case[] = [
  [
    "a listener attribute that nobody reads",
    [nlb({ ...goodNlb, "ssl-cert": "arn:aws:acm:x" }, port443)],
    [nlb(goodNlb, port443)],
    ON_AWS,
  ],
  [
    "the right annotation for the wrong controller",
    [nlb({ ...goodNlb, type: "nlb" }, { ...port443, loadBalancerClass: undefined })],
    [nlb(goodNlb, port443)],
    ON_AWS,
  ],
  [
    "connection tracking in the node",
    [nlb(goodNlb, port443)],
    [nlb(goodNlb, port443)],
    { ...ON_AWS, nodeConntrackEstablishedSeconds: 350 },
    ON_AWS,
  ],
  ["a second load balancer for a fixed address", [alb({ ...longAlb, "enable-frontend-nlb": "true" })], [alb(longAlb)], ON_AWS],
  ["a unit that ingress-nginx does not parse", [nginx("3660s")], [nginx("3660")], DIRECT],
  ["a unit that F5's controller counts otherwise", [f5("3660ms")], [f5("3660s")], DIRECT],
  ["seconds where Azure counts minutes", [azure("3660")], [azure("61")], DIRECT],
  [
    "a source address behind ip targets",
    [nlb({ "nlb-target-type": "ip", "listener-attributes.TCP-443": idle }, { ...port443, ...clientIp(3600) })],
    [nlb(goodNlb, port443)],
    ON_AWS,
  ],
  ["a source address that a router spreads over the nodes", bgp, layer2, DIRECT],
  [
    "a source address behind a proxy that dials the Service",
    [dialling({ "service-upstream": "true" }), service(clientIp(3600))],
    [dialling({}), service(clientIp(3600))],
    DIRECT,
  ],
  [
    "a source address behind an Ingress that sends to pods",
    [nginx("3660", {}), service(clientIp(3600))],
    [nginx("3660")],
    DIRECT,
  ],
  ["the mode of kube-proxy", layer2, layer2, { kubeProxyMode: "ipvs" }, { kubeProxyMode: "nftables" }],
];

const beating = {
  affinity: { mode: "none" as const, ttlSeconds: 1 },
  heartbeat: { seconds: 45, kind: "message" as const },
};

describe("pitfalls", () => {
  for (const [title, failing, mended, cluster, then] of CASES) {
    it(`${title}: caught, and mended`, () => {
      assert.equal(answer(failing, cluster), "fails");
      assert.equal(answer(mended, then ?? cluster), "holds");
    });
  }

  it("a lifetime taken for an idle limit: no heartbeat saves it, a longer one holds as what it is", () => {
    const heartbeat = { heartbeat: { seconds: 20, kind: "message" as const } };
    assert.equal(answer([gce, tied, backendConfig(600)], DIRECT, heartbeat), "fails");
    assert.equal(answer([gce, tied, backendConfig(3660)], DIRECT, heartbeat), "holds-as-lifetime");
    // The same seconds as an idle limit are saved by the same heartbeat.
    assert.equal(answer([nginx("600")], DIRECT, heartbeat), "holds-with-heartbeat");
  });

  it("a request timeout that ends a stream however busy it is: Application Gateway for Containers", () => {
    const kept = (timeouts: { [key: string]: Value }) =>
      judge(read([gateway("azure-alb-external"), route(timeouts)], DIRECT), { ...PROMISE, ...beating }, "http-stream").verdict;
    assert.equal(kept({}), "fails");
    assert.equal(kept({ timeouts: { request: "0s" } }), "holds-with-heartbeat");
  });

  it("a drain that is off where nobody asked for one", () => {
    const drain = (spec: { [key: string]: Value }) =>
      read([gce, tied, object("cloud.google.com/v1", "BackendConfig", "web", { spec })], DIRECT).hops[0]?.drainSeconds;
    assert.equal(drain({ timeoutSec: 3660 }), 0);
    assert.equal(drain({ timeoutSec: 3660, connectionDraining: { drainingTimeoutSec: 60 } }), 60);
  });

  it("a reload that cuts what is open: said where it happens, and nowhere else", () => {
    const notes = (objects: KubernetesObject[]): string => read(objects, DIRECT).hops[0]?.notes?.join() ?? "";
    assert.match(notes([nginx("3660")]), new RegExp(`end ${facts("ingress-nginx").reloadCutSeconds} s later`));
    const haproxy = ingress({ "haproxy-ingress.github.io/affinity": "cookie" }, { ingressClassName: "haproxy" });
    assert.match(notes([haproxy]), /600 s/);
    assert.equal(notes([f5("3660s")]), "");
  });

  it("a Gateway whose mode decides: Cilium's five minutes, and the node's day for the same Service", () => {
    const silent = { affinity: { mode: "none" as const, ttlSeconds: 3600 } };
    assert.equal(answer([gateway("cilium"), route()], DIRECT, silent), "fails");
    assert.equal(answer(layer2, { kubeProxyMode: "none", cni: "calico" }, { idleSeconds: 3601 }), "fails");
    assert.equal(answer(layer2, { kubeProxyMode: "iptables", cni: "calico" }, { idleSeconds: 3601 }), "holds");
  });

  it("drain times that do not add up across objects", () => {
    const { propagationSeconds } = facts("aws-nlb").drain;
    const settings = { propagationSeconds, drainSeconds: 40, preStopSeconds: 15, gracePeriodSeconds: 60 };
    assert.match(checkDrain(settings).join(), /let it sleep 180 s/);
    const mended = { ...settings, preStopSeconds: 180, gracePeriodSeconds: 225 };
    assert.deepEqual(checkDrain(mended), []);
    const long = { ...mended, gracePeriodSeconds: 3600, managedBy: ["cluster-autoscaler" as const] };
    assert.match(checkDrain(long).join(), /waits at most 600 s/);
  });

  it("stickiness asked of a Gateway whose installed kinds may drop it", () => {
    const persistent: { [key: string]: Value } = { sessionPersistence: { sessionName: "route" }, timeouts: { request: "0s" } };
    assert.equal(answer([gateway("eg"), route(persistent)], DIRECT), "unknown");
    assert.equal(answer([gateway("contour"), route(persistent)], DIRECT), "fails");
    assert.match(read([gateway("contour"), route(persistent)], DIRECT).hops[0]?.inert.join() ?? "", /not read by Contour/);
  });
});

describe("the protocol of a connection", () => {
  const onEnvoy = [gateway("eg"), route()];
  const by = (protocol: "websocket" | "http-stream" | "grpc", objects: KubernetesObject[], cluster = DIRECT) =>
    judge(read(objects, cluster), { ...PROMISE, idleSeconds: 100, affinity: { mode: "none", ttlSeconds: 1 } }, protocol).verdict;

  it("decides whether a request timeout cuts it: never an upgraded WebSocket, always a stream", () => {
    assert.equal(by("websocket", onEnvoy), "holds");
    assert.equal(by("http-stream", onEnvoy), "fails");
    assert.equal(by("grpc", onEnvoy), "fails");
    assert.equal(by("http-stream", [gateway("eg"), route({ timeouts: { request: "0s" } })]), "holds");
  });

  it("decides which timer HAProxy uses", () => {
    const haproxy = ingress({ "haproxy-ingress.github.io/timeout-tunnel": "2h" }, { ingressClassName: "haproxy" });
    assert.equal(by("websocket", [haproxy]), "holds");
    assert.equal(by("http-stream", [haproxy]), "fails");
  });

  it("decides whether a missing permission to upgrade matters", () => {
    const bare = ingress({ "nginx.org/proxy-read-timeout": "3660s", "nginx.org/proxy-send-timeout": "3660s" });
    assert.equal(by("websocket", [bare]), "fails");
    assert.equal(by("http-stream", [bare]), "holds");
  });
});
