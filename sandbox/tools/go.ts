import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { errorCode, SandboxError } from "../errors";
import { cacheDirectory, explainCache } from "./cache";
import { type Ended, failureText, hintsFor, runLogged, type ToolRun } from "./run";
import { GIB_NEEDED, GO_MINIMUM } from "./table";

/** The user's own settings hold (GOFLAGS, GOPATH, GOPROXY ...), except what would build for another machine or join a workspace. */
function goEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, GOWORK: "off", GO111MODULE: "on" };
  for (const name of ["GOOS", "GOARCH", "GOBIN"]) delete environment[name];
  return environment;
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split(".").map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Refuses, with the way out, where there is no Go, or one that is too old and may not fetch a newer one by itself. */
export function requireGo(subject: string): void {
  const run = spawnSync("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { encoding: "utf8", env: goEnvironment(), cwd: os.tmpdir() });
  if (errorCode(run.error) === "ENOENT") {
    throw new SandboxError(
      `${subject} is not installed and has to be built, and there is no Go on PATH.\n` +
        `  Install Go ${GO_MINIMUM} or newer (Debian: golang-go from backports; any system: the archive of the Go project) and run the command again.`,
    );
  }
  const [version = "", toolchain = ""] = (run.stdout ?? "").trim().split("\n");
  const found = version.match(/^go(\d+\.\d+(\.\d+)?)/)?.[1];
  if (run.status !== 0 || !found) {
    throw new SandboxError(
      `${subject} has to be built, but \`go env GOVERSION\` failed: ${run.error?.message ?? (run.stderr.trim() || `it printed "${version}"`)}`,
    );
  }
  const fetchesNewer = compareVersions(found, "1.21.0") >= 0 && !/^(local|path|go\d[^+]*)$/.test(toolchain);
  if (compareVersions(found, GO_MINIMUM) < 0 && !fetchesNewer) {
    throw new SandboxError(
      `${subject} has to be built with Go ${GO_MINIMUM} or newer; the go on PATH is ${found}, and GOTOOLCHAIN=${toolchain} keeps it from fetching a newer one.\n` +
        `  Install a newer Go, or unset GOTOOLCHAIN (\`go env -u GOTOOLCHAIN\`), and run the command again.`,
    );
  }
}

/** Runs `go`, its output going to the log; returns standard output. Fails with the command, the last lines and the log's path. */
export async function runGo(args: string[], run: ToolRun): Promise<string> {
  try {
    const ended = await runLogged("go", args, goEnvironment(), run);
    if (ended.status !== 0) throw goFailure(args, run, ended);
    return ended.output;
  } catch (error) {
    throw errorCode(error) === "ENOSPC" ? noSpace(run.subject) : error;
  }
}

function goFailure(args: string[], run: ToolRun, ended: Ended): SandboxError {
  const said = ended.tail.join("\n");
  if (/no space left on device/i.test(said)) return noSpace(run.subject);
  return new SandboxError(failureText("built", `go ${args.join(" ")}`, run, ended, hintsFor(said, HINTS)));
}

const HINTS: [RegExp, string][] = [
  [/exec: "git": executable file not found/, "Go wanted git: install git, or set GOPROXY to a proxy that has the module."],
  [
    /dial tcp|no such host|i\/o timeout|connection refused|proxyconnect/,
    "The module proxy was not reached: look at the network and at `go env GOPROXY`.",
  ],
  [/403 Forbidden|410 Gone|404 Not Found/, "The module proxy answered, but has not got this module: look at `go env GOPROXY`."],
  [
    /cgo: C compiler|stdlib\.h|gcc failed/,
    "The C compiler here is not usable; Go does without it: set CGO_ENABLED=0 and run the command again.",
  ],
  [/signal: killed/, "The compiler was killed, mostly for want of memory: about 3 GiB must be free."],
];

function freeGib(directory: string): string {
  for (let each = directory; ; each = path.dirname(each)) {
    try {
      const { bavail, bsize } = fs.statfsSync(each);
      return ((bavail * bsize) / 2 ** 30).toFixed(1);
    } catch {
      if (each === path.dirname(each)) return "?";
    }
  }
}

/** Why `subject` could not be put into the cache, where a person can mend it; any other error as it is. */
export function explainBuild(error: unknown, subject: string): unknown {
  return errorCode(error) === "ENOSPC" ? noSpace(subject) : explainCache(error);
}

/** A full disk, told with the folders that have to hold something and what is free there. */
export function noSpace(subject: string): SandboxError {
  const places = {
    "the tools": cacheDirectory(),
    "Go's temporary files": process.env.GOTMPDIR ?? os.tmpdir(),
    "Go's own cache": os.homedir(),
  };
  return new SandboxError(
    [
      `${subject} could not be installed: no space is left on the disk. About ${GIB_NEEDED} GiB are needed for all tools together; free are`,
      ...Object.entries(places).map(([what, directory]) => `  ${freeGib(directory)} GiB for ${what} in ${directory}`),
      "Make room, or move them with XDG_CACHE_HOME, TMPDIR and GOCACHE, and run the command again; nothing half-built is kept.",
    ].join("\n"),
  );
}
