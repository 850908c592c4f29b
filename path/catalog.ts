import { AUTOSCALER_DEFAULTS } from "./facts";
import { kindIn } from "./kinds";
import type { KubernetesObject, ObjectRef, Value } from "./objects";
import { UNKNOWN } from "./objects";
import { hasThatPod, isOnePod, nameOfSet, withoutOnePod } from "./onePod";
import type { Ternary } from "./selector";
import { selectsByLabelSelector, selectsByPairs } from "./selector";
import type { Read } from "./value";
import { isOpen, listAt, mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "./value";

/** What runs pods and keeps them running. */
export const WORKLOAD_KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Pod",
  "Rollout",
  "DeploymentConfig",
]);

/** What an object selects: certainly, and perhaps (a label or the selector itself is not known yet). */
export interface Selected {
  certain: KubernetesObject[];
  perhaps: KubernetesObject[];
}

/** How many pods a workload may have. Undefined: no upper end. UNKNOWN: not known before the update. */
export interface PodRange {
  floor: Read<number>;
  ceiling: Read<number>;
}

/** The keys under which an object is looked up. */
export type KeysOf = (object: KubernetesObject) => Iterable<string>;

/** The pod labels a workload writes: those of its template, or a Pod's own. */
export function podLabelsOf(workload: KubernetesObject): Value {
  return workload.kind === "Pod"
    ? valueAt(workload, "metadata", "labels")
    : valueAt(workload, "spec", "template", "metadata", "labels");
}

/** The objects of one cluster, found by what refers to them. Building it and asking it is linear in the objects. */
export class Catalog {
  private readonly byKind = new Map<string, KubernetesObject[]>();
  private readonly byName = new Map<string, KubernetesObject>();
  private readonly workloadsByLabel = new Map<string, KubernetesObject[]>();
  private readonly workloadsWithUnknownLabels = new Map<string, KubernetesObject[]>();
  private readonly autoscalersByTarget = new Map<string, KubernetesObject[]>();
  private readonly namespacesWithOpenAutoscaler = new Set<string>();
  private readonly kindsWithOpenName = new Set<string>();
  private budgetsByPair: Map<string, KubernetesObject[]> | undefined;
  private readonly indexes = new Map<KeysOf, Map<string, Map<string, KubernetesObject[]>>>();

  constructor(readonly objects: readonly KubernetesObject[]) {
    for (const object of objects) {
      if (typeof object.kind !== "string") continue;
      const kind = kindIn(object.apiVersion, object.kind);
      const namespace = namespaceOf(object);
      append(this.byKind, kind, object);
      append(this.byKind, `${kind} ${namespace}`, object);
      const ref = refOf(object);
      this.byName.set(`${kind} ${namespace}/${ref.name}`, object);
      if (isOpen(ref)) this.kindsWithOpenName.add(kind);
      if (WORKLOAD_KINDS.has(kind)) this.indexWorkload(object, namespace);
      if (kind === "HorizontalPodAutoscaler" || kind === "ScaledObject") this.indexAutoscaler(object, namespace);
    }
  }

  /** All objects of a kind, in one namespace when one is given. A kind of another group that shares a well known name is not among them. */
  ofKind(kind: string, namespace?: string): KubernetesObject[] {
    return this.byKind.get(namespace === undefined ? kind : `${kind} ${namespace}`) ?? [];
  }

  find(kind: string, namespace: string, name: string): KubernetesObject | undefined {
    return this.byName.get(`${kind} ${namespace}/${name}`);
  }

  /**
   * The objects of a kind under one of their own keys, such as the host that a DestinationRule names. An index is built when it is
   * first asked, so that whoever asks for every object of a cluster stays linear in them.
   */
  under(key: string, kind: string, keysOf: KeysOf): KubernetesObject[] {
    const byKind = this.indexes.get(keysOf) ?? new Map<string, Map<string, KubernetesObject[]>>();
    this.indexes.set(keysOf, byKind);
    let index = byKind.get(kind);
    if (index === undefined) {
      index = new Map();
      for (const object of this.ofKind(kind)) for (const own of new Set(keysOf(object))) append(index, own, object);
      byKind.set(kind, index);
    }
    return index.get(key) ?? [];
  }

  /** The first object of a kind with this name, whatever its namespace: for kinds without one, and for a controller's own ConfigMap. */
  named(kind: string, name: Read<string>): KubernetesObject | undefined {
    return typeof name === "string" ? this.under(name, kind, ownName)[0] : undefined;
  }

  /** The object a reference means; undefined where the name or the namespace is not known yet. */
  resolve(ref: ObjectRef): KubernetesObject | undefined {
    if (isOpen(ref)) return undefined;
    return this.find(kindIn(ref.apiVersion, ref.kind), ref.namespace ?? "default", ref.name);
  }

  /** Whether a reference that leads to nothing may yet mean an object whose name is not known. */
  mayStillMean(ref: ObjectRef): boolean {
    return isOpen(ref) || (this.kindsWithOpenName.has(kindIn(ref.apiVersion, ref.kind)) && this.resolve(ref) === undefined);
  }

  /** Everything that runs pods. */
  workloads(): KubernetesObject[] {
    return [...WORKLOAD_KINDS].flatMap((kind) => this.ofKind(kind));
  }

  /** The workloads whose pods a Service sends to, or that are of a pool of model servers. */
  selectedBy(service: KubernetesObject): Selected {
    const namespace = namespaceOf(service);
    const selector = podSelectorOf(service);
    const pairs = mapAt(selector);
    const selected: Selected = { certain: [], perhaps: [] };
    const onePod = pairs !== UNKNOWN && isOnePod(pairs) ? pairs : undefined;
    const candidates = pairs === UNKNOWN ? this.workloadsIn(namespace) : this.candidates(namespace, pairs);
    for (const workload of [...candidates, ...this.elsewhere(namespace, WORKLOAD_KINDS)]) {
      const answer = onePod === undefined ? undefined : hasThatPod(onePod, workload);
      sort(selected, workload, namespace, answer ?? selectsByPairs(selector, podLabelsOf(workload)));
    }
    return selected;
  }

  /** The disruption budgets that count a workload's pods. */
  budgetsOver(workload: KubernetesObject): Selected {
    const labels = podLabelsOf(workload);
    const selected: Selected = { certain: [], perhaps: [] };
    const namespace = namespaceOf(workload);
    for (const budget of [...this.budgetCandidates(namespace, labels), ...this.elsewhere(namespace, ["PodDisruptionBudget"])]) {
      sort(selected, budget, namespace, selectsByLabelSelector(valueAt(budget, "spec", "selector"), labels));
    }
    return selected;
  }

  /** The autoscalers that decide how many pods a workload has; `perhaps` where one that is not known yet may be another. */
  autoscalersOver(workload: KubernetesObject): { certain: KubernetesObject[]; perhaps: boolean } {
    const { kind, namespace = "default", name } = refOf(workload);
    const found = this.autoscalersByTarget.get(`${kind} ${namespace}/${name}`) ?? [];
    const certain = found.length < 2 ? found : [...found].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
    return { certain, perhaps: this.mayHaveAnotherAutoscaler(namespace, name) };
  }

  /** From replicas, or from the autoscaler that owns them. */
  podRange(workload: KubernetesObject): PodRange {
    if (workload.kind === "Pod") return { floor: 1, ceiling: 1 };
    if (workload.kind === "DaemonSet") return { floor: 1, ceiling: undefined };
    const { certain, perhaps } = this.autoscalersOver(workload);
    if (perhaps) return { floor: UNKNOWN, ceiling: UNKNOWN };
    if (certain[0] !== undefined) return rangeOfAutoscaler(certain[0]);
    const replicas = numberAt(workload, "spec", "replicas");
    return { floor: replicas ?? 1, ceiling: replicas ?? 1 };
  }

  /** Whether an autoscaler may own the workload because its target, its namespace or the workload's name is not known yet. */
  private mayHaveAnotherAutoscaler(namespace: string, name: string): boolean {
    const open = this.namespacesWithOpenAutoscaler;
    if (name === NAME_NOT_KNOWN || namespace === NAME_NOT_KNOWN) return open.size > 0 || this.autoscalersByTarget.size > 0;
    return open.has(namespace) || open.has(NAME_NOT_KNOWN);
  }

  /** Objects that may be in this namespace, because theirs or this one is not known yet. */
  private elsewhere(namespace: string, kinds: Iterable<string>): KubernetesObject[] {
    if (namespace === NAME_NOT_KNOWN) {
      return [...kinds].flatMap((kind) => this.ofKind(kind)).filter((object) => namespaceOf(object) !== NAME_NOT_KNOWN);
    }
    return [...kinds].flatMap((kind) => this.ofKind(kind, NAME_NOT_KNOWN));
  }

  private workloadsIn(namespace: string): KubernetesObject[] {
    return [...WORKLOAD_KINDS].flatMap((kind) => this.ofKind(kind, namespace));
  }

  /** The rarest of the selector's pairs leaves the fewest workloads to compare; a value not known yet narrows nothing. */
  private candidates(namespace: string, written: Record<string, Value>): KubernetesObject[] {
    const pairs = isOnePod(written) ? withoutOnePod(written) : written;
    if (Object.keys(pairs).length === 0 && pairs !== written) return this.statefulSetOf(namespace, written);
    const known = Object.entries(pairs).filter(([, value]) => value !== UNKNOWN);
    const uncertain = this.workloadsWithUnknownLabels.get(namespace) ?? [];
    if (known.length === 0) return Object.keys(pairs).length === 0 ? [] : this.workloadsIn(namespace);
    const lists = known.map(([key, value]) => this.workloadsByLabel.get(`${namespace} ${pairKey(key, value)}`) ?? []);
    const fewest = lists.reduce((best, list) => (list.length < best.length ? list : best));
    return uncertain.length === 0 ? fewest : [...fewest, ...uncertain];
  }

  /** Where its pod's name is all that is asked for. */
  private statefulSetOf(namespace: string, pairs: Record<string, Value>): KubernetesObject[] {
    const name = nameOfSet(pairs);
    return name === undefined ? this.ofKind("StatefulSet", namespace) : [this.find("StatefulSet", namespace, name) ?? []].flat();
  }

  private budgetCandidates(namespace: string, labels: Value): KubernetesObject[] {
    const pairs = mapAt(labels);
    if (pairs === UNKNOWN || Object.values(pairs).includes(UNKNOWN)) return this.ofKind("PodDisruptionBudget", namespace);
    const keys = [ANY_PAIR, ...Object.entries(pairs).map(([key, value]) => pairKey(key, value))];
    this.budgetsByPair ??= this.indexBudgets();
    const index = this.budgetsByPair;
    return keys.flatMap((key) => index.get(`${namespace} ${key}`) ?? []);
  }

  /** Each budget under the label pairs without one of which it selects no pod; of several choices the one that fewest workloads carry. */
  private indexBudgets(): Map<string, KubernetesObject[]> {
    const index = new Map<string, KubernetesObject[]>();
    for (const budget of this.ofKind("PodDisruptionBudget")) {
      const namespace = namespaceOf(budget);
      const count = (pairs: string[]): number =>
        pairs.reduce((sum, pair) => sum + (this.workloadsByLabel.get(`${namespace} ${pair}`)?.length ?? 0), 0);
      const choices = distinctivePairs(budget).map((pairs) => ({ pairs, workloads: count(pairs) }));
      const fewest = choices.reduce((best, choice) => (choice.workloads < best.workloads ? choice : best), {
        pairs: [ANY_PAIR],
        workloads: Infinity,
      });
      for (const pair of new Set(fewest.pairs)) append(index, `${namespace} ${pair}`, budget);
    }
    return index;
  }

  private indexWorkload(workload: KubernetesObject, namespace: string): void {
    const labels = mapAt(podLabelsOf(workload));
    if (labels === UNKNOWN || Object.values(labels).includes(UNKNOWN)) {
      append(this.workloadsWithUnknownLabels, namespace, workload);
      return;
    }
    for (const [key, value] of Object.entries(labels)) {
      append(this.workloadsByLabel, `${namespace} ${pairKey(key, value)}`, workload);
    }
  }

  private indexAutoscaler(autoscaler: KubernetesObject, namespace: string): void {
    const kind = textAt(autoscaler, "spec", "scaleTargetRef", "kind");
    const name = textAt(autoscaler, "spec", "scaleTargetRef", "name");
    if (kind === UNKNOWN || name === UNKNOWN || namespace === NAME_NOT_KNOWN) {
      this.namespacesWithOpenAutoscaler.add(namespace);
      return;
    }
    append(this.autoscalersByTarget, `${kind ?? "Deployment"} ${namespace}/${name ?? ""}`, autoscaler);
  }
}

/** Pairs of labels: a Service writes them as they are, and the later version of a pool of model servers one block deeper. */
function podSelectorOf(service: KubernetesObject): Value {
  const deeper = service.kind === "InferencePool" ? valueAt(service, "spec", "selector", "matchLabels") : undefined;
  return deeper ?? valueAt(service, "spec", "selector");
}

/** A match counts as certain only where both are known to be in one namespace. */
function sort(selected: Selected, object: KubernetesObject, namespace: string, answer: Ternary): void {
  if (answer === false) return;
  const certain = answer === true && namespace !== NAME_NOT_KNOWN && namespaceOf(object) === namespace;
  (certain ? selected.certain : selected.perhaps).push(object);
}

function ownName(object: KubernetesObject): string[] {
  const name = textAt(object, "metadata", "name");
  return typeof name === "string" ? [name] : [];
}

/** A label as an index knows it; only texts are labels, whatever else somebody wrote matches by comparison alone. */
const pairKey = (key: string, value: Value): string => `${key}=${typeof value === "object" ? "" : String(value)}`;

const ANY_PAIR = "*";

/** Sets of label pairs: a pod that a budget selects carries one of each set. None where the budget names no value that is known. */
function distinctivePairs(budget: KubernetesObject): string[][] {
  const pairs = mapAt(budget, "spec", "selector", "matchLabels");
  const expressions = listAt(budget, "spec", "selector", "matchExpressions");
  const labels = pairs === UNKNOWN ? [] : Object.entries(pairs).filter(([, value]) => value !== UNKNOWN);
  return [
    ...labels.map((pair) => [pairKey(...pair)]),
    ...(expressions === UNKNOWN ? [] : expressions).flatMap((expression) => {
      const key = textAt(expression, "key");
      const values = listAt(expression, "values");
      if (textAt(expression, "operator") !== "In" || typeof key !== "string" || values === UNKNOWN) return [];
      return values.includes(UNKNOWN) ? [] : [values.map((value) => pairKey(key, value))];
    }),
  ];
}

function rangeOfAutoscaler(autoscaler: KubernetesObject): PodRange {
  if (autoscaler.kind === "ScaledObject") {
    return {
      floor: numberAt(autoscaler, "spec", "minReplicaCount") ?? AUTOSCALER_DEFAULTS.scaledObject.minimumPods,
      ceiling: numberAt(autoscaler, "spec", "maxReplicaCount") ?? AUTOSCALER_DEFAULTS.scaledObject.maximumPods,
    };
  }
  return {
    floor: numberAt(autoscaler, "spec", "minReplicas") ?? AUTOSCALER_DEFAULTS.horizontalPodAutoscaler.minimumPods,
    ceiling: numberAt(autoscaler, "spec", "maxReplicas"),
  };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
