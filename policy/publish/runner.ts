import * as fs from "node:fs";
import * as path from "node:path";

/**
 * What `@pulumi/pulumi/cmd/run-policy-pack` does for a pack in plain JavaScript: the engine hands over its address and the folder of the
 * pack, and the pack then serves until it is ended. An error that nobody caught must end it with a code that the engine sees.
 */
function fail(error: unknown): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(1);
}
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

const directory = process.argv
  .slice(2)
  .reverse()
  .find((argument) => fs.existsSync(path.join(argument, "PulumiPolicy.yaml")));
if (directory === undefined) fail("usage: run-policy-pack <address of the engine> <folder of the pack>");
// Built at run time, so that the pack is not looked for when this file is bundled.
else module.require(path.resolve(directory));
