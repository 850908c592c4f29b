import { declaredCluster } from "../path/declaredCluster";
import type { ClusterFacts } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { platformOf } from "../path/read/loadBalancer/platform";
import { namespaceOf, nameOf, textAt } from "../path/value";
import type { RuleOptions } from "../policy/options";
import { reportOn, type BrokenRule, type Level } from "../policy/report";
import { ruleContext } from "../policy/rule";
import { noDocuments, readSource } from "./documents";
import { levelsOf, promoted, type Preset } from "./levels";
import type { Documents, LintedCluster, Origin, PlacedFinding, Problem, Source } from "./model";
import { ledNowhere } from "./ledNowhere";
import { namespaceOfOthers, withNamespace } from "./namespace";
import { place } from "./positions";
import { firstLine } from "./split";

/** How to judge, whatever is read. */
export interface Settings {
  /** What the configuration and the command line declare; it comes before what Namespaces declare. */
  cluster: ClusterFacts;
  options: RuleOptions;
  preset: Preset;
  /** The rules that are named, each with what it is turned to. */
  levels: Readonly<Record<string, Level>>;
  /** Of objects that name none. */
  namespace?: string;
}

/** What is linted together as one cluster, and what it is called. */
export interface Group {
  name: string;
  sources: Iterable<Source>;
}

export interface Linted {
  clusters: LintedCluster[];
  broken: BrokenRule[];
  problems: Problem[];
  notes: string[];
  files: number;
  documents: number;
}

function nothingLinted(): Linted {
  return { clusters: [], broken: [], problems: [], notes: [], files: 0, documents: 0 };
}

/** Runs the rules over each group of sources as over a cluster of its own. */
export function lintGroups(groups: Iterable<Group>, settings: Settings): Linted {
  const linted = nothingLinted();
  for (const { name, sources } of groups) {
    const documents = noDocuments();
    const read: Source[] = [];
    for (const source of sources) {
      read.push(source);
      readSource(source, documents);
    }
    linted.files += read.length;
    linted.documents += documents.count;
    lintDocuments({ name, sources: read }, documents, settings, linted);
  }
  return linted;
}

/** Runs the rules over what was read of a live cluster. */
export function lintCluster(name: string, documents: Documents, settings: Settings): Linted {
  const linted = { ...nothingLinted(), documents: documents.count };
  lintDocuments({ name, sources: [] }, documents, settings, linted);
  return linted;
}

/** Runs the rules over the objects of one cluster, and adds what they say. */
function lintDocuments(
  { name, sources }: { name: string; sources: Source[] },
  documents: Documents,
  settings: Settings,
  linted: Linted,
): void {
  const read = lastOfEach(documents);
  // What a cluster answers has its namespaces; files may leave them to whoever applies them.
  const isOpen = settings.namespace === undefined && sources.length > 0;
  const shown = isOpen ? namespaceOfOthers(read, settings.cluster) : undefined;
  if (shown !== undefined) documents.notes.push(`${name === "" ? "" : `${name}: `}${readAsIn(shown)}`);
  const namespace = settings.namespace ?? shown;
  const objects = read.map((object) => withNamespace(object, namespace, documents.origins));
  const { facts: declared, problems } = declaredCluster(objects);
  documents.problems.push(...problems.map(({ on, problem }) => ({ ...placeOf(documents, on), message: problem })));
  const context = ruleContext(objects, { ...declared, ...settings.cluster }, settings.options);
  const levels = levelsOf(settings.preset, settings.levels);
  const report = reportOn(context, levels);
  if (shown !== undefined) report.findings.push(...ledNowhere(read, shown, context, levels));
  const originOf = (object: KubernetesObject): Origin | undefined => documents.origins.get(object);
  const findings = report.findings.map((finding): PlacedFinding => {
    const object = context.catalog.resolve(finding.object);
    const origin = object && originOf(object);
    const isPromoted = settings.preset === "strict" && settings.levels[finding.rule] === undefined;
    return { ...finding, severity: isPromoted ? promoted(finding) : finding.severity, ...(origin && { origin }) };
  });
  place(findings);
  const platform = platformOf(context.catalog, context.cluster);
  linted.clusters.push({ name, sources, context, platform, findings, originOf });
  linted.broken.push(...report.broken);
  linted.problems.push(...documents.problems);
  linted.notes.push(...documents.notes);
}

const readAsIn = (namespace: string): string =>
  `Objects without a namespace are read as in ${namespace}, with which they belong together; --namespace says otherwise.`;

const MOST_TOLD = 5;

/** As `kubectl apply` would leave them: of two documents for one object the later one counts. */
function lastOfEach(documents: Documents): KubernetesObject[] {
  const { objects, notes } = documents;
  const byName = new Map<string, KubernetesObject>();
  let twice = 0;
  for (const [index, object] of objects.entries()) {
    const key = keyOf(object) ?? `${index}`;
    const earlier = byName.get(key);
    if (earlier !== undefined) {
      const [first, last] = [earlier, object].map((each) => placeOf(documents, each)).map(({ file, line }) => `${file}:${line}`);
      const told = `${nameOf(object)} stands twice: ${first} and ${last}. The later one is judged; if they are of different clusters, use --each.`;
      if (++twice <= MOST_TOLD) notes.push(told);
      byName.delete(key);
    }
    byName.set(key, object);
  }
  if (twice > MOST_TOLD) notes.push(`${twice - MOST_TOLD} more objects stand twice.`);
  return twice === 0 ? objects : [...byName.values()];
}

function keyOf(object: KubernetesObject): string | undefined {
  const name = textAt(object, "metadata", "name");
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
  return typeof name === "string" ? [group, object.kind, namespaceOf(object), name].join("\u0000") : undefined;
}

function placeOf({ origins }: Documents, object: KubernetesObject): { file: string; line?: number } {
  const origin: Origin | undefined = origins.get(object);
  return origin === undefined ? { file: "the cluster" } : { file: origin.part.source.file, line: firstLine(origin.part) };
}
