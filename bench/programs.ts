import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { tools, up, type SandboxInfo } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import { makeMissingSecrets, withCluster, writePrivateConfig } from "../start/privateConfig";
import { ensureStack, pulumiEnvironment, type PulumiOptions } from "../start/pulumi";
import { createWorkspace, stateDirectoryOf } from "../start/workspace";

export const PROJECT = path.resolve(__dirname, "..");

/** A Pulumi program whose preview is measured. */
export interface Program {
  name: string;
  what: string;
  command: { binary: string; args: string[]; cwd: string; env: NodeJS.ProcessEnv };
}

/** The dev stack, and the two it is compared with, each ready for `pulumi preview` against the running sandbox. */
export async function preparePrograms(): Promise<Program[]> {
  const sandbox = await up();
  const { pulumi } = await tools.ensureTools(["pulumi"]);
  const base = { ...process.env, KUBECONFIG: sandbox.kubeconfig };
  const { environment } = await pluginEnvironment(base, pulumi);
  const options = { binary: pulumi!, environment: { ...base, ...environment } };
  installUsual();
  return [
    await prepare("floor", "plain JavaScript, one Namespace", path.join(__dirname, "floor"), sandbox, options),
    await prepare("holdfast", "the dev stack", PROJECT, sandbox, options),
    await prepare("usual", "TypeScript, four SDKs whole, checked at start", path.join(__dirname, "usual"), sandbox, options),
  ];
}

type Base = Pick<PulumiOptions, "environment"> & { binary: string };

async function prepare(name: string, what: string, directory: string, sandbox: SandboxInfo, base: Base): Promise<Program> {
  const workspace = createWorkspace({
    stateDirectory: path.join(stateDirectoryOf(PROJECT), "bench", name),
    projectDirectory: directory,
    clusterUid: sandbox.uid,
    pulumiHome: base.environment!.PULUMI_HOME,
  });
  const options = { ...base, workspace };
  if (directory === PROJECT) writePrivateConfig(workspace, withCluster({ context: sandbox.context, uid: sandbox.uid }));
  else fs.writeFileSync(workspace.configFile, "config: {}\n");
  await ensureStack(options);
  if (directory === PROJECT) await makeMissingSecrets(options);
  const args = [
    "preview",
    "--stack",
    workspace.stack,
    "--config-file",
    workspace.configFile,
    "--non-interactive",
    "--color",
    "never",
  ];
  return {
    name,
    what,
    command: { binary: base.binary, args, cwd: directory, env: pulumiEnvironment(workspace, base.environment) },
  };
}

/** Its four SDKs are large and nothing else needs them, so only who measures installs them. */
function installUsual(): void {
  const directory = path.join(__dirname, "usual");
  if (fs.existsSync(path.join(directory, "node_modules", "@pulumi", "gcp"))) return;
  console.log("Installing what the usual program imports (four SDKs, about 330 MB) ...");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: directory,
    stdio: "inherit",
  });
}
