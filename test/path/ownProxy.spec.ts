import fc from "fast-check";
import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { haproxyClock, haproxyHosts } from "../../path/read/haproxyText";
import { nginxPassings } from "../../path/read/nginxText";
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
    assert.deepEqual(nginxPassings([text])[0]?.hosts, ["web-0.web", "web-1.web"]);
    assert.deepEqual(nginxPassings(["location / { grpc_pass grpc://app.chat.svc:1; }"])[0]?.hosts, ["app.chat.svc"]);
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

  it("has no limit where none is set, and is none where it passes nothing on", () => {
    assert.equal(haproxyClock(front + back), null);
    assert.equal(haproxyClock("global\n maxconn 10\n"), undefined);
  });

  it("passes on to its servers", () => {
    const text =
      "backend b\n server s web.chat:80 check\n server-template t 0-5 _http._tcp.web.chat.svc.cluster.local:80 check\n";
    assert.deepEqual(haproxyHosts(text), ["web.chat", "_http._tcp.web.chat.svc.cluster.local"]);
  });

  it("forgets the defaults where new ones begin", () => {
    assert.equal(haproxyClock(`defaults\n timeout server 5s\ndefaults\n mode tcp\n${back}`), null);
  });

  it("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => void haproxyClock(text)));
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
    const envoy = "http_connection_manager: { stream_idle_timeout: 0s, upgrade_configs: [{ upgrade_type: websocket }] }";
    assert.deepEqual(read(pod("envoyproxy/envoy:v1", "proxy"), [map(envoy)]), [["own-envoy", "none", null, true]]);
  });

  it("is not known where the ConfigMap was not read", () => {
    assert.deepEqual(read(pod("haproxy:3", "elsewhere")), [["own-haproxy", "unknown", null, true]]);
  });

  it("is none by another image, on another port, or where it only serves files", () => {
    const files = map("server { location / { root /srv; } }");
    assert.deepEqual(read(pod("registry.test/nginx-app:1", "proxy"), [files]), []);
    assert.deepEqual(read(pod("nginx:1", "proxy"), [files]), []);
    assert.deepEqual(read(pod("nginx:1", "elsewhere", [{ containerPort: 9000 }])), []);
  });
});
