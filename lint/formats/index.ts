import type { Linted } from "../run";
import { asGithub } from "./github";
import { asJson } from "./json";
import type * as junit from "./junit";
import { asMarkdown } from "./markdown";
import type * as sarif from "./sarif";
import { asText } from "./text";

export const LINT_FORMATS = ["text", "json", "sarif", "junit", "github", "markdown"] as const;
export type LintFormat = (typeof LINT_FORMATS)[number];

/**
 * Writes the report in one of its formats.
 *
 * @param colored whether `text` may use colours.
 * @param version of the tool, for `sarif`.
 */
export function writeReport(
  format: LintFormat,
  linted: Linted,
  { colored, version }: { colored: boolean; version: string },
): string {
  switch (format) {
    case "text":
      return asText(linted, colored);
    case "json":
      return asJson(linted);
    case "github":
      return asGithub(linted);
    case "markdown":
      return asMarkdown(linted);
    // The libraries of these two take a while to load, for which the other formats should not wait.
    case "sarif":
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be hoisted
      return (require("./sarif") as typeof sarif).asSarif(linted, version);
    case "junit":
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be hoisted
      return (require("./junit") as typeof junit).asJunit(linted);
  }
}
