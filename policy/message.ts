import { WAIVER_ANNOTATION_PREFIX } from "../path/declarations";
import { isCloud } from "../path/kinds";
import { nameOf } from "../path/value";
import { SETTINGS_POLICY } from "./packOptions";
import { textOf } from "./propertyPath";
import type { Finding, PropertyPath } from "./rule";

/** A finding as a person reads it: what was found and where, what is needed, the line to write, why, and how to live with it. */
export function formatFinding(finding: Finding, others: readonly Finding[] = []): string {
  const { rule, at, needed, fix, reason, url } = finding;
  return [
    `${rule}: ${whereOf(finding)}: ${finding.found}`,
    ...(others.length === 0 ? [] : [`  also:   ${listed(others.map(whereOf))}`]),
    ...(at === undefined ? [] : [`  where:  ${placeOf(finding, at)}`]),
    `  needed: ${needed}`,
    `  write:  ${fix}`,
    `  why:    ${reason}`,
    `  more:   ${url}; to live with it, ${howToWaive(finding)}`,
  ].join("\n");
}

/** What a rule wants to be known of several objects: one line each, and where the whole is explained. */
export function formatNotes(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `${whereOf(finding)}: ${finding.found}`);
  const more = lines.length - LISTED;
  return [
    `${findings[0]?.rule}: ${lines.length} things worth knowing`,
    ...lines.slice(0, LISTED).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  more:   ${findings[0]?.url}`,
  ].join("\n");
}

/** The object that a finding is about, and the container where it is about one of several. */
export function whereOf({ object, container }: Pick<Finding, "object" | "container">): string {
  return `${nameOf(object)}${container === undefined ? "" : ` container ${container}`}`;
}

/** What a program writes of a cloud resource has no `spec` around it. */
function placeOf({ object }: Finding, at: PropertyPath): string {
  return textOf(isCloud(object.apiVersion) ? at.slice(1) : at);
}

const LISTED = 10;

/** The first of many, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return `${names.slice(0, LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A text of somebody's own on one line, cut where it is long. */
export function shortened(text: string, length: number): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 3)}...` : line;
}

function howToWaive({ rule, object }: Finding): string {
  return isCloud(object.apiVersion)
    ? `add {"rule": "${rule}", "urn": "<its URN>", "reason": "<why>"} to waivers in the configuration of ${SETTINGS_POLICY}`
    : `annotate the object with ${WAIVER_ANNOTATION_PREFIX}${rule}: "<why>"`;
}

/** Shorter texts stand in messages by chance: `true`, `8080`. */
const SHORTEST_SECRET = 6;

/** Takes the values of Secrets out of a message, wherever they were copied to. */
export function redactor(secretTexts: ReadonlySet<string>): (message: string) => string {
  const texts = [...secretTexts].map((text) => text.trim()).filter((text) => text.length >= SHORTEST_SECRET);
  const longestFirst = texts.sort((left, right) => right.length - left.length);
  return (message) =>
    longestFirst.reduce((text, secret) => (text.includes(secret) ? text.replaceAll(secret, "[secret]") : text), message);
}
