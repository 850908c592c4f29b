import fc from "fast-check";
import assert from "node:assert/strict";
import { haproxyClock, haproxyTargets } from "../../path/read/ownProxy/haproxyText";
import { nginxPassings } from "../../path/read/ownProxy/nginxText";

const named = (texts: string[]): { name: string; text: string }[] =>
  texts.map((text, index) => ({ name: `${index}.conf`, text }));

describe("nginx, as its text says", () => {
  const where = (...texts: string[]) =>
    nginxPassings(named(texts)).map(({ where: place, readTimeoutSeconds, upgrades }) => ({
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
      nginxPassings(named([text]))[0]?.targets.map(({ host }) => host),
      ["web-0.web", "web-1.web"],
    );
    assert.deepEqual(
      nginxPassings(named(["location / { grpc_pass grpc://app.chat.svc:1; }"]))[0]?.targets.map(({ host }) => host),
      ["app.chat.svc"],
    );
  });

  it("has other clocks for calls, and for what it passes on as bytes", () => {
    const clocks = (text: string) =>
      nginxPassings(named([text])).map(({ directive, readTimeoutSeconds, upgrades, isTcp, ports }) => [
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
      nginxPassings(named([nested])).map(({ directive, readTimeoutSeconds, targets }) => [
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

  it("takes the handler of each file that is included for its own, and of two the later one", () => {
    const passed = (...files: string[]) =>
      nginxPassings(named(files)).map(({ directive, targets }) => [directive, ...targets.map(({ host }) => host)]);
    assert.deepEqual(passed("grpc_pass a:1;", "proxy_pass http://b;"), [
      ["grpc_read_timeout", "a"],
      ["proxy_read_timeout", "b"],
    ]);
    assert.deepEqual(passed("location / { grpc_pass a:1; proxy_pass http://b; }"), [["proxy_read_timeout", "b"]]);
  });

  it("reads a file in the place where another one includes it, with what is set there", () => {
    const passed = (files: Record<string, string>) =>
      nginxPassings(Object.entries(files).map(([name, text]) => ({ name, text }))).map(({ where: place, ports, ...one }) => [
        one.file,
        place,
        ports,
        one.readTimeoutSeconds,
      ]);
    const api = "location /api { proxy_pass http://a; }";
    const two =
      "server { listen 80; proxy_read_timeout 2h; include conf.d/api.inc; } server { listen 90; include conf.d/a*.inc; }";
    assert.deepEqual(passed({ "nginx.conf": two, "api.inc": api }), [
      [1, "location /api", [80], 7200],
      [1, "location /api", [90], undefined],
    ]);
    assert.deepEqual(passed({ "nginx.conf": "server { listen 80; include other.inc; }", "api.inc": api }), [
      [1, "location /api", [], undefined],
    ]);
    // What holds a server is never included into one, and the first of all files into none.
    const itself = `http { include conf.d/*.conf; ${two.replaceAll("inc;", "conf;")} }`;
    assert.deepEqual(passed({ "nginx.conf": itself, "api.conf": `server { listen 70; ${api} }` }), [
      [1, "location /api", [70], undefined],
    ]);
  });

  it("comes to an end where files include each other over and over", () => {
    const each = "location / { proxy_pass http://a; } include *.conf; include *.conf;";
    const files = Array.from({ length: 40 }, (_, index) => ({ name: `${index}.conf`, text: each }));
    assert.ok(nginxPassings(files).length <= 1100);
    const round = ["include b.conf;", "location / { proxy_pass http://a; } include a.conf;"];
    assert.equal(nginxPassings(round.map((text, index) => ({ name: `${"ab"[index]}.conf`, text }))).length, 1);
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
    assert.deepEqual(affinity("balance hdr(x-room)"), { mechanism: "header", ttlSeconds: null, headerName: "x-room" });
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
