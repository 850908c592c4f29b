import assert from "node:assert/strict";
import { load } from "js-yaml";
import { KUBERNETES_SCHEMA } from "../../lint/schema";

describe("YAML as the API server reads it", () => {
  const cases: [written: string, read: unknown][] = [
    ["yes", true],
    ["Off", false],
    ["y", true],
    ["N", false],
    ["TRUE", true],
    ['"yes"', "yes"],
    ["yess", "yess"],
    ["0400", 256],
    ["0o17", 15],
    ["08", 8],
    ["0x1F", 31],
    ["-0b101", -5],
    ["1_000", 1000],
    ["0", 0],
    ["-7", -7],
    [".5", 0.5],
    ["1e3", 1000],
    ["1.5", 1.5],
    ["1:30", "1:30"],
    ["2001-12-14", "2001-12-14"],
    ["3600s", "3600s"],
    ["1.2.3", "1.2.3"],
    ["-", [null]],
    ["--x", "--x"],
    ["~", null],
    ["", undefined],
    ["!!str 5", "5"],
    ["!!binary aGk=", "hi"],
    ["!Ref x", "x"],
    ["!Sub [a]", ["a"]],
    ["=", "="],
  ];
  for (const [written, read] of cases) {
    it(`${JSON.stringify(written)} is ${JSON.stringify(read)}`, () =>
      assert.deepEqual(load(written, { schema: KUBERNETES_SCHEMA }), read));
  }

  it("merges keys, and reads a plain word as a key as what it is", () => {
    const text = "base: &base { a: 1, b: 2 }\nmore: { <<: *base, b: 3 }\non: x\n";
    assert.deepEqual(load(text, { schema: KUBERNETES_SCHEMA }), { base: { a: 1, b: 2 }, more: { a: 1, b: 3 }, true: "x" });
  });
});
