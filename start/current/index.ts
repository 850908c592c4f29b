import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { bundleSampleServer } from "../../sandbox/sample/bundle";
import { deploy, type DeployedServices } from "../deploy";
import { EXIT, StartError } from "../errors";
import type { Interruption } from "../interrupt";
import { makeMissingSecrets, writePrivateConfig, type StackFile } from "../privateConfig";
import { probe } from "../probe";
import { ensureStack, runStackCommand, type PulumiOptions } from "../pulumi";
import { askOnTerminal, type Ask } from "../question";
import { answerable, formatReport, type Answer } from "../report";
import { progressOf, runSteps } from "../tasks";
import { createWorkspace, hasState, stateDirectoryOf, type Workspace } from "../workspace";
import { chooseAddressPool, type AddressPool } from "./addressPool";
import { findOfficialCli } from "./cli";
import { inspectCluster, type Inspection } from "./inspect";
import { readCurrentContext, type CurrentContext } from "./kubeconfig";
import { overlayFor, poolNameOf } from "./overlay";
import { commandLine, hasKubectl, install, missingPrerequisites, obstacles, type Prerequisite } from "./prerequisites";

/** From a laptop the addresses of a cluster in containers may never be reachable; waiting long would not change that. */
const ANSWER_SECONDS = 10;

export interface CurrentOptions {
  yes: boolean;
  interruption: Interruption;
  /** Default: the terminal. */
  ask?: Ask;
  /** Where lines for the person go. Default: standard output. */
  say?: (line: string) => void;
}

/** What was agreed upon: nothing is written before there is one. */
export interface Plan {
  current: CurrentContext;
  inspection: Inspection;
  pool: AddressPool;
}

/** `HOLDFAST_CLUSTER=current npm start`: the dev stack in the cluster of the current context, with the sample server as its image. */
export async function startInCurrentCluster(projectDirectory: string, options: CurrentOptions): Promise<string> {
  readCurrentContext();
  const binary = findOfficialCli();
  const { say = console.log } = options;
  const plan = await agree(projectDirectory, options);
  const workspace = clusterWorkspace(projectDirectory, plan.inspection.uid);
  const pulumi: PulumiOptions = {
    workspace,
    binary,
    environment: { KUBECONFIG: plan.current.files },
    signal: options.interruption.signal,
  };
  const { services = {} } = await runSteps<{ services?: DeployedServices }>(
    [
      { title: "Stack dev: configuration, pinned to this cluster", run: () => configure(pulumi, plan) },
      {
        title: "pulumi up",
        run: async (context, task) => {
          const show = progressOf(task);
          context.services = await deploy(pulumi, ({ text, lasting }) =>
            lasting || process.stdout.isTTY ? show(text) : undefined,
          );
        },
      },
    ],
    {},
  );
  const open = answerable(services);
  say("Trying the addresses from this machine ...");
  const results = await options.interruption.orStop(
    probe(
      open.map(({ url }) => url),
      ANSWER_SECONDS,
    ),
  );
  const answers = open.map((answer, index) => ({ ...answer, result: results[index] }));
  return formatReport({
    heading: `Up: stack dev in ${plan.current.context}`,
    services: services,
    answers,
    openWith: (url) => `npx wscat -c ${url}`,
    closing: closingOf(answers),
  });
}

/** `HOLDFAST_CLUSTER=current npm stop`: takes the dev stack out of the cluster of the current context, and forgets its state. */
export async function stopInCurrentCluster(projectDirectory: string, options: CurrentOptions): Promise<string> {
  const binary = findOfficialCli();
  const { ask = askOnTerminal(options), say = console.log } = options;
  const current = readCurrentContext();
  const { uid } = await options.interruption.orStop(inspectCluster(current));
  const directory = clusterDirectory(projectDirectory, uid);
  if (!fs.existsSync(directory)) {
    return `Nothing of this project is deployed in context ${current.context} (kube-system uid ${uid}).`;
  }
  say(describeCluster(current, uid));
  if (!(await ask("Remove the dev stack from this cluster?"))) throw new StartError("Nothing was changed.", EXIT.refused);
  const workspace = clusterWorkspace(projectDirectory, uid);
  const pulumi: PulumiOptions = {
    workspace,
    binary,
    environment: { KUBECONFIG: current.files },
    onLine: say,
    signal: options.interruption.signal,
  };
  if (hasState(workspace)) {
    const { code, output } = await runStackCommand("destroy", [], pulumi);
    options.interruption.signal.throwIfAborted();
    if (code !== 0) {
      throw new StartError(
        `pulumi destroy ended with ${code}; the state stays in ${directory}.\n${output.split("\n").slice(-15).join("\n")}`,
      );
    }
  }
  fs.rmSync(directory, { recursive: true });
  return "The dev stack is gone from this cluster. What was installed for it (MetalLB, ingress-nginx, the Prometheus operator) stays; it may serve others.";
}

/** Shows the cluster and what would be done to it, asks, and installs what is missing. */
export async function agree(projectDirectory: string, options: CurrentOptions): Promise<Plan> {
  const { ask = askOnTerminal(options), say = console.log, interruption } = options;
  const current = readCurrentContext();
  let inspection = await interruption.orStop(inspectCluster(current));
  say(describeCluster(current, inspection.uid));
  say(`  Kubernetes  ${inspection.kubernetesVersion}, ${inspection.nodes.length} nodes\n`);
  const pool = chooseAddressPool(inspection, poolNameOf(trackedConfig(projectDirectory)), process.env.HOLDFAST_ADDRESS_POOL);
  say(`  MetalLB will hand out ${pool.range}: ${pool.because}.`);
  say(`  ChatPulse's address will be ${pool.pinned}. Another range: HOLDFAST_ADDRESS_POOL=from-to.`);
  for (const obstacle of obstacles(inspection)) say(`  Note: ${obstacle}`);
  const missing = missingPrerequisites(inspection);
  if (missing.length > 0) say(describeMissing(missing, current.context));
  if (!(await ask("\nDeploy the dev stack into this cluster?"))) throw new StartError("Nothing was changed.", EXIT.refused);
  if (missing.length > 0) {
    await interruption.orStop(installMissing(missing, current.context, ask, say));
    inspection = await interruption.orStop(inspectCluster(current));
    const still = missingPrerequisites(inspection).filter(({ optional }) => !optional);
    if (still.length > 0) {
      throw new StartError(`Still missing in the cluster after the installation: ${still.map(({ what }) => what).join(", ")}.`);
    }
  }
  return { current, inspection, pool };
}

async function installMissing(missing: Prerequisite[], context: string, ask: Ask, say: (line: string) => void): Promise<void> {
  const kubectl = await hasKubectl();
  for (const prerequisite of missing) {
    if (kubectl && (await ask(`Install ${prerequisite.what}?`))) {
      await install(prerequisite, context, (line) => say(`    ${line}`));
    } else if (prerequisite.optional) say(`  Going on without ${prerequisite.what}.`);
    else {
      const how = prerequisite.commands.map((args) => `  ${commandLine(context, args)}`).join("\n");
      const why = kubectl ? "" : " There is no kubectl here to do it with.";
      throw new StartError(
        `The dev stack cannot work without ${prerequisite.what}.${why} Install it, for example so, and start again:\n${how}`,
        EXIT.refused,
      );
    }
  }
}

async function configure(pulumi: PulumiOptions, { current, inspection, pool }: Plan): Promise<void> {
  const script = await bundleSampleServer();
  writePrivateConfig(pulumi.workspace, overlayFor({ context: current.context, inspection, pool, script }));
  await ensureStack(pulumi);
  await makeMissingSecrets(pulumi);
}

function describeCluster({ context, server }: CurrentContext, uid: string): string {
  return [`  context     ${context}`, `  server      ${server}`, `  kube-system ${uid} (the stack is pinned to this uid)`].join(
    "\n",
  );
}

function describeMissing(missing: Prerequisite[], context: string): string {
  const blocks = missing.map(({ what, why, commands }) =>
    [`    ${what}: ${why}`, ...commands.map((args) => `      ${commandLine(context, args)}`)].join("\n"),
  );
  return ["\n  Missing in the cluster:", ...blocks].join("\n");
}

function closingOf(answers: Answer[]): string[] {
  const lines = ["HOLDFAST_CLUSTER=current npm stop   take it down"];
  if (answers.every(({ result }) => result?.echoed)) return lines;
  return [
    "Not every address answered from this machine. Host names need an entry in your hosts file or DNS. A cluster that runs in containers",
    "(kind, k3d, minikube with the docker driver) has its addresses in the container network, which macOS and Windows do not route to;",
    "from inside it they answer: docker run --rm -it --network kind node:22-alpine npx --yes wscat -c <url>",
    ...lines,
  ];
}

function clusterDirectory(projectDirectory: string, uid: string): string {
  return path.join(stateDirectoryOf(projectDirectory), "clusters", uid);
}

/**
 * Each cluster has a folder of its own; Pulumi's home, with the downloaded plugins, is shared among them, and not with the embedded
 * cluster, whose home may hold stand-ins.
 */
function clusterWorkspace(projectDirectory: string, uid: string): Workspace {
  const pulumiHome = path.join(stateDirectoryOf(projectDirectory), "pulumi-official");
  return createWorkspace({
    stateDirectory: clusterDirectory(projectDirectory, uid),
    projectDirectory,
    clusterUid: uid,
    pulumiHome,
  });
}

function trackedConfig(projectDirectory: string): Record<string, unknown> {
  const file = parse(fs.readFileSync(path.join(projectDirectory, "Pulumi.dev.yaml"), "utf8")) as StackFile;
  return file.config ?? {};
}
