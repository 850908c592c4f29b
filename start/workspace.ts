import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { EXIT, StartError } from "./errors";

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Where one stack keeps everything that must not be in git and must not be the user's own: its configuration with secrets, its
 * state, its passphrase, Pulumi's settings and plugins.
 */
export interface Workspace {
  /** The folder that git ignores. It holds all the files below, readable by their owner only. */
  stateDirectory: string;
  /** The folder with Pulumi.yaml and the program. Nothing in it is written. */
  projectDirectory: string;
  project: string;
  stack: string;
  /** The tracked stack file, plus secrets, plus the cluster. Used with `--config-file`. */
  configFile: string;
  /** The stack's tracked file, which is only read. */
  trackedConfigFile: string;
  /** One per cluster: the state of a cluster that is gone can never be taken for the state of the next one. */
  backendDirectory: string;
  passphraseFile: string;
  pulumiHome: string;
}

export interface WorkspaceOptions {
  stateDirectory: string;
  projectDirectory: string;
  /** Default: `dev`. */
  stack?: string;
  /** The uid of the cluster's kube-system namespace; its stacks have a state of their own. Default: one state for all. */
  clusterUid?: string;
  /** Default: `pulumi` in the state directory. Plugins are large, so several workspaces may share one. */
  pulumiHome?: string;
}

/** The folder of all local state: `HOLDFAST_STATE_DIR`, else `.holdfast` in the project. */
export function stateDirectoryOf(projectDirectory: string, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.HOLDFAST_STATE_DIR;
  return chosen ? path.resolve(chosen) : path.join(projectDirectory, ".holdfast");
}

/** Everything that Holdfast writes into a state folder. */
const OWN =
  /^(sandbox(\.lock)?|backends|clusters|examples|bench|pulumi(-official)?|passphrase|official-plugins-unreachable|Pulumi(\.[\w-]+)?\.yaml|last-\w+\.log|.*\.half)$/;

function strangersIn(stateDirectory: string): string[] {
  return fs.existsSync(stateDirectory) ? fs.readdirSync(stateDirectory).filter((name) => !OWN.test(name)) : [];
}

/** The folder in the project is ours alone, whatever is in it. */
function isDefault(stateDirectory: string, projectDirectory: string): boolean {
  return stateDirectory === stateDirectoryOf(projectDirectory, {});
}

/** Refuses a `HOLDFAST_STATE_DIR` that is no folder of ours: files in it would be overwritten, and `npm stop -- --all` would remove them. */
export function requireOwnStateDirectory(stateDirectory: string, projectDirectory: string): void {
  const isOurs = isDefault(stateDirectory, projectDirectory) || fs.existsSync(path.join(stateDirectory, "passphrase"));
  const strangers = strangersIn(stateDirectory);
  if (isOurs || strangers.length === 0) return;
  throw new StartError(
    `HOLDFAST_STATE_DIR is ${stateDirectory}, which holds what is not Holdfast's: ${strangers.slice(0, 5).join(", ")}. ` +
      "Nothing was changed. Name a folder that is new or empty.",
    EXIT.refused,
  );
}

/** Removes what is ours, and the folder when nothing else is in it. Gives the names of what stays. */
export function removeStateDirectory(stateDirectory: string, projectDirectory: string): string[] {
  const strangers = isDefault(stateDirectory, projectDirectory) ? [] : strangersIn(stateDirectory);
  if (strangers.length === 0) fs.rmSync(stateDirectory, { recursive: true, force: true });
  else {
    const own = fs.readdirSync(stateDirectory).filter((name) => OWN.test(name));
    for (const name of own) fs.rmSync(path.join(stateDirectory, name), { recursive: true, force: true });
  }
  return strangers;
}

/** Makes the folders and the passphrase that are not there yet; what is there stays as it is. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { stateDirectory, projectDirectory, stack = "dev", clusterUid = "any" } = options;
  const { name: project } = parse(fs.readFileSync(path.join(projectDirectory, "Pulumi.yaml"), "utf8")) as { name: string };
  const workspace: Workspace = {
    stateDirectory,
    projectDirectory,
    project,
    stack,
    configFile: path.join(stateDirectory, `Pulumi.${stack}.yaml`),
    trackedConfigFile: path.join(projectDirectory, `Pulumi.${stack}.yaml`),
    backendDirectory: path.join(stateDirectory, "backends", clusterUid),
    passphraseFile: path.join(stateDirectory, "passphrase"),
    pulumiHome: options.pulumiHome ?? path.join(stateDirectory, "pulumi"),
  };
  for (const directory of [stateDirectory, workspace.backendDirectory, workspace.pulumiHome]) {
    fs.mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  }
  createPassphrase(workspace);
  // `pulumi stack init` and `config set` write into the stack file beside the Pulumi.yaml they run in. This one keeps them here.
  writePrivately(path.join(stateDirectory, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
  return workspace;
}

function createPassphrase(workspace: Workspace): void {
  if (fs.existsSync(workspace.passphraseFile)) return;
  if (fs.existsSync(workspace.configFile) || hasState(workspace)) {
    throw new StartError(
      `The passphrase ${workspace.passphraseFile} is gone, and with it the key to the secrets of stack ${workspace.stack}. ` +
        "Put the file back; or forget the state and start afresh with `npm stop -- --all`.",
    );
  }
  fs.writeFileSync(workspace.passphraseFile, randomBytes(32).toString("base64url"), { mode: PRIVATE_FILE, flag: "wx" });
}

/** Whether the stack was ever created in this cluster's backend. */
export function hasState(workspace: Workspace): boolean {
  return fs.existsSync(path.join(workspace.backendDirectory, ".pulumi", "stacks", workspace.project, `${workspace.stack}.json`));
}

/** Removes the states of clusters that no longer exist. Only for a folder whose clusters all live on this machine. */
export function forgetOtherClusters(workspace: Workspace): string[] {
  const parent = path.dirname(workspace.backendDirectory);
  const others = fs.readdirSync(parent).filter((name) => name !== path.basename(workspace.backendDirectory));
  for (const name of others) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  return others;
}

/** Writes a file that only its owner can read, whole or not at all. */
export function writePrivately(file: string, text: string): void {
  const half = `${file}.${process.pid}.half`;
  fs.writeFileSync(half, text, { mode: PRIVATE_FILE });
  fs.renameSync(half, file);
}
