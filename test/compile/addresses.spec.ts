import assert from "node:assert/strict";
import { canonicalAddress, contains, overlap, parseRange } from "../../compile/check/addresses";

describe("address ranges", () => {
  it("hold their ends and what lies between, and nothing else", () => {
    const range = ["192.168.1.200-192.168.1.220"];
    for (const inside of [200, 207, 220]) assert.ok(contains(range, `192.168.1.${inside}`));
    for (const outside of ["192.168.1.199", "192.168.1.221", "192.168.2.207", "::1"]) assert.ok(!contains(range, outside));
  });

  it("can be blocks, wherever in the block they are written from", () => {
    for (const block of ["10.0.0.16/28", "10.0.0.20/28"]) {
      assert.ok(contains([block], "10.0.0.16") && contains([block], "10.0.0.31"));
      assert.ok(!contains([block], "10.0.0.15") && !contains([block], "10.0.0.32"));
    }
    assert.ok(contains(["0.0.0.0/0"], "255.255.255.255"));
  });

  it("can be of IPv6, in any spelling", () => {
    assert.ok(contains(["fd00::10-fd00::20"], "fd00:0:0:0:0:0:0:1f"));
    assert.ok(!contains(["fd00::10-fd00::20"], "fd00::21"));
    assert.ok(contains(["fd00::/64"], "fd00::ffff:1.2.3.4"));
  });

  it("overlap when they share an address", () => {
    assert.ok(overlap("10.0.0.1-10.0.0.9", "10.0.0.9-10.0.0.12"));
    assert.ok(overlap("10.0.0.0/24", "10.0.0.7/32"));
    assert.ok(overlap("10.0.0.7/30", "10.0.0.0-10.0.0.5"));
    assert.ok(!overlap("10.0.0.1-10.0.0.9", "10.0.0.10-10.0.0.12"));
    assert.ok(!overlap("10.0.0.0/24", "fd00::/64"));
  });

  it("are refused with the reason", () => {
    assert.match(parseRange("10.0.0.9-10.0.0.1") as string, /first address comes after/);
    assert.match(parseRange("10.0.0.0/33") as string, /0 to 32/);
    assert.match(parseRange("10.0.0.0/-1") as string, /0 to 32/);
    assert.match(parseRange("10.0.0.1-10") as string, /second address/);
    assert.match(parseRange("10.0.0.1-fd00::1") as string, /family/);
    assert.match(parseRange("lan") as string, /not an address/);
    assert.equal(typeof parseRange("10.0.0.1"), "object");
  });

  it("are compared by what they mean", () => {
    assert.equal(canonicalAddress("fd00::1"), canonicalAddress("fd00:0:0:0:0:0:0:1"));
    assert.notEqual(canonicalAddress("fd00::1"), canonicalAddress("fd00::2"));
    assert.notEqual(canonicalAddress("0.0.0.1"), canonicalAddress("::1"));
  });
});
