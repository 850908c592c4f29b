import { NODE_LOGS } from "../../path/facts/logging";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, nameOf, refOf, textAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Rule, RuleContext, Statement } from "../rule";

const NEEDED = `a DaemonSet that reads ${NODE_LOGS.folder} of the nodes and sends on what stands there`;
const REASON = "what a pod wrote about a connection that broke goes with the pod, and a rollout takes all of them";

/** Somebody collects what pods write, where enough of a cluster was read to tell. */
export const logCollector: Rule = {
  id: "log-collector",
  title: "What pods write outlives them",
  description: "A DaemonSet of the cluster reads the logs of the nodes.",
  group: "availability",
  check({ catalog, workloads }: RuleContext): Statement[] {
    const daemonSets = catalog.ofKind("DaemonSet");
    // The manifests of one application say nothing of what else runs in its cluster.
    const [first] = workloads.map(({ workload }) => workload).sort(byName);
    if (daemonSets.length === 0 || first === undefined) return [];
    const answers = daemonSets.map(readsLogs);
    if (answers.includes(true)) return [];
    const open = daemonSets[answers.indexOf(UNKNOWN)];
    if (open !== undefined) return [notKnownYet(open, VOLUMES, { needed: NEEDED, reason: REASON })];
    const found = `none of the cluster's DaemonSets reads ${NODE_LOGS.folder} of the nodes (read: ${daemonSets.length})`;
    const fix =
      "install a collector of logs, such as Fluent Bit, in the cluster; waive where the cloud or a sidecar collects them";
    return [{ severity: "info", object: refOf(first), found, needed: NEEDED, fix, reason: REASON }];
  },
};

const byName = (left: KubernetesObject, right: KubernetesObject): number => (nameOf(left) < nameOf(right) ? -1 : 1);

const VOLUMES = ["spec", "template", "spec", "volumes"] as const;

function readsLogs(daemonSet: KubernetesObject): boolean | Unknown {
  const volumes = listAt(daemonSet, ...VOLUMES);
  if (volumes === UNKNOWN) return UNKNOWN;
  const folders = volumes.map((volume) => textAt(volume, "hostPath", "path"));
  const isAbove = (folder: string) => `${NODE_LOGS.folder}/`.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
  const isBelow = (folder: string) => folder.startsWith(`${NODE_LOGS.folder}/`);
  if (folders.some((folder) => typeof folder === "string" && (isAbove(folder) || isBelow(folder)))) return true;
  return folders.includes(UNKNOWN) ? UNKNOWN : false;
}
