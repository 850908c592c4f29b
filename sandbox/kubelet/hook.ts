import type { Value } from "../../path/objects";
import { readPreStop } from "../../path/preStop";
import { askHttp, type Asked } from "./ask";
import { pause } from "./time";

interface Hooked {
  asked: Asked;
  /** Whether sleeps are skipped. */
  hurried: boolean;
  /** What is left of the grace period. */
  secondsLeft: number;
  signal: AbortSignal;
}

/** What a container does before it gets SIGTERM, for as long as it takes. Whatever fails only ends the hook, as in a kubelet. */
export async function runPreStop({ asked, hurried, secondsLeft, signal }: Hooked): Promise<void> {
  const { lifecycle } = asked.container;
  const { sleep, httpGet, exec } = lifecycle?.preStop ?? {};
  if (httpGet) {
    const answer = await askHttp(httpGet, asked, secondsLeft);
    if (answer !== "success") asked.remark("its preStop request got no answer of 200 to 399; SIGTERM follows at once");
    return;
  }
  const seconds = sleep ? sleep.seconds : exec ? commandSeconds(asked) : 0;
  if (!hurried) await pause(seconds * 1000, signal);
}

/** There is no container to run a command in; the time it takes can be read from one that only sleeps. */
function commandSeconds({ container, remark }: Asked): number {
  const command = container.lifecycle!.preStop!.exec!.command?.join(" ");
  const read = readPreStop(container as unknown as Value, {});
  if (read.kind === "broken") remark(`its preStop \`${command}\` fails at once: ${read.because}`);
  if (read.kind !== "runs") return 0;
  if (read.seconds === undefined) remark(`its preStop \`${command}\` cannot be run, for there is no container; it takes no time`);
  return read.seconds ?? 0;
}
