import fs from "node:fs";
import path from "node:path";
import { errorCode, SandboxError } from "./errors";
import { type Pace, PACES } from "./kubelet/manners";
import type { Layout } from "./paths";
import type { ProcessRecord } from "./process";

export type Mode = "full" | "control-plane-only";

/** What a sandbox has only when it was asked for. */
export const EXTRA_NAMES = ["contour"] as const;
export type ExtraName = (typeof EXTRA_NAMES)[number];

/** Ports the components listen on; in a full sandbox all but `api` lie inside the cluster's namespace. */
export interface Ports {
  /** 127.0.0.1 on this machine: where kubeconfig points. */
  api: number;
  etcdClient: number;
  etcdPeer: number;
  controllerManager: number;
  scheduler: number;
}

export interface ComponentRecord extends ProcessRecord {
  /** Digest of the command line and environment: another one means the running process is of another version. */
  commandDigest: string;
}

/** What is written down about a sandbox, after every step. */
export interface State {
  mode: Mode;
  /** What it was asked for beside the rest; stays until `down`. */
  extras: ExtraName[];
  /** How long its pods take for what their specs give time to, where nothing else is said of them. */
  pods: Pace;
  /** Whether the first start came to its end. What did not is thrown away, never repaired. */
  completed: boolean;
  /** What this machine lacks for a full sandbox. */
  missing: string[];
  ports: Ports;
  /** uid of the namespace kube-system; empty until known. */
  uid: string;
  /** Stays until `down`; program -> absolute path. */
  binaries: Record<string, string>;
  components: Record<string, ComponentRecord>;
}

/** For what an earlier version wrote down. */
const DEFAULTS = { extras: [], pods: PACES[0] };

export function readState(layout: Layout): State | undefined {
  try {
    return { ...DEFAULTS, ...(JSON.parse(fs.readFileSync(layout.stateFile, "utf8")) as State) };
  } catch (error) {
    if (errorCode(error) !== "EACCES") return undefined;
    throw new SandboxError(
      `The sandbox in ${layout.directory} belongs to another user of this machine, probably root: run the command with sudo.`,
    );
  }
}

export function writeState(layout: Layout, state: State): void {
  fs.mkdirSync(path.dirname(layout.stateFile), { recursive: true });
  fs.writeFileSync(`${layout.stateFile}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  fs.renameSync(`${layout.stateFile}.new`, layout.stateFile);
}
