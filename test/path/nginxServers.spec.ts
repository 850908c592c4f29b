import assert from "node:assert/strict";
import { nginxServers } from "../../path/read/ownProxy/nginxServers";

const redirects = (inside: string, ...others: [name: string, text: string][]): boolean => {
  const files = [["nginx.conf", `server { listen 80; ${inside} }`], ...others].map(([name = "", text = ""]) => ({ name, text }));
  return nginxServers(files).find(({ ports }) => ports.includes(80))!.redirects;
};

describe("a server of an nginx that only sends its clients over to https", () => {
  it("does so in itself, whatever its locations are", () => {
    assert.ok(redirects("return 301 https://$host$request_uri; location / { proxy_pass http://a; }"));
    assert.ok(redirects('return "https://chat.test"; '));
    assert.ok(redirects("rewrite ^(.*)$ https://$host$1 permanent; location / { root /srv; }"));
    assert.ok(redirects('if ($scheme != "https") { return 301 https://$host$request_uri; } location / { proxy_pass http://a; }'));
  });

  it("does so by name and refuses all others", () => {
    assert.ok(redirects("if ($host = chat.test) { return 301 https://$host$request_uri; } server_name chat.test; return 404;"));
    assert.ok(redirects("return 444;"));
    assert.ok(!redirects("if ($host = chat.test) { return 301 https://$host$request_uri; } return 200 hello;"));
    assert.ok(!redirects("if ($host = chat.test) { return 301 https://$host$request_uri; } location / { proxy_pass http://a; }"));
    assert.ok(!redirects("return 301 http://other.test$request_uri;"));
  });

  it("does so in a location for everything, beside what proves its name and what answers by a line", () => {
    const all = "location / { return 301 https://$host$request_uri; }";
    assert.ok(redirects(`location ^~ /.well-known/acme-challenge/ { root /var/www; } ${all}`));
    assert.ok(redirects(`location = /live { return 200 "alive"; } ${all}`));
    assert.ok(redirects("location / { if ($https = '') { return 301 https://$host; } proxy_pass http://a; }"));
    assert.ok(!redirects(`location /ws { proxy_pass http://a; } ${all}`));
    assert.ok(!redirects(`location /files { root /srv; } ${all}`));
    assert.ok(!redirects("location /old { return 301 https://$host$request_uri; }"));
    assert.ok(!redirects("location / { if ($host = a.test) { return 301 https://$host; } proxy_pass http://a; }"));
  });

  it("is read with the files that it includes", () => {
    const all = "location / { return 301 https://$host$request_uri; }";
    assert.ok(redirects("include snippets/redirect.inc;", ["redirect.inc", all]));
    assert.ok(redirects(`include snippets/acme.conf; ${all}`));
    assert.ok(!redirects(`include snippets/*.inc; ${all}`, ["ws.inc", "location /ws { proxy_pass http://a; }"]));
  });
});
