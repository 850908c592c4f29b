import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { checksOf, type Check } from "./check";

const check = checksOf("this machine");
const execute = promisify(execFile);

/** Seconds a program may take to say its version, or a cloud's CLI to answer. */
const ANSWER_SECONDS = 20;

/** Node.js versions that the program runs on, as package.json says. */
const NODE = "20.19 or newer, 22.12 or newer";

/** The first lines of the CLI with the options that are used here. */
const PULUMI_MAJOR = 3;

/** The programs that an `up` needs. */
export async function machineChecks(environment: NodeJS.ProcessEnv = process.env): Promise<Check[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNode = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  const node = check("Node.js", isNode ? "ok" : "wrong", process.versions.node, `install Node.js ${NODE}`);
  return [node, ...(await pulumiChecks(environment))];
}

async function pulumiChecks(environment: NodeJS.ProcessEnv): Promise<Check[]> {
  const install = "install the Pulumi CLI as its documentation says, so that `pulumi version` answers here";
  const said = await output("pulumi", ["version"], environment);
  if (said === undefined) return [check("Pulumi CLI", "missing", "no pulumi on PATH", install)];
  const version = said.trim().replace(/^v/, "");
  const cli = check("Pulumi CLI", Number(version.split(".")[0]) === PULUMI_MAJOR ? "ok" : "wrong", version, install);
  const host = onPath("pulumi-language-nodejs", environment);
  const language = check("Pulumi's Node.js host", host ? "ok" : "missing", host ?? "not beside the CLI and not on PATH", install);
  return [cli, language];
}

/** What a program prints; undefined where it is not there or fails. */
export async function output(
  program: string,
  args: string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const file = onPath(program, environment);
  if (file === undefined) return undefined;
  try {
    const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", AWS_PAGER: "" };
    const options = { env: { ...environment, ...quiet }, timeout: ANSWER_SECONDS * 1000 };
    return (await execute(file, args, options)).stdout;
  } catch {
    return undefined;
  }
}

export function onPath(program: string, { PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  return PATH.split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, program))
    .find((file) => fs.existsSync(file));
}
