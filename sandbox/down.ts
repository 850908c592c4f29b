import fs from "node:fs";
import path from "node:path";
import { removeNetwork } from "./network";
import { type Layout, layoutOf } from "./paths";
import { readState } from "./state";
import { stopEverything } from "./supervise";
import { lockWaiting, type Report } from "./tools/cache";

/** Ends the processes, then takes away what they stood on. The caller holds the lock. */
export async function clean(layout: Layout): Promise<void> {
  await stopEverything(layout, readState(layout));
  removeNetwork(layout);
  fs.rmSync(layout.directory, { recursive: true, force: true });
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
  fs.mkdirSync(path.dirname(layout.lockFile), { recursive: true });
  const release = await lockWaiting(layout.lockFile, () => report("another run starts or stops this sandbox; waiting for it"));
  try {
    await clean(layout);
  } finally {
    await release();
  }
  return true;
}
