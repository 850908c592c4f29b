import * as pulumi from "@pulumi/pulumi";
import { formatProblems, type Problem } from "../compile/check/problem";
import { recordLine } from "../compile/migration/dns";
import { checkSteps, recordSteps, type LastUp, type RecordedMigration } from "../compile/migration/step";
import type { ExaminedService } from "../compile/parse";
import { ConnectionService } from "./connectionService";

type Verified = pulumi.Input<pulumi.Resource[]>;

/** What the last `up` left, and the proof that this one may follow on it. */
export interface StepGuard {
  /** What everything created must depend on: `verified`, once every migration goes one step at most. */
  allowed: pulumi.Output<pulumi.Resource[]>;
  /** What this `up` is to leave for the next one, by service; undefined where it is refused. */
  records: pulumi.Output<Record<string, RecordedMigration> | undefined>;
}

/**
 * Compares the stack file with what the last `up` recorded in each service's component. A step that leaves out a phase is refused
 * before anything is created, changed or removed, at preview too.
 *
 * A component records its step when all of its objects are there, so an `up` that broke off is judged by the phase before it. The
 * stack's own outputs would not do: one that fails still writes them, or clears them.
 *
 * @throws {pulumi.RunError} one that lists every step that may not follow.
 */
export function guardSteps(services: ExaminedService[], verified: Verified, now = new Date()): StepGuard {
  const last = pulumi.output(lastUp());
  const problems = last.apply((found) => checkSteps(services, found, now));
  const allowed = pulumi.all([verified, problems]).apply(([guards, found]) => {
    if (found.length > 0) throw refusal(found);
    return guards as pulumi.Resource[];
  });
  const records = pulumi.all([last, problems]).apply(([found, wrong]) => {
    return wrong.length > 0
      ? undefined
      : recordSteps(
          services.map(({ service }) => service),
          found,
          now,
        );
  });
  return { allowed, records: records as StepGuard["records"] };
}

function refusal(problems: Problem[]): pulumi.RunError {
  const text = formatProblems(problems, `Pulumi.${pulumi.getStack()}.yaml`);
  const error = new pulumi.RunError(`${text}\nNothing was created, changed or removed.`);
  // The program itself may have come to its end before the answer is there; the runtime shows the stack of what fails after that.
  error.stack = undefined;
  return error;
}

/** An invoke, not a StackReference: that would be one more resource in the state, and sees only the stack's outputs. */
async function lastUp(): Promise<LastUp> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const answer = (await readAgain(() => pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }))) as {
    outputs?: Record<string, { type: string; outputs: LastUp[string] }>;
  };
  const components = Object.entries(answer.outputs ?? {}).filter(([, { type }]) => type === ConnectionService.TYPE);
  return Object.fromEntries(components.map(([urn, { outputs }]) => [urn.slice(urn.lastIndexOf("::") + 2), outputs]));
}

const READ_AGAIN_MILLISECONDS = [50, 200, 800];

/** A state in a folder is written by the very update that this is part of, and half a file may be what is read. */
async function readAgain<T>(read: () => Promise<T>): Promise<T> {
  for (const milliseconds of READ_AGAIN_MILLISECONDS) {
    try {
      return await read();
    } catch (error) {
      if (!/failed to load checkpoint/.test((error as Error).message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }
  return read();
}

/** One migration as `pulumi stack output migrations` shows it. */
export interface MigrationOutput extends RecordedMigration {
  /** The record as it is to stand in this phase, as a line of a zone file. */
  record?: pulumi.Input<string>;
  /** What to look at before the next phase, and what that does. */
  check: string[];
  next: string[];
}

/** The migrations of a stack by service. */
export function migrationOutputs(
  services: ExaminedService[],
  components: ReadonlyMap<string, ConnectionService>,
  { records }: StepGuard,
): pulumi.Output<Record<string, MigrationOutput>> {
  return records.apply((recorded = {}) => {
    const outputs = services
      .filter(({ service }) => Object.hasOwn(recorded, service.name))
      .map(({ service, compiled }): [string, MigrationOutput] => {
        const plan = compiled.migration!;
        const dns = plan.steps.find(({ phase }) => phase === plan.phase)!.dns;
        const entry = components.get(service.name)?.entries.find(({ name }) => name === dns?.target);
        const line = dns && pulumi.output(entry?.address).apply((address) => recordLine(dns, known(address, dns.target)));
        const { check, next } = plan;
        return [service.name, { ...recorded[service.name]!, ...(line === undefined ? {} : { record: line }), check, next }];
      });
    return Object.fromEntries(outputs);
  }) as unknown as pulumi.Output<Record<string, MigrationOutput>>;
}

const known = (address: string | undefined, entry: string): string =>
  address === undefined || address === "pending" || address.startsWith("<") ? `<address of ${entry}>` : address;
