import type { KubernetesObject, Unknown, Value } from "./objects";
import { UNKNOWN } from "./objects";
import type { Ternary } from "./selector";
import { itemsAt, knownItems, listAt, textAt, valueAt } from "./value";

/** One container of a workload's pods, and where it stands in the workload. */
export interface PlacedContainer {
  /** Its name; absent where it has none that is known. */
  name?: string;
  container: Value;
  at: readonly (string | number)[];
  /** True where it ends before the others start. A native sidecar (`restartPolicy: Always`) does not. */
  endsBeforeStart: boolean;
}

/** Where the spec of a workload's pods stands: a Pod has it at its root, everything else in a template. */
export function podSpecPath(workload: KubernetesObject): readonly string[] {
  return workload.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
}

/** The containers that run beside each other, native sidecars too; UNKNOWN where the list itself is not known yet. */
export function runningContainers(workload: KubernetesObject): Value[] | Unknown {
  const placed = containersOf(workload);
  return placed === UNKNOWN ? UNKNOWN : placed.flatMap(({ container, endsBeforeStart }) => (endsBeforeStart ? [] : [container]));
}

/** The words of a container's command and of its arguments; UNKNOWN in the place of a list that is not known yet. */
export function commandWords(container: Value): Value[] {
  return ["command", "args"].flatMap((key) => itemsAt(container, key));
}

/** Those of them that are known. */
export function writtenWords(container: Value): string[] {
  return commandWords(container).filter((word) => typeof word === "string");
}

/** The variables of a container that are written, by name and value; one whose value stands elsewhere has an empty one. */
export function writtenVariables(container: Value): [name: string, value: string][] {
  return knownItems(container, "env").flatMap((item): [string, string][] => {
    const [name, value] = [textAt(item, "name"), textAt(item, "value")];
    return typeof name === "string" ? [[name, typeof value === "string" ? value : ""]] : [];
  });
}

/** The probes that a container may have. */
export const PROBE_NAMES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

/** Whether a container lists a port, by its number or its name. */
export function listsPort(container: Value, port: Value): Ternary {
  const ports = itemsAt(container, "ports");
  const keys = ports.flatMap((one) => [valueAt(one, "containerPort"), valueAt(one, "name")]);
  return keys.includes(port) || (keys.includes(UNKNOWN) ? UNKNOWN : false);
}

/** All containers of a workload's pods, those that only prepare it included; UNKNOWN where the list itself is not known yet. */
export function containersOf(workload: KubernetesObject): PlacedContainer[] | Unknown {
  const root = podSpecPath(workload);
  const lists = ["initContainers", "containers"].map((list) => ({ list, values: listAt(workload, ...root, list) }));
  if (lists.some(({ values }) => values === UNKNOWN)) return UNKNOWN;
  return lists.flatMap(({ list, values }) =>
    (values as Value[]).map((container, index) => {
      const name = textAt(container, "name");
      return {
        ...(typeof name === "string" && { name }),
        container,
        at: [...root, list, index],
        endsBeforeStart: list === "initContainers" && textAt(container, "restartPolicy") !== "Always",
      };
    }),
  );
}
