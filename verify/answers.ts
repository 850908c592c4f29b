import type { CheckContext } from "./checks/model";
import type { OpenOptions } from "./connect/model";
import { isOfTheWayIn, isRefusal } from "./refusals";

/** Who answered one connection. */
export interface Answer {
  /** The source address it was opened from; absent where the system picked. */
  source?: string;
  /** Absent where the server does not say it, and where nothing was opened. */
  pod?: string;
  /** Why it could not be opened. */
  failed?: string;
  /** True where that is for this machine's sake, or a limit of the user's: it says nothing of the way in. */
  ofThisMachine?: true;
  /** Address that the name led to. */
  address?: string;
  /** What the way in wants to be told again, as it wrote it: `name=value; Path=/`. */
  cookies: string[];
}

/** Opened at the same time: a balancer that counts open connections sees as many. */
const AT_ONCE = 10;

/** Opens one connection, hears who answers, and closes it. */
export async function whoAnswers(context: CheckContext, options: Partial<OpenOptions>): Promise<Answer> {
  const source = options.localAddress;
  const from = source === undefined ? {} : { source };
  try {
    const connection = await context.open(options);
    const { pod, cookies, remoteAddress } = connection;
    await connection.close();
    return { ...from, ...(pod !== undefined && { pod }), address: remoteAddress, cookies };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { ...from, failed: error.message, ...(!isOfTheWayIn(error) && { ofThisMachine: true as const }), cookies: [] };
  }
}

/** A connection of its own for each; ends early, with those that were answered, where the check is cut short. */
export async function whoAnswersEach(context: CheckContext, asked: Partial<OpenOptions>[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < asked.length && !context.signal.aborted) {
      const answer = await whoAnswers(context, asked[next++]!);
      // What was given up in the middle says nothing of the way in.
      if (answer.failed === undefined || !context.signal.aborted) answers.push(answer);
      context.progress(`${answers.length} of ${asked.length} connections`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, context.limits.connections) }, worker));
  return answers;
}
