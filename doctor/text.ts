import pc from "picocolors";
import { AREAS, type Check, type State } from "./check";
import type { Examination } from "./index";
import type { Diagnosis, Likelihood } from "./symptoms";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
const SCHEMA_VERSION = 1;

const SIGNS: Record<State, string> = {
  ok: pc.green("✔"),
  missing: pc.red("✘"),
  wrong: pc.red("✘"),
  "could-not-look": pc.yellow("?"),
};
const WORDS: Record<State, string> = { ok: "", missing: "missing: ", wrong: "wrong: ", "could-not-look": "could not look: " };

/** The examination as a person reads it, area by area. */
export function asText({ checks, proposed }: Examination): string {
  const areas = AREAS.map((area) => ({ area, own: checks.filter((check) => check.area === area) })).filter(
    ({ own }) => own.length > 0,
  );
  const blocks = areas.map(({ area, own }) => [pc.bold(area), ...own.flatMap(lines)].join("\n"));
  const block =
    proposed === undefined
      ? []
      : [`What the cluster itself says, as lines of the stack file:\n\n${indent(proposed.trimEnd(), "  ")}`];
  return `${[...blocks, ...block, total(checks)].join("\n\n")}\n`;
}

function lines({ title, state, found, mend }: Check): string[] {
  return [`  ${SIGNS[state]} ${title}: ${WORDS[state]}${found}`, ...(mend === undefined ? [] : [pc.dim(`      ${mend}`)])];
}

function total(checks: Check[]): string {
  const count = (state: State): number => checks.filter((check) => check.state === state).length;
  return `${count("ok")} ok, ${count("missing")} missing, ${count("wrong")} wrong, ${count("could-not-look")} could not be looked at.`;
}

const indent = (text: string, by: string): string => text.replaceAll(/^/gm, by);

export function asJson({ checks, proposed }: Examination): string {
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, checks, proposed: proposed ?? null }, null, 2)}\n`;
}

const MARKS: Record<Likelihood, string> = { seen: pc.red("●"), "no sign": pc.yellow("○"), "ruled out": pc.green("✔") };

/** What is behind a symptom, what the cluster shows first. */
export function diagnosesAsText(title: string, diagnoses: Diagnosis[]): string {
  const blocks = diagnoses.map(({ about, causes }) =>
    [
      pc.bold(about),
      ...causes.flatMap(({ likelihood, what, evidence, mend }) => [
        `  ${MARKS[likelihood]} ${likelihood}: ${what}`,
        ...(evidence ? [`      ${evidence}`] : []),
        ...(likelihood === "ruled out" ? [] : [pc.dim(`      ${mend}`)]),
      ]),
    ].join("\n"),
  );
  return `${[title, ...blocks].join("\n\n")}\n`;
}

export function diagnosesAsJson(symptom: string, diagnoses: Diagnosis[]): string {
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, symptom, diagnoses }, null, 2)}\n`;
}
