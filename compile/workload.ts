import { checkDrain } from "../path/drain";
import { PODS_ANNOTATION } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { block, label, list, map, objectName, oneOf, seconds, text, wholeNumber } from "./check/fields";
import type { Problem } from "./check/problem";
import { propagationSeconds } from "./drain";
import type { Entry } from "./entry";
import type { Need } from "./model";
import type { Service } from "./service";

/** A volume that each pod of a StatefulSet has for itself, and finds again after a restart. */
export interface Volume {
  /** Name of the volume; with the service's name and the pod's number that of its claim. */
  name: string;
  /** Folder in the pod. */
  mountPath: string;
  /** Size in GiB. 1 to 65536. A change replaces the StatefulSet; the volumes that are there keep their size. */
  sizeGib: number;
  /** The StorageClass. Default: the cluster's own. */
  storageClassName?: string;
}

/** What nobody can read about the pods of others, declared. */
export interface DeclaredPods {
  /** The most pods there can be. 1 to 1000. */
  replicas?: number;
  /** Seconds a leaving pod keeps serving before SIGTERM. 0 to 3600. */
  preStopSeconds?: number;
  /** Seconds until SIGKILL, all included. 0 to 86400. */
  gracePeriodSeconds?: number;
}

/** What runs the service in the cluster. */
export interface Workload {
  /** `create` (default): this stack does. `existing`: Helm or another team does, and only the ways in are of this stack. */
  mode: "create" | "existing";
  /** Only `create`. `deployment` (default), or `stateful-set` for what keeps state of its own. A change replaces it. */
  kind: "deployment" | "stateful-set";
  /** Only `stateful-set`: a volume for each pod. */
  volumes: Volume[];
  /** Only `stateful-set`. `one-by-one` (default): each pod waits for the one before it. `parallel`: all at once. A change replaces it. */
  podManagement?: "one-by-one" | "parallel";
  /** Only `existing`, and needed there: the labels that its pods have. */
  selector?: Record<string, string>;
  /** Only `existing`: what is known of its pods. */
  declared?: DeclaredPods;
}

const labelKey = text("a label key", /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/);
const labelValue = text(
  "up to 63 letters, digits, hyphens, underscores and dots",
  /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
);

const volume = block({
  name: label(),
  mountPath: text("an absolute folder below /, such as /data", /^\/[^:]*[^:/]$/),
  sizeGib: wholeNumber("GiB", 1, 65_536),
  storageClassName: objectName("the name of a StorageClass").optional(),
});

const declared = block({
  replicas: wholeNumber("pods", 1, 1000).optional(),
  preStopSeconds: seconds(0, 3600).optional(),
  gracePeriodSeconds: seconds(0, 86_400).optional(),
});

const OF_A_STATEFUL_SET = ["volumes", "podManagement"] as const;
const OF_EXISTING = ["selector", "declared"] as const;

export const workloadSchema = block({
  mode: oneOf(["create", "existing"]).default("create"),
  kind: oneOf(["deployment", "stateful-set"]).optional(),
  volumes: list(volume, "volumes, each with name, mountPath and sizeGib").optional(),
  podManagement: oneOf(["one-by-one", "parallel"]).optional(),
  selector: map(labelKey, labelValue, "a block of labels that the pods have").optional(),
  declared: declared.optional(),
})
  .superRefine((workload, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    const existing = workload.mode === "existing";
    for (const key of OF_EXISTING) {
      if (!existing && workload[key] !== undefined) {
        issue(key, "found with mode: create, whose pods are of this stack. Remove it, or write mode: existing.");
      }
    }
    if (existing && workload.kind !== undefined) {
      issue("kind", `found ${workload.kind} with mode: existing, where nothing reads it. Remove it.`);
    }
    for (const key of OF_A_STATEFUL_SET) {
      if (workload[key] === undefined || workload[key].length === 0 || workload.kind === "stateful-set") continue;
      const found = existing ? "mode: existing" : `kind: ${workload.kind ?? "deployment"}`;
      issue(key, `found with ${found}, which does not read it. Remove it${existing ? "" : ", or write kind: stateful-set"}.`);
    }
    if (existing && Object.keys(workload.selector ?? {}).length === 0) {
      issue("selector", "missing; mode: existing needs the labels of the pods (kubectl get pods --show-labels).");
    }
    for (const key of ["name", "mountPath"] as const) {
      const values = (workload.volumes ?? []).map((each) => each[key]);
      const twice = values.find((value, index) => values.indexOf(value) !== index);
      if (twice !== undefined) issue("volumes", `found ${key} ${twice} twice. Give one of the volumes another.`);
    }
  })
  .transform(({ kind = "deployment", volumes = [], podManagement = "one-by-one", ...rest }): Workload => {
    return { ...rest, kind, volumes, ...(kind === "stateful-set" ? { podManagement } : {}) };
  });

export const isExisting = ({ workload }: Pick<Service, "workload">): boolean => workload.mode === "existing";
export const isStateful = ({ workload }: Pick<Service, "workload">): boolean => workload.kind === "stateful-set";

/** The kind of object that runs the pods. */
export const workloadKind = (service: Service): "Deployment" | "StatefulSet" =>
  isStateful(service) ? "StatefulSet" : "Deployment";

/** What only makes sense for pods that this stack creates. */
const OF_CREATED_PODS = [
  ..."image imagePullPolicy command args config consumes files secrets probes resources scaling disruption drain metrics".split(
    " ",
  ),
  ..."overload security spread priorityClassName serviceAccount minReadySeconds observability".split(" "),
];

/**
 * What is written beside `mode: existing` and would do nothing.
 *
 * @param written the keys that stand in the file.
 */
export function checkWorkload(workload: Workload, written: string[], draft: Partial<Service>): Problem[] {
  if (workload.mode === "create") {
    return written.includes("image")
      ? []
      : [{ path: "image", message: "missing; needed: an image reference such as registry.example.com/chat:1.8.2." }];
  }
  const inert = written
    .filter((key) => OF_CREATED_PODS.includes(key))
    .map((path) => ({
      path,
      message:
        "found with workload.mode: existing, where somebody else runs the pods and nothing reads it. Remove it, or write mode: create.",
    }));
  if (!written.includes("createNamespace") || draft.createNamespace !== true) return inert;
  const message = "found true with workload.mode: existing, whose namespace is there already. Remove it.";
  return [...inert, { path: "createNamespace", message }];
}

/** Keys whose defaults depend on what runs the service; what is written stays. */
export function withWorkloadDefaults(raw: unknown): unknown {
  if (!isBlock(raw) || !isBlock(raw.workload)) return raw;
  if (raw.workload.mode === "existing") return { createNamespace: false, ...raw };
  if (raw.workload.kind !== "stateful-set" || (raw.scaling !== undefined && !isBlock(raw.scaling))) return raw;
  const { min = 1, max = min, ...rest } = raw.scaling ?? {};
  return { ...raw, scaling: { min, max, ...rest } };
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whose pods these are decides what load balancers may ask them and how they leave. */
export function completeWorkload(service: Service): Service {
  if (!isExisting(service)) return service;
  const { preStopSeconds, gracePeriodSeconds } = service.workload.declared ?? {};
  const drain = {
    ...(preStopSeconds === undefined ? {} : { preStopSeconds }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  };
  const readiness = { ...service.probes.readiness, check: "tcp" as const };
  return { ...service, drain, probes: { ...service.probes, readiness }, metrics: { via: "none", dashboard: false } };
}

/** What is declared of the pods of others and does not suffice for the entries or the promise. */
export function checkDeclaredPods(draft: Partial<Service>, entries: Entry[], cluster: ClusterFacts): Problem[] {
  const { preStopSeconds, gracePeriodSeconds } = draft.workload?.declared ?? {};
  if (draft.promise === undefined || (preStopSeconds === undefined && gracePeriodSeconds === undefined)) return [];
  const needed = { propagationSeconds: propagationSeconds(entries, cluster), drainSeconds: draft.promise.drainSeconds };
  const declared = {
    preStopSeconds: preStopSeconds ?? needed.propagationSeconds,
    gracePeriodSeconds: gracePeriodSeconds ?? 86_400,
  };
  return checkDrain({ ...needed, ...declared }).map((sentence) => {
    const key = sentence.startsWith("preStop") ? "preStopSeconds" : "gracePeriodSeconds";
    return {
      path: `workload.declared.${key}`,
      message: `cannot keep the promise: ${sentence} Change it where the pods are made, or promise less.`,
    };
  });
}

/** What is declared, for readers that see only objects. */
export function podsAnnotation({ workload }: Service): Record<string, string> {
  return workload.declared === undefined ? {} : { [PODS_ANNOTATION]: JSON.stringify(workload.declared) };
}

/** What a user should know of the workload. */
export function warnAboutWorkload(service: Service, goodbye: { gracePeriodSeconds: number }): string[] {
  if (isExisting(service)) {
    if (isGoodbyeKnown(service)) return [];
    return [
      "nothing shows how the pods of workload.selector leave: declare workload.declared.preStopSeconds and gracePeriodSeconds as they are where the pods are made",
    ];
  }
  if (!isStateful(service) || service.scaling.max > 1) return [];
  const { initialDelaySeconds, periodSeconds, failureThreshold } = service.probes.startup;
  const start = initialDelaySeconds + periodSeconds * failureThreshold;
  return [
    `one pod that has to be gone before its successor starts: every rollout and node drain ends all connections, and nobody is served for up to ${goodbye.gracePeriodSeconds + start} s (goodbye ${goodbye.gracePeriodSeconds}, start ${start})`,
  ];
}

/** Whether this stack makes the pods, or declares how they leave. */
export function isGoodbyeKnown(service: Service): boolean {
  const { preStopSeconds, gracePeriodSeconds } = service.workload.declared ?? {};
  return !isExisting(service) || (preStopSeconds !== undefined && gracePeriodSeconds !== undefined);
}

/** What must be in the cluster that others run. */
export function workloadNeeds(service: Service): Need[] {
  if (!isExisting(service)) return [];
  const labels = Object.entries(service.workload.selector!).map(([key, value]) => `${key}=${value}`);
  return [
    { kind: "pods", name: `${service.namespace}/${labels.join(",")}`, why: "somebody else runs them; the ways in lead there" },
  ];
}
