import { Hole, Later, placeholder, type CompiledObject } from "../compile/model";

type Scalar = string | number;
/** The values of one service, as they stand in values.yaml. */
export type ServiceValues = { [key: string]: Scalar | ServiceValues };

/** Where in an object a value stands, and where in the service's values it is kept. `*` stands for every key there. */
interface Place {
  kind: string;
  at: string[];
  as: string[];
}

const PLACES: Place[] = [
  { kind: "Deployment", at: ["spec", "replicas"], as: ["replicas"] },
  { kind: "StatefulSet", at: ["spec", "replicas"], as: ["replicas"] },
  { kind: "HorizontalPodAutoscaler", at: ["spec", "minReplicas"], as: ["scaling", "min"] },
  { kind: "HorizontalPodAutoscaler", at: ["spec", "maxReplicas"], as: ["scaling", "max"] },
  { kind: "ScaledObject", at: ["spec", "minReplicaCount"], as: ["scaling", "min"] },
  { kind: "ScaledObject", at: ["spec", "maxReplicaCount"], as: ["scaling", "max"] },
];

/** The same in the first container of a workload. */
const CONTAINER_PLACES: Omit<Place, "kind">[] = [
  { at: ["image"], as: ["image"] },
  { at: ["imagePullPolicy"], as: ["imagePullPolicy"] },
  { at: ["resources", "requests", "cpu"], as: ["resources", "requests", "cpu"] },
  { at: ["resources", "requests", "memory"], as: ["resources", "requests", "memory"] },
  { at: ["resources", "limits", "cpu"], as: ["resources", "limits", "cpu"] },
  { at: ["resources", "limits", "memory"], as: ["resources", "limits", "memory"] },
];

const CONTAINER = ["spec", "template", "spec", "containers", "0"];
const WORKLOAD_KINDS = new Set(["Deployment", "StatefulSet"]);

/** Logical name of the ConfigMap that brings the plain environment. The one with files is no place for single values. */
const ENVIRONMENT = "config-map";

/**
 * Takes the values out of an object.
 *
 * @param values grows by what was taken out.
 * @param express gives what stands in the object for a template expression.
 */
export function createValues(
  { object, logicalName }: CompiledObject,
  service: string,
  values: ServiceValues,
  express: (expression: string) => string,
): unknown {
  const taken = new Map<string, string>();
  const take = (at: string[], as: string[]) => {
    const found = valueAt(object, at);
    const value = found instanceof Hole ? placeholder(found) : found;
    if (typeof value !== "string" && typeof value !== "number") return;
    keep(values, as, value);
    taken.set(JSON.stringify(at), express(expression(service, as, value)));
  };
  for (const { kind, at, as } of PLACES) if (object.kind === kind) take(at, as);
  if (WORKLOAD_KINDS.has(object.kind)) {
    for (const { at, as } of CONTAINER_PLACES) take([...CONTAINER, ...at], as);
  }
  if (logicalName === ENVIRONMENT) for (const key of Object.keys(object.data ?? {})) take(["data", key], ["config", key]);
  if (object.kind === "Secret") {
    for (const key of Object.keys(object.stringData ?? {})) take(["stringData", key], ["secrets", key]);
  }
  return replaced(object, [], taken);
}

/** `index` takes names with hyphens too. Text is quoted, because a value such as `1` or `true` must stay text. */
function expression(service: string, as: string[], value: Scalar): string {
  const keys = ["services", service, ...as].map((key) => JSON.stringify(key)).join(" ");
  return `{{ index .Values ${keys} | ${typeof value === "number" ? "int" : "quote"} }}`;
}

function keep(values: ServiceValues, as: string[], value: Scalar): void {
  const last = as.at(-1)!;
  const parent = as.slice(0, -1).reduce((block, key) => (block[key] ??= {}) as ServiceValues, values);
  parent[last] = value;
}

function valueAt(value: unknown, at: string[]): unknown {
  return at.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function replaced(value: unknown, at: string[], taken: Map<string, string>): unknown {
  const expression = taken.get(JSON.stringify(at));
  if (expression !== undefined) return expression;
  // What is known later and is no value of the chart stays as it is; renderObject writes its placeholder.
  if (value instanceof Hole || value instanceof Later) return value;
  if (Array.isArray(value)) return value.map((item, index) => replaced(item, [...at, String(index)], taken));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, [...at, key], taken)]));
}
