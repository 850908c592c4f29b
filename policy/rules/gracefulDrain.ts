import { planDrain } from "../../path/drain";
import type { Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { nameOf, refOf } from "../../path/value";
import { cloudDrain } from "../cloud";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { graceBeyondCaps, undrainedElsewhere } from "../workload/drainCaps";
import type { Goodbye } from "../workload/goodbye";
import { goodbyeOf } from "../workload/goodbye";
import { loadBalancerDrains } from "../workload/targetDrains";
import { podSpecAt } from "../workload/pods";

/**
 * From this grace period on somebody gave the application minutes to say goodbye by itself when SIGTERM comes: what then happens in
 * them, no manifest shows.
 */
const DELIBERATE_GRACE_SECONDS = 300;

/** A pod that leaves serves on until nothing new reaches it, and then says goodbye to its connections before it is killed. */
export const gracefulDrain: Rule = {
  id: "graceful-drain",
  title: "Leaving pods say goodbye",
  description: "A leaving pod serves on until nothing new comes, then has time to say goodbye.",
  group: "connection",
  check: (context: RuleContext): Statement[] => [
    ...context.workloads.flatMap((judged) => check(judged, context).map((one) => notBefore(one, judged.perhaps))),
    ...loadBalancerDrains(context),
    ...cloudDrain(context),
    ...undrainedElsewhere(context),
  ],
};

function check(judged: JudgedWorkload, context: RuleContext): Statement[] {
  const goodbye = goodbyeOf(judged, context);
  const object = refOf(judged.workload);
  if (goodbye === UNKNOWN) return [notKnownYet(judged, "what its containers are")];
  const statements = [
    ...goodbye.containers.flatMap(({ container, preStop, shell }): Statement[] => {
      const place = { object, container: container.name };
      const signal = keptSignal(shell, [...container.at, "command"]);
      // A signal that never arrives is why nothing says goodbye: one cause, one finding.
      const missing = preStop.kind === "none" && signal.length === 0 ? noGoodbye(goodbye, [...container.at, "lifecycle"]) : [];
      const broken = preStop.kind === "broken" ? [brokenHook(preStop, container.at)] : [];
      const open = preStop.kind === "unknown" ? [notKnownYet(judged, "its preStop hook")] : [];
      return [...signal, ...missing, ...broken, ...open].map((one) => ({ ...one, ...place }));
    }),
    ...tooShort(goodbye).map((one) => ({ ...one, object })),
    ...(goodbye.graceSeconds === UNKNOWN ? [] : graceBeyondCaps(judged.workload, goodbye, context)),
  ];
  if (statements.length === 0 && goodbye.promiseOpen) return [notKnownYet(judged, "how long a goodbye is promised")];
  if (statements.length === 0) return goodbye.graceSeconds === UNKNOWN ? graceBeyondCaps(judged.workload, goodbye, context) : [];
  return goodbye.sure ? statements : statements.map((one) => notBefore(one, true));
}

type Part = Omit<Statement, "object">;

function notKnownYet({ workload }: JudgedWorkload, what: string): Statement {
  return {
    severity: "warning",
    object: refOf(workload),
    at: podSpecAt(workload),
    found: `${what} is not known yet`,
    needed: "a preStop that covers the ways in, and time to say goodbye",
    fix: "wait for the update",
    reason: `whether connections survive when a pod of ${nameOf(workload)} leaves cannot be said before`,
    pending: true,
  };
}

/** A container without a hook gets SIGTERM while the ways in still send to it. */
function noGoodbye(goodbye: Goodbye, at: Statement["at"]): Part[] {
  const { graceSeconds, graceText, drainSeconds, promised } = goodbye;
  if (graceSeconds !== UNKNOWN && graceSeconds >= DELIBERATE_GRACE_SECONDS) return [];
  const plan = planDrain(goodbye);
  if (plan.preStopSeconds === 0 && graceSeconds !== UNKNOWN && graceSeconds >= drainSeconds) return [];
  const certain = promised && graceSeconds !== UNKNOWN && graceSeconds < drainSeconds;
  return [
    {
      severity: certain ? "error" : "warning",
      ...(at !== undefined && { at }),
      found: `no preStop hook, terminationGracePeriodSeconds ${graceText}`,
      needed: `${plan.preStopSeconds} s of serving on after the pod began to leave, then ${drainSeconds} s for goodbyes, within the grace period`,
      fix: linesOf(plan),
      reason:
        "it gets SIGTERM while new connections are still sent to it, and what is open after the grace period is cut without a word",
      ...(graceSeconds === UNKNOWN && { pending: true }),
    },
  ];
}

const linesOf = ({ preStopSeconds, gracePeriodSeconds }: ReturnType<typeof planDrain>): string =>
  `terminationGracePeriodSeconds: ${gracePeriodSeconds}, and in the container lifecycle: { preStop: { sleep: { seconds: ${preStopSeconds} } } }`;

function brokenHook(
  { because, at, write }: { because: string; at: readonly string[]; write: string },
  containerAt: readonly (string | number)[],
): Part {
  return {
    severity: "error",
    at: [...containerAt, ...at],
    found: `its preStop hook fails: ${because}`,
    needed: "a hook that runs",
    fix: write,
    reason: "a hook that fails is skipped: the container gets SIGTERM at once, while new connections are still sent to it",
  };
}

function keptSignal(shell: string | Unknown | undefined, at: NonNullable<Statement["at"]>): Part[] {
  if (shell === undefined) return [];
  const common = {
    severity: "warning",
    at,
    needed: "a first process that gets SIGTERM and says goodbye: the application itself, or an init that passes signals on",
    reason:
      "a shell that waits for its last command passes no signal on, so every stop ends in SIGKILL when the grace period is over",
  } as const;
  if (shell === UNKNOWN) {
    return [{ ...common, found: "what its first process is, is not known yet", fix: "wait for the update", pending: true }];
  }
  const line = shell.trim().split("\n").at(-1) ?? "";
  return [
    {
      ...common,
      found: `its first process is a shell that runs "${shorten(line)}" without exec`,
      fix: `write exec before the last command: ${shorten(withExec(line))}`,
    },
  ];
}

const withExec = (line: string): string => line.replace(/^(.*(?:;|&&|\|\|)\s*|\s*)(?=\S[^;&|]*$)/, "$1exec ");
const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** The hook and the goodbye share the grace period. */
function tooShort(goodbye: Goodbye): Part[] {
  const { preStopSeconds, graceSeconds, graceAt, graceText, drainSeconds, promised } = goodbye;
  if (preStopSeconds === undefined || preStopSeconds === 0) return [];
  const { gracePeriodSeconds } = planDrain({ propagationSeconds: preStopSeconds, drainSeconds });
  const common = {
    at: graceAt,
    needed: `${preStopSeconds} s of preStop and ${drainSeconds} s for goodbyes within the grace period`,
    fix: `terminationGracePeriodSeconds: ${gracePeriodSeconds}`,
  };
  if (graceSeconds === UNKNOWN) {
    const found = `preStop sleeps ${preStopSeconds} s of a grace period that is not known yet`;
    return [{ ...common, severity: "warning", found, fix: "wait for the update", reason: KILLED, pending: true }];
  }
  const left = graceSeconds - preStopSeconds;
  if (left >= drainSeconds) return [];
  if (left <= 0) {
    const found = `preStop sleeps ${preStopSeconds} s of a grace period of ${graceText}: nothing is left for SIGTERM`;
    return [{ ...common, severity: "error", found, reason: KILLED }];
  }
  const found = `preStop sleeps ${preStopSeconds} s of a grace period of ${graceText}, which leaves ${left} s for goodbyes`;
  return [{ ...common, severity: promised ? "error" : "warning", found, reason: KILLED }];
}

const KILLED =
  "what is still open when the grace period ends is cut by SIGKILL, and all those clients come back in the same second";
