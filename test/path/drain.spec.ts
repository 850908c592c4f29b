import assert from "node:assert/strict";
import { checkDrain, planDrain } from "../../path/drain";
import { facts, HOP_KINDS, MANAGED_CAPS, secondsToWrite, versionAtLeast } from "../../path/facts";

describe("the drain plan", () => {
  it("adds up to the classic 60 s for a proxy in the cluster and 40 s of goodbye", () => {
    const { propagationSeconds } = facts("ingress-nginx").drain;
    assert.deepEqual(planDrain({ propagationSeconds, drainSeconds: 40 }), {
      preStopSeconds: 15,
      drainSeconds: 40,
      marginSeconds: 5,
      gracePeriodSeconds: 60,
    });
  });

  const good = { propagationSeconds: 15, drainSeconds: 40, preStopSeconds: 15, gracePeriodSeconds: 60 };
  it("is content with what it planned", () => assert.deepEqual(checkDrain(good), []));
  it("says that preStop is too short", () =>
    assert.match(checkDrain({ ...good, preStopSeconds: 5 }).join(), /let it sleep 15 s/));
  it("says that the grace period is too short, and which one is meant when none is written", () => {
    assert.match(checkDrain({ ...good, gracePeriodSeconds: 59 }).join(), /is 59 s; .* need 60 s/);
    assert.match(checkDrain({ propagationSeconds: 15, drainSeconds: 40, preStopSeconds: 15 }).join(), /the default of 30 s/);
  });
  it("says who cuts it short on a managed cluster, and only there", () => {
    const long = { ...good, drainSeconds: 1000, gracePeriodSeconds: 1020 };
    assert.match(checkDrain({ ...long, managedBy: ["cluster-autoscaler"] }).join(), /waits at most 600 s/);
    assert.deepEqual(checkDrain({ ...long, managedBy: ["aks", "gke"] }), []);
    assert.deepEqual(checkDrain(long), []);
    assert.deepEqual(
      MANAGED_CAPS.map(({ seconds }) => seconds),
      [600, 1800, 3600],
    );
  });
});

describe("the facts table", () => {
  for (const kind of HOP_KINDS) {
    it(`has a source for ${kind}, and a number exactly where there is a clock`, () => {
      const row = facts(kind);
      assert.ok(row.source.length > 10 || !row.sourced);
      assert.equal(row.idle.defaultSeconds !== null, row.idle.limit === "idle" || row.idle.limit === "lifetime");
      // What has no source is never held against anybody; what has one and stays open says how long it is safe, or is declared.
      assert.ok(row.sourced || row.idle.limit === "unknown");
      assert.ok(row.idle.limit !== "unknown" || !row.sourced || kind === "declared-hop" || row.idle.keepsAtLeastSeconds);
      assert.ok(row.drain.propagationSeconds >= 0 && row.idle.marginSeconds >= 0);
    });
  }

  it("says what to write for a promise: above it, in the knob's steps, inside its range", () => {
    assert.equal(secondsToWrite("aws-nlb", 3600), 3660);
    assert.equal(secondsToWrite("aws-nlb", 6000), 6000);
    assert.equal(secondsToWrite("aws-nlb", 1), 61);
    assert.equal(secondsToWrite("azure-lb", 3590), 3660);
    assert.equal(secondsToWrite("azure-lb", 10), 240);
    assert.equal(secondsToWrite("aws-alb", 3990), 4000);
    assert.equal(secondsToWrite("ingress-nginx", 86_400), 86_460);
    assert.equal(secondsToWrite("aws-alb", 4001), undefined);
    assert.equal(secondsToWrite("aws-nlb-tls", 60), undefined);
  });

  it("compares versions by their numbers", () => {
    assert.equal(versionAtLeast("v3.10.0", "3.7"), true);
    assert.equal(versionAtLeast("3.6.9", "3.7"), false);
    assert.equal(versionAtLeast("1.30", "1.30"), true);
    assert.equal(versionAtLeast("latest", "1.30"), undefined);
    assert.equal(versionAtLeast(undefined, "1.30"), undefined);
  });
});
