import assert from "node:assert/strict";
import { CLIENT_ADDRESSES } from "../../../sandbox";
import type { CheckResult } from "../../../verify/model";
import { probe, untilOpen } from "../../dataplane/client";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../../support/sandbox";
import { DrainStack, GOODBYE, makePool, type PodChange } from "./drainStack";
import { emptyNodes, forceDelete, killParts, type Emptied } from "./harm";
import { watchGoodbyes } from "./inside";

type Entry = "metallb" | "ingress-nginx" | "traefik";

const told = ({ summary, details }: CheckResult): string => [summary, ...details].join("\n");

/** No pod of these says more than a real one would: what differs from the dev stack is what is written here. */
const CONTROLS: Record<string, { address: string; change: PodChange }> = {
  // A kubelet still sends SIGTERM, of which most applications make nothing.
  "drain-no-grace": {
    address: "192.168.1.211",
    change: { spec: withoutGoodbye, annotations: { "sandbox.holdfast.dev/ignores-sigterm": "true" } },
  },
  "drain-too-early": {
    address: "192.168.1.212",
    change: { spec: withoutReadiness, annotations: { "sandbox.holdfast.dev/listens-after-seconds": "7" } },
  },
  "drain-ignores": { address: "192.168.1.213", change: { annotations: { "sandbox.holdfast.dev/ignores-sigterm": "true" } } },
};

function withoutGoodbye(spec: Parameters<NonNullable<PodChange["spec"]>>[0]): void {
  spec.terminationGracePeriodSeconds = 0;
  for (const container of spec.containers) delete container.lifecycle;
}

function withoutReadiness(spec: Parameters<NonNullable<PodChange["spec"]>>[0]): void {
  for (const container of spec.containers) for (const probe of ["readinessProbe", "startupProbe"]) delete container[probe];
}

/** With the dev stack's own probe, that fails after 5 to 10 s, this goodbye is over first. */
function notReadyTooLate(spec: Parameters<NonNullable<PodChange["spec"]>>[0]): void {
  for (const { readinessProbe } of spec.containers) {
    Object.assign(readinessProbe as object, { periodSeconds: 5, failureThreshold: 2 });
  }
}

/** The dev stack's chat service on the real data plane, its pods played as their spec says. */
describe("drain, through the data plane", function () {
  this.timeout(180_000);
  let removePool: () => Promise<void>;
  const stacks: DrainStack[] = [];

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sharedSandbox();
    removePool = await makePool();
  });
  after(async () => {
    await Promise.all(stacks.map((stack) => stack.remove()));
    await removePool?.();
  });

  async function deploy(name: string, address: string, change?: PodChange): Promise<DrainStack> {
    const stack = await DrainStack.deploy(name, address, change);
    stacks.push(stack);
    return stack;
  }

  /** The check at some ways in of a stack; the first one's result, and all by name. */
  async function watch(
    stack: DrainStack,
    { by, sockets, rollout = false }: { by: Entry[]; sockets: number; rollout?: boolean },
    meanwhile?: () => Promise<unknown>,
  ): Promise<Record<Entry, CheckResult>> {
    const target = { ...stack.target, entries: by.map((name) => stack.entry(name)) };
    // A pod that is ready is not known to every proxy yet, and one without a probe may not listen yet.
    await Promise.all(target.entries.map(({ url }) => untilOpen(url, CLIENT_ADDRESSES)));
    const { results } = await watchGoodbyes({ target, sockets, rollout, seconds: 90 }, meanwhile);
    return Object.fromEntries(results.map((result) => [result.entry, result])) as Record<Entry, CheckResult>;
  }

  describe("a rollout", () => {
    let good: Record<Entry, CheckResult>;
    let emptied: Emptied;
    let whileEmptied: CheckResult;
    const byRoute: Record<string, CheckResult> = {};
    const refusing: Record<string, CheckResult> = {};
    const bad: Record<string, CheckResult> = {};

    // All at once, each stack in a namespace of its own: most of the time is spent waiting for goodbyes.
    before(async () => {
      const one = async () => {
        const stack = await deploy("drain-good", "192.168.1.210");
        good = await watch(stack, { by: ["metallb", "ingress-nginx"], sockets: 300, rollout: true });
      };
      const two = async () => {
        // Long enough to be ready that the budget is still used up when the second eviction comes.
        const annotations = { "sandbox.holdfast.dev/listens-after-seconds": "3" };
        const stack = await deploy("drain-nodes", "192.168.1.214", { annotations });
        const results = await watch(stack, { by: ["metallb"], sockets: 60 }, async () => (emptied = await emptyNodes(stack)));
        whileEmptied = results.metallb;
      };
      const three = async () => {
        const stack = await deploy("drain-route", "", { byRoute: "any pod" });
        byRoute.any = (await watch(stack, { by: ["traefik"], sockets: 60, rollout: true })).traefik;
      };
      const four = async () => {
        const stack = await deploy("drain-cookie", "", { byRoute: "cookie" });
        byRoute.cookie = (await watch(stack, { by: ["traefik"], sockets: 60, rollout: true })).traefik;
      };
      const five = async () => {
        const annotations = { "sandbox.holdfast.dev/refuses-while-leaving": "true" };
        const stack = await deploy("drain-refuses", "192.168.1.209", { annotations, spec: notReadyTooLate });
        Object.assign(refusing, await watch(stack, { by: ["metallb", "ingress-nginx"], sockets: 60, rollout: true }));
      };
      const others = Object.entries(CONTROLS).map(async ([name, { address, change }]) => {
        const stack = await deploy(name, address, change);
        bad[name] = (await watch(stack, { by: ["metallb"], sockets: 30, rollout: true })).metallb;
      });
      await Promise.all([one(), two(), three(), four(), five(), ...others]);
    });

    it("with 300 sockets open cuts none: each gets its goodbye, with the time that is promised, and comes back", () => {
      const { outcome, measured, endings, timeline } = good.metallb;
      assert.equal(outcome, "holds", told(good.metallb));
      assert.deepEqual(Object.keys(endings!), ["1001 peer"]);
      assert.ok((measured.goodbyes as number) >= 300, told(good.metallb));
      assert.deepEqual([measured.resets, measured.droppedInSilence, measured.turnedAway, measured.podsLeft], [0, 0, 0, 3]);
      assert.ok((measured.noticeSeconds as number) >= GOODBYE.drainSeconds);
      // Over the seconds that it has, not all at once.
      assert.ok((measured.lastEndAfterSigtermSeconds as number) > GOODBYE.drainSeconds / 2, told(good.metallb));
      assert.ok((measured.peakReconnectsPerSecond as number) < 200, told(good.metallb));
      const last = Object.values(timeline!.at(-1)!.open);
      assert.equal(
        last.reduce((sum, count) => sum + count, 0),
        300,
      );
    });

    it("through Traefik, which sends clients back by their cookie, turns nobody away: the leaving pod serves them until it is not ready", () => {
      for (const result of [good["ingress-nginx"], byRoute.cookie!]) {
        const { outcome, measured, endings } = result;
        assert.equal(outcome, "holds", told(result));
        assert.deepEqual(Object.keys(endings!), ["1001 peer"]);
        assert.deepEqual([measured.resets, measured.droppedInSilence, measured.turnedAway, measured.podsLeft], [0, 0, 0, 3]);
        assert.equal(measured.reconnected, measured.goodbyes);
      }
      assert.ok((good["ingress-nginx"].measured.goodbyes as number) >= 300, told(good["ingress-nginx"]));
    });

    it("of an application that refuses everybody from SIGTERM on turns those away, and says what it has to do", () => {
      const { outcome, measured, summary, write } = refusing["ingress-nginx"]!;
      assert.equal(outcome, "fails", summary);
      assert.deepEqual([measured.resets, measured.droppedInSilence], [0, 0]);
      assert.match(summary, /clients that came back were turned away, \d+ times in all: .*503 at upgrade/);
      assert.ok((measured.turnedAway as number) >= 10, summary);
      assert.match(write.join("\n"), /in the application: from SIGTERM on .* still accept who comes/);
    });

    it("of the same application turns nobody away where no cookie leads back to it", () => {
      assert.equal(refusing.metallb!.outcome, "holds", told(refusing.metallb!));
      assert.equal(refusing.metallb!.measured.turnedAway, 0);
    });

    it("by an IngressRoute without a cookie sends nobody to pods that leave", () => {
      const result = byRoute.any!;
      assert.equal(result.outcome, "holds", told(result));
      assert.deepEqual([result.measured.resets, result.measured.turnedAway, result.measured.podsLeft], [0, 0, 3]);
    });

    it("without preStop and with no grace period resets every connection, and the count is told", () => {
      const { outcome, measured, summary, write } = bad["drain-no-grace"]!;
      assert.equal(outcome, "fails");
      assert.ok((measured.resets as number) >= 30, summary);
      assert.equal(measured.goodbyes, 0);
      assert.deepEqual(write.slice(0, 2), [
        `Deployment drain-no-grace/drain-no-grace: spec.template.spec.containers[].lifecycle.preStop.sleep.seconds: ${GOODBYE.preStopSeconds}`,
        `Deployment drain-no-grace/drain-no-grace: spec.template.spec.terminationGracePeriodSeconds: ${GOODBYE.gracePeriodSeconds}`,
      ]);
    });

    it("to pods that are ready too early turns clients away", () => {
      const result = bad["drain-too-early"]!;
      assert.equal(result.outcome, "fails", told(result));
      assert.deepEqual([result.measured.resets, result.measured.droppedInSilence], [0, 0]);
      assert.match(result.summary, /turned away/);
      assert.match(result.write[0]!, /^readinessProbe: /);
    });

    it("of an application that ignores SIGTERM resets them at the end of its time, and says whose fault that is", () => {
      const result = bad["drain-ignores"]!;
      assert.equal(result.outcome, "fails");
      assert.ok((result.measured.resets as number) >= 30, told(result));
      assert.match(
        result.details.join("\n"),
        /killed at the end of a grace period of 11 s, .*the application had its time and said nothing/,
      );
      assert.match(result.write[0]!, /^in the application: on SIGTERM close every WebSocket with 1001/);
    });

    it("two nodes emptied by evictions: the budget lets one pod go at a time, and every socket gets its goodbye", () => {
      assert.equal(whileEmptied.outcome, "holds", told(whileEmptied));
      assert.deepEqual([whileEmptied.measured.resets, whileEmptied.measured.podsLeft], [0, emptied.evicted.length]);
      assert.equal(emptied.evicted.length, 2);
      assert.ok(emptied.refused > 0, "the eviction of the second pod was never refused (429)");
      assert.ok(emptied.fewestReady >= 3 - emptied.allowed, JSON.stringify(emptied));
    });
  });

  describe("while parts of the cluster are killed", () => {
    let results: Record<Entry, CheckResult>;
    let atKilledPod: string;

    before(async () => {
      const address = "192.168.1.215";
      const stack = await deploy("drain-harm", address, {
        annotations: { "sandbox.holdfast.dev/ignores-sigterm": "true" },
      });
      results = await watch(stack, { by: ["metallb", "ingress-nginx"], sockets: 40 }, async () => {
        await killParts(["kube-apiserver", "traefik"], 2);
        // One that somebody is at, which by source addresses not every pod has to have.
        const [somebody] = await probe({ url: `ws://${address}/ws`, connections: 1, sources: [CLIENT_ADDRESSES[0]] });
        atKilledPod = somebody!.pod;
        await forceDelete(stack, atKilledPod);
      });
    });

    it("the API server: no socket notices", () => {
      const text = told(results.metallb);
      assert.match(text, /The API server did not answer for \d/);
      const early = results.metallb.timeline!.filter(({ seconds }) => seconds < 3);
      for (const { open } of early) {
        assert.equal(
          Object.values(open).reduce((sum, count) => sum + count, 0),
          40,
          text,
        );
      }
    });

    it("a proxy: its own sockets are cut and come back, those past it live on", () => {
      const { measured, outcome } = results["ingress-nginx"];
      assert.equal(outcome, "fails");
      assert.ok((measured.resets as number) >= 40, told(results["ingress-nginx"]));
      assert.ok((measured.reconnected as number) >= 40, told(results["ingress-nginx"]));
    });

    it("a pod: its sockets are cut and come back to the others, which keep theirs", () => {
      const { measured, timeline, outcome } = results.metallb;
      const held = timeline![0]!.open[atKilledPod];
      assert.equal(outcome, "fails");
      assert.equal(measured.resets, held, told(results.metallb));
      assert.equal(measured.reconnected, held);
      assert.match(told(results.metallb), new RegExp(`at ${atKilledPod}, gone at once`));
    });
  });
});
