import * as fs from "node:fs";
import * as path from "node:path";
import type { Plan } from "./plan";

/** The whole script, for this run or for a k6 elsewhere: nothing beside it is read. */
export function scriptOf({ ways, options }: Plan): string {
  const body = fs.readFileSync(path.join(__dirname, "script.mjs"), "utf8");
  return `const PLAN = ${JSON.stringify({ ways, options }, null, 2)};\n\n${body}`;
}
