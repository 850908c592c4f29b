import { show } from "../compile/check/problem";
import { componentUrn, importFile, secretCommand } from "./ids";
import type { Change, Imported } from "./model";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
const SCHEMA_VERSION = 1;

export interface Names {
  project: string;
  stack: string;
}

/** What a person reads beside the stack file. */
export function importAsText(imported: Imported, names: Names): string {
  const { left, secrets, ids } = imported;
  const sections: [string, string[]][] = [
    ["What the import would change", changeLines(imported)],
    ["What is not taken", left.map(({ what, from, why }) => `${what} (${from}): ${why}.`)],
    [
      "Secret values, each from the cluster into the encrypted configuration",
      secrets.map((each) => secretCommand(each, names.stack)),
    ],
    ["What Pulumi takes over (type, logical name, id)", ids.map(({ type, name, id }) => `${type} ${name} ${id}`)],
  ];
  return sections
    .map(([title, lines]) => `${title}:\n${lines.length === 0 ? "  nothing\n" : lines.map((line) => `  ${line}\n`).join("")}`)
    .join("\n");
}

function changeLines({ changes, problems }: Imported): string[] {
  return problems.length > 0 ? ["not known until the problems of the stack file are mended"] : together(changes).map(changeLine);
}

/** Several fields of one object that change for one reason are one line. */
function together(changes: Change[]): Change[][] {
  const lines = new Map<string, Change[]>();
  for (const change of changes) {
    const key = [change.object, change.why, change.effect].join("\n");
    lines.set(key, [...(lines.get(key) ?? []), change]);
  }
  return [...lines.values()];
}

function changeLine(changes: Change[]): string {
  const [{ object, why, effect }] = changes as [Change];
  return `${object} ${changes.map(fieldText).join(", ")} (${why}${effect === "none" ? "" : `; ${effect}`}).`;
}

function fieldText({ field, from, to }: Change): string {
  return field === ""
    ? "is created"
    : `${field}: ${from === undefined ? "not there" : shown(from)} -> ${to === undefined ? "removed" : shown(to)}`;
}

const LONGEST_SHOWN_CHARACTERS = 100;

function shown(value: unknown): string {
  if (typeof value !== "object" || value === null) return show(value);
  const text = JSON.stringify(value);
  return text.length <= LONGEST_SHOWN_CHARACTERS ? text : `${text.slice(0, LONGEST_SHOWN_CHARACTERS)}...`;
}

/** The same for programs; `importFile` is what `pulumi import --file` reads. */
export function importAsJson(imported: Imported, unread: string[], names: Names): string {
  const { stackFile, changes, left, ids, secrets, warnings, problems } = imported;
  const json = {
    schemaVersion: SCHEMA_VERSION,
    stackFile,
    problems,
    unread,
    warnings,
    // A value that is not there has no word in JSON.
    changes: changes.map((change) => ({ ...change, from: change.from ?? null, to: change.to ?? null })),
    left,
    secrets: secrets.map((each) => ({ service: each.service, key: each.key, command: secretCommand(each, names.stack) })),
    resources: ids.map((each) => ({ ...each, parent: componentUrn(each.parent, names.project, names.stack) })),
    importFile: importFile(ids, names.project, names.stack),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
