import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { EXIT, StartError } from "../errors";

/**
 * The user's own Pulumi CLI with the language host that comes beside it. The stand-ins of the embedded cluster refuse every other
 * cluster, so here it has to be the real thing; the CLI downloads the Kubernetes provider by itself.
 */
export function findOfficialCli(environment: NodeJS.ProcessEnv = process.env): string {
  const folders = (environment.PATH ?? "").split(path.delimiter).filter(Boolean);
  const cli = folders.map((folder) => path.join(folder, "pulumi")).find((file) => fs.existsSync(file));
  const wayOut =
    "Install the Pulumi CLI as its documentation says, so that `pulumi version` answers in this terminal, and start again.";
  if (cli === undefined) {
    throw new StartError(`There is no pulumi on PATH. A cluster of your own needs the official one. ${wayOut}`, EXIT.refused);
  }
  const beside = [path.dirname(fs.realpathSync(cli)), ...folders];
  if (!beside.some((folder) => fs.existsSync(path.join(folder, "pulumi-language-nodejs")))) {
    throw new StartError(
      `${cli} comes without pulumi-language-nodejs, so it is not a whole installation; a cluster of your own needs the official one. ${wayOut}`,
      EXIT.refused,
    );
  }
  const { status, stderr } = spawnSync(cli, ["version"], {
    encoding: "utf8",
    env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (status !== 0) throw new StartError(`${cli} does not run: ${stderr?.trim().split("\n")[0]}. ${wayOut}`, EXIT.refused);
  return cli;
}
