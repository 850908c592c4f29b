import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject, Value } from "../../path/objects";
import { nameOf } from "../../path/value";
import { textOf } from "../../policy/propertyPath";
import type { Report } from "../../policy/report";
import { reportOn, runRule } from "../../policy/report";
import type { Finding, Rule } from "../../policy/rule";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { placesOf, withUnknownAt } from "../path/hidden";
import { readFixture } from "./fixture";

interface Place {
  rule: Rule;
  file: string;
  index: number;
  keys: (string | number)[];
}

/** Every value of every fixture that its rule objects to. */
function places(): Place[] {
  return RULES.flatMap((rule) => {
    const folder = join(__dirname, rule.id);
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith("fail")) : [];
    return files.flatMap((name) => {
      const file = join(folder, name);
      return readFixture(file).objects.flatMap((object, index) =>
        placesOf(object as unknown as Value).map((keys) => ({ rule, file, index, keys })),
      );
    });
  });
}

describe("with any value of any fixture not known yet", function () {
  this.timeout(600_000);
  const fixtures = new Map<string, ReturnType<typeof readFixture>>();
  const before = new Map<string, Finding[]>();

  /** What all rules say of a fixture one value of which is hidden. */
  function hide({ file, index, keys }: Place): { report: Report; objects: KubernetesObject[] } {
    const fixture = fixtures.get(file) ?? readFixture(file);
    fixtures.set(file, fixture);
    const objects = fixture.objects.map((other, position) => (position === index ? withUnknownAt(other, keys) : other));
    return { report: reportOn(ruleContext(objects, fixture.cluster, fixture.options)), objects };
  }

  function objectedBefore({ rule, file }: Place): Finding[] {
    const key = `${rule.id} ${file}`;
    const { objects, cluster, options } = fixtures.get(file)!;
    const found = before.get(key) ?? runRule(rule, ruleContext(objects, cluster, options));
    before.set(key, found);
    return found;
  }

  it("no rule throws, and none that objected falls silent", () => {
    const silent: string[] = [];
    let compared = 0;
    for (const place of places()) {
      const { report } = hide(place);
      const where = `${place.file.slice(__dirname.length + 1)}: ${nameOf(fixtures.get(place.file)!.objects[place.index]!)} ${textOf(place.keys)}`;
      assert.deepEqual(report.broken, [], where);
      if (objectedBefore(place).every(({ severity }) => severity === "info")) continue;
      compared++;
      if (!report.findings.some(({ rule }) => rule === place.rule.id)) silent.push(where);
    }
    assert.deepEqual(silent, []);
    assert.ok(compared > 10_000, `${compared} compared`);
  });
});
