import fc from "fast-check";
import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { kongServices } from "../../path/read/ownProxy/kongText";
import { ownProxiesOf } from "../../path/read/ownProxy/index";
import { object } from "./objects";

describe("a proxy of one's own", () => {
  function pod(image: string, mounted: string, ports = [{ containerPort: 8080 }]): KubernetesObject {
    const volumeMounts = [{ name: "config", mountPath: "/etc/x" }];
    const containers = [
      { name: "app", image: "registry.test/app:1" },
      { name: "proxy", image, ports, volumeMounts },
    ];
    const spec = { containers, volumes: [{ name: "config", configMap: { name: mounted } }] };
    return object("apps/v1", "Deployment", "web", { spec: { template: { metadata: { labels: {} }, spec } } });
  }
  const map = (text: string): KubernetesObject => object("v1", "ConfigMap", "proxy", { data: { "x.conf": text } });
  const read = (workload: KubernetesObject, objects: KubernetesObject[] = []) =>
    ownProxiesOf(workload, 8080, new Catalog([workload, ...objects])).map(({ hop, upgrades }) => [
      hop.hop,
      hop.limit,
      hop.idleSeconds,
      upgrades,
    ]);

  it("is read from the ConfigMap that it mounts", () => {
    const passing = "server { location / { proxy_pass http://a; proxy_set_header Upgrade x; } }";
    assert.deepEqual(read(pod("docker.io/nginxinc/nginx-unprivileged:1@sha256:0", "proxy"), [map(passing)]), [
      ["own-nginx", "idle", 60, true],
    ]);
  });

  it("is the one of its servers that the port leads to", () => {
    const server = (port: number, timeout: string) =>
      `server { listen ${port}; location / { proxy_pass http://a; proxy_set_header Upgrade x; proxy_read_timeout ${timeout}; } }`;
    assert.deepEqual(read(pod("nginx:1", "proxy"), [map(server(8080, "2h") + server(9090, "5s"))]), [
      ["own-nginx", "idle", 7200, true],
    ]);
  });

  it("is read for those behind it where it has no clock of its own", () => {
    const hosts = (image: string, text: string) => {
      const workload = pod(image, "proxy");
      return ownProxiesOf(workload, 8080, new Catalog([workload, map(text)])).map((proxy) => [
        proxy.hop.limit,
        proxy.targets.map(({ host }) => host),
      ]);
    };
    const caddyfile =
      ":80 {\n  @ws path /ws*\n  reverse_proxy @ws chat:3000\n  reverse_proxy http://web.site:80 {\n    to other:81\n  }\n}";
    assert.deepEqual(hosts("caddy:2", caddyfile), [["none", ["chat", "web.site", "other"]]]);
    assert.deepEqual(hosts("caddy:2", ":80 {\n  file_server\n}"), []);
    const dynamic = "http:\n  services:\n    chat:\n      loadBalancer:\n        servers:\n          - url: http://chat:3000/";
    assert.deepEqual(hosts("traefik:v3", dynamic), [["none", ["chat"]]]);
    assert.deepEqual(read(pod("caddy:2", "elsewhere")), []);
  });

  it("is not known where the ConfigMap was not read", () => {
    assert.deepEqual(read(pod("haproxy:3", "elsewhere")), [["own-haproxy", "unknown", null, true]]);
  });

  it("is passed by on the port of a listener that only redirects", () => {
    const listener = (port: number, route: object) => ({
      address: { socket_address: { port_value: port } },
      filter_chains: [
        { filters: [{ name: "http_connection_manager", config: { route_config: { virtual_hosts: [{ routes: [route] }] } } }] },
      ],
    });
    const file = (passing: number, redirecting: number) =>
      map(JSON.stringify([listener(passing, { route: { cluster: "a" } }), listener(redirecting, { redirect: {} })]));
    assert.deepEqual(read(pod("envoy:1", "proxy"), [file(8443, 8080)]), []);
    assert.deepEqual(read(pod("envoy:1", "proxy"), [file(8080, 8443)]), [["own-envoy", "idle", 300, false]]);
  });

  it("is not known where its clock is no duration yet", () => {
    const line = (image: string, text: string) => {
      const workload = pod(image, "proxy");
      const [found] = ownProxiesOf(workload, 8080, new Catalog([workload, map(text)]));
      return [found?.hop.limit, found?.hop.from.replace(/^.*?[:,] /, "")];
    };
    const nginx = "server { location / { proxy_pass http://a; proxy_read_timeout ${WAIT}; } }";
    assert.deepEqual(line("nginx:1", nginx), ["unknown", "location /: proxy_read_timeout ${WAIT}"]);
    const back = "backend b\n server s a:1\n";
    const haproxy = `defaults\n timeout server 30s\n timeout tunnel "\${WAIT}"\n${back}`;
    assert.deepEqual(line("haproxy:3", haproxy), ["unknown", 'timeout tunnel "${WAIT}"']);
    assert.equal(line("haproxy:3", `defaults\n timeout client 9s\n timeout server $WAIT\n${back}`)[0], "unknown");
    const envoy =
      'filter_chains: [{ filters: [{ name: http_connection_manager, config: { stream_idle_timeout: "${WAIT}s" } }] }]';
    assert.deepEqual(line("envoy:1", envoy), ["unknown", "stream_idle_timeout ${WAIT}s"]);
    const kong = '_format_version: "3.0"\nservices: [{ name: a, url: "http://a", read_timeout: 3600s }]';
    assert.deepEqual(line("kong:3", kong), ["unknown", "service a: read_timeout 3600s"]);
  });

  it("is not known where an Envoy or an HAProxy has no file that says what it does", () => {
    const dynamic = map("dynamic_resources: { ads_config: { api_type: GRPC } }");
    assert.deepEqual(read(pod("envoy:1", "proxy"), [dynamic]), [["own-envoy", "unknown", null, true]]);
    assert.deepEqual(read(pod("envoy:1", "proxy"), [map("x: {{ tcp_proxy }}")]), [["own-envoy", "unknown", null, true]]);
    assert.deepEqual(read(pod("haproxy:3", "proxy"), [map("global\n maxconn 5\n")]), [["own-haproxy", "unknown", null, true]]);
    assert.deepEqual(read(pod("haproxy:3", "proxy"), [map("listen stats\n bind :8080\n stats enable\n")]), []);
  });

  it("has another clock in HAProxy for what is streamed in an answer", () => {
    const defaults = "timeout client 50s\n timeout server 30s\n timeout tunnel 2h\n";
    const workload = pod("haproxy:3", "proxy");
    const streamed = (text: string) =>
      ownProxiesOf(workload, 8080, new Catalog([workload, map(text)]))[0]?.hop.perProtocol?.["http-stream"];
    const back = "backend b\n server s a:1\n";
    assert.deepEqual(streamed(`defaults\n mode http\n ${defaults}${back}`), { limit: "idle", idleSeconds: 30 });
    assert.equal(streamed(`defaults\n mode tcp\n ${defaults}${back}`), undefined);
    assert.deepEqual(streamed(`defaults\n mode http\n timeout tunnel 2h\n${back}`), { limit: "none", idleSeconds: null });
  });

  it("is none by another image, on another port, or where it only serves files", () => {
    const files = map("server { location / { root /srv; } }");
    assert.deepEqual(read(pod("registry.test/nginx-app:1", "proxy"), [files]), []);
    assert.deepEqual(read(pod("nginx:1", "proxy"), [files]), []);
    assert.deepEqual(read(pod("nginx:1", "elsewhere", [{ containerPort: 9000 }])), []);
  });
});

describe("Kong, as its file says", () => {
  const file = (...services: object[]) => JSON.stringify({ _format_version: "3.0", services });
  const clocks = (...services: object[]) => kongServices(file(...services))?.map(({ clock, seconds }) => [clock, seconds]);

  it("has two clocks for each service, and the shorter one counts", () => {
    assert.deepEqual(clocks({ name: "a", url: "http://a" }), [["read_timeout", undefined]]);
    assert.deepEqual(clocks({ name: "a", read_timeout: 90_000 }), [["read_timeout", 90]]);
    assert.deepEqual(clocks({ name: "a", read_timeout: 90_000, write_timeout: 30_000 }), [["write_timeout", 30]]);
    assert.deepEqual(clocks({ name: "a", write_timeout: 5000 }), [["write_timeout", 5]]);
  });

  it("passes on to the hosts of its services, and chooses as their upstreams say", () => {
    const text = JSON.stringify({
      _format_version: "3.0",
      services: [{ url: "http://web.chat:80/x" }, { host: "pods" }],
      upstreams: [{ name: "pods", hash_on: "cookie", hash_on_cookie: "room", targets: [{ target: "live:4000" }] }],
    });
    const targets = kongServices(text)?.flatMap((service) => service.targets);
    assert.deepEqual(
      targets?.map(({ host, choice }) => [host, choice.affinity?.cookieName]),
      [
        ["web.chat", undefined],
        ["live", "room"],
      ],
    );
  });

  it("is none where the text is none, or does not parse", () => {
    assert.equal(kongServices("services: []"), undefined);
    assert.equal(kongServices("_format_version: [}"), undefined);
    fc.assert(fc.property(fc.string(), (text) => void kongServices(`_format_version: "3.0"\n${text}`)));
  });
});

describe("a proxy that is told where to pass connections", () => {
  const service = (name: string, annotations: Record<string, string> = {}) => {
    const made = object("v1", "Service", name, { spec: { ports: [{ port: 80 }] } });
    return { ...made, metadata: { ...made.metadata, annotations } };
  };
  const hosts = (image: string, container: object, ...objects: KubernetesObject[]) => {
    const volumes = [{ name: "config", configMap: { name: "file" } }];
    const spec = { containers: [{ name: "proxy", image, ...container }], volumes };
    const workload = object("apps/v1", "Deployment", "web", { spec: { template: { metadata: { labels: {} }, spec } } } as never);
    return ownProxiesOf(workload, undefined, new Catalog([workload, ...objects])).flatMap(({ targets }) =>
      targets.map(({ host }) => host),
    );
  };
  const mounted = { volumeMounts: [{ name: "config", mountPath: "/etc/x" }] };
  const file = (text: string) => object("v1", "ConfigMap", "file", { data: { x: text } });

  it("is told by its arguments and variables", () => {
    const login = "quay.io/oauth2-proxy/oauth2-proxy:v7";
    assert.deepEqual(hosts(login, { args: ["--upstream=http://a.b:80/", "--redis-connection-url=redis://c:6379"] }), ["a.b"]);
    assert.deepEqual(hosts(login, { args: ["--upstream", "http://a", "--oidc-issuer-url", "http://d:80"] }), ["a"]);
    const env = [
      { name: "OAUTH2_PROXY_UPSTREAMS", value: "http://a:1,http://b:2" },
      { name: "OAUTH2_PROXY_OIDC_ISSUER_URL", value: "http://d:80" },
    ];
    assert.deepEqual(hosts(login, { env }), ["a", "b"]);
    assert.deepEqual(hosts("alpine/socat:1", { args: ["TCP-LISTEN:80,fork", "TCP:web.chat:3000"] }), ["TCP-LISTEN", "web.chat"]);
    assert.deepEqual(hosts("itzg/mc-router:1", { args: ["--mapping", "a.example.test=one:25565,b.example.test=two:25565"] }), [
      "one",
      "two",
    ]);
  });

  it("is told by a file, and by what Services ask of it", () => {
    const models =
      "model_list:\n  - litellm_params: { api_base: http://vllm:8000/v1 }\nsettings: { endpoint: http://traces:4318 }";
    assert.deepEqual(hosts("litellm:v1", mounted, file(models)), ["vllm"]);
    assert.deepEqual(hosts("apache/apisix:3", mounted, file("upstream:\n  nodes:\n    web.chat:80: 1\netcd: http://etcd:2379")), [
      "web.chat",
    ]);
    const asks = service("world", { "mc-router.itzg.me/externalServerName": "mc.example.test" });
    assert.deepEqual(hosts("itzg/mc-router:1", { args: ["--in-kube-cluster"] }, asks, service("other")), ["world.chat"]);
  });

  it("is an application that is told so as a gateway; of its routes those of WebSockets alone, where it tells them apart", () => {
    const mine = "registry.test/gateway:1";
    const routes = (scheme: string) =>
      `spring:\n  cloud:\n    gateway:\n      routes:\n      - uri: http://shop:80\n      - uri: ${scheme}://chat:80\n`;
    assert.deepEqual(hosts(mine, mounted, file(routes("http"))), ["shop", "chat"]);
    assert.deepEqual(hosts(mine, mounted, file(routes("ws"))), ["chat"]);
    const lines = "spring.cloud.gateway.routes[0].id=chat\nspring.cloud.gateway.routes[0].uri=http://chat.site:80";
    assert.deepEqual(hosts(mine, mounted, file(lines)), ["chat.site"]);
    const env = [
      { name: "SPRING_CLOUD_GATEWAY_ROUTES_0_URI", value: "http://chat:80" },
      { name: "DATABASE_URI", value: "http://d:80" },
    ];
    assert.deepEqual(hosts(mine, { env }), ["chat"]);
    const proxy = '{ "ReverseProxy": { "Clusters": { "a": { "Destinations": { "b": { "Address": "http://chat:80/" } } } } } }';
    assert.deepEqual(hosts(mine, mounted, file(proxy)), ["chat"]);
    assert.deepEqual(hosts(mine, mounted, file("spring.cloud.config.uri=http://settings:8888\nupstream.uri=http://a:80")), []);
  });

  it("is no application that asks another one, and none where it is told nothing", () => {
    const env = [{ name: "UPSTREAM", value: "http://a:80" }];
    assert.deepEqual(hosts("registry.test/shop:1", { env, args: ["--upstream=http://a:80"] }), []);
    assert.deepEqual(hosts("oauth2-proxy:v7", { args: ["--upstream=static://202", "--upstream=redis://c:1"] }), []);
    assert.deepEqual(hosts("litellm:v1", mounted), []);
  });
});
