import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { CLIENT_ADDRESSES } from "./addresses";
import { errorCode, SandboxError } from "./errors";
import { networkStands } from "./network";
import { type Layout, layoutOf, PROJECT_DIRECTORY } from "./paths";
import { TAG } from "./process";
import { readState } from "./state";

export interface ExecOptions {
  /** What to do with the command's input and output. Default: it shares this process's own. */
  stdio?: "inherit" | "pipe";
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Ends the command. */
  signal?: AbortSignal;
}

export interface ExecResult {
  /** Exit status of the command; 128 and the signal's number where a signal ended it. */
  status: number;
  /** Empty where input and output are shared. */
  stdout: string;
  stderr: string;
}

/** Where a running sandbox with clients keeps everything. */
function readyLayout(): Layout {
  const layout = layoutOf();
  const state = readState(layout);
  if (!state?.completed) throw new SandboxError("The sandbox is not running. Start it with `npx holdfast sandbox up`.");
  if (state.mode !== "full") {
    throw new SandboxError(
      `This sandbox is a control plane only, so there is no network to run a command in. Missing for it: ${state.missing.join("; ")}.`,
    );
  }
  if (!networkStands(layout)) {
    throw new SandboxError("The sandbox's network namespaces are gone. `npx holdfast sandbox up` makes them again.");
  }
  return layout;
}

/** With sudo, the command runs as the person who called it, not as root. */
function asInvokingUser(argv: string[]): string[] {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (!SUDO_UID || !SUDO_GID || process.getuid?.() !== 0) return argv;
  return ["setpriv", `--reuid=${SUDO_UID}`, `--regid=${SUDO_GID}`, "--init-groups", "--", ...argv];
}

/**
 * Runs a command among the sandbox's clients. The project's own programs (`wscat`) are on its PATH,
 * `HOLDFAST_SOURCE_ADDRESSES` lists the addresses it may speak from, and it trusts the sandbox's authority for certificates.
 */
export async function execInClient(argv: string[], options: ExecOptions = {}): Promise<ExecResult> {
  if (argv.length === 0) {
    throw new SandboxError(
      "There is no command to run. Write it after two dashes: `npx holdfast sandbox exec -- wscat -c ws://...`.",
    );
  }
  const { clientNamespace, directory, clientsAuthority: authority } = readyLayout();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    [TAG]: directory,
    // For Node.js, and for what uses OpenSSL (curl) or Go.
    NODE_EXTRA_CA_CERTS: authority,
    SSL_CERT_FILE: authority,
    ...options.env,
    HOLDFAST_SOURCE_ADDRESSES: CLIENT_ADDRESSES.join(","),
    PATH: [path.join(PROJECT_DIRECTORY, "node_modules", ".bin"), process.env.PATH].join(path.delimiter),
  };
  const child = spawn("ip", ["netns", "exec", clientNamespace, ...asInvokingUser(argv)], {
    env,
    stdio: options.stdio ?? "inherit",
    signal: options.signal,
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => (texts[name] += part));
  }
  // A terminal sends Ctrl-C to both; the command decides what it means.
  const ignore = () => {};
  if (options.stdio !== "pipe") process.on("SIGINT", ignore);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
    return { status, ...texts };
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new SandboxError("The program `ip` is missing (Debian's package iproute2).");
    throw error;
  } finally {
    process.off("SIGINT", ignore);
  }
}
