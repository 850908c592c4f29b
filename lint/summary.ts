import { counted } from "../explain/words";
import type { Severity } from "../policy/rule";
import { SEVERITIES } from "../policy/rule";
import type { LintedCluster, PlacedFinding } from "./model";
import type { Linted } from "./run";

export interface Summary {
  files: number;
  documents: number;
  objects: number;
  errors: number;
  warnings: number;
  infos: number;
  waived: number;
}

export const isOpen = ({ waived }: PlacedFinding): boolean => waived === undefined;

export function summaryOf({ clusters, files, documents }: Linted): Summary {
  const findings = clusters.flatMap((cluster) => cluster.findings);
  const open = findings.filter(isOpen);
  const count = (severity: Severity): number => open.filter((finding) => finding.severity === severity).length;
  return {
    files,
    documents,
    objects: clusters.reduce((sum, { context }) => sum + context.catalog.objects.length, 0),
    errors: count("error"),
    warnings: count("warning"),
    infos: count("info"),
    waived: findings.length - open.length,
  };
}

/** Whether anything is found that is at least as bad; what is waived never counts. */
export function failsOn({ clusters }: Linted, level: Severity): boolean {
  const worst = SEVERITIES.indexOf(level);
  return clusters.some(({ findings }) =>
    findings.some((finding) => isOpen(finding) && SEVERITIES.indexOf(finding.severity) <= worst),
  );
}

/** `3 errors, 1 warning, 12 worth knowing, 2 waived`. */
export function countsText({ errors, warnings, infos, waived }: Summary): string {
  const parts = [counted(errors, "error"), counted(warnings, "warning"), `${infos} worth knowing`, `${waived} waived`];
  return parts.join(", ");
}

const MOST_REASONS = 5;

/** How many of the ways in were judged, and why these: each a sentence. */
export function judgedText(clusters: LintedCluster[]): string[] {
  const asked = clusters.flatMap(({ context }) => context.asked);
  const all = clusters.reduce((sum, { context }) => sum + context.paths.length, 0);
  if (all === 0) return ["No way in from outside was found, so none was judged."];
  const reasons = new Map<string, number>();
  for (const { because } of asked) reasons.set(because, (reasons.get(because) ?? 0) + 1);
  const ranked = [...reasons].sort(([, left], [, right]) => right - left);
  const told = ranked.slice(0, MOST_REASONS).map(([because, count]) => (count === 1 ? because : `${because} (${count})`));
  const more = ranked.length > MOST_REASONS ? [`${ranked.length - MOST_REASONS} other reasons`] : [];
  const why = told.length === 0 ? "" : `, because of: ${[...told, ...more].join("; ")}`;
  // What is asked of those behind a way in is asked of no further way in.
  const judged = clusters.reduce((sum, { context }) => {
    const asking = new Set(context.asked.map(({ path }) => path));
    return sum + context.paths.filter((path) => asking.has(path)).length;
  }, 0);
  const rest = all - judged;
  const passedOver =
    rest === 0 ? [] : [`${rest === 1 ? "1 shows" : `${rest} show`} no long connections; --assume all judges every one.`];
  return [`${judged} of ${counted(all, "way in", "ways in")} judged${why}.`, ...passedOver];
}

/** On which platform the objects run, and what says so. */
export function platformText({ platform: { platform, shownBy } }: LintedCluster): string {
  if (platform === undefined) return "Platform: not shown by the objects; --platform says it.";
  return shownBy === undefined
    ? `Platform: ${platform}, as declared.`
    : `Platform: ${platform}, as ${shownBy} shows; --platform overrules it.`;
}
