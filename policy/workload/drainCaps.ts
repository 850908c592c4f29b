import { MANAGED_CAPS } from "../../path/facts";
import type { ManagedCap } from "../../path/facts";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { platformOf } from "../../path/read/loadBalancer/platform";
import { numberAt, refOf } from "../../path/value";
import { notKnownYet } from "../pending";
import type { PropertyPath, RuleContext, Statement } from "../rule";
import type { Goodbye } from "./goodbye";
import { podSpecAt, podSpecOf } from "./pods";

const DAY_SECONDS = 86_400;

/** Whose upgrades of nodes cut a grace period short, by platform. What scales nodes down may be installed anywhere. */
const UPGRADES: Partial<Record<NonNullable<ClusterFacts["platform"]>, ManagedCap["id"]>> = { azure: "aks", gcp: "gke" };

/** The cap that decides: that of the platform, and where nothing shows it the longest that any has. */
function capOf({ catalog, cluster }: RuleContext): ManagedCap | undefined {
  const { platform } = platformOf(catalog, cluster);
  if (platform === "bare-metal") return undefined;
  const own = platform === undefined ? undefined : UPGRADES[platform];
  const longest = MANAGED_CAPS.reduce((most, cap) => (cap.seconds > most.seconds ? cap : most));
  return MANAGED_CAPS.find(({ id }) => id === own) ?? longest;
}

/** A grace period that others cut short, or that stops every node drain for as long as one client stays. */
export function graceBeyondCaps(
  workload: KubernetesObject,
  { graceSeconds, graceAt }: Pick<Goodbye, "graceSeconds" | "graceAt">,
  context: RuleContext,
): Statement[] {
  if (graceSeconds === UNKNOWN) return [graceNotKnownYet(workload, graceAt)];
  if (typeof graceSeconds !== "number") return [];
  const cap = capOf(context);
  const unbounded = graceSeconds > DAY_SECONDS;
  if (!unbounded && (cap === undefined || graceSeconds <= cap.seconds)) return [];
  const most = cap?.seconds ?? DAY_SECONDS;
  const caps = MANAGED_CAPS.map(({ title, seconds }) => `${title} ${seconds} s`).join(", ");
  const found = unbounded
    ? `terminationGracePeriodSeconds ${graceSeconds} has no end: a node drain waits for as long as one client stays`
    : `terminationGracePeriodSeconds ${graceSeconds}, but ${cap?.title} waits at most ${cap?.seconds} s`;
  return [
    {
      severity: "warning",
      object: refOf(workload),
      at: graceAt,
      found,
      needed: `a goodbye that ends within ${most} s`,
      fix: `tell clients to come back elsewhere, and terminationGracePeriodSeconds: ${most}`,
      reason: `what replaces nodes waits only so long, then cuts every connection that is still open (${caps})`,
    },
  ];
}

function graceNotKnownYet(workload: KubernetesObject, at: PropertyPath): Statement {
  return notKnownYet(workload, at, {
    needed: "a goodbye that ends before those who replace nodes lose patience",
    reason: "a grace period that others cut short ends connections without a goodbye",
  });
}

/** A grace period beyond every cap shows long connections by itself, whatever leads to the workload. */
export function undrainedElsewhere(context: RuleContext): Statement[] {
  if (context.options.assume === "declared") return [];
  const judged = new Set(context.workloads.map(({ workload }) => workload));
  return context.catalog
    .workloads()
    .filter((workload) => !judged.has(workload))
    .flatMap((workload) => {
      const graceSeconds = numberAt(podSpecOf(workload), "terminationGracePeriodSeconds");
      const graceAt = [...podSpecAt(workload), "terminationGracePeriodSeconds"];
      return graceSeconds === undefined ? [] : graceBeyondCaps(workload, { graceSeconds, graceAt }, context);
    });
}
