import { setMaxListeners } from "node:events";
import { duration } from "../../explain/words";
import type { Connection, OpenOptions } from "../connect/model";
import { judgeSilence } from "../idle/judge";
import type { Plan, Role, Seen } from "../idle/model";
import { ANSWER_SECONDS, planOf } from "../idle/plan";
import { LATE_SECONDS } from "../idle/wall";
import { seconds } from "../idle/words";
import { isRefusal, withRefusals, type Refusal } from "../refusals";
import type { Check, CheckContext } from "./model";

const TOLD_MILLISECONDS = 1000;
/** What comes so soon belongs to the opening. */
const GREETING_SECONDS = 0.5;

/** One connection that is to be held. */
interface Held {
  role: Role;
  silenceSeconds: number;
  heartbeatSeconds?: number;
}

/**
 * Holds silent connections, each for a length of its own, and speaks at the end: a node that forgot a connection says nothing until
 * somebody does. One that talks tells a limit of silence from a lifetime.
 */
export const idle: Check = {
  name: "idle",
  title: "silent connections are held, and speak at the end: who ended them, after how long",
  byDefault: true,
  holds: (entry, options, limits) => connectionsOf(planOf(entry, options, limits)).length,
  async run(context) {
    const { entry, options, limits, signal } = context;
    const plan = planOf(entry, options, limits);
    const held = connectionsOf(plan);
    const ledger = new Ledger(context, plan, held.length);
    const { seen, refused } = await holdAll(context, held, ledger);
    if (seen.length === 0) return notOpened(refused);
    const judged = withRefusals(judgeSilence(seen, plan, entry), refused, held.length);
    return { ...judged, ...(signal.aborted && { partial: true as const }) };
  },
};

function connectionsOf({ silences, talkingSeconds, heartbeatSeconds }: Plan): Held[] {
  const reach = silences.at(-1)!.seconds;
  const silent = silences.flatMap(({ seconds: silenceSeconds, copies }) =>
    Array.from({ length: copies }, (): Held => ({ role: "silent", silenceSeconds })),
  );
  const beating = (role: Role, every: number | undefined): Held[] =>
    every === undefined ? [] : [{ role, silenceSeconds: reach, heartbeatSeconds: every }];
  return [...silent, ...beating("talking", talkingSeconds), ...beating("heartbeat", heartbeatSeconds)];
}

async function holdAll(context: CheckContext, held: Held[], ledger: Ledger): Promise<{ seen: Seen[]; refused: Refusal[] }> {
  const refused: Refusal[] = [];
  const onError = (error: unknown): undefined => {
    if (!isRefusal(error)) throw error;
    // What was cut short was not refused.
    if (!context.signal.aborted) refused.push(error);
  };
  // One for each that waits.
  setMaxListeners(0, context.signal);
  try {
    const seen = await Promise.all(held.map((each) => hold(context, each, ledger).catch(onError)));
    return { seen: seen.filter((each) => each !== undefined), refused };
  } finally {
    ledger.stop();
  }
}

/** Opens one connection, leaves it alone for its time, and asks whether it is still there. */
async function hold(context: CheckContext, { role, silenceSeconds, heartbeatSeconds }: Held, ledger: Ledger): Promise<Seen> {
  const options: Partial<OpenOptions> = heartbeatSeconds === undefined ? {} : { heartbeatSeconds };
  const connection = await context.open(options);
  ledger.opened(connection);
  const openFor = () => (Date.now() - connection.openedAt) / 1000;
  const alone = openFor();
  // Whoever sends no greeting is silent since the opening.
  const left = silenceSeconds - connection.silentSeconds();
  const waited = await waitFor(connection, left * 1000, context.signal);
  const silentSeconds = connection.silentSeconds();
  const afterSeconds = openFor();
  const talked = afterSeconds - alone - silentSeconds > GREETING_SECONDS;
  const withoutCall: Pick<Seen, "withoutCall"> =
    connection.kind === "grpc" && !connection.holdsCall
      ? { withoutCall: connection.health === "UNIMPLEMENTED" ? "unimplemented" : "ended" }
      : {};
  const state = { role, silentSeconds, afterSeconds, talked, ...withoutCall };
  if (waited === "ended") {
    const ending = await connection.ended;
    const exact = talked ? {} : { silentSeconds: ending.silentSeconds };
    return { ...state, ...exact, fate: "closed", afterSeconds: ending.afterSeconds, ending };
  }
  if (waited === "aborted") {
    void connection.close();
    return { ...state, fate: "stopped" };
  }
  const answered = await connection.speak(ANSWER_SECONDS);
  if (!answered) return { ...state, fate: "lost", ending: await connection.ended };
  // Only the next kernel answered what is no WebSocket; who had given the connection up before closes it now.
  const spoken = Date.now();
  if (connection.kind !== "websocket" && (await waitFor(connection, LATE_SECONDS * 1000, context.signal)) === "ended") {
    const ending = await connection.ended;
    const moreSeconds = (Date.now() - spoken) / 1000;
    return {
      ...state,
      fate: "closed",
      silentSeconds: silentSeconds + (talked ? 0 : moreSeconds),
      afterSeconds: ending.afterSeconds,
      ending,
    };
  }
  await connection.close();
  return { ...state, fate: "answered" };
}

/** Whichever comes first. */
function waitFor(connection: Connection, milliseconds: number, signal: AbortSignal): Promise<"ended" | "aborted" | "over"> {
  return new Promise((resolve) => {
    const done = (how: "ended" | "aborted" | "over") => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(how);
    };
    const onAbort = () => done("aborted");
    const timer = setTimeout(() => done("over"), milliseconds);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    void connection.ended.then(() => done("ended"));
  });
}

/** What the progress line tells. */
class Ledger {
  private open = 0;
  private ended = 0;
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly context: CheckContext,
    private readonly plan: Plan,
    private readonly all: number,
  ) {
    this.timer = setInterval(() => this.tell(), TOLD_MILLISECONDS);
  }

  opened(connection: Connection): void {
    this.open += 1;
    void connection.ended.then(({ by }) => (this.ended += Number(by !== "us")));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const reach = this.plan.silences.at(-1)!.seconds;
    const silent = Math.min(reach, (Date.now() - this.startedAt) / 1000);
    const lost = this.ended === 0 ? "" : `, ${this.ended} ended`;
    this.context.progress(
      `${this.open} of ${this.all} connections, silent for ${seconds(Math.round(silent))} of ${duration(Math.ceil(reach))}${lost}`,
    );
  }
}

function notOpened(refused: Refusal[]): Awaited<ReturnType<Check["run"]>> {
  const because = refused[0]?.message ?? "the run was stopped first";
  return {
    outcome: "unknown",
    summary: `No connection could be opened, so nothing was held: ${because}`,
    details: [],
    write: ["--check reach: it says at which step they fail"],
    measured: { connections: 0 },
  };
}
