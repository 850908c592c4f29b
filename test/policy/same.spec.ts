import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../path/objects";
import { whereOf } from "../../policy/message";
import { stackPolicies } from "../../policy/pack";
import { reportOn } from "../../policy/report";
import type { Finding } from "../../policy/rule";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { readFixture } from "./fixture";
import type { Answer } from "./runtime";
import { analyze } from "./runtime";
import { configured } from "./stacks";

/** Never handed to a rule by the pack; what YAML holds of them no rule may use either. */
const LEFT_OUT = ["Secret", "CustomResourceDefinition"];

/** What the pack says of objects that stand in YAML as well: each finding as its rule, its object, and what was found. */
async function throughThePack(file: string): Promise<Answer[]> {
  const { objects, cluster, options } = readFixture(file);
  return analyze(configured(stackPolicies(), { settings: { cluster: { ...cluster }, options: { ...options } } }), objects);
}

function throughYaml(file: string): Finding[] {
  const { objects, cluster, options } = readFixture(file);
  const read = objects.filter(({ kind }: KubernetesObject) => !LEFT_OUT.includes(kind));
  return reportOn(ruleContext(read, cluster, options)).findings;
}

/** The number of findings that a message tells of: one, those that it says it goes for as well, or those of its list. */
function told(message: string): number {
  const waived = /(\d+) findings? (?:is|are) waived:/.exec(message)?.[1];
  const listed = /: (\d+) things worth knowing\n/.exec(message)?.[1];
  if (waived !== undefined || listed !== undefined) return Number(waived ?? listed);
  if (message.includes("looks again during the update")) {
    return message
      .split("\n")
      .slice(1)
      .reduce((sum, line) => sum + (/ \(([\w, -]+)\)$/.exec(line)?.[1]?.split(", ").length ?? 0), 0);
  }
  const also = / {2}also: {3}(.*)/.exec(message)?.[1];
  const more = Number(/ and (\d+) more$/.exec(also ?? "")?.[1] ?? 0);
  return 1 + more + (also === undefined ? 0 : also.split(", ").length);
}

describe("the same objects", function () {
  this.timeout(60_000);
  const files = RULES.flatMap(({ id }) => readdirSync(join(__dirname, id)).map((name) => join(__dirname, id, name)));

  it("through YAML and through the engine's requests give the same findings", async () => {
    const different: string[] = [];
    let compared = 0;
    for (const file of files) {
      const expected = throughYaml(file);
      const answers = await throughThePack(file);
      const where = file.slice(__dirname.length + 1);
      if (answers.some(({ policy }) => policy === "settings")) different.push(`${where}: its settings are refused`);
      const count = answers.reduce((sum, { message }) => sum + told(message), 0);
      if (count !== expected.length) {
        different.push(`${where}: ${count} findings through the pack, ${expected.length} through YAML`);
      }
      for (const finding of expected) {
        compared++;
        const object = whereOf(finding);
        const isTold = answers.some(
          ({ message }) =>
            new RegExp(`(${finding.rule}: |[(, ]${finding.rule}[,)])`).test(message) &&
            (message.includes(object) || /and \d+ more/.test(message)),
        );
        if (!isTold) different.push(`${where}: ${finding.rule} of ${object} is in no message`);
      }
    }
    assert.deepEqual(different, []);
    assert.ok(compared > 300, String(compared));
  });
});
