import { amountText } from "../../path/amount";
import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { platformOf } from "../../path/read/loadBalancer/platform";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { listAt, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { runningContainers } from "../workload/containers";
import { NODE_LABEL, nodeOf, spreadsOf } from "../workload/placement";
import type { Claim } from "../workload/claims";
import { diskOfOnePod, mountingOf } from "../workload/claims";
import { podSpecAt, sharedClaims } from "../workload/pods";
import type { Strategy } from "../workload/strategy";
import { neverBegins, stepOf, strategyOf } from "../workload/strategy";

const KINDS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** A rollout of a judged workload gets to its end, and never takes all pods at once. */
export const rollout: Rule = {
  id: "rollout",
  title: "Rollouts go through, a pod at a time",
  description: "A rollout neither waits for ever nor takes all pods at once.",
  group: "availability",
  check: (context: RuleContext): Statement[] =>
    context.workloads
      .filter(({ workload }) => KINDS.has(workload.kind))
      .flatMap((judged) => check(judged, context).map((statement) => notBefore(statement, judged.perhaps))),
};

const CLOUDS: ReadonlySet<string> = new Set(["aws", "azure", "gcp"]);
const WAITS =
  "the rollout waits for a pod that cannot start, for ever where no other node is free; the old version stays, with whatever it was to mend";
const TAKES_ALL = "every rollout cuts all connections at once, and whoever comes back finds nobody until the new pods are ready";

function check({ workload }: JudgedWorkload, context: RuleContext): Statement[] {
  const { catalog } = context;
  const strategy = strategyOf(workload);
  const { floor } = catalog.podRange(workload);
  const common = { object: refOf(workload), at: ["spec", strategy.key] } as const;
  if ([strategy.type, strategy.maxSurge, strategy.maxUnavailable, floor].includes(UNKNOWN)) {
    const found = "how its pods are replaced, or how many there are, is not known yet";
    const needed = "a rollout that goes through and never takes all pods";
    return [{ ...common, severity: "warning", found, needed, fix: ROLLING, reason: TAKES_ALL, pending: true }];
  }
  if (strategy.type === "OnDelete") {
    const found = `${strategy.key}.type OnDelete: no pod is replaced until somebody deletes it`;
    const needed = "a rollout that somebody does, or RollingUpdate";
    const reason = "connections are safe, and a new version reaches nobody by itself";
    return [{ ...common, severity: "info", found, needed, fix: `${strategy.key}: { type: RollingUpdate }`, reason }];
  }
  if (workload.kind !== "DaemonSet" && typeof floor !== "number") return [];
  const pods = workload.kind === "DaemonSet" ? undefined : (floor as number);
  if (strategy.type === "Recreate") return pods !== undefined && pods > 1 ? [recreate(workload, pods)] : [];
  return rolling(workload, strategy, pods, context);
}

const ROLLING = "strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }";

function recreate(workload: KubernetesObject, pods: number): Statement {
  return {
    severity: "error",
    object: refOf(workload),
    at: ["spec", "strategy", "type"],
    found: `strategy Recreate takes all ${pods} pods before it starts a new one`,
    needed: "a rollout that takes one pod after the other",
    fix: ROLLING,
    reason: TAKES_ALL,
  };
}

function rolling(workload: KubernetesObject, strategy: Strategy, pods: number | undefined, context: RuleContext): Statement[] {
  const { catalog } = context;
  const { maxSurge, maxUnavailable, key } = strategy;
  if (maxSurge === undefined || maxUnavailable === undefined || maxSurge === UNKNOWN || maxUnavailable === UNKNOWN) return [];
  const at = ["spec", key, "rollingUpdate"];
  const object = refOf(workload);
  if (neverBegins(maxSurge, maxUnavailable)) {
    const found = `maxSurge ${amountText(maxSurge)} and maxUnavailable ${amountText(maxUnavailable)}`;
    const reason = `the API server refuses such a ${workload.kind}, because its rollout could not begin`;
    return [{ severity: "error", object, at, found, needed: "one of them above 0", fix: "maxSurge: 1", reason }];
  }
  if (pods === undefined) {
    if (!("percent" in maxUnavailable) || maxUnavailable.percent < 100) return [];
    const found = `maxUnavailable ${amountText(maxUnavailable)} takes all pods at once`;
    const fix = "rollingUpdate: { maxUnavailable: 1 }";
    return [{ severity: "error", object, at: [...at, "maxUnavailable"], found, needed: "one at a time", fix, reason: TAKES_ALL }];
  }
  const { added, gone } = stepOf(maxSurge, maxUnavailable, pods);
  // A StatefulSet of one pod has no other way, and its replicas are another rule's matter.
  if (gone >= pods && pods > 0 && !(workload.kind === "StatefulSet" && pods === 1)) {
    return [takesAll(workload, strategy, pods, at)];
  }
  return [...(gone === 0 && added > 0 ? waits(workload, key, context, pods) : []), ...sharing(workload, catalog, pods)];
}

function takesAll(workload: KubernetesObject, { maxUnavailable }: Strategy, pods: number, at: PropertyPath): Statement {
  const written = maxUnavailable === undefined || maxUnavailable === UNKNOWN ? "" : ` ${amountText(maxUnavailable)}`;
  return {
    severity: pods > 1 ? "error" : "warning",
    object: refOf(workload),
    at: [...at, "maxUnavailable"],
    found: `maxUnavailable${written} may take ${pods === 1 ? "the only pod" : `all ${pods} pods`} before a new one is ready`,
    needed: "a new pod that is ready before an old one goes",
    fix:
      workload.kind === "Deployment" ? ROLLING : "updateStrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 1 } }",
    reason: TAKES_ALL,
  };
}

/** Why the pod that a rollout starts first may find no place while the old ones stay. All of them are one finding: one line mends it. */
function waits(workload: KubernetesObject, key: string, { catalog, cluster }: RuleContext, pods: number): Statement[] {
  const { platform } = platformOf(catalog, cluster);
  const cloud = platform !== undefined && CLOUDS.has(platform);
  const because = [hostPorts(workload), apart(workload, pods), pods === 1 ? disk(workload, catalog) : undefined];
  const known = because.filter((one) => typeof one === "string");
  const common = {
    severity: "warning",
    object: refOf(workload),
    at: ["spec", key],
    needed: "an old pod that goes before the new one starts",
    reason: WAITS,
    fix:
      pods === 1
        ? "strategy: { type: Recreate }"
        : "strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }",
  } as const;
  if (known.length > 0) {
    // In a cloud another node can be had, and mostly comes by itself: what is taken on a node, or the disk, is not to be had twice.
    const onlyNeedsANode = known.length === 1 && known[0] === because[1] && cloud;
    return [
      {
        ...common,
        ...(onlyNeedsANode && { severity: "info" as const }),
        found: `a rollout starts a new pod before an old one goes, but ${known.join(", and ")}`,
      },
    ];
  }
  if (!because.includes(UNKNOWN)) return [];
  return [{ ...common, found: "whether a new pod finds a place beside the old ones is not known yet", pending: true }];
}

function hostPorts(workload: KubernetesObject): Read<string> {
  const containers = runningContainers(workload);
  const hostNetwork = valueAt(workload, ...podSpecAt(workload), "hostNetwork");
  if (hostNetwork === true) return "its pods use the node's own network (hostNetwork), where a port can be taken once";
  if (containers === UNKNOWN || hostNetwork === UNKNOWN) return UNKNOWN;
  const ports = containers.map(({ value }) => listAt(value, "ports"));
  const taken = ports.flatMap((list): Read<string>[] =>
    list === UNKNOWN ? [UNKNOWN] : list.map((port) => textAt(port, "hostPort")),
  );
  const known = taken.filter((port) => typeof port === "string" && port !== "0");
  if (known.length > 0) {
    return `its pods take port ${known.map(String).join(", ")} of the node (hostPort), which can be taken once`;
  }
  return taken.includes(UNKNOWN) ? UNKNOWN : undefined;
}

function apart(workload: KubernetesObject, pods: number): Read<string> {
  const { spreads, open } = spreadsOf(workload);
  const strict = spreads.filter(
    ({ kind, strength, own, topologyKey }) =>
      kind === "anti-affinity" && strength === "required" && own !== false && [NODE_LABEL, UNKNOWN].includes(topologyKey ?? ""),
  );
  if (strict.some(({ own, topologyKey }) => own === true && topologyKey === NODE_LABEL)) {
    const needs = `${pods + 1} nodes for ${pods === 1 ? "1 pod" : `${pods} pods`}`;
    return `its pods must not share a node (podAntiAffinity), so it needs ${needs}`;
  }
  return open || strict.length > 0 ? UNKNOWN : undefined;
}

/**
 * The disk of a single pod, where one node at a time can mount it. A claim that was not read most likely is of that kind; what several pods
 * share without it being read works for them already.
 */
function disk(workload: KubernetesObject, catalog: Catalog): Read<string> {
  const claims = sharedClaims(workload);
  const node = nodeOf(workload);
  if (claims === UNKNOWN || (claims.length > 0 && node === UNKNOWN)) return UNKNOWN;
  for (const name of claims) {
    const mounting = mountingOf(workload, name, catalog);
    if (mounting === UNKNOWN) return UNKNOWN;
    // All pods that are told to run on one node mount it there together, unless it is for one pod alone.
    if (typeof node === "string" && mounting?.modes.includes("ReadWriteOncePod") !== true) continue;
    if (mounting === undefined) return `it mounts claim ${name}, which was not read and, as most, may be for one node at a time`;
    if (mounting.isForOneNode && !mounting.isOfItsNode) {
      return `it mounts claim ${name}, which is ${mounting.modes.join(", ")}: a new pod on another node cannot mount it while the old one stays`;
    }
  }
  const own = diskOfOnePod(workload);
  return typeof own === "string" ? `its volume ${own} is a disk that one pod at a time can write to` : own;
}

/** Several pods on one disk that one node can mount: those on other nodes never start. */
function sharing(workload: KubernetesObject, catalog: Catalog, pods: number): Statement[] {
  if (pods < 2) return [];
  const claims = sharedClaims(workload);
  const disk = diskOfOnePod(workload);
  const read = claims === UNKNOWN ? [] : claims.map((name): Claim => ({ name, mounting: mountingOf(workload, name, catalog) }));
  const alone = read.find(({ mounting }) => mounting !== undefined && mounting !== UNKNOWN && mounting.isForOneNode)?.name;
  const open = claims === UNKNOWN || disk === UNKNOWN || read.some(({ mounting }) => mounting === UNKNOWN);
  if (alone === undefined && typeof disk !== "string" && !open) return [];
  const common = {
    severity: "warning",
    object: refOf(workload),
    at: [...podSpecAt(workload), "volumes"],
    needed: "a claim that is ReadWriteMany, or a disk for each pod",
    reason: "pods on other nodes never start, so all run on one node and go down with it",
  } as const;
  const claim = `PersistentVolumeClaim ${namespaceOf(workload)}/${alone ?? "<claim>"}`;
  const fix = `accessModes: [ReadWriteMany] in ${claim}`;
  if (alone === undefined && typeof disk === "string") {
    const found = `${pods} pods share volume ${disk}, a disk that one pod at a time can write to`;
    return [{ ...common, found, fix: "a StatefulSet with volumeClaimTemplates, or replicas: 1" }];
  }
  if (alone === undefined) {
    return [{ ...common, found: "whether its pods can share their disk is not known yet", fix, pending: true }];
  }
  return [{ ...common, found: `${pods} pods share claim ${alone}, which only one node at a time can mount`, fix }];
}
