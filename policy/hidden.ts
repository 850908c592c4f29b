import type { Catalog } from "../path/catalog";
import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { ROUTE_KINDS } from "../path/read/routes";
import { refOf, valueAt } from "../path/value";
import { notKnownYet } from "./pending";
import type { PropertyPath, Rule, Statement } from "./rule";

/** The kinds that make ways in. What of them is not known decides which ways in there are, and where they lead. */
const WAY_IN_KINDS = ["Service", "Ingress", ...ROUTE_KINDS];
const HEAD: PropertyPath[] = [
  ["metadata"],
  ["metadata", "name"],
  ["metadata", "namespace"],
  ["metadata", "annotations"],
  ["metadata", "labels"],
];
/** The API server chooses them, whatever a program says; no rule asks for them. */
const CHOSEN_BY_THE_SERVER = new Set([
  "clusterIP",
  "clusterIPs",
  "healthCheckNodePort",
  "ipFamilies",
  "ipFamilyPolicy",
  "nodePort",
]);

interface Hidden {
  object: KubernetesObject;
  at: PropertyPath;
}

const hiddenIn = new WeakMap<Catalog, Hidden[]>();

/**
 * A way in that is not known in full may be any other one, and what a rule has nothing against now it may object to then. So whoever judges
 * ways in has to look again at each that it says nothing of. A single annotation that is not known is the matter of the rule that reads it.
 */
export function waitingFor(rule: Rule, catalog: Catalog, said: readonly Statement[]): Statement[] {
  if (rule.group !== "connection" && rule.group !== "exposure") return [];
  const known = new Set(said.map(({ object }) => `${object.kind} ${object.namespace}/${object.name}`));
  return placesIn(catalog).flatMap(({ object, at }) => {
    const { kind, namespace, name } = refOf(object);
    if (known.has(`${kind} ${namespace}/${name}`)) return [];
    const needed = "every value that says which ways in there are, and where they lead";
    return [notKnownYet(object, at, { needed, reason: "what is not known yet cannot be judged" })];
  });
}

function placesIn(catalog: Catalog): Hidden[] {
  const known = hiddenIn.get(catalog);
  if (known !== undefined) return known;
  const places = WAY_IN_KINDS.flatMap((kind) => catalog.ofKind(kind)).flatMap((object): Hidden[] => {
    const head = HEAD.find((at) => valueAt(object, ...at) === UNKNOWN);
    const at = head ?? firstUnknown(valueAt(object, "spec"), ["spec"]);
    return at === undefined ? [] : [{ object, at }];
  });
  hiddenIn.set(catalog, places);
  return places;
}

function firstUnknown(value: Value, at: PropertyPath): PropertyPath | undefined {
  if (value === UNKNOWN) return at;
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, child] of Object.entries(value)) {
    if (CHOSEN_BY_THE_SERVER.has(key)) continue;
    const found = firstUnknown(child as Value, [...at, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
