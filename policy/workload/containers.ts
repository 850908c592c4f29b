import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { poolMeant, portsOfPool } from "../../path/read/inferencePool";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { listAt, NAME_NOT_KNOWN, textAt, valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";
import type { JudgedWorkload } from "../scope/workloads";
import { podSpecAt } from "./pods";

/** A container of a workload's pods. */
export interface Container {
  name: string;
  value: Value;
  /** Where it stands in the workload. */
  at: PropertyPath;
}

/** The containers that connections reach. */
export interface Serving {
  containers: Container[];
  /** False where they are only the likely ones, because what decides it is not known yet. */
  sure: boolean;
  /** Those that may be reached as well; what decides it is not known yet. */
  others: Container[];
}

/** All containers that run as long as the pod does: sidecars that are written as init containers too. UNKNOWN: not known yet. */
export function runningContainers(workload: KubernetesObject): Container[] | typeof UNKNOWN {
  const own = containersAt(workload, "containers");
  const sidecars = containersAt(workload, "initContainers");
  if (own === UNKNOWN || sidecars === UNKNOWN) return UNKNOWN;
  return [...own, ...sidecars.filter(({ value }) => textAt(value, "restartPolicy") === "Always")];
}

/**
 * Those that have a port which a way in leads to. A list of ports is only information, so where none has the port it is one of those that
 * list none, and where all list some it cannot be told: then the first one stands for the pod.
 */
export function servingContainers({ workload, paths }: JudgedWorkload, catalog: Catalog): Serving | typeof UNKNOWN {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return UNKNOWN;
  const targets = new Set(paths.flatMap((path) => targetPorts(path, catalog)));
  const answers = containers.map((container) => ({ container, serves: hasOneOf(container, targets) }));
  const serving = answers.filter(({ serves }) => serves === true).map(({ container }) => container);
  const open = answers.filter(({ serves }) => serves === UNKNOWN || (serves === false && targets.has(UNKNOWN)));
  const others = open.map(({ container }) => container);
  if (serving.length > 0) return { containers: serving, sure: true, others };
  const unlisted = containers.find(({ value }) => isEmptyList(listAt(value, "ports")));
  const likely = unlisted ?? containers[0];
  return {
    containers: likely === undefined ? [] : [likely],
    sure: others.length === 0,
    others: others.filter((container) => container !== likely),
  };
}

function containersAt(workload: KubernetesObject, key: string): Container[] | typeof UNKNOWN {
  const at = [...podSpecAt(workload), key];
  const values = listAt(workload, ...at);
  if (values === UNKNOWN) return UNKNOWN;
  return values.map((value, index) => ({ name: nameOfContainer(value), value, at: [...at, index] }));
}

function nameOfContainer(container: Value): string {
  const name = textAt(container, "name");
  return name === UNKNOWN ? NAME_NOT_KNOWN : (name ?? "");
}

const isEmptyList = (list: Value[] | typeof UNKNOWN): boolean => list !== UNKNOWN && list.length === 0;

/** The ports of the pods that a way in sends to, by name or number, as texts. */
function targetPorts({ service, port }: Path, catalog: Catalog): Read<string>[] {
  const pool = poolMeant(service, catalog);
  if (pool !== undefined) return portsOfPool(pool).map((port) => (port === UNKNOWN ? UNKNOWN : String(port)));
  const found = catalog.resolve(service);
  if (found === undefined) return catalog.mayStillMean(service) ? [UNKNOWN] : [];
  const ports = listAt(found, "spec", "ports");
  if (ports === UNKNOWN) return [UNKNOWN];
  const meant = ports.filter((one) => [textAt(one, "port"), textAt(one, "name")].includes(String(port)));
  return (meant.length > 0 ? meant : ports).map((one) => {
    const target = textAt(one, "targetPort");
    return target ?? textAt(one, "port");
  });
}

function hasOneOf({ value }: Container, targets: ReadonlySet<Read<string>>): boolean | typeof UNKNOWN {
  const ports = listAt(value, "ports");
  if (ports === UNKNOWN) return UNKNOWN;
  const own = ports.flatMap((port): Read<string>[] => [textAt(port, "containerPort"), textAt(port, "name")]);
  if (own.some((port) => port !== undefined && port !== UNKNOWN && targets.has(port))) return true;
  return own.includes(UNKNOWN) ? UNKNOWN : false;
}

/** The ports a container lists, by name or number; UNKNOWN among them where one is not known yet. */
export function listedPorts({ value }: Container): Read<string>[] {
  const ports = listAt(value, "ports");
  if (ports === UNKNOWN) return [UNKNOWN];
  return ports
    .flatMap((port): Read<string>[] => [textAt(port, "containerPort"), textAt(port, "name")])
    .filter((port) => port !== undefined);
}

/** What is written at some keys of a container. */
export const inContainer = ({ value }: Container, ...keys: (string | number)[]): Value => valueAt(value, ...keys);
