import * as path from "node:path";
import { execInClient, requireLinux, tools, up, type SandboxInfo } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import { deploy, previewOnly, type DeployedServices } from "./deploy";
import { EXIT, StartError } from "./errors";
import type { Interruption } from "./interrupt";
import { installOthers } from "./others";
import { makeMissingSecrets, withCluster, writePrivateConfig } from "./privateConfig";
import type { ProbeResult } from "./probe";
import { ensureStack, type PulumiOptions } from "./pulumi";
import { formatReport, answerable, type Answer } from "./report";
import { deployedBeside, openWorkspace, othersFile, requireFreeAddresses, type Target } from "./target";
import { forgetOtherClusters } from "./workspace";
import { progressOf, runSteps, type Step, type Task } from "./tasks";

/** How long a printed address may take to answer after the update has ended. */
const ANSWER_SECONDS = 30;

interface Progress {
  binaries?: Record<string, string>;
  sandbox?: SandboxInfo;
  pulumi?: PulumiOptions;
  services?: DeployedServices;
  answers?: Answer[];
}

/** `npm start`: the embedded cluster, a stack in it, and a message through every address that it prints. */
export async function startEmbedded(projectDirectory: string, target: Target, interruption: Interruption): Promise<string> {
  requireLinux();
  const started = performance.now();
  const { signal, orStop } = interruption;
  const steps: Step<Progress>[] = [
    { title: "Tools", run: (context, task) => orStop(findTools(context, task)) },
    { title: "Cluster", run: (context, task) => orStop(startCluster(context, task)) },
    { title: "Plugins", run: (context, task) => orStop(choosePlugins(context, task)) },
    { title: capitalized(target.title), run: (context, task) => configure(context, task, { projectDirectory, target, signal }) },
    { title: "pulumi up", run: (context, task) => update(context, task, target) },
    { title: "First message", run: (context, task) => orStop(awaitAnswers(context, task)) },
  ];
  const { sandbox, services, answers } = await runSteps<Progress>(steps, {});
  const seconds = Math.round((performance.now() - started) / 1000);
  return formatReport({
    heading: `Up after ${seconds} s: ${target.title} in the embedded cluster (context ${sandbox!.context})`,
    services: services!,
    answers: answers ?? [],
    openWith: (url) => `npx holdfast sandbox exec -- ${/^ws/.test(url) ? "wscat -c" : "curl -i"} ${url}`,
    closing: [
      "The addresses live in a network of their own; `npx holdfast sandbox exec -- <command>` runs a command in it.",
      "npx holdfast sandbox status   what runs there",
      "npm stop                      end it; `npm stop -- --all` forgets its state too",
    ],
  });
}

async function findTools(context: Progress, task: Task): Promise<void> {
  context.binaries = await tools.ensureTools(undefined, progressOf(task));
  task.title = "Tools are there";
}

async function startCluster(context: Progress, task: Task): Promise<void> {
  context.sandbox = await up({ report: progressOf(task) });
  const { mode, missing } = context.sandbox;
  task.title =
    mode === "full" ? "Cluster is running" : `Cluster is running, control plane only; missing here: ${missing.join("; ")}`;
}

async function choosePlugins(context: Progress, task: Task): Promise<void> {
  const { kubeconfig } = context.sandbox!;
  const { environment, usingStandIns } = await pluginEnvironment(
    { ...process.env, KUBECONFIG: kubeconfig },
    context.binaries!.pulumi,
  );
  context.pulumi = {
    workspace: undefined as never,
    binary: context.binaries!.pulumi,
    environment: { ...environment, KUBECONFIG: kubeconfig },
  };
  task.title =
    usingStandIns.length === 0
      ? "Plugins: the official ones"
      : `Plugins: stand-ins for ${usingStandIns.join(", ")}, which cannot be had here`;
}

interface Configuring {
  projectDirectory: string;
  target: Target;
  signal: AbortSignal;
}

async function configure(context: Progress, task: Task, { projectDirectory, target, signal }: Configuring): Promise<void> {
  const { uid, context: name, kubeconfig } = context.sandbox!;
  requireFreeAddresses(target, deployedBeside(projectDirectory, target, uid));
  const workspace = openWorkspace(target, uid);
  const forgotten = forgetOtherClusters(workspace);
  context.pulumi = { ...context.pulumi!, workspace, signal };
  writePrivateConfig(workspace, withCluster({ context: name, uid }));
  await ensureStack(context.pulumi);
  const made = await makeMissingSecrets(context.pulumi);
  const others = othersFile(target);
  const installed = others === undefined ? 0 : await installOthers(others, kubeconfig);
  const notes = [
    forgotten.length > 0 ? "the state of a cluster that is gone was dropped" : "",
    made > 0 ? `${made} secrets were made` : "",
    installed > 0 ? `${installed} objects of others are there` : "",
  ].filter(Boolean);
  task.title = `${capitalized(target.title)} is configured in ${path.relative(process.cwd(), workspace.configFile)}${notes.map((note) => `; ${note}`).join("")}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

async function update(context: Progress, task: Task, target: Target): Promise<void> {
  const report = progressOf(task);
  const onProgress = ({ text, lasting }: { text: string; lasting: boolean }) => {
    if (lasting || process.stdout.isTTY) report(text);
  };
  if (context.sandbox!.mode === "control-plane-only") {
    await previewOnly(context.pulumi!, onProgress);
    throw new StartError(
      `The preview of ${target.title} is good, and that is as far as it goes here: without a data plane no LoadBalancer gets an address and ` +
        `nothing could answer. Missing for it: ${context.sandbox!.missing.join("; ")}.`,
      EXIT.failed,
    );
  }
  context.services = await deploy(context.pulumi!, onProgress);
  task.title = "pulumi up is done";
}

/** Speaks through every address from where its clients are. */
async function awaitAnswers(context: Progress, task: Task): Promise<void> {
  const open = answerable(context.services!);
  const probe = [
    process.execPath,
    "-r",
    require.resolve("ts-node/register"),
    path.join(__dirname, "probe.ts"),
    String(ANSWER_SECONDS),
  ];
  const { status, stdout, stderr } = await execInClient([...probe, ...open.map(({ url }) => url)], { stdio: "pipe" });
  if (status !== 0) throw new StartError(`The addresses could not be tried: ${stderr.trim() || `exit code ${status}`}`);
  const results = JSON.parse(stdout) as ProbeResult[];
  context.answers = open.map((answer, index) => ({ ...answer, result: results[index] }));
  const silent = context.answers.filter(({ result }) => !result?.echoed);
  if (silent.length > 0) {
    const lines = silent.map(({ url, result }) => `  ${url}: ${result?.reason}`);
    throw new StartError(
      [`${silent.length} of ${open.length} addresses did not answer within ${ANSWER_SECONDS} s:`, ...lines].join("\n") +
        "\n`npx holdfast sandbox status` shows what runs.",
    );
  }
  task.title = `First message: ${open.length} of ${open.length} addresses sent it back`;
}
