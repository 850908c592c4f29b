import type { Command } from "commander";
import { stringify } from "yaml";
import { compileStack } from "../compile";
import { Hole, type CompiledObject } from "../compile/model";
import { readStack } from "./stackFile";

interface RenderOptions {
  stack: string;
  cwd: string;
}

export function register(program: Command): void {
  program
    .command("render")
    .description("print the objects of a stack as plain YAML, without a cluster")
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml is read", "dev")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", "\nExit codes: 0 printed, 2 the stack file has problems or is not there.")
    .action((options: RenderOptions) => {
      const { stack, warnings } = readStack(options.cwd, options.stack);
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      const { pools, services } = compileStack(stack);
      process.stdout.write(renderObjects([...pools, ...services.flatMap(({ objects }) => objects)]));
    });
}

/** The objects as YAML documents, each below the sentences that say why it is as it is. */
export function renderObjects(objects: CompiledObject[]): string {
  return objects.map(renderObject).join("---\n");
}

function renderObject({ object, why = [] }: CompiledObject): string {
  const comments = why.map((sentence) => `# ${sentence}\n`).join("");
  return comments + stringify(withPlaceholders(object), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What stands where a secret belongs: nothing that an API server or an application could take for the value. */
function withPlaceholders(value: unknown): unknown {
  if (value instanceof Hole) return `<${value.what} holdfast:secrets.${value.service}.${value.key}>`;
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaceholders(item)]));
}
