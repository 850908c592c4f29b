import * as fs from "node:fs";
import * as path from "node:path";
import { type Command, Option } from "commander";
import { parse } from "yaml";
import { importManifests, readDocuments, type Imported } from "../adopt";
import type { Found } from "../adopt/model";
import { importAsJson, importAsText, type Names } from "../adopt/text";
import { formatProblems } from "../compile/check/problem";
import { PLATFORMS, type Platform } from "../compile/stack";
import { textFiles } from "./textFiles";
import { UsageError } from "./usageError";

interface ImportArguments {
  stackName: string;
  context: string;
  platform?: Platform;
  keep: boolean;
  json?: boolean;
  importFile?: boolean;
  project?: string;
  cwd: string;
}

const HELP = `
Prints the stack file; what it would change, what is not taken, the secrets to set and the ids for Pulumi go to the error stream.
  holdfast import k8s/ > Pulumi.prod.yaml
  kubectl get deploy,svc,ingress,hpa,pdb,cm -n chat -o yaml | holdfast import -
  holdfast import k8s/ --import-file > import.json && pulumi import --file import.json

Exit codes: 0 taken, and the stack file can be deployed; 1 a document could not be read, or the stack file has problems that only
you can solve; 2 a file is not there, or holds nothing to take.`;

export function register(program: Command): void {
  program
    .command("import")
    .description("make a stack file of Kubernetes manifests that are there, and say what it would change and why")
    .argument("<manifest...>", "YAML files and folders of them; - reads the standard input")
    .option("-s, --stack-name <name>", "the stack that the file is for", "dev")
    .option("--context <name>", "the context of the kubeconfig that the stack names", "my-cluster")
    .addOption(new Option("--platform <platform>", "where the cluster runs, whatever the manifests show").choices(PLATFORMS))
    .option("--keep", "keep what is deployed as it is, field by field, by patches", false)
    .addOption(new Option("--json", "print everything for programs").conflicts("importFile"))
    .option("--import-file", "print only what `pulumi import --file` reads")
    .option("--project <name>", "the Pulumi project; default: the name in Pulumi.yaml")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", HELP)
    .action(importCommand);
}

function importCommand(places: string[], options: ImportArguments): void {
  const { found, unread } = readAll(places);
  if (found.length === 0) {
    throw new UsageError(
      [...unread, `${places.join(", ")}: no Kubernetes object found. Name YAML files, folders of them, or - .`].join("\n"),
    );
  }
  const imported = importManifests(found, options);
  const names: Names = { project: options.project ?? projectIn(options.cwd), stack: options.stackName };
  print(imported, unread, names, options);
  process.exitCode = unread.length > 0 || imported.problems.length > 0 ? 1 : 0;
}

function print(imported: Imported, unread: string[], names: Names, { json, importFile }: ImportArguments): void {
  const all = importAsJson(imported, unread, names);
  if (json) return void process.stdout.write(all);
  for (const problem of unread) process.stderr.write(`not read: ${problem}\n`);
  if (imported.problems.length > 0) process.stderr.write(`${formatProblems(imported.problems, "The stack file")}\n`);
  if (importFile) {
    const file = (JSON.parse(all) as { importFile: object }).importFile;
    process.stdout.write(`${JSON.stringify(file, null, 2)}\n`);
    return;
  }
  for (const warning of imported.warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(imported.stackFile);
  process.stderr.write(importAsText(imported, names));
}

const YAML_FILE = /\.(ya?ml|json)$/;

/** Every object of every place. What cannot be read is told about, and the rest is taken. */
function readAll(places: string[]): { found: Found[]; unread: string[] } {
  const missing = places.filter((place) => place !== "-" && !fs.existsSync(place));
  if (missing.length > 0) throw new UsageError(missing.map((place) => `${place}: no such file or folder.`).join("\n"));
  const unread: string[] = [];
  const named = places.filter((place) => place !== "-");
  const files = [...textFiles(named, ({ file, why }) => unread.push(`${file}: ${why}.`))].filter(
    ({ file }) => YAML_FILE.test(file) || named.includes(file),
  );
  if (places.includes("-")) files.push({ file: "-", text: fs.readFileSync(0, "utf8") });
  const documents = files.map(({ file, text }) => readDocuments(text, file));
  unread.push(...documents.flatMap(({ problems }) => problems));
  return { found: documents.flatMap((each) => each.found), unread };
}

/** The name that Pulumi puts into every URN. */
function projectIn(directory: string): string {
  const file = path.join(directory, "Pulumi.yaml");
  const name = fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as { name?: unknown } | null)?.name : undefined;
  return typeof name === "string" ? name : "holdfast";
}
