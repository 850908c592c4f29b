import { z } from "zod";
import { ELSEWHERE } from "../../components/public/elsewhere";
import { kindKey } from "../../components/public/entries";
import { EDGE_FIELDS } from "../../compile/edge/fields";
import { ENTRY_KIND_NAMES, entrySchema } from "../../compile/entry";
import { SERVICE_FIELDS } from "../../compile/service";
import { STACK_FIELDS } from "../../compile/stack";
import { documented } from "./componentsDocumentation";
import { BLOCKS_OF_ENTRIES, SENTENCES } from "./componentsSentences";

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

const LONGEST_LINE_CHARACTERS = 128;
const HEADER = "// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.\n";

/** The files by the paths whose interfaces stand in them; the first that fits. */
const FILES: [string, RegExp][] = [
  ["cluster", /^(cluster|bareMetal|certManager|endpoints)\b/],
  ["scaling", /^service\.(scaling|disruption|metrics|networkPolicy|resources|drain|overload)\b/],
  ["pods", /^service\.(workload|ports|security|spread|serviceAccount|probes|secrets|files|tls)\b/],
  ["service", /^service\b/],
  ["cloudEntries", /^kinds\.(aws|azure|gcp|gce|gateway)/],
  ["lanEntries", /^kinds\b/],
  ["entry", /^entry\b/],
];

/** What a schema does not show, because it is read by a transformation. */
const TYPES: Record<string, string> = { "endpoints.*.url": "string" };

const schemaOf = (type: z.ZodType): Schema => z.toJSONSchema(type, { io: "input", unrepresentable: "any" }) as Schema;

const pascal = (text: string): string => text.replace(/(^|[-.])(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
const singular = (text: string): string => text.replace(/ies$/, "y").replace(/([^s])s$/, "$1");

/** `service.workload.volumes[]` -> `ServiceWorkloadVolume`, `kinds.aws-alb.tls` -> `AwsAlbEntryTls`. */
function nameOf(at: string): string {
  if (at === "entry") return "ServiceEntry";
  if (at === "endpoints.*") return "OutsideEndpoint";
  if (/^service\.probes\.\w+$/.test(at)) return "ServiceProbe";
  if (/\.scale(Up|Down)\.policies\[\]$/.test(at)) return "ServiceScalingPolicy";
  const entry = at.replace(/^kinds\.([^.]+)/, "$1-entry");
  const parts = entry.replace(/\.\*/g, "[]").split(".");
  return parts.map((part) => pascal(part.endsWith("[]") ? singular(part.slice(0, -2)) : part)).join("");
}

/** The interfaces, file by file. */
export class Interfaces {
  private readonly texts = new Map<string, string>();
  private readonly files = new Map<string, string>();
  /** Keys about which nothing is said. */
  readonly unsaid: string[] = [];
  /** The sentences that were used. */
  readonly used = new Set<string>();

  constructor() {
    const { cluster, bareMetal, endpoints } = STACK_FIELDS;
    for (const [at, field] of Object.entries({ cluster, bareMetal, certManager: STACK_FIELDS.certManager })) {
      this.block(schemaOf(field), at);
    }
    this.type(schemaOf(endpoints), "endpoints");
    this.block(entryBlock(), "entry");
    const service = schemaOf(z.object(SERVICE_FIELDS));
    const required = service.required!.filter((key) => key !== "name");
    this.block({ ...service, required }, "service");
  }

  /** File -> its text. */
  written(): Record<string, string> {
    const names = [...new Set(this.files.values())];
    return Object.fromEntries(names.map((file) => [`${file}.ts`, this.textOf(file)]));
  }

  private textOf(file: string): string {
    const own = [...this.texts].filter(([name]) => this.files.get(name) === file).map(([, text]) => text);
    const body = own.join("\n\n");
    const code = body.replace(/\/\*\*[^]*?\*\//g, "");
    const foreign = [...this.texts.keys()].filter(
      (name) => this.files.get(name) !== file && new RegExp(`\\b${name}\\b`).test(code),
    );
    const from = new Map<string, string[]>();
    for (const name of foreign.sort()) from.set(this.files.get(name)!, [...(from.get(this.files.get(name)!) ?? []), name]);
    const imports = [...from].map(([other, names]) => `import type { ${names.join(", ")} } from "./${other}";\n`).sort();
    const any = /\bany\b/.test(code) ? "/* eslint-disable @typescript-eslint/no-explicit-any */\n" : "";
    return `${HEADER}${any}${imports.join("")}\n${body}\n`;
  }

  private block(schema: Schema, at: string): string {
    const name = nameOf(at);
    if (this.texts.has(name)) return name;
    this.texts.set(name, "");
    this.files.set(name, FILES.find(([, paths]) => paths.test(at))![0]);
    const keys = Object.entries(schema.properties ?? {}).filter(([key]) => !(`${at}.${key}` in ELSEWHERE));
    const lines = keys.map(([key, inner]) => this.property(key, inner, `${at}.${key}`, schema.required ?? []));
    this.texts.set(name, `export interface ${name} {\n${lines.join("\n")}\n}`);
    return name;
  }

  private property(key: string, schema: Schema, at: string, required: string[]): string {
    const nullable = schema.anyOf?.some(({ type }) => type === "null") === true;
    const optional = required.includes(key) && !nullable ? "" : "?";
    return `${comment(this.sentence(at))}\n  ${key}${optional}: ${this.type(schema, at)};`;
  }

  private type(schema: Schema, at: string): string {
    if (at in TYPES) return TYPES[at]!;
    const kind = ENTRY_KIND_NAMES.find((each) => at === `entry.${kindKey(each)}`);
    if (kind !== undefined) return this.block(kindBlock(kind), `kinds.${kind}`);
    if (at === "service.entries") return "ServiceEntry[]";
    const { type, items, properties, anyOf, additionalProperties } = schema;
    if (anyOf !== undefined) return this.type(anyOf.find((each) => each.properties !== undefined) ?? anyOf[0]!, at);
    if (properties !== undefined) return this.block(schema, at);
    if (items !== undefined) return `${this.type(items, `${at}[]`)}[]`;
    if (typeof additionalProperties === "object") return `Record<string, ${this.type(additionalProperties, `${at}.*`)}>`;
    return { string: "string", integer: "number", number: "number", boolean: "boolean" }[type ?? ""] ?? "any";
  }

  private sentence(at: string): string {
    const kind = ENTRY_KIND_NAMES.find((each) => at === `entry.${kindKey(each)}`);
    const own = kind === undefined ? SENTENCES[at] : `The keys of \`kind: ${kind}\`. An error with another kind.`;
    const block = at.startsWith("kinds.") ? BLOCKS_OF_ENTRIES[at.split(".").slice(2).join(".")] : undefined;
    if (own !== undefined) this.used.add(at);
    const said = own ?? documented(at) ?? block;
    if (said === undefined) this.unsaid.push(at);
    return said ?? "";
  }
}

/** `kind`, what every kind takes, and a block for the keys of each. */
function entryBlock(): Schema {
  const text = { type: "string" };
  const kinds = ENTRY_KIND_NAMES.map((kind) => [kindKey(kind), {}]);
  const properties = { kind: text, name: text, targetPort: text, ...schemaOf(z.object(EDGE_FIELDS)).properties };
  return { type: "object", properties: { ...properties, ...Object.fromEntries(kinds) }, required: ["kind"] };
}

function kindBlock(kind: string): Schema {
  const schema = schemaOf(entrySchema(kind)!);
  const own = Object.entries(schema.properties!).filter(([key]) => key !== "kind" && key !== "name");
  return { ...schema, properties: Object.fromEntries(own) };
}

function comment(text: string): string {
  const words = text.replaceAll("*/", "*\\/").split(" ");
  const lines: string[] = [""];
  for (const word of words) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    // A word with an @ in front would begin a tag at the beginning of a line.
    if (longer.length + 5 > LONGEST_LINE_CHARACTERS && !word.startsWith("@")) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.length === 1 ? `  /** ${lines[0]} */` : ["  /**", ...lines.map((line) => `   * ${line}`), "   */"].join("\n");
}
