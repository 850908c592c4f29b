import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { metricNames } from "../../compile/observed";
import { ALERTS, alertsOf, FAILED_SHARE, DAYS_LEFT, FEWEST_CONNECTIONS } from "../../observe/alerts";
import { scatterOf } from "../../observe/queries";
import { EXPORTED } from "../../path/facts/exporters";
import { parsed, rawStackWith } from "../compile/stacks";
import { CHAT } from "./scenarios";

const text = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "observability.md"), "utf8");
const sectionOf = (heading: string) => text.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0];

describe("docs/observability.md", () => {
  it("says of every alert where it is written and what to do", () => {
    for (const [name, heading] of Object.entries(ALERTS)) {
      assert.match(text, new RegExp(`^\\| \`${name}\` +\\|`, "m"));
      assert.match(sectionOf(heading) ?? "", /^(Critical|Warning)\.[^]*\n1\. /m, heading);
    }
    assert.equal(sectionOf("sockets-rising"), undefined);
  });

  it("is what every alert's runbook leads to", () => {
    for (const { alert, labels, annotations } of alertsOf(CHAT)) {
      const [, heading] = /^docs\/observability\.md#([a-z-]+)$/.exec(annotations.runbook)!;
      const severity = sectionOf(heading!)!.trim().split(".")[0]!.toLowerCase();
      assert.equal(severity, labels.severity, alert);
    }
  });

  it("has every metric that is read", () => {
    const { stack } = parsed(rawStackWith());
    const names = [...Object.values(metricNames(stack.services[0]!)), ...Object.values(EXPORTED).map(({ name }) => name)];
    for (const name of names) assert.ok(text.includes(`\`${name}\``), name);
  });

  it("has the numbers that alerts are made with", () => {
    for (const stickiness of ["none", "cookie", "source-ip"] as const) {
      assert.match(sectionOf("imbalance")!, new RegExp(`\\b${scatterOf({ stickiness })}\\b`));
    }
    assert.match(sectionOf("upgrades-failing")!, new RegExp(`more than ${FAILED_SHARE * 100} %`));
    assert.match(sectionOf("certificate-expiring")!, new RegExp(`fewer than ${DAYS_LEFT} days`));
    assert.match(sectionOf("sockets-dropping")!.replaceAll("\n", " "), new RegExp(`been ${FEWEST_CONNECTIONS} at least`));
  });
});
