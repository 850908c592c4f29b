import * as fs from "node:fs";
import { parse, stringify } from "yaml";
import { storedKeys, type SecretSource } from "../compile/secret";
import { StartError } from "./errors";
import { succeed, type PulumiOptions } from "./pulumi";
import { secretValue } from "./secretValues";
import { writePrivately, type Workspace } from "./workspace";

export interface StackFile {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
  [key: string]: unknown;
}

interface ServiceSecrets {
  name?: string;
  secrets?: SecretSource;
}

type Secrets = Record<string, Record<string, unknown>>;

/** Changes a copy of the tracked configuration before it is used. */
export type Overlay = (config: Record<string, unknown>) => Record<string, unknown>;

const HEADER =
  "# Written by `npm start` from the stack's tracked file; secrets and the cluster are added. Changes here are lost.\n";

/**
 * The private stack file: everything of the tracked one as it is now, what the overlay changes, and of the previous private one
 * only the encrypted secrets and the salt they were encrypted with.
 */
export function mergePrivateConfig(tracked: StackFile, previous: StackFile | undefined, overlay: Overlay): StackFile {
  const { config: trackedConfig = {}, ...rest } = structuredClone(tracked);
  // Secrets in a tracked file were encrypted with somebody's own key, which is not used here.
  for (const key of ["encryptionsalt", "encryptedkey", "secretsprovider"]) delete rest[key];
  const config = overlay({ ...trackedConfig, "holdfast:secrets": undefined });
  const known = (previous?.config?.["holdfast:secrets"] ?? {}) as Secrets;
  const secrets: Secrets = {};
  for (const { service, key } of neededSecrets(config)) {
    const value = known[service]?.[key];
    if (isEncrypted(value)) (secrets[service] ??= {})[key] = value;
  }
  if (Object.keys(secrets).length > 0) config["holdfast:secrets"] = secrets;
  else delete config["holdfast:secrets"];
  return { ...rest, config, ...(previous?.encryptionsalt ? { encryptionsalt: previous.encryptionsalt } : {}) };
}

/** Adds to the `holdfast:cluster` block, or takes away what is given as undefined. */
export function withCluster(cluster: Record<string, unknown>): Overlay {
  return (config) => ({
    ...config,
    "holdfast:cluster": Object.fromEntries(
      Object.entries({ ...(config["holdfast:cluster"] as object | undefined), ...cluster }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  });
}

/** The secrets of the stack's services that come from Pulumi's configuration. */
export function neededSecrets(config: Record<string, unknown>): { service: string; key: string }[] {
  const services = config["holdfast:services"];
  return (Array.isArray(services) ? (services as ServiceSecrets[]) : []).flatMap(({ name, secrets }) =>
    storedKeys(secrets).map((key) => ({ service: String(name), key })),
  );
}

/** Writes the private stack file. The tracked one is read, never written. */
export function writePrivateConfig(workspace: Workspace, overlay: Overlay): void {
  const tracked = read(workspace.trackedConfigFile);
  if (tracked === undefined) {
    throw new StartError(`There is no stack ${workspace.stack}: ${workspace.trackedConfigFile} does not exist.`);
  }
  const merged = mergePrivateConfig(tracked, read(workspace.configFile), overlay);
  writePrivately(workspace.configFile, HEADER + stringify(merged));
}

/**
 * Makes a random value for every secret that the private file lacks. Values go to the CLI through its standard input: an argument
 * or a variable could be read by others.
 *
 * @returns how many were made.
 */
export async function makeMissingSecrets(options: PulumiOptions): Promise<number> {
  const { workspace } = options;
  const { config = {} } = read(workspace.configFile)!;
  const known = (config["holdfast:secrets"] ?? {}) as Secrets;
  const missing = neededSecrets(config).filter(({ service, key }) => known[service]?.[key] === undefined);
  for (const { service, key } of missing) {
    const at = `holdfast:secrets["${service}"]["${key}"]`;
    const args = ["config", "set", "--secret", "--path", at, "--stack", workspace.stack, "--config-file", workspace.configFile];
    await succeed(args, { ...options, input: secretValue(service, key) });
  }
  return missing.length;
}

function read(file: string): StackFile | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    return (parse(fs.readFileSync(file, "utf8")) ?? {}) as StackFile;
  } catch (error) {
    throw new StartError(`${file} is not YAML: ${(error as Error).message}`);
  }
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}
