import assert from "node:assert/strict";
import type { ClusterFacts } from "../../../path/model";
import type { KubernetesObject } from "../../../path/objects";
import { CLUSTER, Deployed, sandboxWithContour, setContourTimeouts } from "../../dataplane/deployed";
import { objectApi } from "../../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../../support/sandbox";
import { Measured } from "./measured";
import * as settings from "./settings";
import type { Silence } from "./holdSilence";
import { dropNothing, dropWhatIsSentTo, holdSilence, withConntrack } from "./silence";

const { ADDRESSES, FORGOTTEN, NAMESPACE, NODE_PORT, PROXIED, STREAM_IDLE, UNANSWERED } = settings;
/** Shorter than which no connection of the first two parts may be cut. */
const PROMISED_SECONDS = 7;
const METALLB = { apiVersion: "metallb.io/v1beta1", namespace: "metallb-system" };

/** What the model predicts and what silent connections measure, through the real proxies and the real kernel. */
describe("verify idle, on the real data plane", function () {
  this.timeout(60_000);
  let deployed: Deployed;
  const seen: Record<string, Silence> = {};

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    // Contour is away meanwhile, which no Service notices.
    const changed = setContourTimeouts({ streamIdleTimeout: `${STREAM_IDLE.seconds}s` });
    deployed = await deployServices();
    Object.assign(seen, await measureNodes());
    await changed;
    for (const object of routes()) await deployed.add(object);
    Object.assign(seen, await measureProxies());
  });
  after(async () => {
    dropNothing();
    await Promise.all([setContourTimeouts(null), deployed?.removeAll(), removePool()]);
  });

  async function deployServices(): Promise<Deployed> {
    const api = await objectApi();
    const { apiVersion, namespace } = METALLB;
    const addresses = [`${ADDRESSES.many}-${ADDRESSES.dropped}`];
    await api.create({ apiVersion, kind: "IPAddressPool", metadata: { name: "lan", namespace }, spec: { addresses } } as never);
    const none = { affinity: { mode: "none" } };
    const metallb = (address: string) => [{ kind: "metallb", pool: "lan", address, port: 80 }];
    return Deployed.of([
      { name: NAMESPACE, promise: none, entries: metallb(ADDRESSES.many) },
      { name: "noded", promise: none, entries: [{ kind: "node-port", ...NODE_PORT }] },
      { name: "alone", promise: none, scaling: { min: 1, max: 1 }, entries: metallb(ADDRESSES.alone) },
      { name: "dropped", promise: none, entries: metallb(ADDRESSES.dropped) },
    ]);
  }

  async function removePool(): Promise<void> {
    const { apiVersion, namespace } = METALLB;
    await (await objectApi()).delete({ apiVersion, kind: "IPAddressPool", metadata: { name: "lan", namespace } } as never);
  }

  function routes(): object[] {
    return [
      settings.httpProxy("cut3", { timeoutPolicy: { idle: "3s", response: "infinity" } }),
      settings.httpProxy("cut6", { timeoutPolicy: { idle: "6s", response: "infinity" } }),
      settings.httpProxy("uncut", { timeoutPolicy: { idle: "infinity", response: "infinity" } }),
      settings.httpProxy("unset"),
      settings.httpProxy("answer5", { timeoutPolicy: { idle: "infinity", response: "5s" } }),
      settings.httpRoute("route"),
      settings.httpRoute("request2", { timeouts: { request: "2s" } }),
      settings.ingress("contour-ingress", "contour", { "projectcontour.io/websocket-routes": "/" }),
      settings.ingress("nginx-ingress", "nginx"),
      settings.ingressRoute("ingress-route"),
    ];
  }

  const clusterWith = (conntrackSeconds = CLUSTER.nodeConntrackEstablishedSeconds): ClusterFacts =>
    ({ ...CLUSTER, nodeConntrackEstablishedSeconds: conntrackSeconds, ingressClasses: { nginx: "traefik" } }) as ClusterFacts;

  const waysOf = (all: Record<string, settings.Setting>, promisedSeconds: number) =>
    Object.fromEntries(Object.entries(all).map(([name, { way }]) => [name, { ...way, promisedSeconds }]));

  async function measureNodes(): Promise<Record<string, Silence>> {
    const objects = await deployed.readable();
    const measure = (all: typeof FORGOTTEN, establishedSeconds: number, loose: boolean, promisedSeconds: number) =>
      withConntrack({ establishedSeconds, loose }, () =>
        holdSilence({ objects, cluster: clusterWith(establishedSeconds), ways: waysOf(all, promisedSeconds) }),
      );
    return { ...(await measure(FORGOTTEN, 5, true, PROMISED_SECONDS)), ...(await measure(UNANSWERED, 3, false, 4)) };
  }

  async function measureProxies(): Promise<Record<string, Silence>> {
    const { way } = PROXIED.cut3!;
    // Who reads this one does not know of the three seconds.
    const behind = settings.httpProxy("behind", { timeoutPolicy: { idle: "infinity" } }, settings.hostOf("cut3"));
    const dropped = { ...way, kind: "Service", name: "dropped-metallb", url: `ws://${ADDRESSES.dropped}/ws` };
    const promisedSeconds = PROMISED_SECONDS;
    return holdSilence(
      {
        objects: [...(await deployed.readable()), behind as KubernetesObject],
        cluster: clusterWith(),
        ways: {
          ...waysOf(PROXIED, promisedSeconds),
          behind: { ...way, name: "behind", promisedSeconds },
          dropped: { ...dropped, promisedSeconds },
          beating: { ...way, promisedSeconds, heartbeatSeconds: 1.5 },
        },
      },
      { name: "dropped", run: () => dropWhatIsSentTo(ADDRESSES.dropped) },
    );
  }

  for (const [name, { wayIn, written, way, predictedSeconds, hop, kind, shownBy }] of Object.entries({
    ...FORGOTTEN,
    ...UNANSWERED,
    ...PROXIED,
  })) {
    const expected = predictedSeconds === null ? "has no wall" : `has its wall at ${predictedSeconds} s`;
    it(`${wayIn}, ${way.protocol}, ${written}: ${expected}, as the model says`, () => {
      const { predicted, found, seenAt } = seen[name]!;
      const { outcome, summary, measured } = found;
      if (predictedSeconds === null) {
        assert.deepEqual([predicted.verdict, outcome], ["holds", "holds"], summary);
        return;
      }
      assert.deepEqual([predicted.seconds, predicted.hop, predicted.verdict], [predictedSeconds, hop, "fails"]);
      assert.deepEqual([outcome, seenAt, measured.wallShownBy], ["fails", hop, shownBy], summary);
      if (kind !== undefined) assert.equal(measured.wallKind, kind, summary);
      const seenHere = Measured.of(found);
      assert.ok(seenHere.isAsPredicted(predictedSeconds), `${seenHere.cells.join(", ")}: ${summary}`);
    });
  }

  it("says how a node loses a connection: with a reset where it takes it up for another pod, without a word where it does not", () => {
    assert.match(seen.many!.found.summary, /nobody said a word, and when it spoke it was cut off/);
    assert.match(seen.strict!.found.summary, /nobody said a word, and no answer came when it spoke/);
  });

  it("names nobody where nobody on the path that was read has the number", () => {
    for (const name of ["behind", "dropped"]) {
      const { found, seenAt } = seen[name]!;
      assert.deepEqual([found.outcome, seenAt], ["fails", undefined], found.summary);
      assert.match(found.summary, /Nobody on the path that was read has this number/);
    }
    assert.match(seen.dropped!.found.summary, /no answer came when it spoke/);
  });

  it("shows what a heartbeat saves, and what to write", () => {
    const { details, write, measured } = seen.beating!.found;
    assert.equal(measured.heartbeatHeld, true);
    assert.match(details.join(), /With a heartbeat every 1\.5 s a connection was still open after \d+(\.\d)? s/);
    assert.match(write.join("\n"), /timeoutPolicy: \{idle: 67s, response: infinity\} in the route of HTTPProxy silent\/cut3/);
    assert.match(write.join("\n"), /promise\.heartbeat: \{ seconds: 1\.5, kind: message \}/);
  });

  it("the table in docs/measured.md has these settings, and figures that were measured", () => {
    const rows = Object.entries({ ...PROXIED, ...FORGOTTEN, ...UNANSWERED }).map(([name, setting]) => ({
      ...setting,
      measured: Measured.of(seen[name]!.found),
    }));
    Measured.checkPage(rows);
  });
});
