/** What a preview changes, in resources and in connections. */
export { asJson } from "./json";
export { asMarkdown, LONGEST_COMMENT } from "./markdown";
export { readPreview, type Preview, type ResourceChange } from "./preview";
export { summarize, type Summary } from "./summary";
