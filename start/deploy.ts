import * as path from "node:path";
import { EXIT, StartError } from "./errors";
import { runStackCommand, stackOutputs, type PulumiOptions } from "./pulumi";
import { describeUpdateLine, explanationOf, type ProgressLine } from "./updateProgress";
import { writePrivately } from "./workspace";

/** One way in, as the stack's outputs have it. */
export interface DeployedEntry {
  name: string;
  kind: string;
  url: string;
  address: string;
  verdict: string;
  effectiveIdleSeconds: number | null;
  reasons: string[];
}

export type DeployedServices = Record<string, { namespace: string; entries: DeployedEntry[] }>;

/** One pack for the dev stack and for every example. */
const POLICY_PACK = path.resolve(__dirname, "../policy");

type OnProgress = (line: ProgressLine) => void;

/** `pulumi up` with the policy pack: the preview first, so that whatever is refused is refused before anything is created. */
export async function deploy(options: PulumiOptions, onProgress: OnProgress): Promise<DeployedServices> {
  await runLogged("up", options, onProgress);
  const { services } = (await stackOutputs(options)) as { services?: DeployedServices };
  return services ?? {};
}

/** `pulumi preview` with the policy pack: all that can be said where nothing could answer. */
export async function previewOnly(options: PulumiOptions, onProgress: OnProgress): Promise<void> {
  await runLogged("preview", options, onProgress);
}

async function runLogged(command: "up" | "preview", options: PulumiOptions, onProgress: OnProgress): Promise<void> {
  const { workspace, signal } = options;
  const onLine = (line: string) => {
    const described = describeUpdateLine(line);
    if (described !== undefined) onProgress(described);
  };
  const { code, output } = await runStackCommand(command, ["--policy-pack", POLICY_PACK], { ...options, onLine });
  const log = path.join(workspace.stateDirectory, `last-${command}.log`);
  writePrivately(log, output);
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new StartError(
    `pulumi ${command} ended with ${code}; all it said is in ${log}.\n\n${explanationOf(output)}`,
    EXIT.failed,
  );
}
