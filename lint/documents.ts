import { load, YAMLException } from "js-yaml";
import { LineCounter, parseDocument } from "yaml";
import type { KubernetesObject } from "../path/objects";
import type { Documents, Origin, Part, Problem, Source } from "./model";
import { objectsOfTemplate } from "./openshiftTemplate";
import { KUBERNETES_SCHEMA } from "./schema";
import { firstLine, split } from "./split";

/** What aliases may make of one document; more is a mistake, or an attack. */
const MOST_VALUES = 1_000_000;

type Block = Record<string, unknown>;

const isBlock = (value: unknown): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

export function noDocuments(): Documents {
  return { objects: [], origins: new Map(), problems: [], notes: [], count: 0 };
}

/** Adds every object of a source. A document that cannot be read is told about and hides no other. */
export function readSource(source: Source, documents: Documents): void {
  let others = 0;
  for (const part of split(source)) {
    const read = readPart(part);
    documents.problems.push(...read.problems.filter(() => source.named || read.looksLikeObject));
    if (read.value === undefined || read.value === null) continue;
    documents.count++;
    if (!source.named && !mayBeObject(read.value)) others++;
    else takeObject(read.value, { part, at: [] }, documents);
  }
  if (others > 0) {
    documents.notes.push(
      `${source.file}: not looked into: ${others === 1 ? "it holds" : `${others} documents hold`} no Kubernetes object.`,
    );
  }
}

interface ReadPart {
  value?: unknown;
  problems: Problem[];
  /** Whether somebody meant it for Kubernetes; in a folder there are other files too. */
  looksLikeObject: boolean;
}

function readPart(part: Part): ReadPart {
  const text = part.source.text.slice(part.start, part.end);
  const looksLikeObject = (): boolean => /^\s*["']?apiVersion["']?\s*:/m.test(text) && /^\s*["']?kind["']?\s*:/m.test(text);
  try {
    const value = load(text, { schema: KUBERNETES_SCHEMA });
    const problem = tooMuch(value, text);
    if (problem === undefined) return { value, problems: [], looksLikeObject: true };
    return { problems: [at(part, { message: problem })], looksLikeObject: looksLikeObject() };
  } catch (error) {
    const isDuplicate = error instanceof YAMLException && error.reason === "duplicated mapping key";
    if (isDuplicate) return readPastDuplicates(part, text, looksLikeObject());
    const json = /^\s*[{[]/.test(text) ? asJson(text) : undefined;
    if (json !== undefined) return { value: json, problems: [], looksLikeObject: true };
    return { problems: [at(part, syntaxProblem(error, text))], looksLikeObject: looksLikeObject() };
  }
}

/** A key that stands twice hides neither what is in the document nor what else is wrong with it. */
function readPastDuplicates(part: Part, text: string, looksLikeObject: boolean): ReadPart {
  try {
    const value = load(text, { schema: KUBERNETES_SCHEMA, json: true });
    return { value, problems: duplicateKeys(part, text, "; the last one is read"), looksLikeObject };
  } catch (error) {
    return { problems: [...duplicateKeys(part, text, ""), at(part, syntaxProblem(error, text))], looksLikeObject };
  }
}

/** JSON may be indented by tabs, which YAML refuses. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface Within {
  /** From 0, in the document. */
  line?: number;
  column?: number;
  message: string;
}

function at(part: Part, { line, column = 0, message }: Within): Problem {
  const place = line === undefined ? { line: firstLine(part) } : { line: part.line + line, column: column + 1 };
  return { file: part.source.file, ...place, message };
}

function syntaxProblem(error: unknown, text: string): Within {
  if (error instanceof RangeError) return { message: "its blocks lie in each other deeper than this can read." };
  if (!(error instanceof YAMLException)) return { message: `cannot be read: ${(error as Error).message}.` };
  const { reason, mark } = error;
  return { ...(mark && { line: mark.line, column: mark.column }), message: `not valid YAML: ${reason}.${templateHint(text)}` };
}

const templateHint = (text: string): string =>
  text.includes("{{") ? " It looks like a template of a Helm chart: give what `helm template` prints." : "";

/** The API server refuses them; what is written last is read on. */
function duplicateKeys(part: Part, text: string, outcome: string): Problem[] {
  const lines = new LineCounter();
  const { errors } = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  return errors
    .filter(({ code }) => code === "DUPLICATE_KEY")
    .map(({ pos: [offset] }) => {
      const { line, col } = lines.linePos(offset);
      const key = /^["']?([^\s:"']*)/.exec(text.slice(offset))?.[1] ?? "";
      const message = `the key ${key} stands twice in one block, which the API server refuses${outcome}. Remove one.`;
      return at(part, { line: line - 1, column: col - 1, message });
    });
}

/** What aliases make of a document is counted without making it. */
function tooMuch(value: unknown, text: string): string | undefined {
  // Without an alias a document is no larger than its text.
  if (!text.includes("*") || !text.includes("&")) return undefined;
  const sizes = new Map<object, number>();
  const size = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    // Whoever meets a block again that is still being counted goes in a circle.
    sizes.set(node, Infinity);
    let total = 1;
    for (const child of Object.values(node)) total += size(child);
    sizes.set(node, total);
    return total;
  };
  const total = size(value);
  if (total === Infinity) return "an alias stands inside the anchor that it names, so that the document has no end.";
  return total > MOST_VALUES
    ? `its aliases make more than ${MOST_VALUES.toLocaleString("en")} values of it, which is more than this reads.`
    : undefined;
}

/** The groups of the API itself. Tools borrow the shape of its objects for files of their own, which have no name. */
const OWN_GROUPS = /^(?:v1|(?:apps|batch|autoscaling|policy)\/\w+|[\w.]+\.k8s\.io\/\w+)$/;
/** What its own programs are configured with (kubelet, kubeadm, audit policies, Kustomize): never sent to an API server, and without a name. */
const OWN_FILES = /^(?:[\w.]+\.config|kubeadm|audit)\.k8s\.io\//;

function mayBeObject(value: unknown): boolean {
  if (!isBlock(value) || typeof value.kind !== "string" || typeof value.apiVersion !== "string") return false;
  if (isBlock(value.metadata) || Array.isArray(value.items) || objectsOfTemplate(value) !== undefined) return true;
  return OWN_GROUPS.test(value.apiVersion) && !OWN_FILES.test(value.apiVersion) && value.kind !== "Config";
}

function takeObject(value: unknown, origin: Origin, documents: Documents): void {
  const { part, at: keys } = origin;
  const where = keys.length === 0 ? "" : `${keys.join(".")}: `;
  const complain = (message: string): void => void documents.problems.push(at(part, { message: where + message }));
  if (!isBlock(value)) {
    complain(
      `found ${Array.isArray(value) ? "a list" : `the text ${JSON.stringify(String(value).slice(0, 40))}`}; allowed: Kubernetes objects, each a block of keys.`,
    );
    return;
  }
  if (typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items)) {
    value.items.forEach((item, index) => takeObject(item, { part, at: [...keys, "items", index] }, documents));
    return;
  }
  const inTemplate = objectsOfTemplate(value);
  if (inTemplate !== undefined) {
    inTemplate.forEach((item, index) => takeObject(item, { part, at: [...keys, "objects", index] }, documents));
    return;
  }
  const missing = missingParts(value);
  if (missing.length > 0) {
    const hint = templateHint(part.source.text.slice(part.start, part.end));
    complain(`no Kubernetes object: ${missing.join(", ")} missing. Every object has apiVersion, kind and metadata.name.${hint}`);
    return;
  }
  documents.objects.push(value as KubernetesObject);
  documents.origins.set(value as KubernetesObject, origin);
}

function missingParts({ apiVersion, kind, metadata }: Block): string[] {
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  const name = isBlock(metadata) ? (metadata.name ?? metadata.generateName) : undefined;
  return [
    ...(isText(apiVersion) ? [] : ["apiVersion"]),
    ...(isText(kind) ? [] : ["kind"]),
    ...(isText(name) || typeof name === "number" ? [] : ["metadata.name"]),
  ];
}
