import assert from "node:assert/strict";
import { headersOf } from "../../cli/verifyFlags";
import { CookieJar, joinCookies } from "../../verify/connect/cookies";
import { mergeHeaders } from "../../verify/connect/headers";

const NOW = Date.parse("2026-01-01T00:00:00Z");

describe("the cookies of a client", () => {
  const jar = (...lines: string[]): CookieJar => {
    const made = new CookieJar(new URL("wss://chat.example.com/ws/room"));
    lines.forEach((line) => made.keep([line], NOW));
    return made;
  };
  const sent = (...lines: string[]) => jar(...lines).header(NOW);

  it("are kept by name over several answers, and the newest value is sent", () => {
    assert.equal(sent("route=a; Path=/; HttpOnly", "session=1; SameSite=Lax", "route=b"), "route=b; session=1");
    assert.equal(sent("token=a=b=="), "token=a=b==");
    assert.equal(sent("no cookie", "=nameless"), undefined);
    assert.equal(sent(), undefined);
  });

  it("are given up when they are taken away, or their time is over", () => {
    assert.equal(sent("route=a", "session=1", "route=; Max-Age=0"), "session=1");
    assert.equal(sent("route=a; Max-Age=-1"), undefined);
    assert.equal(sent("route=a; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), undefined);
    assert.equal(sent("route=a; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=60"), "route=a");
    assert.equal(jar("route=a; Max-Age=60").header(NOW + 59_000), "route=a");
    assert.equal(jar("route=a; Max-Age=60").header(NOW + 60_000), undefined);
    assert.equal(sent("route=a; Max-Age=soon; Expires=whenever"), "route=a");
  });

  it("go to their own path and domain only, and say why they go nowhere", () => {
    for (const attribute of [
      "Path=/",
      "Path=/ws",
      "Path=/ws/",
      "Path=/ws/room",
      "Path=ws",
      "Domain=example.com",
      "Domain=.Chat.Example.com",
    ]) {
      assert.equal(sent(`route=a; ${attribute}`), "route=a", attribute);
    }
    const elsewhere = {
      "Path=/w": "its Path is /w",
      "Path=/app": "its Path is /app",
      "Domain=ample.com": "its Domain is ample.com",
    };
    for (const [attribute, why] of Object.entries(elsewhere)) {
      const refused = jar(`route=a; ${attribute}`);
      assert.deepEqual([refused.header(NOW), refused.unsent], [undefined, { route: why }]);
    }
  });

  it("of two headers are sent together, and the second one's value is taken", () => {
    assert.equal(joinCookies("a=b; route=mine", "route=theirs;c=d"), "a=b; route=theirs; c=d");
    assert.equal(joinCookies("", "a=b"), "a=b");
  });
});

describe("headers of two sources", () => {
  it("are one set, whatever their case", () => {
    const user = { Cookie: "a=b", Authorization: "Bearer x", "X-User": "me" };
    const own = { cookie: "route=1", "x-user": "other" };
    assert.deepEqual(mergeHeaders(user, own), { cookie: "a=b; route=1", Authorization: "Bearer x", "x-user": "other" });
    assert.deepEqual(mergeHeaders(user), user);
    assert.deepEqual(mergeHeaders(undefined, own), own);
  });

  it("of a command line keep the cookies of every line", () => {
    assert.deepEqual(headersOf({ header: ["Cookie: a=1", "cookie: b=2", "x-a: 1"] }), { cookie: "a=1; b=2", "x-a": "1" });
  });
});
