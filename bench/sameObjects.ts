import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { PlainObject } from "./hundred";
import type { Program } from "./programs";

/** What a program asked the engine to create: the fields of each object, by the name of its resource. */
export type Created = ReadonlyMap<string, Record<string, unknown>>;

/**
 * Throws unless each program registers exactly these objects: the same names, and the same in every field. Whoever registers less has
 * no speed to compare.
 */
export function assertSameObjects(programs: Program[], objects: PlainObject[]): void {
  for (const program of programs) compareObjects(previewed(program), objects, program.name);
}

export function compareObjects(created: Created, objects: PlainObject[], program: string): void {
  // As JSON has it: the engine is sent no key that is undefined.
  const wanted = JSON.parse(JSON.stringify(objects)) as PlainObject[];
  assert.deepEqual([...created.keys()].sort(), wanted.map(({ name }) => name).sort(), `the resources of ${program}`);
  for (const { name, object } of wanted) assert.deepEqual(created.get(name), object, `${name} of ${program}`);
}

interface Preview {
  steps: { op: string; newState: { type: string; urn: string; inputs: Record<string, unknown> } }[];
}

/** The program's components, and what it only reads, are left out. */
function previewed({ name, command }: Program): Created {
  const { binary, args, cwd, env } = command;
  const { status, stdout, stderr } = spawnSync(binary, [...args, "--json"], { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, `the preview of ${name}:\n${stdout.slice(-3000)}${stderr}`);
  const { steps } = JSON.parse(stdout) as Preview;
  const creations = steps.filter(({ op, newState }) => op === "create" && newState.type.startsWith("kubernetes:"));
  const created = new Map(creations.map(({ newState: { urn, inputs } }) => [urn.slice(urn.lastIndexOf("::") + 2), inputs]));
  assert.equal(created.size, creations.length, `two resources of ${name} have one name`);
  return created;
}
