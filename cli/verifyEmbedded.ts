import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT_DIRECTORY } from "../start";
import { deployedHere, verifyInside } from "../start/verify";
import { findTarget, targetNames } from "../start/target";

/** A stack file: its folder, and its stack's name. */
export interface StackPlace {
  directory: string;
  stack: string;
}

/** What `npm start` can start beside what lies in the folder: `dev`, and the examples. */
export const exampleNames = (): string[] => targetNames(PROJECT_DIRECTORY);

/** Where the stack file of one of them lies. */
export const placeOfExample = (name: string): StackPlace => ({
  directory: findTarget(PROJECT_DIRECTORY, name).directory,
  stack: "dev",
});

/** What brings a stack up in the embedded cluster; undefined for one that is nothing of ours. */
export function startCommandOf(place: StackPlace): string | undefined {
  const name = embeddedName(place);
  return name === "dev" ? "npm start" : name && `npm start -- ${name}`;
}

function embeddedName({ directory, stack }: StackPlace): string | undefined {
  const same = (one: string) => fs.existsSync(one) && fs.realpathSync(one) === fs.realpathSync(directory);
  return stack === "dev" ? exampleNames().find((each) => same(findTarget(PROJECT_DIRECTORY, each).directory)) : undefined;
}

/**
 * Where a stack runs in the embedded cluster, its clients live in a network of their own: the same command is run there.
 *
 * @returns its exit code; undefined where the stack is not deployed in the embedded cluster.
 */
export async function verifyEmbedded(place: StackPlace, argv: string[]): Promise<number | undefined> {
  if (process.env.HOLDFAST_CLUSTER === "current") return undefined;
  const name = embeddedName(place);
  const deployed = name === undefined ? undefined : await deployedHere(findTarget(PROJECT_DIRECTORY, name));
  if (deployed === undefined) return undefined;
  return verifyInside(deployed, [path.join(PROJECT_DIRECTORY, "bin", "holdfast.js"), "verify", ...argv]);
}
