import type { Block } from "../compile/mergePatch";
import { at, isEmpty, listAt, numberAt, textAt, written } from "./read";
import type { Decision } from "./model";
import type { Group } from "./group";

const DEGREES: Record<string, string> = { DoNotSchedule: "required", ScheduleAnyway: "preferred" };

/** What the pods may do, whom they are, and where they run. */
export function takePlacement({ workload }: Group, decisions: Decision[]): Block {
  const object = workload?.object;
  const pod = at(object, "spec", "template", "spec");
  return written({
    security: takeSecurity(pod, decisions),
    spread: takeSpread(pod, textAt(object, "metadata", "labels", "app.kubernetes.io/managed-by") === "holdfast"),
    priorityClassName: textAt(pod, "priorityClassName"),
    serviceAccount: takeServiceAccount(pod),
    minReadySeconds: numberAt(object, "spec", "minReadySeconds"),
  });
}

/** An image that nobody saw run without root may not start without it. */
function takeSecurity(pod: unknown, decisions: Decision[]): Block {
  const container = listAt(pod, "containers")[0];
  const either = (key: string) => at(container, "securityContext", key) ?? at(pod, "securityContext", key);
  const restricted = either("runAsNonRoot") === true;
  if (!restricted) {
    decisions.push({
      at: ["security"],
      why: "nothing there says that the image runs without root; try level: restricted, the default",
    });
  }
  const user = either("runAsUser");
  return written({
    level: restricted ? undefined : "baseline",
    runAsUser: typeof user === "number" && user > 0 ? user : undefined,
    fsGroup: numberAt(pod, "securityContext", "fsGroup"),
    readOnlyRootFilesystem: either("readOnlyRootFilesystem") === true ? true : undefined,
  });
}

/** Our own pods say it outright; of others a spread that is only preferred takes nothing away. */
function takeSpread(pod: unknown, isOurs: boolean): Block | undefined {
  const constraint = (topologyKey: string): string | undefined => {
    const found = listAt(pod, "topologySpreadConstraints").find((each) => textAt(each, "topologyKey") === topologyKey);
    return DEGREES[textAt(found, "whenUnsatisfiable") ?? ""];
  };
  const preferred = at(pod, "affinity", "podAntiAffinity") === undefined ? undefined : "preferred";
  const zones = constraint("topology.kubernetes.io/zone") ?? (isOurs ? "none" : undefined);
  const nodes = constraint("kubernetes.io/hostname") ?? preferred ?? (isOurs ? "none" : undefined);
  const spread = written({ zones, nodes });
  return isEmpty(spread) ? undefined : spread;
}

function takeServiceAccount(pod: unknown): Block | undefined {
  const name = textAt(pod, "serviceAccountName") ?? textAt(pod, "serviceAccount");
  const mountToken = at(pod, "automountServiceAccountToken") === false ? undefined : true;
  return name === undefined || name === "default" ? undefined : written({ mode: "existing", name, mountToken });
}
