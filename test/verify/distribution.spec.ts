import assert from "node:assert/strict";
import fc from "fast-check";
import { openCluster } from "../../cluster";
import type { Hop } from "../../path/model";
import { distribution } from "../../verify/checks/distribution";
import { judgeDistribution } from "../../verify/distribution/judge";
import type { Expected } from "../../verify/distribution/model";
import type { Answer } from "../../verify/answers";
import type { TargetEntry } from "../../verify/model";
import { fakeServer } from "../cluster/fakeServer";
import { balancer, bySource as podOfSource, inTurn, pathOf, PODS, SOURCES, type Chosen, type Seen } from "./balancer";
import { contextFor, entryOf, type RunOverrides, type Small } from "./support";

type Group = [count: number, pod: string, source?: string];

const answers = (...groups: Group[]): Answer[] =>
  groups.flatMap(([count, pod, source]) =>
    Array.from({ length: count }, () => ({ pod, cookies: [], ...(source === undefined ? {} : { source }) })),
  );

const loose: Expected = {
  sticksBy: "nothing",
  pods: 3,
  sources: 1,
  headerVaried: false,
  affinity: "none",
  thisMachine: false,
};
const cookie: Expected = { ...loose, sticksBy: "cookie", affinity: "client" };
const bySource: Expected = { ...loose, sticksBy: "source-ip", affinity: "client" };
const url: Expected = { sticksBy: "unknown", sources: 1, headerVaried: false, affinity: "client", thisMachine: false };

const sources = (count: number, podOf: (index: number) => string): Answer[] =>
  answers(...Array.from({ length: count }, (_, index): Group => [20, podOf(index), `10.0.0.${index + 1}`]));

describe("where connections go, against what the way in makes possible", () => {
  it("is a third each where nothing sticks, but for chance", () => {
    const { outcome, summary, details } = judgeDistribution(answers([96, "a"], [109, "b"], [95, "c"]), loose);
    assert.equal(outcome, "holds");
    assert.equal(
      summary,
      "300 connections spread evenly over 3 pods: nothing keeps a client on a pod, so each of 3 pods is expected to get 33 % of 300.",
    );
    assert.equal(details[0], "a  96  32 % (true share 22 % to 44 %)");
    assert.equal(judgeDistribution(answers([60, "a"], [140, "b"], [100, "c"]), loose).outcome, "fails");
  });

  it("fails where a pod gets none, whether or not the cluster names it", () => {
    const two = answers([150, "a"], [150, "b"]);
    assert.match(judgeDistribution(two, loose).summary, /: 1 of 3 pods got none\.$/);
    const named = judgeDistribution(two, { ...loose, nodes: new Map(["a", "b", "c"].map((pod) => [pod, "node-1"])) });
    assert.equal(named.outcome, "fails");
    assert.equal(named.details[2], "c  0  0 % (true share 0 % to 4 %)");
  });

  it("is the same for a cookie that fresh clients do not have", () => {
    const { outcome, summary } = judgeDistribution(answers([100, "a"], [100, "b"], [100, "c"]), cookie);
    assert.equal(outcome, "holds");
    assert.match(summary, /clients that have no cookie yet go to any pod/);
    assert.equal(judgeDistribution(answers([300, "a"]), cookie).outcome, "fails");
  });

  it("does not say that it holds where too few were opened to tell", () => {
    const few = judgeDistribution(answers([3, "a"], [3, "b"], [3, "c"]), loose);
    assert.equal(few.outcome, "unknown");
    assert.equal(few.summary, "9 connections are too few to tell an equal share of 3 pods from chance: 28 would be enough.");
    assert.equal(judgeDistribution(answers([20, "a"]), loose).outcome, "fails", "but enough to tell that all fell on one");
  });

  it("is told from a port-forward, by its pattern and by its address", () => {
    const pattern = judgeDistribution(answers([300, "a"]), loose);
    assert.equal(pattern.outcome, "fails");
    assert.match(pattern.summary, /All 300 reached one pod: that is what `kubectl port-forward` does, and a proxy/);
    const address = judgeDistribution(answers([300, "a"]), { ...loose, thisMachine: true });
    assert.match(
      address.summary,
      /an address of this machine itself, most likely kubectl port-forward: it opens one connection to one pod/,
    );
    const unknown = judgeDistribution(answers([300, "a"]), { ...url, thisMachine: true });
    assert.equal(unknown.outcome, "unknown");
    assert.match(unknown.summary, /^All 300 reached one pod\. This is an address of this machine itself, most likely kubectl/);
    const spread = judgeDistribution(answers([100, "a"], [100, "b"], [100, "c"]), { ...loose, thisMachine: true });
    assert.equal(spread.outcome, "holds", "a balancer on this machine is no tunnel");
  });

  describe("where clients are kept by their source address", () => {
    it("one source cannot tell, and says why", () => {
      const { outcome, summary, write } = judgeDistribution(answers([300, "a", "10.0.0.1"]), bySource);
      assert.equal(outcome, "unknown");
      assert.equal(
        summary,
        "Clients are kept on a pod by source address, so each source is expected at one pod: that is so. One source cannot tell whether the pods share the load: all of it belongs on one.",
      );
      assert.match(write[0]!, /^--from /);
    });

    it("several sources at several pods hold, each at its own", () => {
      const { outcome, summary } = judgeDistribution(
        sources(8, (index) => ["a", "b"][index % 2]!),
        { ...bySource, sources: 8 },
      );
      assert.equal(outcome, "holds");
      assert.match(summary, /^8 sources spread over 2 of 3 pods: /);
    });

    it("a source at two pods fails", () => {
      const { outcome, summary } = judgeDistribution(answers([150, "a", "10.0.0.1"], [150, "b", "10.0.0.1"]), bySource);
      assert.equal(outcome, "fails");
      assert.match(summary, /1 of 1 source reached several: 10\.0\.0\.1\.$/);
    });

    it("all sources at one pod fail where chance does not do that, and are unknown where it does", () => {
      const eight = judgeDistribution(
        sources(8, () => "a"),
        { ...bySource, sources: 8 },
      );
      assert.equal(eight.outcome, "unknown");
      assert.equal(
        eight.summary,
        "All 8 sources reached one of 3 pods, which chance does once in 2,187 runs: 10 sources would tell.",
      );
      const ten = judgeDistribution(
        sources(10, () => "a"),
        { ...bySource, sources: 10 },
      );
      assert.equal(ten.outcome, "fails");
      assert.match(ten.summary, /what chooses sees one address for all of them: a NAT/);
    });
  });

  it("where clients are known by a header, needs to be told which", () => {
    const header: Expected = { ...loose, sticksBy: "header", affinity: "client" };
    assert.equal(judgeDistribution(answers([300, "a"]), header).outcome, "unknown");
    const varied = { ...header, headerVaried: true };
    // A hash of values need not be even, only everywhere.
    assert.equal(judgeDistribution(answers([150, "a"], [100, "b"], [50, "c"]), varied).outcome, "holds");
    assert.match(judgeDistribution(answers([300, "a"]), varied).summary, /what chooses does not see the header/);
  });

  describe("behind externalTrafficPolicy: Local", () => {
    const local = { ...loose, decider: { title: "kube-proxy", withinNode: true } };
    const nodes = new Map([
      ["a", "node-1"],
      ["b", "node-1"],
      ["c", "node-2"],
    ]);

    it("judges the pods of the node that was reached, and says who gets nothing", () => {
      const { outcome, summary, details } = judgeDistribution(answers([100, "a"], [100, "b"]), { ...local, nodes });
      assert.equal(outcome, "holds");
      assert.match(summary, /those of node-1 share theirs evenly/);
      assert.equal(details[0], "No connection came to the nodes of c, which therefore carry nothing.");
      assert.equal(judgeDistribution(answers([200, "a"]), { ...local, nodes }).outcome, "fails");
      assert.equal(judgeDistribution(answers([200, "c"]), { ...local, nodes }).outcome, "holds");
    });

    it("cannot tell from one pod where the nodes are not known", () => {
      assert.equal(judgeDistribution(answers([200, "a"]), local).outcome, "unknown");
      assert.equal(judgeDistribution(answers([100, "a"], [100, "b"]), local).outcome, "holds");
    });
  });

  describe("of a bare URL", () => {
    it("says what it can see, and what it cannot", () => {
      const even = judgeDistribution(answers([100, "a"], [100, "b"], [100, "c"]), url);
      assert.equal(even.outcome, "holds");
      assert.equal(even.details[0], "How many pods there are is not known: one that got nothing would not be missed.");
      const one = judgeDistribution(answers([300, "a"]), url);
      assert.equal(one.outcome, "unknown");
      assert.match(
        one.summary,
        /^All 300 reached one pod\. Either there is one, or something keeps this client on it, or there is a tunnel/,
      );
      assert.equal(judgeDistribution(answers([250, "a"], [50, "b"]), url).outcome, "unknown");
      assert.equal(judgeDistribution(answers([250, "a"], [50, "b"]), { ...url, affinity: "none" }).outcome, "fails");
    });

    it("recognises that the source address decides", () => {
      const { outcome, details } = judgeDistribution(
        sources(5, (index) => (index < 4 ? "a" : "b")),
        { ...url, sources: 5 },
      );
      assert.equal(outcome, "holds");
      assert.equal(details[0], "Each source was seen at one pod, so the address is what decides.");
    });
  });

  it("says nothing good of connections that failed or of answers that name no pod", () => {
    const refused = (count: number): Answer[] => Array.from({ length: count }, () => ({ failed: "HTTP 503", cookies: [] }));
    const some = judgeDistribution([...refused(1), ...answers([299, "a"])], loose);
    assert.deepEqual([some.outcome, some.summary], ["fails", "1 of 300 connections could not be opened: HTTP 503"]);
    const all = judgeDistribution(refused(5), loose);
    assert.equal(all.outcome, "unknown");
    assert.match(all.summary, /^None of 5 connections could be opened/);
    const unnamed = judgeDistribution([{ cookies: [] }, ...answers([1, "a"])], loose);
    assert.deepEqual([unnamed.outcome, unnamed.summary], ["unknown", "1 of 2 answers do not say which pod they come from."]);
    assert.match(unnamed.write[0]!, /^--pod-from header:/);
    assert.equal(judgeDistribution([], loose).outcome, "unknown");
  });

  it("takes nothing for a failure while pods come and go", () => {
    const changed = judgeDistribution(answers([300, "a"]), { ...loose, podsChanged: "b went, d came" });
    assert.equal(changed.outcome, "unknown");
    assert.match(changed.summary, /^The pods changed meanwhile \(b went, d came\), so this says nothing: /);
  });

  it("never holds for one pod of several, whatever decides, and never throws", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("nothing", "cookie", "source-ip", "header", "unknown"),
        fc.option(fc.integer({ min: 2, max: 8 }), { nil: undefined }),
        fc.boolean(),
        fc.boolean(),
        (counts, sticksBy, pods, headerVaried, thisMachine) => {
          const heard = answers(...counts.map((count, index): Group => [count, `pod-${index}`, `10.0.0.${index}`]));
          const expected = { ...loose, sticksBy, pods, headerVaried, thisMachine, sources: counts.length } as Expected;
          const { outcome, summary, measured } = judgeDistribution(heard, expected);
          const reached = counts.filter((count) => count > 0).length;
          if (reached < 2) assert.notEqual(outcome, "holds", summary);
          assert.match(summary, /^[A-Z0-9].*\.$/);
          assert.equal((measured.shares as unknown[]).length, reached);
        },
      ),
    );
  });
});

describe("the check", function () {
  this.timeout(10_000);
  const started: Small[] = [];
  afterEach(async () => {
    for (const small of started.splice(0)) await small.close();
  });

  async function look(
    choose: (seen: Seen) => Chosen,
    affinity: Hop["affinity"],
    entry: Partial<TargetEntry> = {},
    own: RunOverrides = {},
  ) {
    const server = await balancer(choose);
    started.push(server);
    const run = entryOf(`ws://127.0.0.1:${server.port}/ws`, { pods: 3, path: pathOf({ affinity }), ...entry });
    const { context, books } = contextFor(run, { sources: SOURCES, ...own });
    try {
      return await distribution.run(context);
    } finally {
      await books.closeAll();
    }
  }

  it("opens connections from every source in turn, and sees them spread", async () => {
    const seen = new Set<string>();
    const { outcome, measured } = await look((client) => {
      seen.add(client.source);
      return { pod: inTurn(client) };
    }, null);
    assert.deepEqual([outcome, measured.connections, [...seen].sort()], ["holds", 60, SOURCES]);
  });

  it("sees each source at its pod where that is what decides, and fails where it is not so", async () => {
    const sticks = { mechanism: "source-ip" as const, ttlSeconds: 3600 };
    assert.equal((await look((client) => ({ pod: podOfSource(client) }), sticks)).outcome, "holds");
    assert.equal((await look((client) => ({ pod: inTurn(client) }), sticks)).outcome, "fails");
    assert.equal(
      (await look((client) => ({ pod: podOfSource(client) }), sticks, {}, { sources: ["127.0.0.2"] })).outcome,
      "unknown",
    );
  });

  it("comes without a cookie each time, as clients do that come first", async () => {
    const byCookie = (client: Seen): Chosen => ({
      pod: client.cookies.route ?? inTurn(client),
      cookie: `route=${inTurn(client)}`,
    });
    const { outcome } = await look(byCookie, { mechanism: "cookie", ttlSeconds: 3600, cookieName: "route" });
    assert.equal(outcome, "holds");
  });

  it("comes with another value of a header each time", async () => {
    const values = new Set<unknown>();
    const choose = (client: Seen): Chosen => {
      values.add(client.headers["x-user"]);
      return { pod: inTurn(client) };
    };
    const byHeader = { mechanism: "header" as const, ttlSeconds: null };
    assert.equal((await look(choose, byHeader, {}, { options: { stickyHeader: "x-user" } })).outcome, "holds");
    assert.equal(values.size, 60);
  });

  it("fails at a tunnel to one pod, and tells that this machine is one", async () => {
    const { outcome, summary } = await look(() => ({ pod: "pod-a" }), null);
    assert.equal(outcome, "fails");
    assert.match(summary, /an address of this machine itself, most likely kubectl port-forward/);
  });

  it("asks the cluster which pods are ready, and names one that nobody reached", async () => {
    const endpoints = PODS.map((name, index) => ({
      addresses: [`10.244.1.${index}`],
      nodeName: "node-1",
      targetRef: { kind: "Pod", name },
      conditions: { ready: true },
    }));
    const slice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "chat-1", namespace: "chat", labels: { "kubernetes.io/service-name": "chat" } },
      endpoints,
    };
    const fake = await fakeServer({ objects: [slice] });
    const cluster = openCluster("fake", { KUBECONFIG: fake.kubeconfig });
    try {
      const { outcome, details } = await look(({ turn }) => ({ pod: PODS[turn % 2] }), null, { pods: undefined }, { cluster });
      assert.equal(outcome, "fails");
      assert.match(details.join("\n"), /^pod-c {2}0 {2}0 % /m);
    } finally {
      cluster.close();
      await fake.close();
    }
  });

  it("does not apply to one pod", async () => {
    assert.equal((await look(() => ({ pod: "pod-a" }), null, { pods: 1 })).outcome, "does-not-apply");
  });
});
