import * as fs from "node:fs";
import { type Command, Option } from "commander";
import { ContextError, openCluster, refusalOf } from "../cluster";
import { PLATFORMS } from "../path/declarations";
import { ConfigError, parseRuleLevel, readConfig, type Config } from "../lint/config";
import { LINT_FORMATS, type LintFormat, writeReport } from "../lint/formats";
import { diffOf, fixAll } from "../lint/fix";
import { matcher } from "../lint/glob";
import { PRESETS, type Preset } from "../lint/levels";
import { readCluster } from "../lint/live";
import type { Source } from "../lint/model";
import { manifestsAt, readPlace, type Told } from "../lint/places";
import { type Group, type Linted, lintCluster, lintGroups, type Settings } from "../lint/run";
import { failsOn } from "../lint/summary";
import { ASSUMPTIONS, type Assumption, STANDARD_OPTIONS } from "../policy/options";
import { SEVERITIES, type Severity } from "../policy/rule";
import { version } from "../package.json";
import { UsageError } from "./usageError";

interface LintOptions {
  live?: boolean;
  context?: string;
  each?: boolean;
  namespace?: string;
  assume?: Assumption;
  platform?: (typeof PLATFORMS)[number];
  preset?: Preset;
  rule: string[];
  failOn: Severity;
  format: LintFormat;
  config?: string;
  fix?: boolean;
  output?: string;
}

const HELP = `
All that is given is read as one cluster; --each makes every path, and every file of a folder, a cluster of its own.
  holdfast lint k8s/
  helm template chart/ | holdfast lint -
  holdfast lint --live --context prod --namespace chat
  kubectl kustomize overlays/prod | holdfast lint - --platform aws --format sarif --output lint.sarif

holdfast.lint.yaml, in this folder or above it, can say the same and declare what no manifest shows; options here come first.
A finding is lived with by an annotation on its object: holdfast/waive.<rule>: "<why>".

Exit codes: 0 nothing found at or above --fail-on, 1 something found (what is waived never counts), 2 something that was given could
not be read, or the configuration has problems. What could be read is judged all the same.`;

export function register(program: Command): void {
  program
    .command("lint")
    .description("find what breaks long connections in manifests or a live cluster, and say what to write")
    .argument("[paths...]", "YAML and JSON files, and folders of them; - reads the standard input")
    .option("--live", "read a cluster in place of files: list calls only, and never a Secret")
    .option("--context <name>", "the context of the kubeconfig that --live reads (default: the current one)")
    .option("--each", "judge every path, and every file of a folder, as a cluster of its own")
    .option("-n, --namespace <name>", "the namespace of objects that name none; with --live the only one that is read")
    .addOption(
      new Option("--assume <which>", "the ways in that are judged without a promise of their own (default: evidence)").choices(
        ASSUMPTIONS,
      ),
    )
    .addOption(new Option("--platform <platform>", "where the cluster runs, whatever the manifests show").choices(PLATFORMS))
    .addOption(new Option("--preset <preset>", "how strict the rules are (default: recommended)").choices(PRESETS))
    .option("--rule <id=level>", "turn one rule to error, warning, info or off; can be repeated", collect, [])
    .addOption(new Option("--fail-on <severity>", "end with 1 from here on").choices(SEVERITIES).default("error"))
    .addOption(new Option("-f, --format <format>", "how to show it").choices(LINT_FORMATS).default("text"))
    .option("--config <file>", "the configuration, in place of the nearest holdfast.lint.yaml")
    .option(
      "--fix",
      "write the mends that are certain into the files, and show what changes; - is written to the standard output",
    )
    .option("-o, --output <file>", "write the report into a file")
    .addHelpText("after", HELP)
    .action(lint);
}

const collect = (value: string, before: string[]): string[] => [...before, value];

async function lint(places: string[], options: LintOptions): Promise<void> {
  refuseInert(places, options);
  const config = configuration(options);
  const settings = settingsOf(config, options);
  const read = options.live ? await lintLive(settings, options) : lintPlaces(places, config, settings, options);
  const linted = options.fix ? fixed(read, settings, options) : read;
  tell(linted);
  const report = writeReport(options.format, linted, { colored: isColored(options), version: version });
  if (options.output !== undefined) writeOutput(options.output, report);
  else (options.fix && places.includes("-") ? process.stderr : process.stdout).write(report);
  process.exitCode = exitCode(linted, options.failOn);
}

/** An option that would do nothing is told, not passed over. */
function refuseInert(places: string[], { live, context, each, fix }: LintOptions): void {
  const problems = [
    ...(live && places.length > 0
      ? [`--live reads a cluster, and ${places.join(", ")} would not be read. Leave out one of the two.`]
      : []),
    ...(live && each ? ["--each has no place beside --live, which reads one cluster. Leave it out."] : []),
    ...(live && fix
      ? ["--fix has no place beside --live, which changes nothing. Mend the files that the cluster was made from."]
      : []),
    ...(!live && context !== undefined ? ["--context is only read by --live. Write --live, or leave it out."] : []),
    ...(!live && places.length === 0
      ? ["Nothing to read: name files, folders of them, - for the standard input, or --live."]
      : []),
  ];
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
}

function lintPlaces(places: string[], config: Config, settings: Settings, { each }: LintOptions): Linted {
  const told: Told = { problems: [], notes: [] };
  const linted = lintGroups(groupsOf(places, each ?? false, config, told), settings);
  linted.problems.unshift(...told.problems);
  linted.notes.unshift(...told.notes);
  if (linted.files > 0 || linted.problems.length > 0) return linted;
  throw new UsageError(`${places.join(", ")}: no file named *.yaml, *.yml or *.json. Name files, folders of them, or - .`);
}

async function lintLive(settings: Settings, { context, namespace }: LintOptions): Promise<Linted> {
  const reader = usable(() => openCluster(context));
  const asked = Promise.all([readCluster(reader, namespace), reader.version()]).finally(() => reader.close());
  const [documents, version] = await asked.catch((error: unknown) => {
    throw new UsageError(`The cluster at ${reader.server} does not answer: ${refusalOf(error).said}`);
  });
  const cluster = { kubernetesVersion: version, ...settings.cluster };
  return lintCluster(`context ${reader.context}`, documents, { ...settings, cluster });
}

/** Writes the mends, shows them, and judges what then stands there. */
function fixed(read: Linted, settings: Settings, { format, output }: LintOptions): Linted {
  const { linted, saved, piped } = fixAll(read, settings);
  const beside = format !== "text" || output !== undefined || piped !== undefined;
  for (const each of saved) (beside ? process.stderr : process.stdout).write(`${diffOf(each)}\n`);
  if (piped !== undefined) process.stdout.write((piped.mark ?? "") + piped.text);
  return linted;
}

function configuration(options: LintOptions): Config {
  return usable(() => {
    const config = readConfig(options.config, process.cwd());
    return { ...config, levels: { ...config.levels, ...Object.fromEntries(options.rule.map(parseRuleLevel)) } };
  });
}

function usable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ContextError) throw new UsageError(error.message);
    throw error;
  }
}

function settingsOf({ cluster, options, levels, preset }: Config, given: LintOptions): Settings {
  return {
    cluster: { ...cluster, ...(given.platform && { platform: given.platform }) },
    options: { ...STANDARD_OPTIONS, ...options, ...(given.assume && { assume: given.assume }) },
    preset: given.preset ?? preset ?? "recommended",
    levels,
    ...(given.namespace !== undefined && { namespace: given.namespace }),
  };
}

function* groupsOf(places: string[], each: boolean, { exclude, folder }: Config, told: Told): Iterable<Group> {
  const missing = places.filter((place) => place !== "-" && !fs.existsSync(place));
  if (missing.length > 0) throw new UsageError(missing.map((place) => `${place}: no such file or folder.`).join("\n"));
  const excluded = matcher(exclude, folder);
  const files = [...new Set(places)].flatMap((place) => (place === "-" ? [place] : manifestsAt(place, excluded, told)));
  const unique = [...new Set(files)];
  if (!each) return yield { name: "", sources: readAll(unique, places, told) };
  for (const file of unique) yield { name: file, sources: readAll([file], places, told) };
}

function* readAll(files: string[], named: string[], told: Told): Iterable<Source> {
  for (const file of files) {
    const source = readPlace(file, named.includes(file), told);
    if (source !== undefined) yield source;
  }
}

/** What was not judged is told beside the report, whatever its format. */
function tell({ problems, notes, broken }: Linted): void {
  const lines = [
    ...problems.map(
      ({ file, line, column, message }) => `${[file, line, column].filter((part) => part !== undefined).join(":")}: ${message}`,
    ),
    ...notes.map((note) => `note: ${note}`),
    ...broken.map(({ rule, message }) => `The rule ${rule} failed itself, which is an error of Holdfast: ${message}`),
  ];
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
}

function exitCode({ broken, ...linted }: Linted, failOn: Severity): number {
  if (broken.length > 0) return 3;
  if (linted.problems.length > 0) return 2;
  return failsOn({ broken, ...linted }, failOn) ? 1 : 0;
}

function writeOutput(file: string, report: string): void {
  try {
    fs.writeFileSync(file, report);
  } catch (error) {
    throw new UsageError(`--output: ${file} cannot be written: ${(error as Error).message}. Choose another file.`);
  }
}

function isColored({ output }: LintOptions): boolean {
  return (
    output === undefined && process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb"
  );
}
