import fs from "node:fs";
import path from "node:path";
import type { EngineLog } from "../serve";
import { diffInputs } from "../kubernetes/diff";
import type { Change } from "../kubernetes/diff";
import { typeOf } from "../kubernetes/identity";
import { hasUnknown, plain, withSecrets, type JsonObject } from "../kubernetes/properties";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import type { Making, Shape, Shapes } from "./shapes/shape";
import { World, type Fault } from "./world";

/** Seconds that a cloud's own waiting may take where nothing is written. */
const WAIT_SECONDS = 30 * 60;
const POLL_MILLISECONDS = 50;

/** How often a throttled call is tried again before it fails, as the clouds' own SDKs do, only faster. */
const TRIES = 5;
const TRY_AGAIN_MILLISECONDS = 20;

/** A cloud that remembers what was asked of it and answers in the right shape. It calls nobody. */
export class RecordingProvider {
  private configuration: JsonObject = {};
  private world: World | undefined;
  private readonly cancelled = new AbortController();

  constructor(
    private readonly shapes: Shapes,
    private readonly log: EngineLog,
  ) {}

  configure(args: JsonObject): void {
    this.configuration = plain(args) as JsonObject;
  }

  cancel(): void {
    this.cancelled.abort(new Error("the operation was cancelled"));
  }

  /** The refusal of everything but the sandbox is the answer to every operation. */
  private recorded(): World {
    if (this.world === undefined) {
      this.world = new World(path.join(sandboxDirectory(this.shapes.name), "clouds"), this.shapes.name);
      void this.log.info(
        `Holdfast's stand-in for the ${this.shapes.name} provider serves this stack: it records what is asked of it and calls no cloud.`,
      );
    }
    return this.world;
  }

  private shape(urn: string): { shape: Shape; type: string; name: string } {
    const { token: type, name } = typeOf(urn);
    const shape = this.shapes.resources[type];
    if (shape !== undefined) return { shape, type, name };
    const known = Object.keys(this.shapes.resources).join(", ");
    throw new Error(`${type} is not known to Holdfast's stand-in for the ${this.shapes.name} provider, which knows ${known}.`);
  }

  check(urn: string, news: JsonObject): JsonObject {
    this.shape(urn);
    this.recorded();
    return news;
  }

  diff(urn: string, olds: JsonObject, news: JsonObject): { changes: Change[]; deleteBeforeReplace: boolean } {
    const { shape } = this.shape(urn);
    const [before, after] = [plain(olds) as JsonObject, plain(news) as JsonObject];
    const { changes } = diffInputs(before, after, { unknown: false } as never);
    const replaced = new Set(shape.replacedFor);
    for (const change of changes) change.replace = replaced.has(change.path.split(/[.[]/)[0]!);
    const sameName = shape.named !== undefined && before[shape.named] === after[shape.named];
    return { changes, deleteBeforeReplace: sameName && changes.some(({ replace }) => replace) };
  }

  /** In a preview whatever the cloud would decide is not known yet. */
  preview(urn: string, inputs: JsonObject): JsonObject {
    const { shape, name } = this.shape(urn);
    const making = { name, number: 0, configuration: this.configuration, world: this.recorded() };
    const known = plain(inputs) as JsonObject;
    const decided = Object.keys(shape.outputs(hasUnknown(known) ? {} : known, making));
    return { ...inputs, ...Object.fromEntries(decided.map((key) => [key, unknownValue])) };
  }

  async create(urn: string, inputs: JsonObject, timeoutSeconds: number): Promise<{ id: string; state: JsonObject }> {
    const { shape, type, name } = this.shape(urn);
    const world = this.recorded();
    const making: Making = { name, number: world.next(), configuration: this.configuration, world };
    return this.recording("create", urn, async () => {
      const known = plain(inputs) as JsonObject;
      await this.finished(shape, known, making, timeoutSeconds);
      const id = shape.id(known, making);
      const outputs = shape.outputs(known, making);
      world.put(id, { type, urn, inputs: known, outputs });
      return { id, state: withSecrets({ ...known, ...outputs }, inputs) };
    });
  }

  async update(urn: string, id: string, inputs: JsonObject): Promise<JsonObject> {
    const world = this.recorded();
    return (
      await this.recording("update", urn, async () => {
        const known = plain(inputs) as JsonObject;
        const recorded = world.get(this.shape(urn).type, id);
        if (recorded === undefined) throw new Error(`${id} is not there any more`);
        world.put(id, { ...recorded, inputs: known });
        return { id, state: withSecrets({ ...known, ...recorded.outputs }, inputs) };
      })
    ).state;
  }

  read(urn: string, id: string): { inputs: JsonObject; state: JsonObject } | undefined {
    const found = this.recorded().get(this.shape(urn).type, id);
    return found === undefined ? undefined : { inputs: found.inputs, state: { ...found.inputs, ...found.outputs } };
  }

  async delete(urn: string, id: string): Promise<void> {
    await this.recording("delete", urn, async () => {
      this.recorded().remove(this.shape(urn).type, id);
      return Promise.resolve({ id, state: {} });
    });
  }

  async invoke(token: string, args: JsonObject): Promise<JsonObject> {
    const run = this.shapes.functions[token];
    if (run === undefined) throw new Error(`${token} is not known to Holdfast's stand-in for the ${this.shapes.name} provider.`);
    const world = this.recorded();
    await this.misfortune("invoke", token, "");
    return run(plain(args) as JsonObject, this.configuration, world);
  }

  private async recording(
    operation: "create" | "update" | "delete",
    urn: string,
    work: () => Promise<{ id: string; state: JsonObject }>,
  ): Promise<{ id: string; state: JsonObject }> {
    const { type, name } = this.shape(urn);
    const startedAtMilliseconds = Date.now();
    const done = (id: string, failed?: string) =>
      this.recorded().log({
        operation,
        type,
        name,
        id,
        startedAtMilliseconds,
        endedAtMilliseconds: Date.now(),
        ...(failed !== undefined && { failed }),
      });
    try {
      await this.misfortune(operation, type, name);
      const result = await work();
      done(result.id);
      return result;
    } catch (error) {
      done("", error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Waits as the cloud waits, for instance for a certificate whose records nobody wrote. */
  private async finished(shape: Shape, inputs: JsonObject, making: Making, timeoutSeconds: number): Promise<void> {
    const until = Date.now() + (timeoutSeconds || WAIT_SECONDS) * 1000;
    for (let reason = shape.waitsFor?.(inputs, making); reason !== undefined; reason = shape.waitsFor?.(inputs, making)) {
      this.cancelled.signal.throwIfAborted();
      if (Date.now() > until) throw new Error(`timeout while waiting for ${reason}`);
      await pause(POLL_MILLISECONDS);
    }
  }

  /** What a test asked to go wrong. */
  private async misfortune(operation: Fault["operation"], type: string, name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const fault = this.recorded().fault(operation, type, name);
      if (fault === undefined) return;
      if (fault.kind === "slow") return this.sleep((fault.seconds ?? 1) * 1000);
      // As if all the time that it may take had passed.
      if (fault.kind === "never") throw new Error(`${operation} ${type}: timeout while waiting for ${name} to be finished`);
      const words = `${operation} ${type}: ${this.shapes.words[fault.kind]}`;
      if (fault.kind !== "throttled" || attempt === TRIES) throw new Error(words);
      await this.sleep(TRY_AGAIN_MILLISECONDS * 2 ** attempt);
    }
  }

  private async sleep(milliseconds: number): Promise<void> {
    const until = Date.now() + milliseconds;
    while (Date.now() < until) {
      this.cancelled.signal.throwIfAborted();
      await pause(Math.min(POLL_MILLISECONDS, until - Date.now()));
    }
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The sandbox whose mark the environment names; there is no cloud for anybody else. */
function sandboxDirectory(cloud: string): string {
  const mark = process.env.HOLDFAST_SANDBOX_MARK ?? "";
  if (mark !== "" && fs.existsSync(mark) && fs.readFileSync(mark, "utf8").trim() !== "") return path.dirname(path.resolve(mark));
  const name = cloud === "azure-native" ? "azure-native" : cloud;
  throw new Error(
    `Holdfast's stand-in for the ${cloud} provider works in Holdfast's own sandbox only, and HOLDFAST_SANDBOX_MARK names none: nothing was created. ` +
      `For a real cloud install the official plugin: pulumi plugin install resource ${name}.`,
  );
}
