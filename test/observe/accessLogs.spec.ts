import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { EXAMPLES, stackOn } from "../compile/entries/stacks";
import { parsed, problemsOf, type Block } from "../compile/stacks";

const PAGE = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "observability.md"), "utf8");
const [, SECTION = ""] = PAGE.split("## Access logs of the load balancers\n");
/** The blocks of the page, by the entry that their first line names. */
const BLOCKS = [...SECTION.split("\n## ")[0]!.matchAll(/```yaml\n# (\S+)\n([^`]*)```/g)].map(([, entry, text]) => ({
  entry: entry!,
  patches: (parse(text!) as { patches: Block[] }).patches,
}));

describe("access logs, as docs/observability.md writes them", () => {
  it("are three patches", () => {
    assert.deepEqual(
      BLOCKS.map(({ entry }) => entry),
      ["aws-alb", "gce-ingress", "gateway-gke"],
    );
  });

  for (const { entry, patches } of BLOCKS) {
    const { platform, entries, service } = EXAMPLES[entry]!;
    const raw = (changes: Block[]) => stackOn(platform, entries, { ...service, patches: changes });

    it(`${entry}: change the object, and nothing that the promise needs`, () => {
      const { examined } = parsed(raw(patches));
      const plain = parsed(raw([])).examined;
      assert.match(JSON.stringify(examined[0]!.compiled.objects), /access_logs\.s3\.enabled=true|"enabled?":true/);
      assert.deepEqual(
        examined[0]!.verdicts.map(({ verdict: { verdict, effectiveIdleSeconds } }) => [verdict, effectiveIdleSeconds]),
        plain[0]!.verdicts.map(({ verdict: { verdict, effectiveIdleSeconds } }) => [verdict, effectiveIdleSeconds]),
      );
    });
  }

  it("would be refused where the idle limit is left out", () => {
    const { platform, entries, service } = EXAMPLES["aws-alb"]!;
    const annotations = { "alb.ingress.kubernetes.io/load-balancer-attributes": "access_logs.s3.enabled=true" };
    const patches = [{ kind: "Ingress", patch: { metadata: { annotations } } }];
    assert.match(problemsOf(stackOn(platform, entries, { ...service, patches })).join("\n"), /cannot keep the promise/);
  });
});
