import fs from "node:fs";
import path from "node:path";
import { cacheDirectory, fillOnce, readFinished, type Report } from "./cache";
import { requireGo, runGo } from "./go";
import { type CrdSet, CRD_SETS } from "./table";

function crdDirectory(set: CrdSet): string {
  return path.join(cacheDirectory(), `crds-${set.name}-${set.version}`);
}

async function copyFromModule(set: CrdSet, temporary: string): Promise<void> {
  const subject = `the resource definitions of ${set.name} ${set.version}`;
  requireGo(subject);
  const logFile = path.join(cacheDirectory(), "logs", `crds-${set.name}-${set.version}.log`);
  const run = { subject, directory: temporary, logFile };
  const { Dir } = JSON.parse(await runGo(["mod", "download", "-json", `${set.module}@${set.version}`], run)) as { Dir: string };
  for (const file of set.files) {
    // Read and write rather than copy: what Go unpacks is read-only, and a copy would stay so.
    fs.writeFileSync(path.join(temporary, file), fs.readFileSync(path.join(Dir, set.folder, file)));
  }
}

/** The files with the resource definitions of `names` (default: all sets), fetched from the Go module proxy where missing. */
export async function ensureCrds(report: Report = () => {}, names = CRD_SETS.map((set) => set.name)): Promise<string[]> {
  const files: string[] = [];
  for (const set of CRD_SETS.filter((each) => names.includes(each.name))) {
    const directory = crdDirectory(set);
    const found = readFinished(directory, set.files);
    if (!found) report(`fetching the resource definitions of ${set.name} ${set.version}`);
    files.push(...(found ?? (await fillOnce(directory, set.files, report, (temporary) => copyFromModule(set, temporary)))));
  }
  return files;
}
