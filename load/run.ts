import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CLIENT_ADDRESSES, execInClient } from "../sandbox";
import { EXIT, StartError } from "../start/errors";
import { judge, type Judged, type Metrics } from "./judge";
import type { Plan } from "./plan";
import { scriptOf } from "./script";

/** Among the clients of the embedded cluster, from all of their addresses; or on this machine. */
export type Place = "clients" | "here";

/** Exit statuses of k6 after which there are figures: all well, a limit that was passed, Ctrl-C. */
const MEASURED = [0, 99, 105];
const LOG_LINES = 5;

/** Has k6 send the load, and judges what came. */
export async function runLoad(plan: Plan, k6: string, place: Place): Promise<Judged> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-load-"));
  try {
    giveToInvokingUser(directory);
    const file = (name: string) => path.join(directory, name);
    fs.writeFileSync(file("script.js"), scriptOf(plan));
    const status = await runK6([k6, ...argumentsOf(file, place)], place);
    if (!MEASURED.includes(status) || !fs.existsSync(file("summary.json"))) throw failure(status, file("k6.log"));
    const judged = judge(plan, JSON.parse(fs.readFileSync(file("summary.json"), "utf8")) as Metrics);
    return status === 105 ? { holds: false, lines: ["Ended early: what was seen until then.", ...judged.lines] } : judged;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function argumentsOf(file: (name: string) => string, place: Place): string[] {
  return [
    ["run", "--no-usage-report"],
    // Its own way in for other programs, on a port that another k6 may have.
    ["--address", ""],
    ["--log-output", `file=${file("k6.log")}`],
    ["-e", `HOLDFAST_SUMMARY=${file("summary.json")}`],
    place === "clients" ? ["--local-ips", CLIENT_ADDRESSES.join(",")] : [],
    process.stdout.isTTY ? [] : ["--quiet"],
    [file("script.js")],
  ].flat();
}

/** On a terminal k6 shows its own progress, and Ctrl-C ends it gently. */
async function runK6(argv: string[], place: Place): Promise<number> {
  const stdio = process.stdout.isTTY ? "inherit" : "pipe";
  if (place === "clients") return (await execInClient(argv, { stdio })).status;
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(argv[0]!, argv.slice(1), { stdio: stdio === "inherit" ? "inherit" : "ignore" });
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}

function failure(status: number, log: string): Error {
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-LOG_LINES) : [];
  return new StartError(
    [`k6 could not send the load (it ended with ${status}):`, ...lines.map((line) => `  | ${line}`)].join("\n"),
    EXIT.refused,
  );
}

/** With sudo, what runs among the clients runs as the person who called it. */
function giveToInvokingUser(directory: string): void {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (SUDO_UID && SUDO_GID && process.getuid?.() === 0) fs.chownSync(directory, Number(SUDO_UID), Number(SUDO_GID));
}
