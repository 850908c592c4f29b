import { counted } from "../../explain/words";
import { Fleet } from "../drain/fleet";
import { judgeDrain, type Judged } from "../drain/judge";
import type { Rollout, Watched } from "../drain/model";
import { PodWatch } from "../drain/pods";
import { withRefusals } from "../refusals";
import { RolloutRefused, startRollout } from "../rollout";
import type { Check, CheckContext } from "./model";

/** Seconds that everybody has to answer at the end, when asked whether anybody is still there. */
const ROLL_SECONDS = 8;

/** Between two looks at whether it is over. */
const TICK_MILLISECONDS = 250;

/** Without a cluster to look into: seconds of quiet after the last connection ended that count as the end. */
const QUIET_SECONDS = 10;

type Outcome = Awaited<ReturnType<Check["run"]>>;

export const drain: Check = {
  name: "drain",
  title: "connections get a goodbye when their pod leaves: held open through a rollout (--rollout starts one)",
  byDefault: false,
  run: watchGoodbyes,
};

async function watchGoodbyes(context: CheckContext): Promise<Outcome> {
  const { options, limits, entry, sources, signal } = context;
  const size = Math.max(1, Math.min(options.sockets, limits.connections));
  const fleet = new Fleet({ url: entry.url, size, open: context.open, sources, signal });
  const pods =
    context.cluster && entry.selector && new PodWatch({ cluster: context.cluster, entry, seconds: () => fleet.seconds() });
  try {
    const sockets = await fleet.gather((open) => context.progress(`${open} of ${counted(size, "connection")} open`));
    if (sockets === 0) return nobodyGotIn(fleet, signal.aborted);
    await pods?.start();
    const refused = options.rollout ? await startedRollout(context, pods !== undefined) : undefined;
    if (refused === undefined) await untilOver(context, fleet, pods);
    const partial = signal.aborted;
    if (!partial) await fleet.roll(ROLL_SECONDS);
    await pods?.stop();
    fleet.rest();
    fleet.check();
    const judged = withoutRollout(judgeDrain(watched(fleet, pods, sockets), entry), refused);
    return { ...withRefusals(judged, fleet.neverIn, size), timeline: fleet.timeline, ...(partial && { partial }) };
  } finally {
    await pods?.stop();
    await fleet.close();
  }
}

/** Why it was not started; undefined where it was. */
async function startedRollout(context: CheckContext, canWatch: boolean): Promise<string | undefined> {
  const { target, entry, cluster } = context;
  if (cluster === undefined || !canWatch) {
    return "no rollout was started: there is no cluster at hand to start it in and to watch it";
  }
  const { kind = "workload", name = entry.service } = entry.workload ?? {};
  const question = `Restart ${kind} ${entry.namespace}/${name} in context ${cluster.context}? All its pods are replaced, and every connection to them ends.`;
  try {
    if (!(await context.confirm(question))) return "no rollout was started: it was not wanted";
    await startRollout({ target, entry, cluster });
    return undefined;
  } catch (error) {
    if (error instanceof RolloutRefused) return `no rollout was started: ${error.message}`;
    throw error;
  }
}

/** Until the pods that leave have left and everybody is back, or the time is up. */
async function untilOver({ progress, signal, options }: CheckContext, fleet: Fleet, pods: PodWatch | undefined): Promise<void> {
  while (!signal.aborted) {
    fleet.check();
    progress(lineOf(fleet, pods, options.rollout));
    const away = fleet.cuts.some(({ backAfterSeconds }) => backAfterSeconds === undefined);
    const isOver = pods === undefined || !pods.sees ? isQuiet(fleet) : pods.isOver();
    if (isOver && !away) return;
    await new Promise((resolve) => setTimeout(resolve, TICK_MILLISECONDS));
  }
}

function isQuiet(fleet: Fleet): boolean {
  const last = fleet.cuts.at(-1);
  return last !== undefined && fleet.seconds() - last.atSeconds >= QUIET_SECONDS;
}

function lineOf(fleet: Fleet, pods: PodWatch | undefined, started: boolean): string {
  const leaving = pods?.leaving ?? [];
  const gone = leaving.filter(({ goneAtSeconds }) => goneAtSeconds !== undefined).length;
  const cut = fleet.cuts.filter(({ ending }) => ending.by !== "peer").length;
  const left = pods === undefined ? "" : `; ${leaving.length} pods told to leave, ${gone} gone`;
  const wait = leaving.length === 0 && !started && fleet.cuts.length === 0 ? "; waiting for a rollout" : "";
  return `${fleet.open} open, ${fleet.cuts.length} ended, ${cut} of them without a goodbye${left}${wait}`;
}

function watched(fleet: Fleet, pods: PodWatch | undefined, sockets: number): Watched {
  const unseen: Rollout = { state: "unseen", because: "no cluster was at hand to see the pods leave" };
  return {
    sockets,
    seconds: fleet.seconds(),
    wholeSeconds: fleet.wholeSeconds(),
    cuts: fleet.cuts,
    turnedAway: fleet.turnedAway,
    notTried: fleet.notTried,
    leaving: pods?.leaving ?? [],
    rollout: pods?.rollout() ?? unseen,
    atEnd: fleet.perPod(),
    apiSilentSeconds: pods?.apiSilentSeconds ?? 0,
  };
}

function nobodyGotIn(fleet: Fleet, partial: boolean): Outcome {
  const [first] = fleet.neverIn;
  return {
    outcome: "unknown",
    summary: `No connection could be opened, so no goodbye could be seen: ${first?.message ?? "there was no time for it"}.`,
    details: [],
    write: [],
    measured: { connections: 0 },
    ...(partial && { partial }),
  };
}

/** What did not come about says so, and nothing that needed it holds. */
function withoutRollout(judged: Judged, refused: string | undefined): Judged {
  if (refused === undefined || judged.outcome === "fails") return judged;
  return { ...judged, outcome: "unknown", summary: `${sentence(refused)}.` };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
