import { type Command, Option } from "commander";
import { compileStack } from "../compile";
import type { CompiledStack } from "../compile/model";
import { type Files, RENDER_FORMATS, renderHelm, renderKustomize, renderObjects, type RenderFormat } from "../render";
import { writeFolder } from "./outputFolder";
import { readStack } from "./stackFile";
import { UsageError } from "./usageError";

export { renderObjects } from "../render";

interface RenderOptions {
  stack: string;
  cwd: string;
  format: RenderFormat;
  output?: string;
}

export function register(program: Command): void {
  program
    .command("render")
    .description(
      "print the objects of a stack as plain YAML, or write them as a kustomization or a Helm chart; without a cluster",
    )
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml is read", "dev")
    .addOption(new Option("-f, --format <format>", "what to make of them").choices(RENDER_FORMATS).default("yaml"))
    .option("-o, --output <folder>", "where kustomize and helm write: a new or empty folder, or one that an earlier render wrote")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText(
      "after",
      "\nExit codes: 0 rendered, 2 the stack file has problems or is not there, or the folder is not ours to write.",
    )
    .action(render);
}

function render({ stack: name, cwd, format, output }: RenderOptions): void {
  if (format === "yaml" && output !== undefined) {
    throw new UsageError("--output: --format yaml prints. Use `holdfast render > file.yaml`, or --format kustomize or helm.");
  }
  if (format !== "yaml" && output === undefined) {
    throw new UsageError(`--output: missing; --format ${format} writes a folder. Name a new or empty one.`);
  }
  const { stack, examined, warnings } = readStack(cwd, name);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const compiled = compileStack(stack, examined);
  if (format === "yaml") {
    process.stdout.write(
      renderObjects([...compiled.pools, ...compiled.services.flatMap(({ objects }) => objects), ...compiled.consumers]),
    );
    return;
  }
  const files = folder(format, compiled, name);
  writeFolder(output!, files);
  process.stderr.write(`${Object.keys(files).length} files written to ${output}\n`);
}

function folder(format: Exclude<RenderFormat, "yaml">, compiled: CompiledStack, stack: string): Files {
  return format === "kustomize"
    ? renderKustomize(compiled)
    : renderHelm(compiled, { name: chartName(stack), version: CHART_VERSION });
}

/** The chart follows its stack file; who publishes it gives it a version of its own (`helm package --version`). */
const CHART_VERSION = "0.1.0";

/** A stack's name may have characters that a chart's name must not. */
function chartName(stack: string): string {
  return `holdfast-${stack.toLowerCase().replace(/[^a-z0-9-]+/g, "-")}`.replace(/-+$/, "");
}
