import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, object, service } from "./objects";

type Fields = { [key: string]: Value };
const map = (name: string, data: Value, namespace = "chat") => object("v1", "ConfigMap", name, { data }, { namespace });
const read = (...objects: KubernetesObject[]) => readPaths([...objects, service(), deployment()], DIRECT);
const controller = (image: string, argument: Value) =>
  object("apps/v1", "DaemonSet", "controller", {
    spec: { template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ image, args: [argument] }] } } },
  });
const PORTS: Fields = { "5222": "chat/web:80" };

describe("ports that a ConfigMap opens", () => {
  it("are ways in, each to its Service", () => {
    const [path, ...others] = read(map("tcp-services", { ...PORTS, "9000": "other/far:xmpp:PROXY:PROXY", notes: "x" }));
    assert.equal(path, undefined, "what is no port makes it another map");
    assert.deepEqual(others, []);
    const found = read(map("tcp-services", { ...PORTS, "9000": "other/far:xmpp:PROXY:PROXY" }));
    assert.deepEqual(
      found.map(({ entry, service: { namespace, name }, port, hops }) => [
        entry.kind,
        namespace,
        name,
        port,
        hops[0]?.idleSeconds,
      ]),
      [
        ["ConfigMap", "chat", "web", 80, 600],
        ["ConfigMap", "other", "far", "xmpp", 600],
      ],
    );
  });

  it("take their clock from the ConfigMap of the controller", () => {
    const config = (value: Value) => map("ingress-nginx-controller", { "proxy-stream-timeout": value });
    const [raised] = read(map("tcp-services", PORTS), config("2h"));
    assert.deepEqual([raised?.hops[0]?.idleSeconds, raised?.hops[0]?.writtenIn?.name], [7200, "ingress-nginx-controller"]);
    assert.equal(read(map("tcp-services", PORTS), config(UNKNOWN))[0]?.hops[0]?.pending, true);
  });

  it("are known by the argument of a controller, whatever the map is called", () => {
    const nginx = "registry.k8s.io/ingress-nginx/controller:v1.15.1";
    const opened = (image: string, argument: Value, namespace = "chat") =>
      read(map("ports", PORTS, namespace), controller(image, argument)).map(({ hops }) => hops[0]?.hop);
    assert.deepEqual(opened(nginx, "--tcp-services-configmap=$(POD_NAMESPACE)/ports"), ["ingress-nginx-tcp"]);
    assert.deepEqual(opened(nginx, "--tcp-services-configmap=other/ports"), []);
    assert.deepEqual(opened("jcmoraisjr/haproxy-ingress:v0.16.1", "--tcp-services-configmap=chat/ports"), ["haproxy-ingress"]);
    assert.deepEqual(opened("haproxytech/kubernetes-ingress:3.2", "--configmap-tcp-services=chat/ports"), [
      "haproxytech-ingress",
    ]);
    assert.deepEqual(opened(nginx, "--udp-services-configmap=chat/ports"), []);
  });

  it("are read by the name too where their controller was not, and of datagrams not at all", () => {
    const hops = (name: string, data: Value = PORTS) => read(map(name, data)).map((path) => path.hops[0]?.hop);
    assert.deepEqual(hops("haproxy-kubernetes-ingress-tcp"), ["haproxytech-ingress"]);
    assert.deepEqual(hops("ingress-nginx-tcp"), ["ingress-nginx-tcp"]);
    assert.deepEqual(hops("edge-tcp"), ["unknown-proxy"]);
    assert.deepEqual(hops("udp-services"), []);
    assert.deepEqual(hops("ports"), []);
    assert.deepEqual(hops("tcp-services", {}), []);
    assert.deepEqual(hops("tcp-settings", { "5222": "on" }), []);
  });

  it("wait for what a preview does not know", () => {
    assert.equal(read(map("tcp-services", UNKNOWN))[0]?.hops[0]?.pending, true);
    assert.equal(read(map("tcp-services", { "5222": UNKNOWN }))[0]?.hops[0]?.pending, true);
  });
});
