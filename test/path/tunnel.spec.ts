import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { tunnelPaths } from "../../path/read/ownProxy/tunnel";
import { readPaths } from "../../path/reader";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { waysThroughOwnProxies } from "../../policy/scope/ownProxies";
import { deployment, object, service } from "./objects";

function client(image: Value, args: Value = [], rest: { [key: string]: Value } = {}): KubernetesObject {
  const container: { [key: string]: Value } = { name: "tunnel", image, args, ...rest };
  const spec = {
    containers: [container],
    volumes: [{ name: "config", configMap: { name: "edge" } }],
  };
  return object("apps/v1", "Deployment", "edge", { spec: { template: { metadata: { labels: { app: "edge" } }, spec } } });
}
const MOUNTED = { volumeMounts: [{ name: "config", mountPath: "/etc/tunnel" }] };
const hops = (...objects: KubernetesObject[]) => tunnelPaths(new Catalog(objects)).map((path) => path.hops.map(({ hop }) => hop));

describe("a way in that pods open themselves", () => {
  it("is known by the image of a tunnel's client, unless it does something else", () => {
    assert.deepEqual(hops(client("cloudflare/cloudflared:2026.2.0", ["tunnel", "run"])), [["cloudflare-tunnel", "pod"]]);
    assert.deepEqual(hops(client("registry.test/mirror/cloudflared")), [["cloudflare-tunnel", "pod"]]);
    assert.deepEqual(hops(client("cloudflare/cloudflared:2026.2.0", ["proxy-dns"])), []);
    assert.deepEqual(hops(client("ngrok/ngrok:3")), [["managed-tunnel", "pod"]]);
    assert.deepEqual(hops(client("snowdreamtech/frpc:0.61")), [["own-tunnel", "pod"]]);
    assert.deepEqual(hops(client("jpillora/chisel:1", ["server"])), []);
    assert.deepEqual(hops(client("ekzhang/bore:0.6", ["local"])), [["own-tunnel", "pod"]]);
    assert.deepEqual(hops(client("registry.test/bore:1")), []);
    assert.deepEqual(hops(client("registry.test/app:1")), []);
    assert.deepEqual(hops(client(UNKNOWN, UNKNOWN)), []);
  });

  it("is known by the class of an Ingress, or by the controller that its class names", () => {
    const route = (ingressClassName: string) =>
      object("networking.k8s.io/v1", "Ingress", "web", {
        spec: { ingressClassName, defaultBackend: { service: { name: "web", port: { number: 80 } } } },
      });
    const classOf = (controller: string) => object("networking.k8s.io/v1", "IngressClass", "edge", { spec: { controller } });
    const behind = (...objects: KubernetesObject[]) =>
      readPaths([service({ type: "ClusterIP" }), deployment(), ...objects], { kubeProxyMode: "nftables" }).map((path) =>
        path.hops.map(({ hop }) => hop),
      );
    assert.deepEqual(behind(route("cloudflare-tunnel")), [["cloudflare-tunnel", "kube-proxy-nftables", "pod"]]);
    assert.deepEqual(behind(route("ngrok")), [["managed-tunnel", "kube-proxy-nftables", "pod"]]);
    assert.deepEqual(behind(route("tailscale")), [["own-tunnel", "kube-proxy-nftables", "pod"]]);
    assert.deepEqual(behind(route("edge"), classOf("tailscale.com/ts-ingress")), [["own-tunnel", "kube-proxy-nftables", "pod"]]);
    assert.deepEqual(behind(route("edge"), classOf("example.test/edge")), [["unknown-proxy", "pod"]]);
    assert.deepEqual(behind(route("another")), [["unknown-proxy", "pod"]]);
  });

  it("may be one before the update where names or arguments point to it", () => {
    const pending = (object: KubernetesObject) =>
      tunnelPaths(new Catalog([object])).map(({ hops: [edge] }) => [edge?.hop, edge?.pending, edge?.settle]);
    const open = "the image of container tunnel of Deployment chat/edge is not known before the update";
    assert.deepEqual(pending(client(UNKNOWN, ["tunnel", "run"])), [["cloudflare-tunnel", true, open]]);
    assert.deepEqual(pending(client(UNKNOWN, [], { command: ["/usr/bin/frpc"] })), [["own-tunnel", true, open]]);
    assert.deepEqual(pending(client(UNKNOWN, ["cloudflared", "proxy-dns"])), []);
    assert.deepEqual(pending(client(UNKNOWN, ["serve"])), []);
    const named = object("apps/v1", "Deployment", "edge-ngrok", { spec: { template: { spec: { containers: UNKNOWN } } } });
    const containers = "the list of containers of Deployment chat/edge-ngrok is not known before the update";
    assert.deepEqual(pending(named), [["managed-tunnel", true, containers]]);
  });

  const config = (host: string) =>
    object("v1", "ConfigMap", "edge", {
      data: { "config.yaml": `ingress:\n  - service: http://${host}:80\n  - service: http_status:404\n` },
    });
  const ofConfig = (host: string) => [client("cloudflare/cloudflared:1", ["tunnel", "run"], MOUNTED), config(host)];
  const judged = (objects: KubernetesObject[], assume: "all" | "evidence" = "all") =>
    ruleContext(objects, {}, { ...STANDARD_OPTIONS, assume }).workloads.map(({ workload }) => workload.metadata.name);

  it("leads to the Services that its configuration names, and their pods are judged with its own", () => {
    const other = object("v1", "Service", "other", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
    assert.deepEqual(judged([...ofConfig("web.chat.svc.cluster.local"), service(), other, deployment()]), ["edge", "web"]);
    assert.deepEqual(judged([client("cloudflare/cloudflared:1"), service(), deployment()]).sort(), ["edge", "web"]);
  });

  it("is told of no stickiness that its client could have", () => {
    const catalog = new Catalog([...ofConfig("web"), service(), deployment()]);
    const ways = tunnelPaths(catalog).flatMap((path) => waysThroughOwnProxies(path, catalog));
    const written = ways.map(({ hops: [first] }) => first?.writeAffinity?.({ mode: "client", ttlSeconds: 3600 }));
    assert.deepEqual(written, ["a proxy with stickiness before Service chat/web: a tunnel's client chooses no pod"]);
  });

  it("is judged without being told to where what it leads to shows long connections", () => {
    const chatting = object("v1", "Service", "web-ws", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
    assert.deepEqual(judged([...ofConfig("web-ws"), chatting, deployment()], "evidence"), ["edge", "web"]);
    assert.deepEqual(judged([...ofConfig("web"), service(), deployment()], "evidence"), []);
  });

  it("is told of its edge: how long it keeps silence, or that nothing says so", () => {
    const told = (objects: KubernetesObject[], assume: "all" | "evidence" = "all") =>
      reportOn(ruleContext(objects, {}, { ...STANDARD_OPTIONS, assume }))
        .findings.filter(({ object: of, severity }) => of.name === "edge" && severity !== "info")
        .filter(({ rule }) => rule === "idle-timeout" || rule === "hidden-hop")
        .map(({ rule, severity, found }) => `${rule} ${severity}: ${found}`);
    const chatting = object("v1", "Service", "web-ws", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
    const silence = "Cloudflare's edge may close a connection that is silent for 100 s";
    const from = "(Deployment chat/edge runs the client of Cloudflare Tunnel)";
    assert.deepEqual(told([client("cloudflare/cloudflared:1")]), [`idle-timeout warning: ${silence} ${from}`]);
    assert.deepEqual(told([...ofConfig("web-ws"), chatting, deployment()], "evidence"), [
      `idle-timeout warning: ${silence} ${from}`,
    ]);
    assert.deepEqual(told([client("ngrok/ngrok:3")]), [
      "hidden-hop warning: nothing says how long the edge of a tunnel's vendor keeps a silent connection: Deployment chat/edge runs the client of ngrok",
    ]);
  });
});
