import { textOf } from "../policy/propertyPath";
import type { Finding } from "../policy/rule";

/** What a change does to the findings of the rules. */
export interface FindingChanges {
  /** Those that come with it. */
  added: Finding[];
  /** Those that were there. */
  kept: Finding[];
  /** Those that go with it. */
  mended: Finding[];
  /** Those that somebody waives with it, each with its reason: they stay. */
  waived: Finding[];
}

/** A finding, and what its object is called after the change. */
export interface NamedFinding {
  finding: Finding;
  name: string;
}

/** How alike two findings have to be to be the same: word for word wherever it stands, then at one place whatever it tells. */
const LIKENESSES: ((named: NamedFinding) => string)[] = [
  ({ finding, name }) => [placeOf(finding, name), finding.found].join("\u0000"),
  ({ finding, name }) => [placeOf(finding, name), textOf(finding.at ?? [])].join("\u0000"),
];

const placeOf = ({ rule, severity, container = "" }: Finding, name: string): string =>
  [rule, severity, name, container].join("\u0000");

/** Each finding of before stands for one of after, so that a second of its kind is new. */
export function addFindings(to: FindingChanges, before: NamedFinding[], after: NamedFinding[]): void {
  const open = { were: before, are: after };
  const pairs: [Finding, Finding][] = [];
  for (const likeness of LIKENESSES) {
    const were = new Map<string, NamedFinding[]>();
    for (const named of open.were) were.set(likeness(named), [...(were.get(likeness(named)) ?? []), named]);
    open.are = open.are.filter((named) => {
      const old = were.get(likeness(named))?.shift();
      if (old !== undefined) pairs.push([old.finding, named.finding]);
      return old === undefined;
    });
    open.were = [...were.values()].flat();
  }
  const isOpen = ({ waived }: Finding): boolean => waived === undefined;
  const now = [...pairs, ...open.are.map(({ finding }) => [undefined, finding] as const)];
  to.kept.push(...pairs.filter(([old, finding]) => isOpen(old) && isOpen(finding)).map(([, finding]) => finding));
  to.added.push(...now.filter(([old, finding]) => isOpen(finding) && !(old && isOpen(old))).map(([, finding]) => finding));
  to.waived.push(...now.filter(([old, finding]) => !isOpen(finding) && !(old && !isOpen(old))).map(([, finding]) => finding));
  to.mended.push(...open.were.map(({ finding }) => finding).filter(isOpen));
}
