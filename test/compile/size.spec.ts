import assert from "node:assert/strict";
import { hundredServices } from "../../bench/hundred";
import { rawStack } from "../../compile/rawStack";
import { warnAboutSize } from "../../compile/check/size";
import { parsed, type Block } from "./stacks";

describe("the size of a stack", () => {
  const hundred = rawStack(hundredServices({ context: "lab", uid: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44" }));
  const times = (count: number): Block => ({
    ...hundred,
    services: Array.from({ length: count }, () => hundred.services as Block[]).flat(),
  });

  it("is told before no program can be started with it", () => {
    const [warning, ...others] = warnAboutSize(times(4));
    assert.deepEqual(others, []);
    assert.match(warning!, /^149 KiB of configuration, and Linux starts no program with more than 128 KiB of it/);
    assert.match(warnAboutSize(times(3))[0]!, /^112 KiB/);
  });

  it("is not told of a hundred services", () => {
    assert.deepEqual(warnAboutSize(hundred), []);
    assert.ok(parsed(hundred).warnings.every((warning) => !warning.includes("KiB")));
  });
});
