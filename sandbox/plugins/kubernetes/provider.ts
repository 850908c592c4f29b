import type { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { EngineLog } from "../serve";
import { type ApplyOptions, create, forces, previewCreate, remove, update } from "./apply";
import { readiness, skipsAwait, timeoutSecondsOf, waitUntilGone, waitUntilReady } from "./await/wait";
import { waitForProblems } from "./await/waitFor";
import { checkpoint, importedInputs, liveOf, pruneTo } from "./checkpoint";
import { Cluster } from "./cluster";
import { type Configuration, readConfiguration } from "./configuration";
import { type Difference, diffInputs } from "./diff";
import { NotReady } from "./failures";
import { assignName, describe, fieldManagerOf, idOf, parseId, requireObjectType, typeOf } from "./identity";
import { leaveToOthers } from "./ignoreChanges";
import { hasUnknown, isObject, type JsonObject, type KubernetesObject, plain, textAt, without, withSecrets } from "./properties";

/** One operation on one resource, as the engine asks for it. */
export interface Operation {
  urn: string;
  preview: boolean;
  /** Seconds from the resource's customTimeouts; 0: not given. */
  timeoutSeconds: number;
}

/** What the engine asks of a provider of Kubernetes objects. */
export class KubernetesProvider {
  private configuration: Configuration = readConfiguration({}, process.env);
  private connection: Promise<Cluster> | undefined;
  private readonly cancelled = new AbortController();

  constructor(private readonly log: EngineLog) {}

  configure(args: JsonObject): void {
    this.configuration = readConfiguration(args, process.env);
    this.connection = undefined;
  }

  cancel(): void {
    this.cancelled.abort(new Error("the operation was cancelled"));
  }

  /** Connects once; the refusal of a foreign cluster is the answer to every operation. */
  private cluster(): Promise<Cluster> {
    this.connection ??= Cluster.connect(this.configuration, this.cancelled.signal, (message) =>
      this.log.status(message, ""),
    ).then(async (cluster) => {
      await this.log.info(
        "Holdfast's stand-in for the Kubernetes provider serves this stack: the official one cannot be had on this machine.",
      );
      return cluster;
    });
    return this.connection;
  }

  async check(request: CheckRequest, olds: JsonObject, news: JsonObject): Promise<{ inputs: JsonObject; problems: string[] }> {
    requireObjectType(request.getUrn());
    const inputs = structuredClone(news);
    assignName(inputs, Object.keys(olds).length > 0 ? (plain(olds) as JsonObject) : undefined, request);
    const object = plain(inputs) as KubernetesObject;
    const problems = waitForProblems(object);
    if (!this.configuration.unknown) {
      const kind = await (await this.cluster()).kindOf(object.apiVersion, object.kind);
      // A kind whose definition is still to be created is taken for namespaced, as most are.
      const { namespace } = this.configuration;
      if (namespace && kind?.namespaced !== false && isObject(inputs.metadata) && !inputs.metadata.namespace) {
        inputs.metadata.namespace = namespace;
      }
    }
    return { inputs: withSecrets(plain(inputs) as JsonObject, inputs), problems };
  }

  diff(oldInputs: JsonObject, news: JsonObject): Difference {
    return diffInputs(plain(oldInputs) as JsonObject, plain(news) as JsonObject, this.configuration);
  }

  async create(operation: Operation, inputs: JsonObject): Promise<{ id: string; state: JsonObject }> {
    const { urn, preview } = operation;
    const object = plain(inputs) as KubernetesObject;
    if (preview && (this.configuration.unknown || hasUnknown(object))) return { id: "", state: inputs };
    const options = await this.options(urn, object, {});
    if (preview) {
      const made = await previewCreate(object, options);
      // A dry run makes no status, and an empty one would read as a known answer.
      return { id: "", state: made ? checkpoint(without(made, "status"), inputs, options.manager) : inputs };
    }
    const applied = await create(object, options);
    return this.settle(operation, applied, inputs, options);
  }

  async update(operation: Operation, state: JsonObject, inputs: JsonObject, ignored: string[]): Promise<JsonObject> {
    const { urn, preview } = operation;
    const object = plain(inputs) as KubernetesObject;
    if (preview && (this.configuration.unknown || hasUnknown(object))) return inputs;
    const options = await this.options(urn, object, state);
    const kind = await options.cluster.kindOf(object.apiVersion, object.kind);
    if (preview && !kind) return inputs;
    const live = ignored.length > 0 ? await options.cluster.get(object, options.onStatus) : undefined;
    const sent = live ? leaveToOthers(object, live, options.manager, ignored) : object;
    const applied = await update(sent, { ...options, dryRun: preview });
    if (preview) return checkpoint(applied, inputs, options.manager);
    return (await this.settle(operation, applied, inputs, options)).state;
  }

  /** Waits for an applied object. What is not ready in time stays in the state, with the reasons. */
  private async settle(operation: Operation, applied: KubernetesObject, inputs: JsonObject, options: ApplyOptions) {
    const timeoutSeconds = timeoutSecondsOf(applied, operation.timeoutSeconds);
    const { live, reasons } = await waitUntilReady(applied, { ...options, timeoutSeconds });
    options.onStatus("");
    const state = checkpoint(live, inputs, options.manager);
    if (reasons.length > 0) {
      throw new NotReady(`${describe(live)} was applied but is not ready`, idOf(live), state, reasons, inputs);
    }
    return { id: idOf(live), state };
  }

  /** Undefined where the object no longer exists. */
  async read(
    urn: string,
    id: string,
    state: JsonObject,
    olds: JsonObject,
  ): Promise<{ state: JsonObject; inputs: JsonObject } | undefined> {
    const cluster = await this.cluster();
    const token = typeOf(urn);
    requireObjectType(urn);
    const known = Object.keys(olds).length > 0 ? (plain(olds) as KubernetesObject) : undefined;
    const apiVersion = known?.apiVersion ?? (textAt(state, "apiVersion") || token.apiVersion);
    const kind = known?.kind ?? (textAt(state, "kind") || token.kind);
    const live = await cluster.get({ apiVersion, kind, metadata: parseId(id) });
    if (!live) return undefined;
    const inputs = known?.metadata?.name ? (pruneTo(withStringData(live, known), known) as JsonObject) : importedInputs(live);
    const secretInputs = withSecrets(inputs, olds);
    const result = { state: checkpoint(live, secretInputs, fieldManagerOf(urn, live, state)), inputs: secretInputs };
    if (!known || skipsAwait(live)) return result;
    const progress = await readiness(live, cluster, Infinity);
    if (progress.ready) return result;
    throw new NotReady(`${describe(live)} is not ready`, id, result.state, progress.reasons, result.inputs);
  }

  async delete(operation: Operation, id: string, state: JsonObject): Promise<void> {
    const live = liveOf(state);
    const object = { ...live, metadata: { ...live.metadata, ...parseId(id) } };
    const cluster = await this.cluster();
    const onStatus = (message: string) => this.log.status(message, operation.urn);
    await remove(object, cluster, onStatus);
    if (skipsAwait(object)) return;
    const timeoutSeconds = timeoutSecondsOf(object, operation.timeoutSeconds);
    const left = await waitUntilGone(object, { cluster, signal: this.cancelled.signal, timeoutSeconds, onStatus });
    onStatus("");
    if (!left) return;
    const inputs = isObject(state.__inputs) ? state.__inputs : {};
    const kept = checkpoint(left.live, inputs, fieldManagerOf(operation.urn, left.live, state));
    throw new NotReady(left.reasons.join("; "), id, kept, left.reasons);
  }

  private async options(urn: string, object: KubernetesObject, state: JsonObject): Promise<ApplyOptions> {
    return {
      cluster: await this.cluster(),
      manager: fieldManagerOf(urn, object, state),
      force: forces(object, this.configuration.patchForce),
      upsert: this.configuration.upsert,
      signal: this.cancelled.signal,
      onStatus: (message) => this.log.status(message, urn),
    };
  }
}

/** The API server keeps `stringData` as `data`; read back in the words of the program, so that a refresh sees no change in it. */
function withStringData(live: KubernetesObject, inputs: KubernetesObject): KubernetesObject {
  if (live.kind !== "Secret" || !isObject(inputs.stringData) || !isObject(live.data)) return live;
  const decoded = Object.entries(live.data).map(([key, value]) => [key, Buffer.from(String(value), "base64").toString("utf8")]);
  return { ...live, stringData: Object.fromEntries(decoded) as JsonObject };
}
