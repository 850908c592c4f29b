import assert from "node:assert/strict";
import { hundredServices, plainObjects } from "../../bench/hundred";
import { compareObjects, type Created } from "../../bench/sameObjects";

describe("what the bench compares", () => {
  const objects = plainObjects(hundredServices({ context: "lab", uid: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44" }));
  const created = (): Map<string, Record<string, unknown>> =>
    new Map(objects.map(({ name, object }) => [name, JSON.parse(JSON.stringify(object)) as Record<string, unknown>]));
  const compare = (found: Created) => () => compareObjects(found, objects, "plain");

  it("is a stack of a hundred services, each object under a name of its own", () => {
    assert.equal(objects.filter(({ object }) => object.kind === "Deployment").length, 100);
    assert.equal(created().size, objects.length);
    compare(created())();
  });

  it("is refused when a program registers less, more, or something else", () => {
    const less = created();
    less.delete("chat-7-service");
    assert.throws(compare(less), /the resources of plain/);
    assert.throws(compare(created().set("chat-100-service", {})), /the resources of plain/);
    const other = { ...created().get("chat-7-service"), spec: {} };
    assert.throws(compare(created().set("chat-7-service", other)), /chat-7-service of plain/);
  });
});
