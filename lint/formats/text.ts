import { createColors } from "picocolors";
import { WAIVER_ANNOTATION_PREFIX } from "../../path/declarations";
import { nameOf } from "../../path/value";
import { textOf } from "../../policy/propertyPath";
import type { Severity } from "../../policy/rule";
import type { LintedCluster, PlacedFinding } from "../model";
import { pictureIn } from "../paths";
import type { Linted } from "../run";
import { counted } from "../../explain/words";
import { countsText, isOpen, judgedText, platformText, summaryOf } from "../summary";

type Colors = ReturnType<typeof createColors>;

const SIGNS: Record<Severity, string> = { error: "✘", warning: "!", info: "·" };
const LABEL_CHARACTERS = 8;

/** The report for a person at a terminal: by object, what is wrong and what to write; then what was judged. */
export function asText(linted: Linted, colored: boolean): string {
  const colors = createColors(colored);
  const several = linted.clusters.length > 1;
  const blocks = linted.clusters.flatMap((cluster) => clusterBlocks(cluster, colors));
  const waived = linted.clusters.flatMap(({ findings }) => findings.filter((finding) => !isOpen(finding)));
  const platforms = several ? platformCounts(linted.clusters) : linted.clusters.map(platformText);
  const summary = summaryOf(linted);
  return `${[
    ...blocks,
    ...(waived.length === 0 ? [] : [["Waived:", ...waived.map(waivedLine)].join("\n")]),
    [
      ...judgedText(linted.clusters),
      ...platforms,
      `${counted(summary.files, "file")}, ${counted(summary.documents, "document")}, ${counted(summary.objects, "object")}${several ? `, ${counted(linted.clusters.length, "cluster")}` : ""}.`,
      colors.bold(`${countsText(summary)}.`),
    ].join("\n"),
  ].join("\n\n")}\n`;
}

function clusterBlocks(cluster: LintedCluster, colors: Colors): string[] {
  const picture = pictureIn(cluster);
  const byObject = new Map<string, PlacedFinding[]>();
  for (const finding of cluster.findings.filter(isOpen)) {
    const key = `${finding.object.apiVersion} ${nameOf(finding.object)}`;
    byObject.set(key, [...(byObject.get(key) ?? []), finding]);
  }
  return [...byObject.values()].map((findings) => {
    const [{ object }] = findings as [PlacedFinding];
    return [
      colors.bold(colors.underline(nameOf(object))),
      ...findings.map((finding) => findingText(finding, picture, colors)),
    ].join("\n");
  });
}

function findingText(finding: PlacedFinding, picture: ReturnType<typeof pictureIn>, colors: Colors): string {
  const { rule, severity, container, path, reason, found, needed, fix, url } = finding;
  const paint = severity === "error" ? colors.red : severity === "warning" ? colors.yellow : colors.dim;
  const where = [placeOf(finding), ...(container === undefined ? [] : [`container ${container}`])].filter(Boolean).join("  ");
  const head = `  ${paint(`${SIGNS[severity]} ${severity}`)} ${colors.bold(rule)}${where === "" ? "" : `  ${colors.dim(where)}`}`;
  // What is only worth knowing takes little room, so that it hides nothing.
  if (severity === "info") return [head, ...labelled("found", found), ...labelled("settle", fix)].join("\n");
  return [
    head,
    ...labelled("found", found),
    ...labelled("needed", needed),
    ...(path === undefined ? [] : labelled("way", picture(path))),
    ...labelled("why", reason),
    ...labelled("write", fix),
    ...labelled("more", `${url}; to live with it: ${WAIVER_ANNOTATION_PREFIX}${rule}: "<why>"`),
  ].join("\n");
}

/** `k8s/web.yaml:12:5  spec.ports[0]`. */
export function placeOf({ origin, line, column, at }: PlacedFinding): string {
  const place = origin === undefined ? "" : `${origin.part.source.file}:${line}:${column}`;
  return [place, at === undefined ? "" : textOf(at)].filter(Boolean).join("  ");
}

function labelled(label: string, text: string): string[] {
  const indent = " ".repeat(6 + LABEL_CHARACTERS);
  const [first = "", ...others] = text.split("\n");
  return [`      ${label.padEnd(LABEL_CHARACTERS)}${first}`, ...others.map((line) => `${indent}${line}`)];
}

const waivedLine = ({ rule, object, waived }: PlacedFinding): string => `  ${rule}  ${nameOf(object)}: ${waived}`;

function platformCounts(clusters: LintedCluster[]): string[] {
  const counts = new Map<string, number>();
  for (const { platform } of clusters) {
    const name = platform.platform ?? "not shown by the objects";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [`Platform: ${[...counts].map(([name, count]) => `${name} (${counted(count, "cluster")})`).join(", ")}.`];
}
