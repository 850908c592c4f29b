import assert from "node:assert/strict";
import { examineStack, type ExaminedStack } from "../../compile/parse";
import type { Platform } from "../../compile/stack";
import { countCost, explainService, FORMATS, writeExplanation, type ExplainedService } from "../../explain";
import { EXAMPLES, stackOn } from "../compile/entries/stacks";

function explained(on: string, entries: object[], service?: object): { services: ExplainedService[]; examined: ExaminedStack } {
  const examined = examineStack(stackOn(on as Platform, entries as never, service as never));
  assert.ok("services" in examined, JSON.stringify(examined.problems));
  return { services: examined.services.map((each) => explainService(each, examined.stack.cluster)), examined };
}

describe("explaining every kind of entry", () => {
  for (const [name, { platform, entries, service }] of Object.entries(EXAMPLES)) {
    it(`${name} has its hops in order, one of them at most marked, and a reason to be chosen`, () => {
      const { services, examined } = explained(platform, entries, service);
      const [entry] = services[0]!.entries;
      assert.equal(entry!.hops.at(-1)!.hop, "pod");
      assert.ok(entry!.hops.filter(({ weakest }) => weakest).length <= 1);
      assert.ok(entry!.choice.length >= 2 && entry!.choice[0]!.startsWith(`${entry!.kind}: `));
      const cost = countCost(
        examined.services.map(({ compiled }) => compiled),
        platform as Platform,
      );
      for (const format of FORMATS) assert.ok(writeExplanation(format, services, { title: "prod", cost }).length > 100, format);
    });
  }

  const neutral: [Platform, object, string][] = [
    ["aws", { kind: "load-balancer", port: 443, host: "chat.example.com" }, "load-balancer, on this platform aws-nlb"],
    ["azure", { kind: "load-balancer" }, "load-balancer, on this platform azure-lb"],
    [
      "bare-metal",
      { kind: "load-balancer", name: "lan", pool: "lan", address: "192.168.1.207" },
      "lan (load-balancer, on this platform metallb)",
    ],
  ];
  for (const [platform, entry, title] of neutral) {
    it(`says what ${(entry as { kind: string }).kind} is on ${platform}`, () => {
      const text = writeExplanation("text", explained(platform, [entry]).services, { title: "prod" });
      assert.ok(text.includes(`  ${title}  `), text);
    });
  }

  it("says nothing of a platform where the kind was written itself", () => {
    const { platform, entries, service } = EXAMPLES["azure-lb"]!;
    assert.doesNotMatch(
      writeExplanation("text", explained(platform, entries, service).services, { title: "prod" }),
      /on this platform/,
    );
  });
});
