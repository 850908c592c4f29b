import type { V1Container, V1ContainerState, V1ContainerStatus, V1Probe } from "@kubernetes/client-node";
import { DRAIN_MARGIN_SECONDS } from "../../path/drain";
import { KUBELET, POD_LIFECYCLE } from "../../path/facts";
import { runPreStop } from "./hook";
import type { PodCertificate } from "../sample/server";
import type { Manners, Pace } from "./manners";
import { Probes, type ProbedState } from "./probes";
import type { Runtime } from "./runtime";
import { Deadline, pause } from "./time";

/** What a container knows of the pod it belongs to. */
export interface Surroundings {
  pod: { name: string; namespace: string; uid: string };
  address: string;
  /** Whether it listens anywhere; one that does not is nothing but a row of the status. */
  listens: boolean;
  manners: Manners;
  runtime: Runtime;
  /** What it speaks TLS with, where it has a certificate. */
  certificate(): Promise<PodCertificate | undefined>;
  pace(): Pace;
  /** Whether a container that ended with this status is started again. */
  restartsAfter(exitCode: number): boolean;
  graceSeconds(): number;
  /** Seconds after which it is done, for a pod whose work has an end. */
  endsAfterSeconds?: number;
  changed(): void;
  say(text: string): void;
  /** The same, and the same text only once. */
  remark(text: string): void;
}

/** One container from its start to its end; the next start is another life. */
interface Life {
  id: string;
  startedAt?: string;
  probes?: Probes;
  deadline: Deadline;
  end: AbortController;
  /** How it ends, where that is known before. */
  exitCode?: number;
  ended: Promise<void>;
  stopping?: Promise<void>;
}

const KILLED = 137;
const ID_SCHEME = "sample-server://";
const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

export class Container {
  private probed: ProbedState = { started: false, ready: false };
  private restarts = 0;
  private state: V1ContainerState = { waiting: { reason: "ContainerCreating" } };
  private lastState: V1ContainerState = {};
  private life?: Life;
  /** Aborted when the pod leaves: nothing is started any more. */
  private readonly leaving = new AbortController();

  constructor(
    readonly spec: V1Container,
    private readonly around: Surroundings,
  ) {}

  get exitCode(): number | undefined {
    return this.state.terminated?.exitCode;
  }

  get hasRun(): boolean {
    return this.state.waiting === undefined || this.lastState.terminated !== undefined;
  }

  get ready(): boolean {
    return this.probed.ready;
  }

  get playedId(): string | undefined {
    return this.life?.id;
  }

  status(): V1ContainerStatus {
    const { spec, probed, restarts, state, lastState, life } = this;
    return {
      name: spec.name,
      image: spec.image ?? "",
      imageID: "",
      ...(life === undefined ? {} : { containerID: ID_SCHEME + life.id }),
      ...probed,
      restartCount: restarts,
      state,
      lastState,
    };
  }

  /** Goes on where earlier kubelets left it, or starts, unless its pod leaves already. */
  async resume(known: V1ContainerStatus | undefined, leaves: boolean): Promise<void> {
    const waitedToRestart = Boolean(known?.state?.waiting && known.lastState?.terminated);
    this.restarts = (known?.restartCount ?? 0) + Number(waitedToRestart);
    this.lastState = known?.lastState ?? {};
    if (leaves) this.leaving.abort();
    const terminated = known?.state?.terminated;
    if (terminated && (leaves || !this.around.restartsAfter(terminated.exitCode))) {
      this.state = { terminated };
    } else if (known?.state?.running && known.containerID) {
      this.adopt(known.containerID.slice(ID_SCHEME.length), known);
    } else if (!leaves) {
      await this.start();
    }
  }

  private adopt(id: string, known: V1ContainerStatus): void {
    const life = this.newLife(id);
    if (this.around.listens && !this.around.runtime.running.has(id)) return this.ended(id);
    this.state = known.state!;
    life.startedAt = new Date(known.state!.running!.startedAt ?? 0).toISOString();
    this.probe(life, { started: known.started ?? false, ready: known.ready });
  }

  /** Says why it does not run. */
  refuse(reason: string, message?: string): void {
    this.state = { waiting: { reason, message } };
    this.around.changed();
  }

  async start(): Promise<void> {
    const { manners, runtime, pod, address, listens, endsAfterSeconds } = this.around;
    if (manners.imagePullFails) return this.refuse("ImagePullBackOff", `Back-off pulling image "${this.spec.image}"`);
    const life = this.newLife(`${pod.uid}/${this.spec.name}/${this.restarts}`);
    const { name, namespace } = pod;
    const ports = (this.spec.ports ?? []).map(({ containerPort }) => containerPort);
    const { listensAfterSeconds, refusesWhileLeaving } = manners;
    const played = { id: life.id, pod: { name, namespace }, address, ports };
    const certificate = listens ? await this.around.certificate() : undefined;
    if (life.end.signal.aborted) return;
    if (listens) await runtime.start({ ...played, listensAfterSeconds, refusesWhileLeaving, certificate });
    if (life.end.signal.aborted) return;
    life.startedAt = now();
    this.state = { running: { startedAt: life.startedAt as unknown as Date } };
    this.probe(life);
    this.around.changed();
    if (endsAfterSeconds !== undefined) this.endAfter(life, endsAfterSeconds, 0);
    if (manners.crashesAfterSeconds !== undefined) this.endAfter(life, manners.crashesAfterSeconds, 1);
  }

  /** preStop, SIGTERM and, at the end of the grace period, SIGKILL. A later call can only make that period shorter. */
  async stop(graceSeconds: number): Promise<void> {
    const { life } = this;
    if (life === undefined || life.end.signal.aborted) return;
    life.deadline.notLaterThan(graceSeconds);
    await (life.stopping ??= this.sayGoodbye(life));
  }

  /** The same for good, because the pod leaves. */
  async leave(graceSeconds: number): Promise<void> {
    this.leaving.abort();
    await this.stop(graceSeconds);
  }

  kill(): void {
    this.leaving.abort();
    if (this.life !== undefined) this.end(this.life, KILLED);
  }

  /** The news that a life is over. */
  ended(id: string): void {
    const { life } = this;
    if (life?.id !== id || life.end.signal.aborted) return;
    const exitCode = life.exitCode ?? KILLED;
    life.end.abort();
    life.deadline.cancel();
    this.probed = { started: false, ready: false };
    const containerID = ID_SCHEME + id;
    const times = { startedAt: (life.startedAt ?? now()) as unknown as Date, finishedAt: now() as unknown as Date };
    this.state = { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error", containerID, ...times } };
    this.around.say(`container ${this.spec.name} ended with ${exitCode}`);
    if (!this.leaving.signal.aborted && this.around.restartsAfter(exitCode)) void this.restart();
    else this.around.changed();
  }

  private async restart(): Promise<void> {
    const seconds = backOffSeconds(this.restarts);
    this.lastState = this.state;
    // At no moment may the pod look as if all of its work were done.
    if (seconds === 0) this.refuse("ContainerCreating");
    else this.refuse("CrashLoopBackOff", `back-off ${seconds}s restarting failed container=${this.spec.name}`);
    await pause(seconds * 1000, this.leaving.signal);
    if (this.leaving.signal.aborted) return;
    this.restarts++;
    await this.start();
  }

  private newLife(id: string): Life {
    const end = new AbortController();
    const ended = new Promise<void>((resolve) => end.signal.addEventListener("abort", () => resolve(), { once: true }));
    return (this.life = { id, end, ended, deadline: new Deadline() });
  }

  private probe(life: Life, known?: ProbedState): void {
    const { around, spec } = this;
    life.probes = new Probes({
      asked: { container: spec, address: around.address, remark: around.remark },
      hurried: around.pace() === "hurried",
      known,
      changed: (state) => {
        this.probed = state;
        around.changed();
      },
      failed: (which, probe) => this.failed(which, probe),
      signal: life.end.signal,
    });
    this.probed = life.probes.current;
    life.probes.run();
  }

  private failed(which: string, probe: V1Probe): void {
    if (this.life?.stopping !== undefined) return;
    this.around.say(`container ${this.spec.name} fails its ${which} probe and is started again`);
    void this.stop(probe.terminationGracePeriodSeconds ?? this.around.graceSeconds());
  }

  private async sayGoodbye(life: Life): Promise<void> {
    const { manners, runtime } = this.around;
    if (life.startedAt === undefined) return this.end(life, KILLED);
    life.probes?.leave();
    const hurried = this.around.pace() === "hurried";
    const asked = { container: this.spec, address: this.around.address, remark: this.around.remark };
    const secondsLeft = life.deadline.secondsLeft;
    await Promise.race([runPreStop({ asked, hurried, secondsLeft, signal: life.end.signal }), life.deadline.passed()]);
    life.deadline.notEarlierThan(KUBELET.minimumGraceSeconds);
    if (!manners.ignoresSigterm) {
      if (!this.around.listens) return this.end(life, 0);
      life.exitCode = 0;
      runtime.terminate(life.id, hurried ? 0 : Math.max(0, life.deadline.secondsLeft - DRAIN_MARGIN_SECONDS));
    }
    await Promise.race([life.ended, life.deadline.passed()]);
    this.end(life, KILLED);
  }

  private end(life: Life, exitCode: number): void {
    if (life.end.signal.aborted) return;
    life.exitCode = exitCode;
    this.around.runtime.kill(life.id);
    this.ended(life.id);
  }

  private endAfter(life: Life, seconds: number, exitCode: number): void {
    void pause(seconds * 1000, life.end.signal).then(() => this.end(life, exitCode));
  }
}

/** The first restart comes at once, the later ones ever later. */
function backOffSeconds(restarts: number): number {
  const { firstSeconds, maximumSeconds } = KUBELET.restartBackOff;
  return restarts === 0 ? 0 : Math.min(maximumSeconds, firstSeconds * 2 ** (restarts - 1));
}

/** What a pod gets that says nothing. */
export const defaultGraceSeconds = POD_LIFECYCLE.defaultGracePeriodSeconds;
