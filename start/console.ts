import { spawn } from "node:child_process";
import { constants } from "node:os";
import { status, tools, up } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import { EXIT, StartError } from "./errors";
import { makeMissingSecrets, withCluster, writePrivateConfig } from "./privateConfig";
import { ensureStack, pulumiEnvironment } from "./pulumi";
import { createWorkspace, stateDirectoryOf } from "./workspace";

/** The commands of the CLI that read the stack file and take another one in its place. */
const WITH_CONFIG_FILE = new Set(["preview", "up", "update", "refresh", "destroy", "watch", "config"]);

/**
 * Runs the Pulumi CLI as `npm start` does, on the dev stack in the embedded cluster: with its state, its secrets and its plugins,
 * and nothing of the user's own. The terminal is the CLI's.
 *
 * @returns the CLI's exit code.
 * @throws {StartError} when the embedded cluster does not run: a look at a stack starts no cluster.
 */
export async function pulumiInSandbox(projectDirectory: string, args: string[]): Promise<number> {
  if ((await status()).state === "absent") {
    throw new StartError("The embedded cluster is not running. Start it with the dev stack in it: npm start.", EXIT.refused);
  }
  const { kubeconfig, uid, context } = await up();
  const { pulumi: binary } = await tools.ensureTools(["pulumi"]);
  const { environment } = await pluginEnvironment({ ...process.env, KUBECONFIG: kubeconfig }, binary);
  const workspace = createWorkspace({ stateDirectory: stateDirectoryOf(projectDirectory), projectDirectory, clusterUid: uid });
  const options = { workspace, binary, environment: { ...environment, KUBECONFIG: kubeconfig } };
  writePrivateConfig(workspace, withCluster({ context, uid }));
  await ensureStack(options);
  await makeMissingSecrets(options);
  const own = WITH_CONFIG_FILE.has(args[0] ?? "") ? ["--config-file", workspace.configFile] : [];
  const env = { ...pulumiEnvironment(workspace, options.environment), PULUMI_STACK: workspace.stack };
  const child = spawn(binary!, [...args, ...own], { cwd: projectDirectory, env, stdio: "inherit" });
  // A terminal's Ctrl-C reaches the CLI by itself; it then ends in its own time, and so do we.
  const wait = () => {};
  process.on("SIGINT", wait);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
  } finally {
    process.off("SIGINT", wait);
  }
}
