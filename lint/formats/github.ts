import { nameOf } from "../../path/value";
import type { PlacedFinding } from "../model";
import type { Linted } from "../run";
import { isOpen } from "../summary";

const COMMANDS = { error: "error", warning: "warning", info: "notice" } as const;

/** Workflow commands, which GitHub shows at the lines of a change. */
export function asGithub({ clusters, problems }: Linted): string {
  const unread = problems.map(({ file, line, column, message }) =>
    command("error", { file, line, col: column, title: "not read" }, message),
  );
  return [...unread, ...clusters.flatMap(({ findings }) => findings.filter(isOpen).map(annotation))]
    .map((line) => `${line}\n`)
    .join("");
}

function annotation({ severity, rule, object, origin, line, column, found, needed, fix, url }: PlacedFinding): string {
  const place = { file: origin?.part.source.file, line, col: column, title: `${rule}: ${nameOf(object)}` };
  return command(COMMANDS[severity], place, `${found}\nneeded: ${needed}\nwrite: ${fix}\nmore: ${url}`);
}

function command(name: string, properties: Record<string, string | number | undefined>, message: string): string {
  const told = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name} ${told.join(",")}::${escapeData(message)}`;
}

const escapeData = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
