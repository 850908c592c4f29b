import * as fs from "node:fs";
import * as path from "node:path";

/** The version of Holdfast. */
export function version(): string {
  const file = path.join(__dirname, "..", "package.json");
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
}
