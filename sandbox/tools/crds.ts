import fs from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../api";
import { cacheDirectory, fillOnce, readFinished, type Report } from "./cache";
import { explainBuild, requireGo, runGo } from "./go";
import { type CrdSet, CRD_SETS, OPTIONAL_CRD_SETS } from "./table";

/** Kept as JSON: reading the YAML takes some seconds, and it would be read at every start. */
const KEPT_FILE = "definitions.json";

function crdDirectory(set: CrdSet): string {
  return path.join(cacheDirectory(), `crds-${set.name}-${set.version}`);
}

function subjectOf(set: CrdSet): string {
  return `the resource definitions of ${set.name} ${set.version}`;
}

async function copyFromModule(set: CrdSet, temporary: string): Promise<void> {
  const subject = subjectOf(set);
  requireGo(subject);
  const logFile = path.join(cacheDirectory(), "logs", `crds-${set.name}-${set.version}.log`);
  const run = { subject, directory: temporary, logFile };
  const { Dir } = JSON.parse(await runGo(["mod", "download", "-json", `${set.module}@${set.version}`], run)) as { Dir: string };
  const texts = set.files.map((file) => fs.readFileSync(path.join(Dir, set.folder, file), "utf8"));
  const documents = texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject | null),
  );
  const definitions = documents.filter((document) => document?.kind === "CustomResourceDefinition");
  fs.writeFileSync(path.join(temporary, KEPT_FILE), JSON.stringify(definitions));
}

/** The resource definitions of `names` (default: what every sandbox gets), fetched from the Go module proxy where they are missing. */
export async function ensureCrds(
  report: Report = () => {},
  names = CRD_SETS.map((set) => set.name),
): Promise<KubernetesObject[]> {
  const definitions: KubernetesObject[] = [];
  for (const set of [...CRD_SETS, ...OPTIONAL_CRD_SETS].filter((each) => names.includes(each.name))) {
    const directory = crdDirectory(set);
    let files = readFinished(directory, [KEPT_FILE]);
    if (!files) {
      report(`fetching ${subjectOf(set)}`);
      files = await fillOnce(directory, [KEPT_FILE], report, (temporary) => copyFromModule(set, temporary)).catch((error) => {
        throw explainBuild(error, subjectOf(set));
      });
    }
    definitions.push(...(JSON.parse(fs.readFileSync(files[0]!, "utf8")) as KubernetesObject[]));
  }
  return definitions;
}
