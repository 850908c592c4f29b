import { PROMISE_RANGES } from "../../path/declarations";
import { planDrain } from "../../path/drain";
import { facts, POD_LIFECYCLE } from "../../path/facts";
import type { Unknown } from "../../path/objects";
import type { ClusterFacts, Hop } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPreStop } from "../../path/preStop";
import { endsABlock, lastLineOf, startsInTheBackground } from "../../path/shell";
import { nameOf, refOf } from "../../path/value";
import { cloudDrain } from "../cloud";
import { shortened } from "../message";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { graceBeyondCaps, undrainedElsewhere } from "../workload/drainCaps";
import type { Goodbye } from "../workload/goodbye";
import { goodbyeOf, graceOf } from "../workload/goodbye";
import { runningContainers } from "../workload/containers";
import { drainingHop, loadBalancerDrains } from "../workload/targetDrains";
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
    ...hooksElsewhere(context),
  ],
};

function check(judged: JudgedWorkload, context: RuleContext): Statement[] {
  const goodbye = goodbyeOf(judged, context);
  const object = refOf(judged.workload);
  if (goodbye === UNKNOWN) return [notKnownYet(judged.workload, "what its containers are")];
  const statements = [
    ...goodbye.containers.flatMap(({ container, preStop, shell }): Statement[] => {
      const place = { object, container: container.name };
      const signal = keptSignal(shell, [...container.at, "command"]);
      // A signal that never arrives is why nothing says goodbye: one cause, one finding.
      const missing =
        preStop.kind === "none" && signal.length === 0 ? noGoodbye(goodbye, [...container.at, "lifecycle"], judged) : [];
      const broken = preStop.kind === "broken" ? [brokenHook(preStop, container.at)] : [];
      const open = preStop.kind === "unknown" ? [notKnownYet(judged.workload, "its preStop hook")] : [];
      return [...signal, ...missing, ...broken, ...open].map((one) => ({ ...one, ...place }));
    }),
    ...(ownSignal(goodbye, judged, context) ?? tooShort(goodbye)).map((one) => ({ ...one, object })),
    ...(hookBesideIsOpen(judged.workload, goodbye, context)
      ? [notKnownYet(judged.workload, "what a container beside does")]
      : []),
    ...(goodbye.graceSeconds === UNKNOWN ? [] : graceBeyondCaps(judged.workload, goodbye, context)),
  ];
  if (statements.length === 0 && goodbye.promiseOpen) return [notKnownYet(judged.workload, "how long a goodbye is promised")];
  if (statements.length === 0) return goodbye.graceSeconds === UNKNOWN ? graceBeyondCaps(judged.workload, goodbye, context) : [];
  return goodbye.sure ? statements : statements.map((one) => notBefore(one, true));
}

type Part = Omit<Statement, "object">;

function notKnownYet(workload: KubernetesObject, what: string): Statement {
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

/**
 * A container without a hook gets SIGTERM while the ways in still send to it. Where the routes to it were written for another Service's long
 * connections that is only worth knowing: a page is loaded again, and nobody notices.
 */
function noGoodbye(goodbye: Goodbye, at: Statement["at"], { byNeighboursOnly }: JudgedWorkload): Part[] {
  const { graceSeconds, graceText, drainSeconds, promised } = goodbye;
  if (graceSeconds !== UNKNOWN && graceSeconds >= DELIBERATE_GRACE_SECONDS) return [];
  const plan = planDrain(goodbye);
  if (plan.preStopSeconds === 0 && graceSeconds !== UNKNOWN && graceSeconds >= drainSeconds) return [];
  const certain = promised && graceSeconds !== UNKNOWN && graceSeconds < drainSeconds;
  return [
    {
      severity: certain ? "error" : byNeighboursOnly ? "info" : "warning",
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
  if (startsInTheBackground(shell)) {
    const found = "its first process is a shell that starts programs in the background, and passes no signal on to them";
    const fix = "a container for each program; or, before they are started, trap 'kill -TERM $(jobs -p); wait' TERM";
    return [{ ...common, found, fix }];
  }
  const line = lastLineOf(shell);
  return [
    {
      ...common,
      found: `its first process is a shell that runs "${shortened(line, 80)}" without exec`,
      fix: endsABlock(line)
        ? "trap 'exit 0' TERM before it, or an init that passes signals on"
        : `write exec before the last command: ${shortened(withExec(line), 80)}`,
    },
  ];
}

const withExec = (line: string): string => line.replace(/^(.*(?:;|&&|\|\|)\s*|\s*)(?=\S[^;&|]*$)/, "$1exec ");

/** A hook that tells the first process to end by itself, before everybody in front has stopped to count on the pod. Undefined: it does not. */
function ownSignal(goodbye: Goodbye, { paths, workload }: JudgedWorkload, { cluster }: RuleContext): Part[] | undefined {
  const early =
    goodbye.containers.find(({ preStop }) => preStop.kind === "runs" && preStop.signalsAfterSeconds !== undefined) ??
    proxyThatEndsItself(workload, cluster);
  if (early?.preStop.kind !== "runs" || goodbye.graceSeconds === UNKNOWN) return undefined;
  const after = early.preStop.signalsAfterSeconds ?? 0;
  const draining = paths
    .flatMap((path) => drainingHop(path) ?? [])
    .reduce<Hop | undefined>((most, hop) => ((hop.drainSeconds ?? 0) > (most?.drainSeconds ?? 0) ? hop : most), undefined);
  // A way in that was not read hears of a leaving pod no sooner than what carries Services on the nodes does.
  const propagationSeconds = goodbye.propagationSeconds || facts("unknown-service-proxy").drain.propagationSeconds;
  const needed = Math.max(propagationSeconds, draining?.drainSeconds ?? 0);
  if (after >= needed) return undefined;
  const { drainSeconds } = goodbye;
  const { gracePeriodSeconds } = planDrain({ propagationSeconds: needed, drainSeconds });
  const counts =
    draining === undefined || (draining.drainSeconds ?? 0) <= propagationSeconds
      ? `while new connections keep coming for ${needed} s`
      : `while ${draining.title} drains the pod for ${needed} s`;
  return [
    {
      severity: "warning",
      at: [...early.container.at, "lifecycle", "preStop"],
      found: `its preStop hook itself ${early.preStop.ofAServer === true ? "tells the server" : "sends the first process a signal"} to end after ${after} s, ${counts}; ${early.preStop.ofAServer === true ? "from then on it refuses what still comes" : "what the hook does after that ends with the process"}`,
      needed: `${needed} s of serving on before the first process is told to end, then ${drainSeconds} s for goodbyes`,
      fix: `a hook that only sleeps ${needed} s (the kubelet sends SIGTERM when it is over), and terminationGracePeriodSeconds: ${gracePeriodSeconds}`,
      reason: "the application closes its connections while the way in still counts on the pod",
    },
  ];
}

/** A web server beside the application stands before it, whatever ports it lists. */
function proxyThatEndsItself(
  workload: KubernetesObject,
  cluster: ClusterFacts,
): Pick<Ending, "container" | "preStop"> | undefined {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return undefined;
  return containers
    .map((container) => ({ container, preStop: readPreStop(container.value, cluster) }))
    .find(({ preStop }) => preStop.kind === "runs" && preStop.ofAServer === true);
}

/** A container that is not known at all yet may be such a server. */
function hookBesideIsOpen(workload: KubernetesObject, { containers }: Goodbye, { cluster }: RuleContext): boolean {
  const running = runningContainers(workload);
  if (running === UNKNOWN) return false;
  const beside = running.filter(({ name }) => !containers.some(({ container }) => container.name === name));
  return beside.some(({ value }) => readPreStop(value, cluster).kind === "unknown");
}

type Ending = Goodbye["containers"][number];

/** Where all is judged: a hook that fails, or that takes the whole grace period, is wrong whatever leads to the workload. */
function hooksElsewhere({ options, workloads, catalog, cluster }: RuleContext): Statement[] {
  if (options.assume !== "all") return [];
  const judged = new Set(workloads.map(({ workload }) => workload));
  return catalog
    .workloads()
    .filter((workload) => !judged.has(workload))
    .flatMap((workload) => {
      const containers = runningContainers(workload);
      const { graceSeconds, graceAt, graceText } = graceOf(workload);
      if (containers === UNKNOWN) return [];
      return containers.flatMap((container): Statement[] => {
        const preStop = readPreStop(container.value, cluster);
        const place = { object: refOf(workload), container: container.name };
        if (preStop.kind === "broken") return [{ ...brokenHook(preStop, container.at), ...place }];
        if (preStop.kind === "unknown") return [{ ...notKnownYet(workload, "its preStop hook"), ...place }];
        const seconds = preStop.kind === "runs" ? (preStop.signalsAfterSeconds ?? preStop.seconds) : undefined;
        if (seconds === undefined || seconds === 0 || graceSeconds === UNKNOWN || seconds < graceSeconds) return [];
        return [
          { ...nothingLeft(seconds, graceText, PROMISE_RANGES.drainSeconds.standard), at: graceAt, object: refOf(workload) },
        ];
      });
    });
}

function nothingLeft(preStopSeconds: number, graceText: string, drainSeconds: number): Part {
  const { gracePeriodSeconds } = planDrain({ propagationSeconds: preStopSeconds, drainSeconds });
  return {
    severity: "error",
    found: `preStop sleeps ${preStopSeconds} s of a grace period of ${graceText}: nothing is left for SIGTERM`,
    needed: `${preStopSeconds} s of preStop and ${drainSeconds} s for goodbyes within the grace period`,
    fix: `terminationGracePeriodSeconds: ${gracePeriodSeconds}`,
    reason: KILLED,
  };
}

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
  if (left <= 0) return [{ ...nothingLeft(preStopSeconds, graceText, drainSeconds), at: graceAt }];
  const found = `preStop sleeps ${preStopSeconds} s of a grace period of ${graceText}, which leaves ${left} s for goodbyes`;
  // Nobody asked for more: what is left is what Kubernetes gives every pod that says nothing.
  const enough = !promised && left >= POD_LIFECYCLE.defaultGracePeriodSeconds;
  return [{ ...common, severity: promised ? "error" : enough ? "info" : "warning", found, reason: KILLED }];
}

const KILLED =
  "what is still open when the grace period ends is cut by SIGKILL, and all those clients come back in the same second";
