import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../kubernetes/properties";

/** Something that the recorded cloud has. */
export interface Recorded {
  type: string;
  urn: string;
  inputs: JsonObject;
  outputs: JsonObject;
}

/** One thing that was asked of the cloud, in the order of its end. */
export interface Done {
  operation: "create" | "update" | "delete";
  type: string;
  /** The resource's logical name. */
  name: string;
  id: string;
  startedAtMilliseconds: number;
  endedAtMilliseconds: number;
  failed?: string;
}

interface Contents {
  resources: Record<string, Recorded>;
  done: Done[];
  /** Ever growing, so that no two things get the same id. */
  counter: number;
}

/** What goes wrong on request. */
export interface Fault {
  operation: "create" | "update" | "delete" | "invoke";
  /** Part of the type token or of the logical name. */
  matches: string;
  kind: "throttled" | "quota" | "denied" | "never" | "slow";
  /** How many times; absent: always. */
  times?: number;
  /** Of `slow`. */
  seconds?: number;
}

/**
 * A cloud that is a file. It outlives the process, so what a `destroy` retains is still there, and what a killed CLI left behind can be
 * seen.
 */
export class World {
  private readonly file: string;
  private readonly faultsFile: string;

  constructor(directory: string, cloud: string) {
    fs.mkdirSync(directory, { recursive: true });
    this.file = path.join(directory, `${cloud}.json`);
    this.faultsFile = path.join(directory, `${cloud}-faults.json`);
  }

  private read(): Contents {
    if (!fs.existsSync(this.file)) return { resources: {}, done: [], counter: 0 };
    return JSON.parse(fs.readFileSync(this.file, "utf8")) as Contents;
  }

  /** Whole or not at all: a killed provider must not leave half a cloud. */
  private change<Result>(change: (contents: Contents) => Result): Result {
    const contents = this.read();
    const result = change(contents);
    fs.writeFileSync(`${this.file}.${process.pid}`, JSON.stringify(contents, undefined, 1));
    fs.renameSync(`${this.file}.${process.pid}`, this.file);
    return result;
  }

  get(type: string, id: string): Recorded | undefined {
    return this.read().resources[keyOf(type, id)];
  }

  all(type: string): Recorded[] {
    return Object.values(this.read().resources).filter((recorded) => recorded.type === type);
  }

  /** A number that nothing else has. */
  next(): number {
    return this.change((contents) => ++contents.counter);
  }

  put(id: string, recorded: Recorded): void {
    this.change(({ resources }) => (resources[keyOf(recorded.type, id)] = recorded));
  }

  remove(type: string, id: string): void {
    this.change(({ resources }) => delete resources[keyOf(type, id)]);
  }

  log(done: Done): void {
    this.change((contents) => contents.done.push(done));
  }

  /** What is to go wrong with an operation now; one that is limited in times is used up by being asked. */
  fault(operation: Fault["operation"], type: string, name: string): Fault | undefined {
    if (!fs.existsSync(this.faultsFile)) return undefined;
    const faults = JSON.parse(fs.readFileSync(this.faultsFile, "utf8")) as Fault[];
    const found = faults.find(
      (fault) =>
        fault.operation === operation && fault.times !== 0 && (type.includes(fault.matches) || name.includes(fault.matches)),
    );
    if (found?.times !== undefined) {
      found.times--;
      fs.writeFileSync(this.faultsFile, JSON.stringify(faults));
    }
    return found;
  }
}

/** Two things of different types may have one id: a certificate, and its validation. */
const keyOf = (type: string, id: string): string => `${type} ${id}`;
