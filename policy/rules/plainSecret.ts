import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import type { PlacedContainer } from "../../path/containers";
import { containersOf, podSpecPath } from "../../path/containers";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, refOf, textAt } from "../../path/value";
import { isCustom, secretsInCustom } from "../customSecrets";
import { notKnownYet } from "../pending";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { isLiteral, isSecretName, optionIn, secretByShape, secretIn, secretInFile } from "../secretShape";
import { configMapsOf, FROM_CONFIG_MAP, mayReadMore } from "../workload/configMaps";

const NEEDED = "the value in a Secret, and only a reference to it here";
const SEEN = "everyone who may read the object, its history or the file in a repository has it";
const REASON =
  "everyone who may read the workload, its history or the file in a repository has it, and a change of it is a change of the workload: a rollout that ends every connection";

/** No credential stands in plain text in the pods of a judged workload, nor in a ConfigMap that they read. */
export const plainSecret: Rule = {
  id: "plain-secret",
  title: "Credentials live in Secrets",
  description: "No credential stands in plain text.",
  group: "hygiene",
  check: (context: RuleContext): Statement[] => {
    const configMaps = new Set<KubernetesObject>();
    const check = (workload: KubernetesObject): Statement[] => {
      const read = configMapsOf(workload, context.catalog);
      for (const found of read === UNKNOWN ? [] : read) configMaps.add(found);
      return [...openConfigMaps(workload, read), ...checkWorkload(workload)];
    };
    const ofWorkloads = context.workloads.flatMap(({ workload, perhaps }) =>
      check(workload).map((statement) => notBefore(statement, perhaps)),
    );
    const others = context.options.assume === "all" ? othersOf(context) : [];
    const custom = context.asked.length === 0 ? [] : context.catalog.objects.filter(isCustom);
    return [
      ...ofWorkloads,
      ...others.flatMap((workload) => ofAnother(check(workload))),
      ...[...configMaps].flatMap(checkConfigMap),
      ...custom.flatMap((object) => checkCustom(object, context.catalog)),
    ];
  },
};

/** What pods read by a name that is not known yet may hold anything. */
function openConfigMaps(workload: KubernetesObject, read: KubernetesObject[] | Unknown): Statement[] {
  const common = { needed: NEEDED, reason: REASON };
  if (read === UNKNOWN) return [notKnownYet(workload, ["metadata", "namespace"], common)];
  const containers = containersOf(workload);
  // The containers and their variables say so themselves.
  const told = containers === UNKNOWN || containers.some(({ container }) => hasOpenVariables(container));
  return !told && mayReadMore(workload) ? [notKnownYet(workload, podSpecPath(workload), common)] : [];
}

/** No connection ends with it; what is open is said once for a workload, which is looked at again as a whole. */
function ofAnother(statements: Statement[]): Statement[] {
  const pending = statements.find((one) => one.pending === true);
  const certain = statements.filter((one) => one.pending !== true);
  return [...certain, ...(pending === undefined ? [] : [pending])].map((one) => ({ ...one, reason: SEEN }));
}

/** Where all is judged: a database's password lies open in the same files, and opens what connections speak about. */
function othersOf({ catalog, workloads }: RuleContext): KubernetesObject[] {
  const judged = new Set(workloads.map(({ workload }) => workload));
  return catalog.workloads().filter((workload) => !judged.has(workload));
}

function checkWorkload(workload: KubernetesObject): Statement[] {
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return [notKnownYet(workload, podSpecPath(workload), { needed: NEEDED, reason: REASON })];
  return containers.flatMap((placed) => [...checkEnvironment(workload, placed), ...checkArguments(workload, placed)]);
}

function checkEnvironment(workload: KubernetesObject, placed: PlacedContainer): Statement[] {
  const place = [...placed.at, "env"];
  const environment = listAt(placed.container, "env");
  if (environment === UNKNOWN) return [open(workload, placed, place)];
  const unknown = environment.findIndex(isOpenVariable);
  const found = environment.flatMap((variable, index): Statement[] => {
    const name = textAt(variable, "name");
    const value = textAt(variable, "value");
    if (typeof name !== "string") return [];
    const configMap = textAt(variable, ...FROM_CONFIG_MAP);
    const reference = `{ name: ${name}, valueFrom: { secretKeyRef: { name: <secret>, key: ${name} } } }`;
    if (typeof configMap === "string" && isSecretName(name)) {
      const found = `env ${name}, a credential by its name, is read from ConfigMap ${configMap}`;
      return [statement(workload, placed, [...place, index, "valueFrom"], found, reference)];
    }
    if (typeof value !== "string") return [];
    const what = secretIn(name, value);
    if (what === undefined) return [];
    return [statement(workload, placed, [...place, index, "value"], `env ${name} holds ${what}`, reference)];
  });
  // One for the container: what the update makes known is looked at again as a whole.
  return unknown < 0 ? found : [...found, open(workload, placed, [...place, unknown])];
}

const PLACES_OF_A_VARIABLE = [["name"], ["value"], FROM_CONFIG_MAP];
const isOpenVariable = (one: Value): boolean => PLACES_OF_A_VARIABLE.some((keys) => textAt(one, ...keys) === UNKNOWN);

function hasOpenVariables(container: Value): boolean {
  const environment = listAt(container, "env");
  return environment === UNKNOWN || environment.some(isOpenVariable);
}

const OPTION = /^--?([\w-]+)(?:=(.*))?$/s;

/** `--password=...`, `--token ...`, and addresses with a password in them. */
function checkArguments(workload: KubernetesObject, placed: PlacedContainer): Statement[] {
  return ["command", "args"].flatMap((list) => {
    const words = listAt(placed.container, list);
    if (words === UNKNOWN || words.includes(UNKNOWN)) return [open(workload, placed, [...placed.at, list])];
    return words.flatMap((word, index) => {
      if (typeof word !== "string") return [];
      const [, option = "", value] = OPTION.exec(word) ?? [];
      const given = value ?? (OPTION.test(word) ? words[index + 1] : undefined);
      const named = isSecretName(option) && typeof given === "string" && isLiteral(given) && !given.startsWith("-");
      const inside = /\s/.test(word) ? optionIn(word) : undefined;
      const what =
        secretByShape(word) ??
        (named ? `a credential for --${option}` : inside === undefined ? undefined : `a credential for --${inside}`);
      if (what === undefined) return [];
      const fix = "an env variable with valueFrom.secretKeyRef, and $(NAME) in its place";
      return [statement(workload, placed, [...placed.at, list, index], `${list} holds ${what}`, fix)];
    });
  });
}

/** A workload of somebody's own kind was looked at above, where it is one. */
function checkCustom(object: KubernetesObject, catalog: Catalog): Statement[] {
  if (WORKLOAD_KINDS.has(object.kind)) return [];
  return secretsInCustom(object, catalog).map(({ at, what }) => {
    if (what === UNKNOWN) return notKnownYet(object, at, { needed: NEEDED, reason: SEEN });
    return {
      severity: "warning",
      object: refOf(object),
      at,
      found: `${at.at(-1)} holds ${what}`,
      needed: NEEDED,
      fix: `the field with which ${object.kind} refers to a Secret, where it has one`,
      reason: SEEN,
    };
  });
}

function checkConfigMap(configMap: KubernetesObject): Statement[] {
  const data = mapAt(configMap, "data");
  const place = { needed: NEEDED, reason: REASON };
  if (data === UNKNOWN) return [notKnownYet(configMap, ["data"], place)];
  return Object.entries(data).flatMap(([key, value]): Statement[] => {
    if (value === UNKNOWN) return [notKnownYet(configMap, ["data", key], place)];
    if (typeof value !== "string") return [];
    const inside = value.includes("\n") ? secretInFile(value) : undefined;
    const what = inside?.what ?? (value.includes("\n") ? undefined : secretIn(key, value));
    if (what === undefined) return [];
    const where = `${inside?.line === undefined ? "" : ` in line ${inside.line}`}${inside?.name === undefined ? "" : ` (${inside.name})`}`;
    return [
      {
        severity: "warning",
        object: refOf(configMap),
        at: ["data", key],
        found: `${key} holds ${what}${where}`,
        needed: NEEDED,
        fix: `${key} in a Secret, read with secretKeyRef, or mounted as a volume of kind secret`,
        reason: REASON,
      },
    ];
  });
}

function statement(
  workload: KubernetesObject,
  { name }: PlacedContainer,
  at: PropertyPath,
  found: string,
  fix: string,
): Statement {
  const container = name === undefined ? {} : { container: name };
  return { severity: "warning", object: refOf(workload), ...container, at, found, needed: NEEDED, fix, reason: REASON };
}

function open(workload: KubernetesObject, { name }: PlacedContainer, at: PropertyPath): Statement {
  return notKnownYet(workload, at, { needed: NEEDED, reason: REASON, ...(name !== undefined && { container: name }) });
}
