import assert from "node:assert/strict";
import { compileStack } from "../../compile";
import { parsed, problemsOf, rawStackWith, type Block } from "./stacks";

const POOL = { name: "lan", addresses: ["192.168.1.200-192.168.1.220"] };

const stackWith = (entry: Block, reserved?: Record<string, string>) =>
  rawStackWith(
    { entries: [{ kind: "load-balancer", ...entry }] },
    {},
    { bareMetal: { addressPools: [{ ...POOL, ...(reserved === undefined ? {} : { reserved }) }] } },
  );

const objectsOf = (raw: ReturnType<typeof stackWith>) =>
  compileStack(parsed(raw).stack).services.flatMap(({ objects }) => objects.map(({ object }) => object));

describe("an address that the LAN keeps for a load-balancer", () => {
  const { name } = parsed(stackWith({ pool: "lan", address: "192.168.1.207" })).stack.services[0]!;

  it("makes the same objects as one that the entry names itself", () => {
    const own = objectsOf(stackWith({ pool: "lan", address: "192.168.1.207" }));
    assert.deepEqual(objectsOf(stackWith({}, { [`${name}-load-balancer`]: "192.168.1.207" })), own);
    assert.notDeepEqual(objectsOf(stackWith({}, { [`${name}-load-balancer`]: "192.168.1.208" })), own);
  });

  it("is kept under the name of the Service, so by the entry's own name where it has one", () => {
    const [service] = objectsOf(stackWith({ name: "public" }, { [`${name}-public`]: "192.168.1.207" })).filter(
      ({ metadata }) => metadata.name === `${name}-public`,
    );
    assert.equal(service!.metadata.annotations!["metallb.io/loadBalancerIPs"], "192.168.1.207");
  });

  it("is refused where the entry names another", () => {
    const raw = stackWith({ pool: "lan", address: "192.168.1.207" }, { [`${name}-load-balancer`]: "192.168.1.208" });
    assert.match(problemsOf(raw).join("\n"), /found 192\.168\.1\.208, but no load-balancer/);
  });

  it("is no reason to miss one where the pools themselves could not be read", () => {
    const raw = rawStackWith({ entries: [{ kind: "load-balancer" }] }, {}, { bareMetal: { addressPools: [{ name: "lan" }] } });
    const told = problemsOf(raw);
    assert.equal(told.length, 1, told.join("\n"));
    assert.match(told[0]!, /addressPools\[0\]\.addresses/);
  });
});
