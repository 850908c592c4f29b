import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { overlap } from "../compile/check/addresses";
import { nearest } from "../path/nearest";
import { EXIT, StartError } from "./errors";
import type { StackFile } from "./privateConfig";
import { createWorkspace, hasState, stateDirectoryOf, type Workspace } from "./workspace";

/** What `npm start` can start: the dev stack of the project, or an example. Each has a state of its own. */
export interface Target {
  /** `dev`, or the name of the example's folder. */
  name: string;
  /** What it is called in sentences. */
  title: string;
  /** The folder with Pulumi.yaml, the program and Pulumi.dev.yaml. */
  directory: string;
  stateDirectory: string;
  /** Shared by all of them: plugins are large. */
  pulumiHome: string;
}

const DEV = "dev";

/** The objects that another team installs before the example; only the embedded cluster plays that team. */
const OTHERS = "others.yaml";

export function targetNames(projectDirectory: string): string[] {
  const directory = path.join(projectDirectory, "examples");
  const found = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  return [DEV, ...found.filter((name) => fs.existsSync(path.join(directory, name, "Pulumi.dev.yaml"))).sort()];
}

/** @throws {StartError} that lists what there is. */
export function findTarget(projectDirectory: string, name = DEV): Target {
  const names = targetNames(projectDirectory);
  if (!names.includes(name)) {
    const meant = nearest(name, names);
    const wayOut = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new StartError(`There is nothing called ${name}; there is: ${names.join(", ")}.${wayOut}`, EXIT.refused);
  }
  const state = stateDirectoryOf(projectDirectory);
  const pulumiHome = path.join(state, "pulumi");
  if (name === DEV) return { name, title: "stack dev", directory: projectDirectory, stateDirectory: state, pulumiHome };
  const directory = path.join(projectDirectory, "examples", name);
  return { name, title: `example ${name}`, directory, stateDirectory: path.join(state, "examples", name), pulumiHome };
}

export function openWorkspace({ stateDirectory, directory, pulumiHome }: Target, clusterUid: string): Workspace {
  return createWorkspace({ stateDirectory, projectDirectory: directory, clusterUid, pulumiHome });
}

/** The file with what others install before this one; undefined where it needs nobody. */
export function othersFile({ directory }: Target): string | undefined {
  const file = path.join(directory, OTHERS);
  return fs.existsSync(file) ? file : undefined;
}

/** Who else is deployed in a cluster. */
export function deployedBeside(projectDirectory: string, target: Target, clusterUid: string): Target[] {
  return targetNames(projectDirectory)
    .filter((name) => name !== target.name)
    .map((name) => findTarget(projectDirectory, name))
    .filter(
      (other) =>
        fs.existsSync(path.join(other.stateDirectory, "backends", clusterUid)) && hasState(openWorkspace(other, clusterUid)),
    );
}

interface Pool {
  name: string;
  addresses: string[];
}

function poolsIn(file: string): Pool[] {
  const { config = {} } = (parse(fs.readFileSync(file, "utf8")) ?? {}) as StackFile;
  return (config["holdfast:bareMetal"] as { addressPools?: Pool[] } | undefined)?.addressPools ?? [];
}

/**
 * MetalLB takes no two pools with an address in common.
 *
 * @throws {StartError} that names the one that has to go first.
 */
export function requireFreeAddresses(target: Target, others: Target[]): void {
  const stackFile = ({ directory }: Target) => path.join(directory, "Pulumi.dev.yaml");
  for (const other of others) {
    for (const theirs of poolsIn(stackFile(other))) {
      const taken = poolsIn(stackFile(target)).find(({ addresses }) =>
        addresses.some((range) => theirs.addresses.some((each) => overlap(range, each))),
      );
      if (taken === undefined) continue;
      throw new StartError(
        `The addresses of pool ${taken.name} (${taken.addresses.join(", ")}) belong to pool ${theirs.name} (${theirs.addresses.join(", ")}) ` +
          `of ${other.title}, which is deployed. Take that down first: npm stop -- ${other.name}.`,
        EXIT.refused,
      );
    }
  }
}
