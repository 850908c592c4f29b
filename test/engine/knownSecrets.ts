import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import type { StackFile } from "../../start/privateConfig";
import type { Workspace } from "../../start/workspace";

interface Known {
  passphrase: string;
  encryptionsalt: string;
  secrets: Record<string, object>;
}

let known: Known | undefined;

/**
 * Gives a new state folder the passphrase of those before, and the secrets that were encrypted with it: the CLI encrypts one in half a
 * second, and the dev stack has eight.
 */
export function lendSecrets(stateDirectory: string, stack = "dev"): void {
  if (known === undefined) return;
  const { passphrase, encryptionsalt, secrets } = known;
  const file: StackFile = { encryptionsalt, config: { "holdfast:secrets": secrets } };
  fs.writeFileSync(path.join(stateDirectory, "passphrase"), passphrase, { mode: 0o600 });
  fs.writeFileSync(path.join(stateDirectory, `Pulumi.${stack}.yaml`), stringify(file), { mode: 0o600 });
}

/** Keeps what was made for a stack for those that come after it. */
export function keepSecrets({ configFile, passphraseFile }: Workspace): void {
  const { encryptionsalt, config } = parse(fs.readFileSync(configFile, "utf8")) as StackFile;
  if (encryptionsalt === undefined) return;
  const secrets = { ...known?.secrets, ...(config?.["holdfast:secrets"] as Record<string, object> | undefined) };
  known = { passphrase: fs.readFileSync(passphraseFile, "utf8"), encryptionsalt, secrets };
}
