import * as fs from "node:fs";
import * as path from "node:path";

const TEXT = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "configuration.md"), "utf8");

/** What docs/configuration.md says of a key. */
interface Row {
  meaning: string;
  allowed: string;
  default: string;
}

type Rows = Record<string, Row>;

/** The tables below a heading by key, up to the next heading of its level. */
function rowsBelow(heading: RegExp, end: RegExp): Rows {
  const rest = TEXT.slice(TEXT.search(heading) + 3);
  const section = rest.slice(0, rest.search(end) >>> 0);
  let columns: string[] = [];
  const rows: Rows = {};
  for (const line of section.split("\n").filter((each) => each.startsWith("|"))) {
    const cells = line.slice(1, -1).split("|").map((cell) => cell.trim()); // prettier-ignore
    const key = /^`(?:holdfast:)?([^`]+)`$/.exec(cells[0]!)?.[1];
    if (key === undefined) columns = cells[0] === "key" ? cells : columns;
    else rows[key] = Object.fromEntries(columns.map((name, index) => [name, cells[index]!])) as unknown as Row;
  }
  return rows;
}

const NEXT_CHAPTER = /^## /m;
const NEXT_SECTION = /^##+ /m;

const CLUSTER = rowsBelow(/^## The cluster/m, NEXT_CHAPTER);
const BARE_METAL = rowsBelow(/^## Bare metal/m, NEXT_CHAPTER);

/** Every key of a stack and of its services, by its whole path. */
const STACK: Rows = {
  ...rowsBelow(/^## The stack/m, NEXT_CHAPTER),
  ...withPrefix("cluster", CLUSTER),
  ...withPrefix("bareMetal", BARE_METAL),
  ...rowsBelow(/^## The cloud/m, NEXT_CHAPTER),
  ...rowsBelow(/^## Endpoints/m, NEXT_CHAPTER),
  ...withPrefix("service", { ...rowsBelow(/^## A service/m, NEXT_CHAPTER), ...rowsBelow(/^## Secrets/m, NEXT_CHAPTER) }),
  ...withPrefix("entry", rowsBelow(/^### `certificate`, `dns`/m, NEXT_SECTION)),
};

function withPrefix(prefix: string, rows: Rows): Rows {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [`${prefix}.${key}`, row]));
}

const ofKinds = new Map<string, Rows>();

function ofKind(kind: string): Rows {
  if (!ofKinds.has(kind)) ofKinds.set(kind, rowsBelow(new RegExp(`^### \`kind: ${kind}\``, "m"), NEXT_SECTION));
  return ofKinds.get(kind)!;
}

/**
 * What is said of a key: its meaning, what is allowed, the default.
 *
 * @param at `service.promise.idleSeconds`, `cluster.inFront[].name`, `entry.dns.via`, `kinds.aws-alb.host`.
 */
export function documented(at: string): string | undefined {
  const [root, kind, ...rest] = at.split(".");
  const rows = root === "kinds" ? ofKind(kind!) : STACK;
  const key = root === "kinds" ? rest.join(".") : at;
  const general = key
    .replace(/^service\.probes\.(startup|liveness|readiness)/, "service.probes.*")
    .replace(/\.(scaleUp|scaleDown)\.policies\[\]/, ".*.policies[]");
  const row = rows[key] ?? rows[general];
  return row && sentences(row);
}

function sentences({ meaning, allowed, default: without }: Row): string {
  const standing = without === "required" ? "Required." : `Default: ${without}.`;
  return plainText(`${meaning} Allowed: ${allowed}. ${standing}`);
}

/** Links lead nowhere outside the repository. */
function plainText(markdown: string): string {
  return markdown
    .replace(/(: |, )?\[below\]\([^)]*\)/g, "")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll("`holdfast:", "`")
    .replace(/\s+/g, " ")
    .trim();
}
