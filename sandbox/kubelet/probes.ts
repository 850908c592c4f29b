import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { type Answer, ask, type Asked } from "./ask";
import { pause } from "./time";

interface Repeated {
  probe: V1Probe;
  initialDelaySeconds: number;
  ask(): Promise<Answer>;
  /** Called once so many answers in a row were the same. */
  decided(success: boolean): void;
  signal: AbortSignal;
}

/** Repeats one probe until the signal comes. The first try is made as soon as it may be. */
export async function repeat({ probe, initialDelaySeconds, ask, decided, signal }: Repeated): Promise<void> {
  const { periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  let last: Answer | undefined;
  let times = 0;
  await pause(initialDelaySeconds * 1000, signal);
  while (!signal.aborted) {
    const next = Date.now() + periodSeconds * 1000;
    const answer = await ask();
    if (signal.aborted) return;
    if (answer !== "unknown") {
      times = answer === last ? times + 1 : 1;
      last = answer;
      if (times >= (answer === "success" ? successThreshold : failureThreshold)) decided(answer === "success");
    }
    await pause(next - Date.now(), signal);
  }
}

export interface ProbedState {
  started: boolean;
  ready: boolean;
}

interface Probing {
  asked: Asked;
  /** Whether initial delays are skipped. */
  hurried: boolean;
  /** What is known from before the kubelets came back; absent for a container that has just started. */
  known?: ProbedState;
  changed(state: ProbedState): void;
  /** The liveness or the startup probe has failed for good. */
  failed(which: "liveness" | "startup", probe: V1Probe): void;
  /** The end of this container. */
  signal: AbortSignal;
}

/** The three probes of one running container: until the startup probe has passed the others wait. */
export class Probes {
  private readonly state: ProbedState;
  private readonly livenessEnds = new AbortController();

  constructor(private readonly probing: Probing) {
    const { startupProbe, readinessProbe } = probing.asked.container;
    this.state = probing.known ?? { started: !startupProbe, ready: !startupProbe && !readinessProbe };
  }

  get current(): ProbedState {
    return { ...this.state };
  }

  run(): void {
    if (this.state.started) return this.afterStart();
    const { startupProbe: probe } = this.probing.asked.container;
    const passed = new AbortController();
    this.start(probe!, AbortSignal.any([passed.signal, this.livenessEnds.signal]), (success) => {
      if (!success) return this.probing.failed("startup", probe!);
      passed.abort();
      this.change({ started: true, ready: !this.container.readinessProbe });
      this.afterStart();
    });
  }

  /** A pod that leaves is asked for its readiness only. */
  leave(): void {
    this.livenessEnds.abort();
  }

  private get container(): V1Container {
    return this.probing.asked.container;
  }

  private afterStart(): void {
    const { readinessProbe, livenessProbe } = this.container;
    if (readinessProbe) this.start(readinessProbe, this.probing.signal, (ready) => this.change({ started: true, ready }));
    if (!livenessProbe) return;
    this.start(livenessProbe, this.livenessEnds.signal, (success) => {
      if (!success) this.probing.failed("liveness", livenessProbe);
    });
  }

  private start(probe: V1Probe, signal: AbortSignal, decided: (success: boolean) => void): void {
    const { asked, hurried, signal: end } = this.probing;
    void repeat({
      probe,
      initialDelaySeconds: hurried ? 0 : (probe.initialDelaySeconds ?? 0),
      ask: () => ask(probe, asked),
      decided,
      signal: AbortSignal.any([signal, end]),
    });
  }

  private change(state: ProbedState): void {
    if (state.started === this.state.started && state.ready === this.state.ready) return;
    Object.assign(this.state, state);
    this.probing.changed(this.current);
  }
}
