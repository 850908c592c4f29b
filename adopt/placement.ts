import type { Block } from "../compile/mergePatch";
import { POD_SECURITY_LABELS, POD_SECURITY_LEVELS } from "../path/facts/podSecurity";
import { at, isEmpty, listAt, numberAt, textAt, written } from "./read";
import type { Decision, Found } from "./model";
import type { Group } from "./group";

const DEGREES: Record<string, string> = { DoNotSchedule: "required", ScheduleAnyway: "preferred" };

/** What the pods may do, whom they are, and where they run. */
export function takePlacement({ workload, namespaceObject }: Group, decisions: Decision[]): Block {
  const object = workload?.object;
  const pod = at(object, "spec", "template", "spec");
  return written({
    security: takeSecurity(pod, namespaceObject, decisions),
    spread: takeSpread(pod, textAt(object, "metadata", "labels", "app.kubernetes.io/managed-by") === "holdfast"),
    priorityClassName: textAt(pod, "priorityClassName"),
    serviceAccount: takeServiceAccount(pod),
    minReadySeconds: numberAt(object, "spec", "minReadySeconds"),
  });
}

/** An image that nobody saw run without root may not start without it. */
function takeSecurity(pod: unknown, namespace: Found | undefined, decisions: Decision[]): Block {
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
    admission: takeAdmission(namespace, restricted),
  });
}

/** What the namespace asks of its pods already. A level that would refuse them stays a label, by a patch. */
function takeAdmission(namespace: Found | undefined, restricted: boolean): Block | undefined {
  const levels: readonly string[] = restricted
    ? POD_SECURITY_LEVELS
    : POD_SECURITY_LEVELS.filter((level) => level !== "restricted");
  const asked = (mode: "enforce" | "warn" | "audit", known: readonly string[]) => {
    const label = textAt(namespace?.object, "metadata", "labels", POD_SECURITY_LABELS[mode]);
    return label !== undefined && known.includes(label) ? label : undefined;
  };
  const admission = written({
    enforce: asked("enforce", levels),
    warn: asked("warn", POD_SECURITY_LEVELS),
    audit: asked("audit", POD_SECURITY_LEVELS),
  });
  return isEmpty(admission) ? undefined : admission;
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
