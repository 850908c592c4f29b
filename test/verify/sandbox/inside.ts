import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execInClient, insideKubeconfig } from "../../../sandbox";
import { PROJECT } from "../../engine/support";
import { pause } from "./drainStack";
import type { WatchAnswer, WatchRequest } from "./watchGoodbyes";

type Asked = Omit<WatchRequest, "progressFile" | "ratePerSecond"> & { ratePerSecond?: number };

/**
 * Watches goodbyes from the client namespace.
 *
 * @param meanwhile called once the connections are open, and waited for.
 */
export async function watchGoodbyes(
  request: Asked,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<WatchAnswer> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-goodbyes-"));
  const progressFile = path.join(directory, "progress");
  fs.writeFileSync(progressFile, "");
  const kubeconfig = path.join(directory, "kubeconfig");
  fs.writeFileSync(kubeconfig, insideKubeconfig(), { mode: 0o600 });
  const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json"), KUBECONFIG: kubeconfig };
  const script = path.join(__dirname, "watchGoodbyes.ts");
  const command = [
    process.execPath,
    "-r",
    "ts-node/register",
    script,
    JSON.stringify({ ratePerSecond: 200, ...request, progressFile } satisfies WatchRequest),
  ];
  const run = execInClient(command, { stdio: "pipe", env });
  try {
    const opened = untilAllOpen(progressFile, request, run).then(meanwhile);
    const [{ status, stdout, stderr }] = await Promise.all([run, opened]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as WatchAnswer;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Each way in has said that it watches now. */
async function untilAllOpen(file: string, { target, seconds }: Asked, run: Promise<unknown>): Promise<void> {
  let isOver = false;
  void run.finally(() => (isOver = true)).catch(() => {});
  for (const end = Date.now() + seconds * 1000; ; await pause(100)) {
    const lines = fs.readFileSync(file, "utf8").split("\n");
    const watching = target.entries.filter(({ entry }) =>
      lines.some((line) => line.includes(` by ${entry}: `) && line.includes(" ended, ")),
    );
    // Who could not begin says why in its result.
    if (isOver || watching.length === target.entries.length) return;
    if (Date.now() > end) {
      return void console.error(`not all connections were open within ${seconds} s: ${lines.slice(-3).join(" ")}`);
    }
  }
}
