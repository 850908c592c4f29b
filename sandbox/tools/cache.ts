import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import lockfile from "proper-lockfile";
import { errorCode, explainFolder } from "../errors";

/** Tells whoever waits what happens; one line, without a line break. */
export type Report = (line: string) => void;

/** Where tools are kept: one folder per tool and version, shared by every checkout of this user. `XDG_CACHE_HOME` moves it. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(os.homedir(), ".cache"), "holdfast", "tools");
}

/** Why the cache cannot be used, with the way out; any other error as it is. */
export function explainCache(error: unknown): unknown {
  return explainFolder(error, cacheDirectory(), "XDG_CACHE_HOME");
}

/** Written last into a finished folder: what lies there, with the sizes that a torn copy would not have. */
interface Stamp {
  sizes: Record<string, number>;
}
const STAMP = "complete.json";

/** The files of a finished folder, or undefined where it is missing, half-made or damaged. */
export function readFinished(directory: string, files: string[]): string[] | undefined {
  try {
    const stamp = JSON.parse(fs.readFileSync(path.join(directory, STAMP), "utf8")) as Stamp;
    const paths = files.map((file) => path.join(directory, file));
    const whole = files.every((file, index) => fs.statSync(paths[index]!).size === stamp.sizes[file]);
    return whole ? paths : undefined;
  } catch (error) {
    // What may not be read is not missing: building it anew would take minutes and could not be kept either.
    if (errorCode(error) === "EACCES") throw explainCache(error);
    return undefined;
  }
}

function syncToDisk(file: string): void {
  const descriptor = fs.openSync(file, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Fills `directory` by `fill`, in a folder beside it that is renamed into place when everything is on the disk. Whoever looks
 * sees nothing or all of it. Runs of other processes for the same folder wait for each other.
 */
export async function fillOnce(
  directory: string,
  files: string[],
  report: Report,
  fill: (temporary: string) => Promise<void>,
): Promise<string[]> {
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  const release = await lockWaiting(`${directory}.lock`, () => report("another run is at it; waiting for it"));
  try {
    const found = readFinished(directory, files);
    if (found) return found;
    removeLeftovers(directory);
    const temporary = `${directory}.partial-${process.pid}`;
    fs.mkdirSync(temporary, { recursive: true });
    try {
      await fill(temporary);
      const sizes = Object.fromEntries(files.map((file) => [file, fs.statSync(path.join(temporary, file)).size]));
      for (const file of files) syncToDisk(path.join(temporary, file));
      fs.writeFileSync(path.join(temporary, STAMP), JSON.stringify({ sizes } satisfies Stamp), { flush: true });
      fs.rmSync(directory, { recursive: true, force: true });
      fs.renameSync(temporary, directory);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
    return files.map((file) => path.join(directory, file));
  } finally {
    await release();
  }
}

/** What a killed run left beside `directory`; only the holder of the lock may call it. */
function removeLeftovers(directory: string): void {
  const parent = path.dirname(directory);
  const prefix = `${path.basename(directory)}.partial-`;
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith(prefix)) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

const STALE_MILLISECONDS = 10_000;

/** Takes a lock, waiting for whoever holds it; a holder that died is stepped over after ten seconds. */
export async function lockWaiting(lockPath: string, onWait: () => void): Promise<() => Promise<void>> {
  let told = false;
  for (;;) {
    try {
      return await lockfile.lock(lockPath, {
        realpath: false,
        lockfilePath: lockPath,
        stale: STALE_MILLISECONDS,
        update: STALE_MILLISECONDS / 4,
        // A machine that slept comes back to a lock that looks old; its holder goes on.
        onCompromised: () => {},
      });
    } catch (error) {
      if (errorCode(error) !== "ELOCKED") throw error;
      if (!told) onWait();
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
