import assert from "node:assert/strict";
import { type Alert, ALERTS, type AlertName, alertsOf } from "../../observe/alerts";
import { alertTest, PROMTOOL_HOOK_MILLISECONDS, promtool, type Promtool, ruleFile } from "./promtool";
import { CHAT, type Scenario, SCENARIOS } from "./scenarios";

function alertOf({ alert, entry, service }: Scenario): Alert {
  const found = alertsOf({ ...CHAT, ...service }).find((each) => each.alert === alert && each.labels.entry === entry);
  assert.ok(found, `${alert} ${entry ?? ""} is not written`);
  return found;
}

describe("alerts, by the real promtool", function () {
  this.timeout(60_000);
  let tool: Promtool;

  before(async function () {
    this.timeout(PROMTOOL_HOOK_MILLISECONDS);
    tool = await promtool();
  });

  const test = (alert: Alert, file: unknown) =>
    tool(["test", "rules", "test.yaml"], { "rules.yaml": ruleFile([alert]), "test.yaml": file });

  for (const scenario of SCENARIOS) {
    const { what, alert: name, fires, quiet, mutation } = scenario;
    describe(`${name}: ${what}`, () => {
      it("fires, and says what is wrong", async () => {
        const alert = alertOf(scenario);
        const { passes, said } = await test(alert, alertTest(alert, fires, fires));
        assert.ok(passes, said);
      });

      it("is caught when its threshold is another", async () => {
        const alert = alertOf(scenario);
        const mutated = { ...alert, expr: alert.expr.replaceAll(...mutation) };
        assert.notEqual(mutated.expr, alert.expr, alert.expr);
        const { passes, said } = await test(mutated, alertTest(alert, fires, fires));
        assert.ok(!passes, "the mutated alert passed");
        assert.match(said, /exp:\[[^]*got:\[\]/);
      });

      for (const [healthy, readings] of Object.entries(quiet)) {
        it(`is quiet on ${healthy}`, async () => {
          const alert = alertOf(scenario);
          const { passes, said } = await test(alert, alertTest(alert, readings, undefined));
          assert.ok(passes, said);
        });
      }
    });
  }

  it("have each a series on which they fire", () => {
    const tested = new Set<string>(SCENARIOS.map(({ alert, entry = "" }) => `${alert} ${entry}`));
    const written = alertsOf(CHAT).map(({ alert, labels: { entry = "" } }) => `${alert} ${entry}`);
    assert.deepEqual(
      written.filter((each) => !tested.has(each) && !each.endsWith("Failing own-secret")),
      [],
    );
    const names = Object.keys(ALERTS) as AlertName[];
    assert.deepEqual(
      names.filter((name) => !SCENARIOS.some(({ alert }) => alert === name)),
      [],
    );
  });

  it("are good rules as a whole", async () => {
    const { passes, said } = await tool(["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"], {
      "rules.yaml": ruleFile(alertsOf(CHAT)),
    });
    assert.ok(passes, said);
    const broken = { ...alertsOf(CHAT)[0]!, annotations: { summary: "{{ $value | humanise }}" } };
    assert.ok(!(await tool(["check", "rules", "rules.yaml"], { "rules.yaml": ruleFile([broken]) })).passes);
  });
});
