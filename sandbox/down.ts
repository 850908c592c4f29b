import fs from "node:fs";
import path from "node:path";
import { explainFolder, SandboxError } from "./errors";
import { removeNetwork } from "./network";
import { type Layout, layoutOf } from "./paths";
import { readState } from "./state";
import { stopEverything } from "./supervise";
import { lockWaiting, type Report } from "./tools/cache";

function entriesOf(directory: string): string[] {
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

/**
 * The state is the first file of a sandbox and the last that goes. A folder without it that holds something is another's, for
 * `HOLDFAST_STATE_DIR` may name any folder.
 */
function requireOwn({ directory, stateFile }: Layout): void {
  const entries = entriesOf(directory);
  const state = path.basename(stateFile);
  if (entries.length === 0 || entries.includes(state) || entries.includes(`${state}.new`)) return;
  throw new SandboxError(
    `${directory} holds what is not the sandbox's: ${entries.slice(0, 5).join(", ")}. Nothing was changed.\n` +
      "  Choose a folder of Holdfast's own with HOLDFAST_STATE_DIR, or move that one away.",
  );
}

function removeFiles({ directory, stateFile }: Layout): void {
  const others = entriesOf(directory).filter((name) => name !== path.basename(stateFile));
  for (const name of others) fs.rmSync(path.join(directory, name), { recursive: true, force: true });
  fs.rmSync(directory, { recursive: true, force: true });
}

/** Ends the processes, then takes away what they stood on. The caller holds the lock. */
export async function clean(layout: Layout): Promise<void> {
  requireOwn(layout);
  await stopEverything(layout, readState(layout));
  removeNetwork(layout);
  removeFiles(layout);
}

/** Whether anything of a sandbox is there, running or not. */
function leftovers(layout: Layout): boolean {
  return [layout.directory, `/run/netns/${layout.clusterNamespace}`, `/run/netns/${layout.clientNamespace}`].some((file) =>
    fs.existsSync(file),
  );
}

/** Takes the sandbox away: its processes, namespaces, routes and files. Returns false where there was none. */
export async function down(report: Report = () => {}, layout = layoutOf()): Promise<boolean> {
  if (!leftovers(layout)) return false;
  await alone(layout, report, () => clean(layout));
  return true;
}

/** Does `work` while no other run starts or stops this sandbox. */
export async function alone<T>(layout: Layout, report: Report, work: () => Promise<T>): Promise<T> {
  try {
    fs.mkdirSync(path.dirname(layout.lockFile), { recursive: true });
    const release = await lockWaiting(layout.lockFile, () => report("another run starts or stops this sandbox; waiting for it"));
    try {
      return await work();
    } finally {
      await release();
    }
  } catch (error) {
    throw explainFolder(error, path.dirname(layout.directory), "HOLDFAST_STATE_DIR");
  }
}
