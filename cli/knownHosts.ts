import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { KnownHosts } from "../endpoints";
import { stateDirectoryOf } from "../start/workspace";
import { UsageError } from "./usageError";

/**
 * The hosts that an earlier `pulumi up` told: from the file that `pulumi stack output --json` was written to, else from the state
 * that `npm start` keeps beside the stack. Nothing is asked over a network.
 *
 * @throws {UsageError} when the named file is not what that command writes.
 */
export function knownHosts(cwd: string, stack: string, outputs: string | undefined): KnownHosts {
  if (outputs === undefined) return hostsIn(latestOutputs(cwd, stack));
  try {
    const written = JSON.parse(fs.readFileSync(outputs, "utf8")) as { endpoints?: unknown } | null;
    if (typeof written?.endpoints !== "object") throw new Error("it has no endpoints");
    return hostsIn(written);
  } catch (error) {
    throw new UsageError(
      `--outputs: ${outputs} cannot be used: ${(error as Error).message}. Write it with: pulumi stack output --json -s ${stack} > ${outputs}`,
    );
  }
}

/** The hosts among the outputs of a stack; one that nobody knew yet is none. */
function hostsIn(outputs: unknown): KnownHosts {
  const { endpoints } = (outputs ?? {}) as { endpoints?: Record<string, { host?: unknown }> };
  const hosts = Object.entries(endpoints ?? {}).map(([name, endpoint]) => [name, endpoint?.host] as const);
  return Object.fromEntries(hosts.filter((found): found is [string, string] => isHost(found[1])));
}

const isHost = (host: unknown): boolean =>
  typeof host === "string" && /^[\w.:-]+$/.test(host) && !["pending", "unknown"].includes(host);

interface State {
  checkpoint?: { latest?: { resources?: { type: string; outputs?: unknown }[] } };
}

function latestOutputs(cwd: string, stack: string): unknown {
  const newest = stateFiles(cwd, stack)
    .map((file) => ({ file, changed: fs.statSync(file).mtimeMs }))
    .sort((left, right) => right.changed - left.changed)[0];
  if (newest === undefined) return undefined;
  try {
    const { checkpoint } = JSON.parse(fs.readFileSync(newest.file, "utf8")) as State;
    return checkpoint?.latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  } catch {
    // Being written just now, or of another version: as good as no state.
    return undefined;
  }
}

/** The stack's state in the embedded cluster's backends, and in those of clusters of one's own. */
function stateFiles(cwd: string, stack: string): string[] {
  const state = stateDirectoryOf(cwd);
  const project = projectOf(cwd);
  const clusters = foldersIn(path.join(state, "clusters"));
  return [state, ...clusters]
    .flatMap((folder) => foldersIn(path.join(folder, "backends")))
    .map((backend) => path.join(backend, ".pulumi", "stacks", project, `${stack}.json`))
    .filter((file) => fs.existsSync(file));
}

function foldersIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

function projectOf(cwd: string): string {
  try {
    return String((parse(fs.readFileSync(path.join(cwd, "Pulumi.yaml"), "utf8")) as { name?: unknown } | null)?.name ?? "");
  } catch {
    return "";
  }
}
