import assert from "node:assert/strict";
import { compileService } from "../../compile";
import { judgeService } from "../../compile/verdict";
import { stackOn } from "./entries/stacks";
import { objectOf, parsed } from "./stacks";

describe("a compiled service, read back", () => {
  it("is read as of the stack's platform where its own objects do not name one", () => {
    const promise = { idleSeconds: 3600, affinity: { mode: "none" } };
    const { stack } = parsed(stackOn("azure", [{ kind: "azure-lb" }], { promise }));
    const compiled = compileService(stack.services[0]!, stack);
    const judged = (platform: "azure" | "aws") => judgeService(stack.services[0]!, compiled, { ...stack, platform })[0]!;
    assert.equal(judged("azure").verdict.verdict, "holds");
    assert.equal(judged("aws").verdict.verdict, "holds");

    const { addressFrom } = compiled.endpoints[0]!;
    objectOf(compiled, addressFrom!.logicalName).object.metadata.annotations = {};
    assert.equal(judged("azure").path.hops[0]?.hop, "azure-lb");
    assert.equal(judged("azure").verdict.verdict, "fails");
    assert.equal(judged("aws").path.hops[0]?.hop, "unknown-load-balancer");
    assert.equal(judged("aws").verdict.verdict, "unknown");
  });
});
