import { Option, type Command } from "commander";
import { ContextError, refusalOf } from "../cluster";
import { asJson, asText, diagnose, diagnosesAsJson, diagnosesAsText, examine, SYMPTOMS, type Check } from "../doctor";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";

interface Options {
  stack: string;
  symptom?: string;
  json?: boolean;
  cwd: string;
}

const HELP = `
Symptoms:
${Object.entries(SYMPTOMS)
  .map(([name, { title }]) => `  ${name.padEnd(12)}${title.toLowerCase()}`)
  .join("\n")}

It reads and changes nothing, and never reads a Secret.

Exit codes: 0 nothing is missing or wrong (what could not be looked at does not count), 1 something is, or the symptom has a cause that the cluster shows; 2 the stack file or its context cannot be used.`;

export function register(program: Command): void {
  program
    .command("doctor")
    .description("look, before an up, at everything a stack needs; or for what is behind a symptom")
    .option("-s, --stack <name>", "the stack, as in Pulumi.<name>.yaml", "dev")
    .addOption(new Option("--symptom <name>", "look for what is behind it").choices(Object.keys(SYMPTOMS)))
    .option("--json", "print the same for programs")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", HELP)
    .action(doctor);
}

async function doctor({ stack: name, symptom, json, cwd }: Options): Promise<void> {
  const examined = examineStackFile(cwd, name);
  if (symptom !== undefined) return lookFor(symptom, examined, json);
  const examination = await examine(examined);
  process.stdout.write(json ? asJson(examination) : asText(examination));
  const isBad = ({ state }: Check): boolean => state === "missing" || state === "wrong";
  process.exitCode = examination.checks.some(isBad) ? 1 : 0;
}

const REFUSED = {
  unreachable: "The cluster does not answer",
  forbidden: "The cluster does not take this user; log in again",
  "not-served": "The cluster answers with an error",
  error: "The cluster answers with an error",
} as const;

async function lookFor(symptom: string, examined: ReturnType<typeof examineStackFile>, json?: boolean): Promise<void> {
  const diagnoses = await diagnose(symptom, examined).catch((error: unknown) => {
    if (error instanceof ContextError) throw new UsageError(error.message);
    const { why, said } = refusalOf(error);
    throw new UsageError(`${REFUSED[why]}: ${said}`);
  });
  const { title } = SYMPTOMS[symptom]!;
  process.stdout.write(json ? diagnosesAsJson(symptom, diagnoses) : diagnosesAsText(title, diagnoses));
  process.exitCode = diagnoses.some(({ causes }) => causes.some(({ likelihood }) => likelihood === "seen")) ? 1 : 0;
}
