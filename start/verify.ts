import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execInClient, insideKubeconfig, status, tools, up } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import { EXIT, StartError } from "./errors";
import { stackOutputs } from "./pulumi";
import { openWorkspace, type Target } from "./target";
import { hasState, writePrivately } from "./workspace";

/** A stack that runs in the embedded cluster, as whoever verifies it inside has to know it. */
export interface Deployed {
  directory: string;
  stack: string;
  outputs: unknown;
  cluster: { context: string; uid: string };
}

/** Names the file in which `verify` inside finds what is deployed. */
export const DEPLOYED_VARIABLE = "HOLDFAST_VERIFY_DEPLOYED";

/** What is deployed of a stack in the embedded cluster; undefined where that does not run, or the stack is not in it. */
export async function deployedHere(target: Target): Promise<Deployed | undefined> {
  if ((await status()).state === "absent") return undefined;
  const { uid, context, kubeconfig, mode, missing } = await up();
  const workspace = openWorkspace(target, uid);
  if (!hasState(workspace)) return undefined;
  if (mode !== "full") {
    const why = `Without a data plane nothing could answer. Missing for it: ${missing.join("; ")}.`;
    throw new StartError(`${target.title} is in the embedded cluster. ${why}`, EXIT.refused);
  }
  const { pulumi: binary } = await tools.ensureTools(["pulumi"]);
  const { environment } = await pluginEnvironment({ ...process.env, KUBECONFIG: kubeconfig }, binary);
  const outputs = await stackOutputs({ workspace, binary, environment });
  return { directory: target.directory, stack: "dev", outputs, cluster: { context, uid } };
}

/** Runs a command of Holdfast's own among the clients, with the cluster's administrator at hand. Gives its exit code. */
export async function verifyInside(
  deployed: Deployed,
  command: string[],
  stdio: "inherit" | "pipe" = "inherit",
): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-verify-"));
  try {
    const file = path.join(folder, "deployed.json");
    const kubeconfig = path.join(folder, "kubeconfig");
    writePrivately(file, JSON.stringify(deployed));
    writePrivately(kubeconfig, insideKubeconfig());
    giveToInvoker([folder, file, kubeconfig]);
    const env = { [DEPLOYED_VARIABLE]: file, KUBECONFIG: kubeconfig };
    const { status: code } = await execInClient([process.execPath, ...command], { env, stdio });
    return code;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** With sudo, the command inside runs as the person who called it. */
function giveToInvoker(files: string[]): void {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (!SUDO_UID || !SUDO_GID || process.getuid?.() !== 0) return;
  for (const file of files) fs.chownSync(file, Number(SUDO_UID), Number(SUDO_GID));
}
