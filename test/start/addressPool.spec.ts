import assert from "node:assert/strict";
import { chooseAddressPool } from "../../start/current/addressPool";
import { INSPECTION } from "./inspection";

const choose = (changes: Partial<typeof INSPECTION> = {}, wanted?: string) =>
  chooseAddressPool({ ...INSPECTION, ...changes }, "lan", wanted);

describe("the address pool in a cluster of one's own", () => {
  it("is high up in the nodes' own network, and pins its last address", () => {
    const { range, pinned, because } = choose();
    assert.equal(range, "172.18.0.235-172.18.0.250");
    assert.equal(pinned, "172.18.0.250");
    assert.match(because, /node 172\.18\.0\.2 is in this network/);
  });

  it("keeps clear of nodes, of addresses in use and of other pools", () => {
    const nodes = [{ name: "a", addresses: ["10.0.0.240"] }];
    assert.equal(choose({ nodes }).range, "10.0.0.219-10.0.0.234");
    assert.equal(choose({ usedAddresses: ["172.18.0.250"] }).range, "172.18.0.219-172.18.0.234");
    assert.equal(choose({ pools: [{ name: "x", ranges: ["172.18.0.224/27"], ours: false }] }).range, "172.18.0.203-172.18.0.218");
    assert.equal(
      choose({ pools: [{ name: "x", ranges: ["172.18.0.200-172.18.0.255"], ours: false }] }).range,
      "172.18.0.171-172.18.0.186",
    );
  });

  it("stays what it was at an earlier start, with the address in use", () => {
    const pools = [{ name: "lan", ranges: ["172.18.0.219-172.18.0.234"], ours: true }];
    assert.equal(choose({ pools, usedAddresses: ["172.18.0.234"] }).pinned, "172.18.0.234");
  });

  it("is not taken from somebody else's pool of the same name", () => {
    const pools = [{ name: "lan", ranges: ["172.18.0.219-172.18.0.250"], ours: false }];
    assert.equal(choose({ pools }).range, "172.18.0.203-172.18.0.218");
  });

  it("is what the user says, checked", () => {
    assert.equal(choose({}, "172.18.0.10-172.18.0.12").pinned, "172.18.0.12");
    for (const wrong of ["172.18.0.10", "172.18.0.12-172.18.0.10", "a-b", "172.18.0.0/24", "172.18.0.10-172.18.0.300"]) {
      assert.throws(() => choose({}, wrong), {
        message: `HOLDFAST_ADDRESS_POOL is "${wrong}"; it takes two IPv4 addresses of the nodes' network, the lower one first: 172.18.0.235-172.18.0.250.`,
        exitCode: 2,
      });
    }
    assert.throws(() => choose({}, "172.18.0.1-172.18.0.5"), {
      message:
        "HOLDFAST_ADDRESS_POOL 172.18.0.1-172.18.0.5 overlaps 172.18.0.2-172.18.0.2, which a node, a Service or a pool of the cluster uses. Give another range.",
    });
  });

  it("is refused where nobody could reach it", () => {
    assert.throws(
      () => choose({ nodes: [{ name: "ip-10", addresses: ["10.0.0.1"], providerId: "aws:///i-0" }] }),
      /Node ip-10 is a cloud's \(aws:\/\/\/i-0\)/,
    );
    assert.throws(
      () => choose({ nodes: [{ name: "six", addresses: ["fd00::1"] }] }),
      /No node of the cluster has an IPv4 InternalIP/,
    );
    const pools = [{ name: "all", ranges: ["172.18.0.0/16"], ours: false }];
    assert.throws(() => choose({ pools }), /Every block of 16 addresses from 172\.18\.0\.100 to 172\.18\.0\.250 is used/);
  });
});
