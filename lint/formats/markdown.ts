import { nameOf } from "../../path/value";
import type { LintedCluster, PlacedFinding } from "../model";
import { pictureIn } from "../paths";
import type { Linted } from "../run";
import { countsText, isOpen, judgedText, summaryOf } from "../summary";
import { placeOf } from "./text";

/** The report for a page or a comment on a change: what is wrong, the worst first, each with the lines to write. */
export function asMarkdown(linted: Linted): string {
  const summary = summaryOf(linted);
  const bySeverity = (["error", "warning", "info"] as const).flatMap((severity) => {
    const blocks = linted.clusters.flatMap((cluster) =>
      findingsOf(cluster, (finding) => isOpen(finding) && finding.severity === severity),
    );
    const title = { error: "Errors", warning: "Warnings", info: "Worth knowing" }[severity];
    return blocks.length === 0 ? [] : [`### ${title}`, ...blocks];
  });
  const waived = linted.clusters.flatMap(({ findings }) => findings.filter((finding) => !isOpen(finding)));
  return `${[
    "## Long connections",
    `**${countsText(summary)}** in ${summary.objects} objects. ${judgedText(linted.clusters).map(escape).join(" ")}`,
    ...bySeverity,
    ...(waived.length === 0
      ? []
      : [
          "### Waived",
          waived.map((each) => `- \`${each.rule}\` ${escape(nameOf(each.object))}: ${escape(each.waived!)}`).join("\n"),
        ]),
  ].join("\n\n")}\n`;
}

function findingsOf(cluster: LintedCluster, wanted: (finding: PlacedFinding) => boolean): string[] {
  const picture = pictureIn(cluster);
  return cluster.findings.filter(wanted).map((finding) => {
    const { rule, object, container, path, found, needed, reason, fix } = finding;
    return [
      `- **\`${rule}\`** ${escape(nameOf(object))}${container === undefined ? "" : ` (container ${escape(container)})`}${placeOf(finding) === "" ? "" : `, \`${placeOf(finding)}\``}`,
      `  - found: ${escape(found)}`,
      `  - needed: ${escape(needed)}`,
      ...(path === undefined ? [] : [`  - way: ${escape(picture(path))}`]),
      `  - why: ${escape(reason)}`,
      ...fenced(fix),
    ].join("\n");
  });
}

/** What is to be written, with a fence that is longer than any in it. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return ["", `    ${fence}`, ...text.split("\n").map((line) => `    ${line}`), `    ${fence}`];
}

const escape = (text: string): string => text.replace(/[\\`*_[\]<|]/g, "\\$&").replace(/\s*\n\s*/g, " ");
