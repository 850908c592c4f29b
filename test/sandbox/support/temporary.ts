import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A folder for one test, and the removal of it. */
export function temporaryDirectory(): { directory: string; remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-room-"));
  return { directory, remove: () => fs.rmSync(directory, { recursive: true, force: true }) };
}
