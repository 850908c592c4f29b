import type { Cost } from "./cost";
import { explainAsHtml } from "./html";
import { explainAsJson } from "./json";
import { explainAsMarkdown } from "./markdown";
import { explainAsMermaid } from "./mermaid";
import type { ExplainedService } from "./model";
import { explainAsText } from "./text";

export { countCost, type Cost } from "./cost";
export { DEFAULTS_FORMATS, type DefaultsFormat, writeDefaults } from "./defaults";
export { entryTable } from "./json";
export { explainService, type ExplainedService } from "./model";

export const FORMATS = ["text", "json", "markdown", "mermaid", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** The formats that have a place for the count of load balancers. */
export const FORMATS_WITH_COST: readonly Format[] = ["text", "json", "markdown", "html"];

/**
 * Writes the explanation in one of its formats.
 *
 * @param title what the page is called: the name of the stack. Only `html` has a title.
 * @param colored whether `text` may use colours.
 */
export function writeExplanation(
  format: Format,
  services: ExplainedService[],
  { cost, title, colored }: { cost?: Cost; title: string; colored?: boolean },
): string {
  switch (format) {
    case "text":
      return explainAsText(services, cost, colored);
    case "json":
      return explainAsJson(services, cost);
    case "markdown":
      return explainAsMarkdown(services, cost);
    case "mermaid":
      return explainAsMermaid(services);
    case "html":
      return explainAsHtml(services, title, cost);
  }
}
