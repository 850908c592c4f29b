import fc from "fast-check";
import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { haproxyClock, haproxyTargets } from "../../path/read/haproxyText";
import { nginxPassings } from "../../path/read/nginxText";
import { kongServices } from "../../path/read/kongText";
import { ownProxiesOf } from "../../path/read/ownProxy";
import { object } from "./objects";

describe("nginx, as its text says", () => {
  const where = (...texts: string[]) =>
    nginxPassings(texts).map(({ where: place, readTimeoutSeconds, upgrades }) => ({
      where: place,
      readTimeoutSeconds,
      upgrades,
    }));

  it("takes what is not said in a location from what is around it", () => {
    const text = `
      http {
        proxy_read_timeout 2m; # for all
        server {
          location /plain { proxy_pass http://app; }
          location /ws {
            proxy_pass "http://app";
            proxy_set_header upgrade $http_upgrade;
            proxy_read_timeout 1h 5m;
          }
          location /files { root /srv; }
        }
      }`;
    assert.deepEqual(where(text), [
      { where: "location /plain", readTimeoutSeconds: 120, upgrades: false },
      { where: "location /ws", readTimeoutSeconds: 3900, upgrades: true },
    ]);
  });

  it("loses the headers from above where a location sets some of its own", () => {
    const text = `server { proxy_set_header Upgrade $http_upgrade; location / { proxy_pass http://a; proxy_set_header Host $host; } }`;
    assert.deepEqual(where(text), [{ where: "location /", readTimeoutSeconds: undefined, upgrades: false }]);
  });

  it("reads several files as one server does", () => {
    const files = ["http { proxy_read_timeout 90s; include conf.d/*; }", "server { location / { proxy_pass http://a; } }"];
    assert.deepEqual(where(...files), [{ where: "location /", readTimeoutSeconds: 90, upgrades: false }]);
  });

  it("passes on to hosts, and to the servers of an upstream", () => {
    const text =
      "upstream pool { server web-0.web:80; server web-1.web:80 weight=2; } server { location / { proxy_pass http://pool/x; } }";
    assert.deepEqual(
      nginxPassings([text])[0]?.targets.map(({ host }) => host),
      ["web-0.web", "web-1.web"],
    );
    assert.deepEqual(
      nginxPassings(["location / { grpc_pass grpc://app.chat.svc:1; }"])[0]?.targets.map(({ host }) => host),
      ["app.chat.svc"],
    );
  });

  it("has other clocks for calls, and for what it passes on as bytes", () => {
    const clocks = (text: string) =>
      nginxPassings([text]).map(({ directive, readTimeoutSeconds, upgrades, isTcp, ports }) => [
        directive,
        readTimeoutSeconds,
        upgrades,
        isTcp,
        ports,
      ]);
    assert.deepEqual(clocks("server { listen 443 ssl; location / { grpc_pass grpc://a:1; proxy_read_timeout 1h; } }"), [
      ["grpc_read_timeout", undefined, true, false, [443]],
    ]);
    const stream = "proxy_read_timeout 5s; stream { proxy_timeout 1h; server { listen 0.0.0.0:1883; proxy_pass mqtt:1883; } }";
    assert.deepEqual(clocks(stream), [["proxy_timeout", 3600, true, true, [1883]]]);
  });

  it("takes no handler from the location around it", () => {
    const nested = "location / { grpc_pass grpc://a:1; location /x { proxy_pass http://b; proxy_read_timeout 2h; } }";
    assert.deepEqual(
      nginxPassings([nested]).map(({ directive, readTimeoutSeconds, targets }) => [
        directive,
        readTimeoutSeconds,
        targets.map(({ host }) => host),
      ]),
      [
        ["grpc_read_timeout", undefined, ["a"]],
        ["proxy_read_timeout", 7200, ["b"]],
      ],
    );
  });

  it("is not confused by braces in comments, quotes and variables", () => {
    const text = `server { # }\n location ~ "^/a{2}" { proxy_pass http://a$request_uri; log_format x '{"a": "$b"}'; } }`;
    assert.equal(where(text)[0]?.where, "location ~ ^/a{2}");
  });

  it("never throws, whatever the text", () => {
    const words = fc.constantFrom(
      "{",
      "}",
      ";",
      "location",
      "proxy_pass",
      "http",
      "server",
      "'",
      '"',
      "#",
      "\n",
      "60s",
      "\\",
      "${",
    );
    fc.assert(fc.property(fc.array(words), (parts) => void where(parts.join(" "))));
    fc.assert(fc.property(fc.string(), (text) => void where(text)));
  });
});

describe("HAProxy, as its text says", () => {
  const front = "frontend f\n bind :80\n default_backend b\n";
  const back = "backend b\n server s 127.0.0.1:1\n";

  it("counts the tunnel timeout, else the smaller of client and server", () => {
    const defaults = "defaults\n timeout client 50s\n timeout server 1m\n";
    assert.deepEqual(haproxyClock(defaults + front + back), { line: "timeout client 50s", seconds: 50 });
    assert.deepEqual(haproxyClock(`${defaults} timeout tunnel 2h\n${front}${back}`), {
      line: "timeout tunnel 2h",
      seconds: 7200,
    });
    assert.deepEqual(haproxyClock(`${defaults}${front}${back} timeout tunnel 7200\n`), {
      line: "timeout tunnel 7200",
      seconds: 7.2,
    });
  });

  it("counts the ways that were made for what is upgraded, where only some were", () => {
    const other = "backend ws\n timeout tunnel 2h\n server s 127.0.0.1:2\n";
    assert.deepEqual(haproxyClock(`defaults\n timeout server 30s\n${front}${back}${other}`), {
      line: "timeout tunnel 2h",
      seconds: 7200,
    });
  });

  it("has no limit where none is set, and is none where it passes nothing on", () => {
    assert.equal(haproxyClock(front + back), null);
    assert.equal(haproxyClock("global\n maxconn 10\n"), undefined);
  });

  it("passes on to its servers", () => {
    const text =
      "backend b\n server s web.chat:80 check\n server-template t 0-5 _http._tcp.web.chat.svc.cluster.local:80 check\n";
    assert.deepEqual(
      haproxyTargets(text).map(({ host }) => host),
      ["web.chat", "_http._tcp.web.chat.svc.cluster.local"],
    );
  });

  it("knows the ways of the port that leads here", () => {
    const text = `frontend a\n bind *:80,:443 ssl\n timeout client 9s\n default_backend one\nlisten b\n bind :90\n stats enable\nbackend one\n server s one:1\nbackend two\n server s two:1\n`;
    const hosts = (port?: number) => haproxyTargets(text, port).map(({ host }) => host);
    assert.deepEqual([hosts(443), hosts(90), hosts(70), hosts()], [["one"], [], ["one", "two"], ["one", "two"]]);
    assert.equal(haproxyClock(text, 90), undefined);
    assert.deepEqual(
      haproxyTargets(text.replace("one\nlisten", "%[hdr(host)]\nlisten"), 80).map(({ host }) => host),
      ["one", "two"],
    );
  });

  it("chooses by what its lines say", () => {
    const choice = (lines: string, server = "server-template s 3 app:1") =>
      haproxyTargets(`backend b\n ${lines}\n ${server}\n`).map((target) => target.choice)[0];
    const affinity = (lines: string, server?: string) => choice(lines, server)?.affinity;
    assert.equal(affinity("balance random(2)"), null);
    assert.deepEqual(affinity("balance hdr(x-room)"), { mechanism: "header", ttlSeconds: null });
    assert.deepEqual(affinity("stick-table type string expire 30m\n stick on req.cook(id)"), {
      mechanism: "header",
      ttlSeconds: 1800,
    });
    assert.equal(affinity("stick-table type ip expire 30m store conn_cur"), null);
    assert.equal(choice("stick on src")?.affinityUnknown, true);
    assert.equal(choice("balance source")?.affinityUnknown, true);
    assert.equal(choice("", "server s app:1")?.affinityUnknown, true);
    assert.deepEqual(affinity("cookie r insert maxidle 1h maxlife 2h", "server s app-0.app:1 cookie a"), {
      mechanism: "cookie",
      ttlSeconds: 3600,
      cookieName: "r",
    });
  });

  it("takes the defaults that a section names, and no time for none at all", () => {
    const named = "defaults web\n timeout tunnel 2h\ndefaults raw from web\n timeout server 9s\n timeout tunnel 0\n";
    assert.deepEqual(haproxyClock(`${named}backend b from web\n server s a:1\n`), { line: "timeout tunnel 2h", seconds: 7200 });
    assert.deepEqual(haproxyClock(named + back), { line: "timeout server 9s", seconds: 9 });
    assert.equal(haproxyClock(`defaults\n timeout client 0\n timeout server 0s\n timeout tunnel 0\n${front}${back}`), null);
  });

  it("forgets the defaults where new ones begin", () => {
    assert.equal(haproxyClock(`defaults\n timeout server 5s\ndefaults\n mode tcp\n${back}`), null);
  });

  it("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => void [haproxyClock(text), haproxyTargets(`backend b\n${text}`)]));
  });
});

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

  it("is no application that asks another one, and none where it is told nothing", () => {
    const env = [{ name: "UPSTREAM", value: "http://a:80" }];
    assert.deepEqual(hosts("registry.test/shop:1", { env, args: ["--upstream=http://a:80"] }), []);
    assert.deepEqual(hosts("oauth2-proxy:v7", { args: ["--upstream=static://202", "--upstream=redis://c:1"] }), []);
    assert.deepEqual(hosts("litellm:v1", mounted), []);
  });
});
