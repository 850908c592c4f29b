import type { ClusterReader } from "../../cluster";
import { POD_LIFECYCLE } from "../../path/facts";
import type { Value } from "../../path/objects";
import { readPreStop } from "../../path/preStop";
import type { TargetEntry } from "../model";
import type { Leaving, Rollout } from "./model";
import { progressOf, type WorkloadProgress } from "./workload";

/** Between two looks. The time a pod was told to leave is known so exactly. */
const LOOK_MILLISECONDS = 300;

/** The workload has to be whole for so long before nobody else is expected to leave: an emptied node lets its pods go one by one. */
const SETTLED_SECONDS = 4;

/** As much of a pod as is looked at. */
interface LivePod {
  metadata: { name: string; uid?: string; deletionTimestamp?: string; deletionGracePeriodSeconds?: number };
  spec?: { terminationGracePeriodSeconds?: number; containers?: Value[] };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

export interface PodWatchOptions {
  cluster: Pick<ClusterReader, "list" | "find">;
  entry: Pick<TargetEntry, "namespace" | "selector" | "workload">;
  /** Seconds on the clock of the connections. */
  seconds(): number;
}

/** Looks again and again which pods of a workload are told to leave, and whether it is whole. */
export class PodWatch {
  /** By their uid, as all below. */
  private readonly left = new Map<string, Leaving>();
  private known?: Map<string, LivePod>;
  private progress?: WorkloadProgress;
  private firstGeneration?: number;
  private wholeSince?: number;
  private refused?: string;
  private lastAnswer?: number;
  private silentSeconds = 0;
  private stopped = false;
  private turn?: Promise<void>;
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: PodWatchOptions) {}

  /** The first look is over when it settles. */
  async start(): Promise<void> {
    await this.look();
    this.again();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turn;
  }

  get leaving(): Leaving[] {
    return [...this.left.values()];
  }

  /** Whether the cluster ever answered. */
  get sees(): boolean {
    return this.lastAnswer !== undefined;
  }

  get apiSilentSeconds(): number {
    return this.silentSeconds;
  }

  /** Whether somebody left and everybody is there again, for long enough to be the end; or it does not get any further. */
  isOver(): boolean {
    if (this.wholeSince === undefined || this.lastAnswer === undefined) {
      return this.hasBegun() && this.progress?.stuck !== undefined;
    }
    return this.lastAnswer - this.wholeSince >= SETTLED_SECONDS;
  }

  rollout(): Rollout {
    if (this.lastAnswer === undefined) {
      return { state: "unseen", because: `the cluster did not say: ${this.refused ?? "it was not asked"}` };
    }
    if (this.wholeSince !== undefined && this.left.size > 0) return { state: "ended" };
    if (this.left.size === 0 && !this.hasBegun()) return { state: "none" };
    return { state: "unfinished", because: this.missing() };
  }

  private hasBegun(): boolean {
    return this.left.size > 0 || (this.progress !== undefined && this.progress.generation !== this.firstGeneration);
  }

  private missing(): string {
    if (this.progress?.stuck !== undefined) return this.progress.stuck;
    const still = this.leaving.filter(({ goneAtSeconds }) => goneAtSeconds === undefined).map(({ pod }) => pod);
    if (still.length > 0) return `${still.join(", ")} ${still.length === 1 ? "is" : "are"} still leaving`;
    return this.progress?.missing ?? "not every pod is ready again";
  }

  private again(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.turn = this.look().finally(() => this.again());
    }, LOOK_MILLISECONDS);
  }

  private async look(): Promise<void> {
    const { cluster, entry, seconds } = this.options;
    const asked = seconds();
    const { kind = "", name = "" } = entry.workload ?? {};
    const [pods, workload] = await Promise.all([
      cluster.list("v1", "Pod", entry.namespace, entry.selector),
      entry.workload === undefined ? undefined : cluster.find("apps/v1", kind, name, entry.namespace),
    ]);
    if (this.stopped) return;
    if ("refused" in pods) {
      this.refused = pods.refused.said;
      if (this.lastAnswer !== undefined) this.silentSeconds += seconds() - asked + LOOK_MILLISECONDS / 1000;
      return;
    }
    this.lastAnswer = asked;
    this.takeIn(pods.objects as unknown as LivePod[], workload, asked);
  }

  private takeIn(pods: LivePod[], workload: object | undefined, asked: number): void {
    // Who was leaving before the first look was told nobody knows when.
    const when = { toldAtSeconds: asked, ...(this.known === undefined && { preStopSeconds: undefined }) };
    const present = new Map(pods.map((pod) => [pod.metadata.uid ?? pod.metadata.name, pod]));
    for (const [uid, pod] of present) {
      const isTold = pod.metadata.deletionTimestamp !== undefined;
      if (isTold && !this.left.has(uid)) this.left.set(uid, { ...goodbyeOf(pod), ...when });
    }
    for (const [uid, pod] of this.known ?? []) {
      if (present.has(uid)) continue;
      if (!this.left.has(uid)) this.left.set(uid, { ...goodbyeOf(pod), toldAtSeconds: asked, atOnce: true });
      this.left.get(uid)!.goneAtSeconds ??= asked;
    }
    this.known = present;
    if (workload !== undefined) this.progress = progressOf(workload);
    this.firstGeneration ??= this.progress?.generation;
    const someLeave = this.leaving.some(({ goneAtSeconds }) => goneAtSeconds === undefined);
    const whole = this.hasBegun() && !someLeave && (this.progress?.whole ?? pods.every(isReady));
    this.wholeSince = whole ? (this.wholeSince ?? asked) : undefined;
  }
}

/** What a pod says of its goodbye. */
function goodbyeOf({ metadata, spec }: LivePod): Pick<Leaving, "pod" | "graceSeconds" | "preStopSeconds"> {
  const written = spec?.terminationGracePeriodSeconds ?? POD_LIFECYCLE.defaultGracePeriodSeconds;
  const preStopSeconds = preStopOf(spec?.containers ?? []);
  return {
    pod: metadata.name,
    graceSeconds: metadata.deletionGracePeriodSeconds ?? written,
    ...(preStopSeconds !== undefined && { preStopSeconds }),
  };
}

/** The longest hook; undefined where one takes as long as it likes. */
function preStopOf(containers: Value[]): number | undefined {
  const hooks = containers.map((container) => readPreStop(container, {}));
  const lengths = hooks.map((hook) => (hook.kind === "runs" ? hook.seconds : 0));
  return lengths.includes(undefined) ? undefined : Math.max(0, ...lengths.map((length) => length ?? 0));
}

const isReady = ({ status }: LivePod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
