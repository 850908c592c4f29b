import assert from "node:assert/strict";
import { checkDrain, planDrain } from "../../path/drain";
import { facts, HOP_KINDS, MANAGED_CAPS, versionAtLeast } from "../../path/facts";

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
      assert.equal(row.sourced, row.idle.limit !== "unknown" || kind === "declared-hop");
      assert.ok(row.drain.propagationSeconds >= 0 && row.idle.marginSeconds >= 0);
    });
  }

  it("compares versions by their numbers", () => {
    assert.equal(versionAtLeast("v3.10.0", "3.7"), true);
    assert.equal(versionAtLeast("3.6.9", "3.7"), false);
    assert.equal(versionAtLeast("1.30", "1.30"), true);
    assert.equal(versionAtLeast("latest", "1.30"), undefined);
    assert.equal(versionAtLeast(undefined, "1.30"), undefined);
  });
});
