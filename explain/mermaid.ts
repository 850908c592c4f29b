import type { ExplainedEntry, ExplainedHop, ExplainedService } from "./model";
import { affinityWords, limitWords, VERDICT_WORDS } from "./words";

/** Colours of the hop that decides; legible on light and on dark pages. */
const CLASSES = {
  holds: "fill:#e6f4ea,stroke:#1e7e34,color:#0b3d1a",
  fails: "fill:#fdecea,stroke:#c62828,stroke-width:3px,color:#5f1414",
  unknown: "fill:#fff8e1,stroke:#b26a00,color:#4d2e00",
};

/** The paths as a Mermaid flowchart, one row per entry. */
export function explainAsMermaid(services: ExplainedService[]): string {
  const blocks = services.flatMap((service, index) => serviceMermaid(service, `s${index}`));
  const classes = Object.entries(CLASSES).map(([name, style]) => `  classDef ${name} ${style}`);
  return `${["flowchart LR", ...blocks, ...classes].join("\n")}\n`;
}

function serviceMermaid({ name, entries }: ExplainedService, id: string): string[] {
  if (entries.length === 0) return [`  ${id}[${quote(`${name}: reached only inside the cluster`)}]`];
  return [
    `  subgraph ${id}[${quote(name)}]`,
    // Without it a block that nothing leads into is drawn across the direction of the whole.
    "    direction LR",
    ...entries.flatMap((entry, index) => entryMermaid(entry, `${id}e${index}`)),
    "  end",
  ];
}

function entryMermaid(entry: ExplainedEntry, id: string): string[] {
  const { word, mark } = VERDICT_WORDS[entry.verdict];
  const nodes = entry.hops.map((hop, index) => `    ${id}h${index}[${quote(hopLabel(hop, mark))}]`);
  const chain = [`${id}c`, ...entry.hops.map((_hop, index) => `${id}h${index}`)].join(" --> ");
  const weakest = entry.hops.findIndex((hop) => hop.weakest);
  const style = entry.verdict === "fails" || entry.verdict === "unknown" ? entry.verdict : "holds";
  return [
    `    ${id}c([${quote(`client\n${entry.kind}: ${word}\n${entry.url}`)}])`,
    ...nodes,
    `    ${chain}`,
    ...(weakest === -1 ? [] : [`    class ${id}h${weakest} ${style}`]),
  ];
}

function hopLabel({ title, limit, idleSeconds, affinity, weakest }: ExplainedHop, mark: string): string {
  const lines = [title, limitWords(limit, idleSeconds)];
  if (affinity !== null) lines.push(affinityWords(affinity));
  if (weakest) lines.push(mark);
  return lines.join("\n");
}

/** Mermaid writes characters of its own grammar as numbered entities, and line ends as a tag. */
function quote(text: string): string {
  return `"${text.replace(/[#"<>&;`\\]/g, (character) => `#${character.charCodeAt(0)};`).replaceAll("\n", "<br/>")}"`;
}
