import type { EndpointRow, VariableRow } from "./table";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
export const SCHEMA_VERSION = 1;

const PENDING = { "after-up": "(known after pulumi up)", "no-node": "(its entry names no node)" } as const;

/** The table for people. */
export function endpointsAsText(rows: EndpointRow[]): string {
  if (rows.length === 0) return "This stack has no endpoints: it has no services and no holdfast:endpoints.\n";
  const cells = rows.map(({ name, url, pending, service, entry, consumers }) => [
    name,
    url ?? PENDING[pending!],
    service === undefined ? "outside the stack" : entry === undefined ? `${service}, inside the cluster` : `${service}/${entry}`,
    consumers.map((consumer) => `${consumer.name} (${consumer.variable})`).join(", ") || "-",
  ]);
  const table = [["ENDPOINT", "URL", "FROM", "CONSUMERS"], ...cells];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** The table for programs. Its fields are stable. */
export function endpointsAsJson(rows: EndpointRow[], variables: VariableRow[]): string {
  const endpoints = rows.map(({ name, url, pending, clusterUrl, service, entry, consumers }) => ({
    name,
    url: url ?? null,
    pending: pending ?? null,
    clusterUrl: clusterUrl ?? null,
    service: service ?? null,
    entry: entry ?? null,
    consumers,
  }));
  const environment = variables.map(({ value, ...row }) => ({ ...row, value: value ?? null }));
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, endpoints, environment }, null, 2)}\n`;
}

/** Variables that two consumers fill differently. */
export function clashingVariables(variables: VariableRow[]): string[] {
  const names = [...new Set(variables.map(({ variable }) => variable))];
  return names.filter((name) => {
    const filled = variables
      .filter(({ variable }) => variable === name)
      .map(({ value, endpoint }) => value ?? `later ${endpoint}`);
    return new Set(filled).size > 1;
  });
}

/** Lines for a file of environment variables; what is not known yet stands there as a comment, so that no program takes it. */
export function endpointsAsEnvironment(variables: VariableRow[]): string {
  const lines = variables.map(({ variable, endpoint, value }) =>
    value === undefined ? `# ${variable}: ${endpoint}, known after pulumi up` : `${variable}=${quoted(value)}`,
  );
  return [...new Set(lines)].map((line) => `${line}\n`).join("");
}

/** Plain where every reader takes it so; else in single quotes, in which neither a shell nor a reader of env files looks for more. */
function quoted(value: string): string {
  return /^[\w.:/@%+,-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
