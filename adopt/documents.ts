import { LineCounter, parseDocument } from "yaml";
import { isBlock, type Block } from "../compile/mergePatch";
import type { KubernetesObject } from "../path/objects";
import type { Found } from "./model";

export interface Documents {
  found: Found[];
  /** What could not be read, each with its place. */
  problems: string[];
}

/** Every object of a file of manifests. A document that cannot be read is told about and hides no other. */
export function readDocuments(text: string, file: string): Documents {
  const documents: Documents = { found: [], problems: [] };
  for (const { content, line } of split(text)) readDocument(content, file, line, documents);
  return documents;
}

/** A line of three hyphens ends a document wherever it stands, even inside a text, so one broken document ends there too. */
function* split(text: string): Iterable<{ content: string; line: number }> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  let start = 0;
  for (let index = 0; index <= lines.length; index++) {
    if (index < lines.length && !/^---(\s|$)/.test(lines[index]!)) continue;
    if (index > start) yield { content: lines.slice(start, index).join("\n"), line: start + 1 };
    const rest = index < lines.length ? lines[index]!.slice(3) : "";
    // What stands behind the hyphens belongs to the next document.
    if (/^\s+[^#\s]/.test(rest)) {
      lines[index] = rest;
      start = index;
    } else start = index + 1;
  }
}

function readDocument(content: string, file: string, line: number, { found, problems }: Documents): void {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const place = `${file}:${line + lineCounter.linePos(error.pos[0]).line - 1}`;
    problems.push(`${place}: not valid YAML: ${error.message.split("\n")[0]}${templateHint(content)}`);
    return;
  }
  const first = document.contents?.range?.[0];
  const place = `${file}:${line + (first === undefined ? 1 : lineCounter.linePos(first).line) - 1}`;
  let value: unknown;
  try {
    value = document.toJS();
  } catch (problem) {
    problems.push(`${place}: cannot be read: ${(problem as Error).message}`);
    return;
  }
  if (value === null || value === undefined) return;
  takeObject(value, place, { found, problems });
}

const templateHint = (content: string): string =>
  content.includes("{{") ? ". This looks like a template of Helm: give what `helm template` prints." : "";

function takeObject(value: unknown, place: string, documents: Documents): void {
  const { found, problems } = documents;
  if (!isBlock(value)) {
    problems.push(`${place}: found ${Array.isArray(value) ? "a list" : "a text"}; allowed: Kubernetes objects, each a block.`);
    return;
  }
  if (typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items)) {
    value.items.forEach((item, index) => takeObject(item, `${place} items[${index}]`, documents));
    return;
  }
  const missing = missingParts(value);
  if (missing.length > 0) {
    problems.push(
      `${place}: no Kubernetes object: ${missing.join(", ")} missing. Every object has apiVersion, kind and metadata.name.`,
    );
    return;
  }
  found.push({ object: withoutServerFields(value as KubernetesObject), from: place });
}

function missingParts({ apiVersion, kind, metadata }: Block): string[] {
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  return [
    ...(isText(apiVersion) ? [] : ["apiVersion"]),
    ...(isText(kind) ? [] : ["kind"]),
    ...(isBlock(metadata) && isText(metadata.name) ? [] : ["metadata.name"]),
  ];
}

const OF_METADATA = ["creationTimestamp", "generation", "resourceVersion", "uid", "selfLink", "managedFields"];
const OF_ANNOTATIONS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];
/** Given out by the API server, and the same for ever after. */
const OF_A_SERVICE = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy", "healthCheckNodePort"];

/** What `kubectl get -o yaml` shows and nobody wrote. The status stays: it has addresses. */
function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const metadata: Block = without(object.metadata, OF_METADATA);
  if (isBlock(metadata.annotations)) {
    const annotations = without(metadata.annotations, OF_ANNOTATIONS);
    if (Object.keys(annotations).length === 0) delete metadata.annotations;
    else metadata.annotations = annotations;
  }
  const { spec } = object;
  const isService = object.kind === "Service" && isBlock(spec);
  const own = isService && spec.clusterIP === "None" ? OF_A_SERVICE.slice(1) : OF_A_SERVICE;
  return { ...object, metadata: metadata as KubernetesObject["metadata"], ...(isService ? { spec: without(spec, own) } : {}) };
}

function without(block: Block, keys: string[]): Block {
  return Object.fromEntries(Object.entries(block).filter(([key, value]) => !keys.includes(key) && value !== null));
}
