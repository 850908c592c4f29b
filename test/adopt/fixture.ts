import * as fs from "node:fs";
import * as path from "node:path";
import { readDocuments } from "../../adopt";
import type { Found } from "../../adopt/model";

export const FOLDER = path.join(__dirname, "chatpulse");

/** The manifests of the classic example, with the Ingress of nginx. */
export const NINE = "namespace configmap secret deployment service ingress-nginx hpa pdb servicemonitor".split(" ");

/** Some of its manifests, by the names of their files. */
export function chatpulse(...names: string[]): Found[] {
  return names.flatMap((name) => readAll(fs.readFileSync(path.join(FOLDER, `${name}.yaml`), "utf8"), `${name}.yaml`));
}

/** Objects of a text in which everything can be read. */
export function readAll(text: string, file = "all.yaml"): Found[] {
  const { found, problems } = readDocuments(text, file);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return found;
}
