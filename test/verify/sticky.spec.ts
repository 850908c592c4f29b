import assert from "node:assert/strict";
import type { Path } from "../../path/model";
import type { CheckOptions } from "../../verify/checks/model";
import { sticky, stickyWith } from "../../verify/checks/sticky";
import type { OpenOptions } from "../../verify/connect/model";
import type { TargetEntry } from "../../verify/model";
import { balancer, bySource, inTurn, pathOf, PODS, SOURCES, type Chosen, type Seen } from "./balancer";
import { contextFor, entryOf, PROMISE, tcpServer, type RunOverrides, type Small } from "./support";

const AFFINITY = { mode: "client" as const, ttlSeconds: 3600, cookieName: "chat-route" };
const promise = { ...PROMISE, affinity: AFFINITY };
const COOKIE = { mechanism: "cookie" as const, ttlSeconds: 3600, cookieName: "chat-route" };
const SOURCE = { mechanism: "source-ip" as const, ttlSeconds: 3600 };

/** As Traefik does it: whoever brings the cookie reaches its pod, everybody else the next one. */
const byCookie = (seen: Seen): Chosen => {
  const pod = seen.cookies["chat-route"] ?? inTurn(seen);
  return { pod, cookie: `chat-route=${pod}` };
};

describe("a client that comes back", function () {
  this.timeout(10_000);
  const started: Small[] = [];
  afterEach(async () => {
    for (const small of started.splice(0)) await small.close();
  });

  interface Case {
    choose: (seen: Seen) => Chosen;
    path?: Path;
    sources?: string[];
    entry?: Partial<TargetEntry>;
    options?: Partial<CheckOptions>;
    scheme?: "ws" | "http";
    opening?: RunOverrides["opening"];
  }

  async function look({ choose, path, sources = SOURCES, entry = {}, options = {}, scheme = "ws", opening = {} }: Case) {
    const server = await balancer(choose);
    started.push(server);
    const url = `${scheme}://127.0.0.1:${server.port}/ws`;
    const { context, books } = contextFor(entryOf(url, { promise, pods: 3, ...(path && { path }), ...entry }), {
      sources,
      options,
      opening,
    });
    try {
      return await sticky.run(context);
    } finally {
      await books.closeAll();
    }
  }

  for (const scheme of ["ws", "http"] as const) {
    it(`is brought back by its cookie, over ${scheme}, and the hop that reads it is named`, async () => {
      const { outcome, summary, details, measured } = await look({
        choose: byCookie,
        path: pathOf({ affinity: COOKIE }),
        scheme,
      });
      assert.equal(outcome, "holds", summary);
      assert.equal(
        summary,
        "All 9 reconnects of one client reached its pod; what brought it back is the cookie chat-route, by Traefik.",
      );
      assert.match(details.join(" "), /That it lasts 1 h was not waited for.*its cookie leads nowhere/);
      assert.equal(measured.decidedBy, "cookie");
      assert.equal(measured.decidedAtHop, 0);
    });
  }

  it("sends the user's own cookies beside those of the way in, which says last what its own is", async () => {
    const seen = new Set<string>();
    const choose = (client: Seen): Chosen => {
      seen.add(client.headers.cookie ?? "");
      const known = PODS.find((pod) => pod === client.cookies["chat-route"]);
      const pod = known ?? inTurn(client);
      return { pod, cookie: `chat-route=${pod}` };
    };
    const opening = { headers: { Cookie: "session=1; chat-route=gone" } };
    const { outcome, summary } = await look({ choose, path: pathOf({ affinity: COOKIE }), opening });
    assert.equal(outcome, "holds", summary);
    assert.deepEqual([...seen], ["session=1; chat-route=gone", "session=1; chat-route=pod-a"]);
  });

  it("is brought back by its source address, and the hop that keeps it is named", async () => {
    const kubeProxy = pathOf({ hop: "kube-proxy-nftables", title: "kube-proxy (nftables)", layer: 4, affinity: SOURCE });
    const { outcome, summary, details } = await look({ choose: (seen) => ({ pod: bySource(seen) }), path: kubeProxy });
    assert.equal(outcome, "holds", summary);
    assert.match(summary, /what brought it back is the client's source address, by kube-proxy \(nftables\)\.$/);
    assert.match(details.join(" "), /those of pods that stay keep theirs/);
  });

  it("is known by its cookie where a cookie comes that is not what decides", async () => {
    const application = (seen: Seen): Chosen => ({ pod: bySource(seen), cookie: "session=1" });
    const { outcome, summary, details } = await look({ choose: application, path: pathOf({ affinity: COOKIE }) });
    assert.equal(outcome, "holds");
    assert.match(summary, /the client's source address/);
    assert.match(details[0]!, /^What was read says otherwise: Traefik sticks by cookie\.$/);
  });

  it("is brought back by a header whose name was said", async () => {
    const header = pathOf({ affinity: { mechanism: "header", ttlSeconds: null } });
    const byHeader = ({ headers }: Seen): Chosen => {
      const value = String(headers["x-user"] ?? "none");
      return { pod: PODS[[...value].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 3]! };
    };
    const { outcome, summary } = await look({ choose: byHeader, path: header, options: { stickyHeader: "x-user" } });
    assert.equal(outcome, "holds", summary);
    assert.match(summary, /what brought it back is the header x-user, by Traefik\.$/);
  });

  describe("fails to reach its pod", () => {
    it("where affinity is off, and says what to write", async () => {
      const off = pathOf({ writeAffinity: () => "services[].sticky.cookie in the IngressRoute" });
      const { outcome, summary, details, write } = await look({ choose: (seen) => ({ pod: inTurn(seen) }), path: off });
      assert.equal(outcome, "fails");
      assert.match(
        summary,
        /^6 of 9 reconnects of one client reached another pod: Traefik chooses the pod and sticks by nothing\.$/,
      );
      assert.match(details[0]!, /sticks by nothing \(IngressRoute/);
      assert.deepEqual(write, ["services[].sticky.cookie in the IngressRoute"]);
    });

    it("where the cookie never comes", async () => {
      const { outcome, summary } = await look({ choose: (seen) => ({ pod: inTurn(seen) }), path: pathOf({ affinity: COOKIE }) });
      assert.equal(outcome, "fails");
      assert.match(summary, /Traefik should set the cookie chat-route, and no cookie came\.$/);
    });

    it("where another cookie comes", async () => {
      const other = (seen: Seen): Chosen => ({ pod: inTurn(seen), cookie: "session=1" });
      const { summary } = await look({ choose: other, path: pathOf({ affinity: COOKIE }) });
      assert.match(summary, /Traefik should set the cookie chat-route, and only session came\.$/);
    });

    it("where the cookie is not heeded", async () => {
      const deaf = (seen: Seen): Chosen => ({ pod: inTurn(seen), cookie: `chat-route=${inTurn(seen)}` });
      const { outcome, summary } = await look({ choose: deaf, path: pathOf({ affinity: COOKIE }) });
      assert.equal(outcome, "fails");
      assert.match(summary, /chat-route came and was sent back, and Traefik or something before it does not heed it\.$/);
    });

    it("where the cookie is for another path, which no client sends back", async () => {
      const elsewhere = (seen: Seen): Chosen => {
        const { pod } = byCookie(seen);
        return { pod, cookie: `chat-route=${pod}`, attributes: "; path=/app" };
      };
      const { outcome, summary } = await look({ choose: elsewhere, path: pathOf({ affinity: COOKIE }) });
      assert.equal(outcome, "fails");
      assert.match(summary, /: chat-route came, and no client sends it back here: its Path is \/app\.$/);
    });

    it("where its source address is not what is seen", async () => {
      const path = pathOf({ title: "kube-proxy (nftables)", layer: 4, affinity: SOURCE });
      const { outcome, summary } = await look({ choose: (seen) => ({ pod: inTurn(seen) }), path });
      assert.equal(outcome, "fails");
      assert.match(summary, /kube-proxy \(nftables\) should keep a source address on its pod, and does not/);
    });

    it("where a bare URL keeps nobody", async () => {
      const { outcome, summary } = await look({ choose: (seen) => ({ pod: inTurn(seen) }), entry: { pods: undefined } });
      assert.equal(outcome, "fails");
      assert.match(summary, /no cookie came, and the source address alone does not keep it\.$/);
    });

    it("where each address of its name keeps a pod of its own", async () => {
      const first = await balancer(() => ({ pod: "pod-a" }));
      started.push(first);
      const entry = entryOf(`ws://localhost:${first.port}/ws`, {
        promise,
        pods: 3,
        path: pathOf({ layer: 4, affinity: SOURCE }),
      });
      // Two addresses of one listener stand for two load balancers; which one was asked decides.
      const { context, books } = contextFor(entry, { sources: [undefined] });
      const open = context.open;
      context.open = async (options = {}) => {
        const connection = await open({ ...options, address: "127.0.0.1" });
        return options.address === "127.0.0.2"
          ? { ...connection, pod: "pod-b", remoteAddress: "127.0.0.2", close: connection.close }
          : connection;
      };
      const { outcome, summary, write } = await stickyWith(() => Promise.resolve(["127.0.0.1", "127.0.0.2"])).run(context);
      await books.closeAll();
      assert.equal(outcome, "fails", summary);
      assert.match(summary, /several addresses.*127\.0\.0\.1 leads to pod-a, 127\.0\.0\.2 leads to pod-b\.$/);
      assert.match(write[0]!, /^stick by a cookie/);
    });

    it("where it is forgotten before its time, which only --full waits for", async () => {
      let last = Date.now();
      const forgetful = (seen: Seen): Chosen => {
        const isKnown = Date.now() - last < 1000;
        last = Date.now();
        return { pod: isKnown ? bySource(seen) : "pod-z" };
      };
      const brief = { promise: { ...promise, affinity: { ...AFFINITY, ttlSeconds: 2 } } };
      const path = pathOf({ layer: 4, affinity: { ...SOURCE, ttlSeconds: 2 } });
      assert.equal((await look({ choose: forgetful, path, entry: brief })).outcome, "holds");
      last = Date.now();
      const { outcome, summary } = await look({ choose: forgetful, path, entry: brief, options: { full: true } });
      assert.equal(outcome, "fails");
      assert.match(
        summary,
        /^After 1 s without a connection the client reached pod-z in place of pod-[abc]; 2 s are promised\.$/,
      );
    });
  });

  describe("cannot be judged", () => {
    it("where everybody reaches one pod and nothing on the way keeps clients", async () => {
      const { outcome, summary } = await look({ choose: () => ({ pod: "pod-a" }), path: pathOf({}) });
      assert.equal(outcome, "unknown");
      assert.match(summary, /kubectl port-forward/);
    });

    it("by strangers that fail: who got no answer reached no other pod", async () => {
      const server = await balancer(() => ({ pod: "pod-a" }));
      const closed = await tcpServer(() => {});
      await closed.close();
      started.push(server);
      const run = contextFor(
        entryOf(`ws://127.0.0.1:${server.port}/ws`, { promise, pods: 3, path: pathOf({ affinity: SOURCE }) }),
        {
          sources: SOURCES,
        },
      );
      const { open } = run.context;
      // The first stranger is answered, the second one meets a failing way in, the others are not let out of this machine.
      const instead = new Map<unknown, Partial<OpenOptions>>([[SOURCES[2], { url: `ws://127.0.0.1:${closed.port}/ws` }]]);
      SOURCES.slice(3).forEach((source) => instead.set(source, { localAddress: "203.0.113.9" }));
      run.context.open = (options = {}) => open({ ...options, ...instead.get(options.localAddress) });
      const { outcome, summary, measured } = await sticky.run(run.context);
      await run.books.closeAll();
      assert.equal(outcome, "unknown", summary);
      assert.equal(measured.decidedBy, "one-pod");
      assert.deepEqual(measured.others, { connections: 7, samePod: 1 });
    });

    it("where the server names no pod", async () => {
      const { outcome, write } = await look({ choose: () => ({ pod: undefined }), path: pathOf({}) });
      assert.equal(outcome, "unknown");
      assert.match(write[0]!, /^--pod-from/);
    });

    it("where nothing is promised, or there is one pod", async () => {
      const choose = () => ({ pod: "pod-a" });
      assert.equal((await look({ choose, entry: { promise: PROMISE } })).outcome, "does-not-apply");
      assert.equal((await look({ choose, entry: { pods: 1 } })).outcome, "does-not-apply");
    });

    it("where it is cut short", async () => {
      const server = await balancer(byCookie);
      started.push(server);
      const stop = new AbortController();
      const run = contextFor(entryOf(`ws://127.0.0.1:${server.port}/ws`, { promise, pods: 3 }), { interrupt: stop.signal });
      const open = run.context.open;
      let count = 0;
      run.context.open = (options) => {
        if (++count === 4) stop.abort();
        return open(options);
      };
      const { outcome, partial } = await sticky.run(run.context);
      await run.books.closeAll();
      assert.deepEqual([outcome, partial], ["unknown", true]);
    });
  });

  it("by its source address from one source of this machine cannot be told from a tunnel", async () => {
    const path = pathOf({ layer: 4, affinity: SOURCE, hop: "kube-proxy-nftables" });
    const { outcome } = await look({
      choose: (seen) => ({ pod: bySource(seen) }),
      path,
      sources: ["127.0.0.2"],
      entry: {},
    });
    assert.equal(outcome, "unknown");
  });
});
