import { UNKNOWN } from "./objects";
import type { KubernetesObject, Unknown, Value } from "./objects";
import type { Catalog } from "./catalog";
import type { Path } from "./model";
import type { Read } from "./value";
import { listAt, textAt, valueAt } from "./value";

/** One container of a workload's pods. */
export interface Container {
  /** Undefined where it has none that can be read. */
  name: string | undefined;
  value: Value;
  /** Where it stands in the workload. */
  at: readonly (string | number)[];
}

/** Where the spec of a workload's pods stands in it. */
export function podSpecAt(workload: KubernetesObject): readonly string[] {
  return workload.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
}

export function podSpecOf(workload: KubernetesObject): Value {
  return valueAt(workload, ...podSpecAt(workload));
}

/** The containers that run for as long as a pod does, those of its init containers that stay too. */
export function containersOf(workload: KubernetesObject): Container[] | Unknown {
  const lists = (["containers", "initContainers"] as const).map((list) => ({
    list,
    items: listAt(workload, ...podSpecAt(workload), list),
  }));
  if (lists[0]?.items === UNKNOWN) return UNKNOWN;
  return lists.flatMap(({ list, items }) =>
    (items === UNKNOWN ? [] : items)
      .map((value, index) => ({ name: knownText(textAt(value, "name")), value, at: [...podSpecAt(workload), list, index] }))
      .filter(({ value }) => list === "containers" || textAt(value, "restartPolicy") === "Always"),
  );
}

/**
 * The containers to which ways in lead: those that declare the port a Service sends to. A port that none declares is that of the
 * first container, for a list of ports only informs.
 */
export function servingContainers(workload: KubernetesObject, paths: readonly Path[], catalog: Catalog): Container[] | Unknown {
  const containers = containersOf(workload);
  if (containers === UNKNOWN || containers.length <= 1) return containers;
  const serving = new Set<Container>();
  for (const path of paths) {
    const wanted = targetPort(path, catalog);
    const found = containers.find(({ value }) => declaresPort(value, wanted)) ?? containers[0];
    if (found !== undefined) serving.add(found);
  }
  return containers.filter((container) => serving.has(container));
}

/** The name or number of the pods' port that a way in leads to; undefined where the Service is not read or does not say it. */
export function targetPort({ service, port }: Path, catalog: Catalog): Read<string | number> {
  const ports = listAt(catalog.resolve(service), "spec", "ports");
  if (ports === UNKNOWN) return UNKNOWN;
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(port)) ?? only(ports);
  const target = valueAt(own, "targetPort") ?? valueAt(own, "port");
  return target === UNKNOWN || typeof target === "string" || typeof target === "number" ? target : undefined;
}

/** The number of a pods' port that is given by name or number. */
export function portNumber(port: string | number, containers: readonly Container[]): number | undefined {
  if (typeof port === "number") return port;
  for (const { value } of containers) {
    const ports = listAt(value, "ports");
    const own = ports === UNKNOWN ? undefined : ports.find((item) => textAt(item, "name") === port);
    const number = valueAt(own, "containerPort");
    if (typeof number === "number") return number;
  }
  return undefined;
}

function only(ports: Value[]): Value {
  return ports.length === 1 ? ports[0] : undefined;
}

function declaresPort(container: Value, port: Read<string | number>): boolean {
  const ports = listAt(container, "ports");
  return (
    ports !== UNKNOWN &&
    port !== undefined &&
    ports.some((item) => valueAt(item, "containerPort") === port || valueAt(item, "name") === port)
  );
}

function knownText(text: Read<string>): string | undefined {
  return typeof text === "string" ? text : undefined;
}
