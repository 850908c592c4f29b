import type { ClusterFacts } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { namespaceOf, nameOf, textAt } from "../path/value";
import type { RuleOptions } from "../policy/options";
import { reportOn, type BrokenRule, type Level } from "../policy/report";
import { ruleContext } from "../policy/rule";
import { noDocuments, readSource } from "./documents";
import type { Documents, LintedCluster, Origin, Source } from "./model";
import { Positions } from "./positions";

export interface Settings {
  cluster: ClusterFacts;
  options: RuleOptions;
  levels: Readonly<Record<string, Level>>;
}

export interface Linted {
  clusters: LintedCluster[];
  broken: BrokenRule[];
  problems: Documents["problems"];
  notes: string[];
  files: number;
  documents: number;
}

/** What is linted together as one cluster, and what it is called. */
export interface Group {
  name: string;
  sources: Iterable<Source>;
}

/** Runs the rules over each group of sources as over a cluster of its own. */
export function lintGroups(groups: Iterable<Group>, settings: Settings): Linted {
  const linted: Linted = { clusters: [], broken: [], problems: [], notes: [], files: 0, documents: 0 };
  const positions = new Positions();
  for (const { name, sources } of groups) {
    const documents = noDocuments();
    for (const source of sources) {
      linted.files++;
      readSource(source, documents);
    }
    const objects = lastOfEach(documents);
    linted.clusters.push(
      lintObjects(name, objects, settings, linted.broken, (object) => documents.origins.get(object), positions),
    );
    linted.problems.push(...documents.problems);
    linted.notes.push(...documents.notes);
    linted.documents += documents.count;
  }
  return linted;
}

/** Runs the rules over the objects of one cluster. */
export function lintObjects(
  name: string,
  objects: KubernetesObject[],
  { cluster, options, levels }: Settings,
  broken: BrokenRule[],
  originOf: (object: KubernetesObject) => Origin | undefined = () => undefined,
  positions = new Positions(),
): LintedCluster {
  const context = ruleContext(objects, cluster, options);
  const report = reportOn(context, levels);
  broken.push(...report.broken);
  const findings = report.findings.map((finding) => {
    const object = context.catalog.resolve(finding.object);
    const origin = object && originOf(object);
    return origin === undefined ? finding : { ...finding, origin, ...positions.of(origin, finding.at) };
  });
  return { name, context, findings };
}

/** As `kubectl apply` would leave them: of two documents for one object the later one counts. */
function lastOfEach({ objects, origins, notes }: Documents): KubernetesObject[] {
  const byName = new Map<string, KubernetesObject>();
  for (const [index, object] of objects.entries()) {
    const key = keyOf(object) ?? `${index}`;
    const earlier = byName.get(key);
    if (earlier !== undefined) {
      notes.push(
        `${nameOf(object)} stands twice: ${placeOf(origins.get(earlier)!)} and ${placeOf(origins.get(object)!)}. The later one is judged; where they are for different clusters, use --each.`,
      );
      byName.delete(key);
    }
    byName.set(key, object);
  }
  return byName.size === objects.length ? objects : [...byName.values()];
}

function keyOf(object: KubernetesObject): string | undefined {
  const name = textAt(object, "metadata", "name");
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
  return typeof name === "string" ? [group, object.kind, namespaceOf(object), name].join("\u0000") : undefined;
}

const placeOf = ({ part }: Origin): string => `${part.source.file}:${part.line}`;
