import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { certificateOf, type ReadSecret } from "./certificate";
import { Container, defaultGraceSeconds, type Surroundings } from "./container";
import { mannersOf, type Pace } from "./manners";
import type { Runtime } from "./runtime";
import { statusOf } from "./status";

/** What a pod needs of the rest. */
export interface Cluster {
  runtime: Runtime;
  pace(pod: V1Pod): Pace;
  readSecret: ReadSecret;
  /** Resolves with false where the object is gone, or is another one of the same name. */
  writeStatus(pod: V1Pod, status: object): Promise<boolean>;
  /** Takes the object away, now that nothing of it runs. */
  remove(pod: V1Pod): Promise<void>;
}

export interface Place {
  address: string;
  nodeAddress: string;
}

/** Follows one pod from its scheduling to its end. */
export class Pod {
  private readonly sidecars: Container[];
  private readonly containers: Container[];
  private readonly startedAt: string;
  private readonly remarked = new Set<string>();
  private writing: Promise<void> | undefined;
  private stale = false;
  private written = "";
  private over = false;
  private leaving?: Promise<void>;

  constructor(
    private pod: V1Pod,
    readonly place: Place,
    private readonly cluster: Cluster,
  ) {
    this.startedAt = new Date(pod.status?.startTime ?? Date.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const { initContainers = [], containers } = pod.spec!;
    const all = [...initContainers.filter(({ restartPolicy }) => restartPolicy === "Always"), ...containers];
    const anyPort = all.every(({ ports }) => !ports?.length);
    const made = all.map((spec) => {
      const listens = anyPort ? spec === containers[0] : Boolean(spec.ports?.length);
      return new Container(spec, this.surroundings(spec, listens));
    });
    this.sidecars = made.slice(0, all.length - containers.length);
    this.containers = made.slice(all.length - containers.length);
  }

  isCalled(namespace: string, name: string): boolean {
    return this.pod.metadata!.namespace === namespace && this.pod.metadata!.name === name;
  }

  /** Goes on where it is; a pod that is new is started. */
  begin(): void {
    const { problems } = mannersOf(this.pod.metadata!.annotations);
    const known = [...(this.pod.status?.initContainerStatuses ?? []), ...(this.pod.status?.containerStatuses ?? [])];
    for (const each of this.all) {
      if (problems.length > 0) each.refuse("CreateContainerConfigError", problems.join("; "));
      else {
        void each.resume(
          known.find(({ name }) => name === each.spec.name),
          Boolean(this.pod.metadata!.deletionTimestamp),
        );
      }
    }
    for (const problem of problems) this.remark(problem);
    this.update(this.pod);
  }

  /** Takes in what the API server says of it. */
  update(pod: V1Pod): void {
    this.pod = pod;
    if (pod.metadata!.deletionTimestamp) void this.leave(pod.metadata!.deletionGracePeriodSeconds ?? 0);
    // Whether a readiness gate has opened is written by others.
    this.publish();
  }

  /** The object is no more: nothing of it may go on. */
  kill(): void {
    this.over = true;
    for (const each of this.all) each.kill();
  }

  /** The news that one of its containers has ended. */
  ended(id: string): void {
    for (const each of this.all) each.ended(id);
  }

  playedIds(): string[] {
    return this.all.flatMap(({ playedId }) => playedId ?? []);
  }

  private get all(): Container[] {
    return [...this.sidecars, ...this.containers];
  }

  private async leave(graceSeconds: number): Promise<void> {
    const stopped = Promise.all(this.all.map((each) => each.leave(graceSeconds)));
    // A second word only makes the time shorter.
    if (this.leaving !== undefined) return;
    this.say(`leaves, with ${graceSeconds} s of grace`);
    this.leaving = (async () => {
      await stopped;
      await this.publish();
      if (!this.over) await this.cluster.remove(this.pod);
    })();
    await this.leaving;
  }

  /** Writes the status, once more where it changes meanwhile. */
  private publish(): Promise<void> {
    this.stale = true;
    return (this.writing ??= this.write());
  }

  private async write(): Promise<void> {
    // What changes at the same moment is written at once.
    await Promise.resolve();
    while (this.stale && !this.over) {
      this.stale = false;
      const { pod, sidecars, containers, startedAt } = this;
      const status = statusOf({ pod, ...this.place, startedAt, sidecars, containers });
      const text = JSON.stringify({ ...status, conditions: status.conditions.map(({ type, status }) => [type, status]) });
      if (text === this.written) continue;
      if (await this.cluster.writeStatus(pod, status)) this.written = text;
    }
    // Not a moment later: whoever has something new in between would wait for a writer that has left.
    this.writing = undefined;
  }

  private surroundings(spec: V1Container, listens: boolean): Surroundings {
    const { name = "", namespace = "", uid = "", annotations, ownerReferences } = this.pod.metadata!;
    return {
      pod: { name, namespace, uid },
      address: this.place.address,
      listens,
      manners: mannersOf(annotations).manners,
      runtime: this.cluster.runtime,
      certificate: () => certificateOf(this.pod, spec, this.cluster.readSecret),
      pace: () => this.cluster.pace(this.pod),
      restartsAfter: (exitCode) => this.restartsAfter(spec, exitCode),
      graceSeconds: () => this.pod.spec!.terminationGracePeriodSeconds ?? defaultGraceSeconds,
      endsAfterSeconds: ownerReferences?.some(({ kind }) => kind === "Job") ? 0 : undefined,
      changed: () => void this.publish(),
      say: (text) => this.say(text),
      remark: (text) => this.remark(text),
    };
  }

  private restartsAfter(spec: V1Container, exitCode: number): boolean {
    const policy = spec.restartPolicy ?? this.pod.spec!.restartPolicy ?? "Always";
    return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
  }

  private say(text: string): void {
    const { name, namespace } = this.pod.metadata!;
    console.log(`${new Date().toISOString()} ${namespace}/${name}: ${text}`);
  }

  private remark(text: string): void {
    if (this.remarked.has(text)) return;
    this.remarked.add(text);
    this.say(text);
  }
}
