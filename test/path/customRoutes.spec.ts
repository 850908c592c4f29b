import assert from "node:assert/strict";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { clientIp, deployment, DIRECT, object, service } from "./objects";

type Fields = { [key: string]: Value };
const read = (...objects: KubernetesObject[]): Path[] =>
  readPaths([...objects, service(clientIp(3600)), deployment()], DIRECT).filter(({ entry }) => entry.kind !== "Service");
const places = (paths: Path[]) =>
  paths.map(({ host, pathPrefix, service: { namespace, name } }) => [host, pathPrefix, namespace, name]);

describe("F5's own kinds", () => {
  const upstreams = ["web", "new", "other/far"].map((name) => ({ name: name.split("/").at(-1)!, service: name, port: 80 }));
  const server = (routes: Value, extra: Fields = {}) =>
    object("k8s.nginx.org/v1", "VirtualServer", "edge", { spec: { host: "chat.example.test", upstreams, routes, ...extra } });

  it("send by action, by proxy, by splits and by matches, each upstream once", () => {
    const paths = read(
      server([
        { path: "/", action: { pass: "web" } },
        { path: "/far", action: { proxy: { upstream: "far", rewritePath: "/" } } },
        {
          path: "/both",
          splits: [
            { weight: 90, action: { pass: "web" } },
            { weight: 10, action: { pass: "new" } },
          ],
          matches: [{ conditions: [], action: { pass: "new" } }],
        },
        { path: "/gone", action: { redirect: { url: "https://example.test" } } },
        { path: "/sub", route: "other/sub" },
      ]),
    );
    assert.deepEqual(places(paths), [
      ["chat.example.test", "/", "chat", "web"],
      ["chat.example.test", "/far", "other", "far"],
      ["chat.example.test", "/both", "chat", "web"],
      ["chat.example.test", "/both", "chat", "new"],
    ]);
    assert.match(paths[0]?.hops[0]?.inert.join() ?? "", /sessionAffinity: ClientIP of Service chat\/web is inert/);
  });

  it("wait for what a preview does not know", () => {
    const pending = (...objects: KubernetesObject[]) => read(...objects).map(({ hops }) => hops[0]?.pending);
    assert.deepEqual(pending(server([{ path: "/", action: { pass: UNKNOWN } }])), [true]);
    assert.deepEqual(pending(server([{ path: "/", action: UNKNOWN }])), [true]);
    assert.deepEqual(pending(server(UNKNOWN)), [true]);
    assert.deepEqual(pending(server([{ path: "/", action: { pass: "web" } }], { upstreams: UNKNOWN })), [true]);
    assert.deepEqual(pending(server([{ path: "/", action: { pass: "absent" } }], { upstreams: [{ name: UNKNOWN }] })), [true]);
    assert.deepEqual(pending(server([{ path: "/", action: { pass: "absent" } }])), []);
  });

  it("say where a timeout that is no time was written", () => {
    const [bad] = [{ name: "web", service: "web", port: 80, "read-timeout": "an hour" }];
    const [path] = read(server([{ path: "/", action: { pass: "web" } }], { upstreams: [bad] }));
    assert.equal(path?.hops[0]?.idleSeconds, 60);
    assert.match(path?.hops[0]?.inert.join() ?? "", /read-timeout: "an hour" is no time such as 3660s/);
  });

  it("of a TransportServer only what carries connections is a way in", () => {
    const transport = (protocol: string) =>
      object("k8s.nginx.org/v1", "TransportServer", "edge", {
        spec: { listener: { name: "x", protocol }, upstreams, action: { pass: "web" } },
      });
    assert.equal(read(transport("TCP"))[0]?.hops[0]?.idleSeconds, 600);
    assert.equal(read(transport("TLS_PASSTHROUGH"))[0]?.hops[0]?.hop, "f5-transport-server");
    assert.deepEqual(read(transport("UDP")), []);
  });
});

describe("HTTPProxies that include one another", () => {
  const proxy = (name: string, spec: Fields, namespace = "chat") =>
    object("projectcontour.io/v1", "HTTPProxy", name, { spec }, { namespace });
  const toWeb = { services: [{ name: "web", port: 80 }] };
  const root = proxy(
    "root",
    {
      virtualhost: { fqdn: "chat.example.test" },
      includes: [{ name: "child", namespace: "chat", conditions: [{ prefix: "/api/" }] }],
    },
    "edge",
  );
  const child = proxy("child", { routes: [{ conditions: [{ prefix: "/ws" }], ...toWeb }, toWeb] });

  it("serve a child's routes at the host and below the path of the root", () => {
    const paths = read(root, child);
    assert.deepEqual(places(paths), [
      ["chat.example.test", "/api/ws", "chat", "web"],
      ["chat.example.test", "/api", "chat", "web"],
    ]);
    assert.equal(paths[0]?.hops[0]?.notes, undefined);
  });

  it("say of one that nobody includes that it serves nothing alone", () => {
    assert.match(read(child)[0]?.hops[0]?.notes?.join() ?? "", /no HTTPProxy that was read includes it/);
    assert.deepEqual(
      places(read(child)).map(([host]) => host),
      [undefined, undefined],
    );
  });

  it("end where they include one another in a circle", () => {
    const circle = (name: string, other: string) => proxy(name, { includes: [{ name: other }], routes: [toWeb] });
    assert.equal(read(circle("one", "two"), circle("two", "one")).length, 2);
  });

  it("read no route beside a tcpproxy, and a handed-on tcpproxy where it stands", () => {
    const tcp = proxy("tcp", { virtualhost: { fqdn: "tcp.example.test" }, tcpproxy: toWeb, routes: [toWeb] });
    assert.deepEqual(
      read(tcp).map(({ hops }) => hops[0]?.hop),
      ["contour-tcp"],
    );
    const handing = proxy("handing", { virtualhost: { fqdn: "tcp.example.test" }, tcpproxy: { include: { name: "handed" } } });
    const [path, ...others] = read(handing, proxy("handed", { tcpproxy: toWeb }));
    assert.deepEqual([path?.entry.name, path?.host, others.length], ["handed", "tcp.example.test", 0]);
    assert.match(path?.hops[0]?.writeIdle?.(10_000) ?? "", /no setting raises it/);
    assert.equal(read(proxy("open", { tcpproxy: UNKNOWN, routes: [toWeb] }))[0]?.hops[0]?.pending, true);
  });
});

describe("an idle limit that Contour cannot read", () => {
  const limitFrom = (idle: string) => {
    const routes = [{ services: [{ name: "web", port: 80 }], enableWebsockets: true, timeoutPolicy: { idle } }];
    const proxy = object("projectcontour.io/v1", "HTTPProxy", "web", { spec: { virtualhost: { fqdn: "a.test" }, routes } });
    return readPaths([proxy, service(), deployment()], DIRECT)[0]!.hops[0]!.from;
  };

  it("is told as it was written, and not as one that is missing", () => {
    assert.match(limitFrom("3700"), /timeoutPolicy\.idle is "3700", which is no duration such as 3660s/);
    assert.match(limitFrom("0s"), /timeoutPolicy\.idle is not set/);
    assert.match(limitFrom("3700s"), /timeoutPolicy\.idle$/);
  });
});
