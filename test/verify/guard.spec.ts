import assert from "node:assert/strict";
import { Guard, isPublic } from "../../verify/guard";
import type { Target } from "../../verify/model";
import { entryOf } from "./support";

const target = (url: string, own: string[] = []): Target => ({ title: "stack prod", entries: [entryOf(url)], own });
const NAMES: Record<string, string[]> = {
  "chat.example.com": ["203.0.113.7"],
  "lan.example.com": ["10.0.0.7"],
  "both.example.com": ["10.0.0.7", "203.0.113.9"],
  "lb-1.cloud.example": ["203.0.113.7", "203.0.113.8"],
};
const resolve = (host: string): Promise<string[]> =>
  NAMES[host] === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(NAMES[host]);
const refusals = async (guard: Guard): Promise<string[]> => (await guard.check()).refusals;

describe("who may be spoken to", () => {
  it("knows what is public", () => {
    for (const address of ["8.8.8.8", "203.0.113.1", "2001:db8::1", "172.32.0.1", "100.128.0.1"]) {
      assert.ok(isPublic(address), address);
    }
    for (const address of [
      "127.0.0.1",
      "::1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.207",
      "100.64.0.1",
      "fd00::1",
      "fe80::1",
      "169.254.1.1",
    ]) {
      assert.ok(!isPublic(address), address);
    }
  });

  it("lets private addresses and names that lead to them pass", async () => {
    for (const url of ["ws://192.168.1.207/ws", "ws://[fd00::7]:8080/", "ws://lan.example.com/"]) {
      assert.deepEqual(await refusals(new Guard(target(url), false, resolve)), []);
    }
  });

  it("tells the addresses that it looked at, so that nobody has to ask for them again", async () => {
    const { addresses } = await new Guard(target("ws://both.example.com/"), true, resolve).check();
    assert.deepEqual([...addresses], [["both.example.com", ["10.0.0.7", "203.0.113.9"]]]);
    const unknown = await new Guard(target("ws://new.example.com/"), true, resolve).check();
    assert.deepEqual([...unknown.addresses], [["new.example.com", []]]);
  });

  it("refuses a public address that is nobody's, and takes it where the user says it is theirs", async () => {
    const [refusal] = await refusals(new Guard(target("wss://me:hidden@chat.example.com/ws"), false, resolve));
    assert.equal(
      refusal,
      "wss://me:...@chat.example.com/ws: 203.0.113.7 is a public address, and not the stack's own: add --yes-i-own-it if it is yours, or yours to load.",
    );
    assert.equal((await refusals(new Guard(target("ws://both.example.com/"), false, resolve))).length, 1);
    assert.deepEqual(await refusals(new Guard(target("wss://chat.example.com/ws"), true, resolve)), []);
  });

  it("takes the stack's own, also what its load balancer's name leads to, and nothing beside it", async () => {
    const guard = new Guard(target("wss://chat.example.com/ws", ["lb-1.cloud.example", "203.0.113.20"]), false, resolve);
    assert.deepEqual(await refusals(guard), []);
    assert.equal(await guard.permits("203.0.113.20"), undefined);
    assert.match((await guard.permits("203.0.113.9")) ?? "", /not the stack's own/);
  });

  describe("where the name of a load balancer leads elsewhere each time", () => {
    /** Two of many addresses at a time, as the name servers of a cloud show them. */
    function rotating(addresses: string[][]) {
      const looks: number[] = [];
      const turn = () => {
        looks.push(performance.now());
        return Promise.resolve(addresses[Math.min(looks.length, addresses.length) - 1]!);
      };
      return { looks, guard: new Guard(target("wss://chat.example.com/ws", ["lb-1.cloud.example"]), false, turn) };
    }

    it("takes each of its addresses, also those that it does not show any more", async () => {
      const { guard, looks } = rotating([["203.0.113.1"], ["203.0.113.2"], ["203.0.113.3"]]);
      assert.equal(await guard.permits("203.0.113.1"), undefined);
      assert.equal(await guard.permits("203.0.113.2"), undefined);
      assert.equal(await guard.permits("203.0.113.3"), undefined);
      assert.equal(await guard.permits("203.0.113.1"), undefined, "it was its own a moment ago");
      assert.equal(looks.length, 3);
      const [first, second] = looks as [number, number];
      assert.ok(second - first >= 990, `${second - first} ms between two looks`);
    }).timeout(5_000);

    it("refuses a stranger after three looks, shared by all who ask, and waits for it no second time", async () => {
      const { guard, looks } = rotating([["203.0.113.1"]]);
      const refusals = await Promise.all(Array.from({ length: 20 }, () => guard.permits("203.0.113.9")));
      assert.ok(refusals.every((refusal) => /not the stack's own/.test(refusal ?? "")));
      assert.equal(looks.length, 3);
      const asked = performance.now();
      assert.match((await guard.permits("203.0.113.9")) ?? "", /not the stack's own/);
      assert.ok(performance.now() - asked < 500);
      assert.equal(looks.length, 3);
    }).timeout(5_000);

    it("looks nowhere where the stack has addresses only", async () => {
      const none = () => Promise.reject(new Error("was asked"));
      const guard = new Guard(target("wss://203.0.113.1/ws", ["203.0.113.1"]), false, none);
      assert.equal(await guard.permits("203.0.113.1"), undefined);
      assert.match((await guard.permits("203.0.113.9")) ?? "", /not the stack's own/);
    });
  });

  it("a name that is not known yet refuses nothing, and is asked again at each connection", async () => {
    const guard = new Guard(target("wss://new.example.com/"), false, resolve);
    assert.deepEqual(await refusals(guard), []);
    assert.match((await guard.permits("203.0.113.9")) ?? "", /--yes-i-own-it/);
  });
});
