// When an object counts as ready: pure functions of what the API server shows, so that recorded states can be replayed.
import { at, isObject, type Json, type KubernetesObject, listAt, numberAt, textAt } from "../properties";

/** How far an object is. */
export interface Progress {
  ready: boolean;
  /** It will not get there by waiting. */
  failed?: boolean;
  /** The line a user sees while waiting. */
  status: string;
  /** What keeps it, for the error after the last wait. */
  reasons: string[];
}

/** What an object needs beside itself to be judged. */
export interface Surroundings {
  pods: KubernetesObject[];
  /** EndpointSlices of the Service, or of the Services an Ingress sends to. */
  endpointSlices: KubernetesObject[];
  services: KubernetesObject[];
  /** How a PersistentVolumeClaim's class binds. */
  volumeBindingMode?: string;
  /** Since the wait began. */
  elapsedSeconds: number;
}

type Condition = (object: KubernetesObject, surroundings: Surroundings) => Progress;

/** Seconds a Service may be without any endpoint before it counts as one that has none. */
const noEndpointsSeconds = 10;
/** Seconds an Ingress waits for a Service of one of its paths to appear. */
const noServiceSeconds = 60;

const conditions: Record<string, Condition> = {
  "apps/v1 Deployment": deployment,
  "apps/v1 StatefulSet": statefulSet,
  "apps/v1 DaemonSet": daemonSet,
  "batch/v1 Job": job,
  "v1 Pod": pod,
  "v1 Service": service,
  "v1 PersistentVolumeClaim": claim,
  "networking.k8s.io/v1 Ingress": ingress,
};

export function conditionFor(object: KubernetesObject): Condition | undefined {
  return conditions[`${object.apiVersion} ${object.kind}`];
}

const done: Progress = { ready: true, status: "", reasons: [] };

function waiting(status: string, reasons: string[] = []): Progress {
  return { ready: false, status, reasons: reasons.length > 0 ? reasons : [status] };
}

/** Undefined once the controller has seen the object as it is now. */
function unobserved(object: KubernetesObject): Progress | undefined {
  const generation = numberAt(object, "metadata", "generation") ?? 0;
  const observed = numberAt(object, "status", "observedGeneration") ?? 0;
  return observed < generation ? waiting(`Waiting for the ${object.kind} controller to see the change`) : undefined;
}

export function conditionOf(object: Json | undefined, type: string): Json | undefined {
  return listAt(object, "status", "conditions").find((each) => textAt(each, "type").toLowerCase() === type.toLowerCase());
}

function deployment(object: KubernetesObject, { pods }: Surroundings): Progress {
  const unseen = unobserved(object);
  if (unseen) return unseen;
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const [replicas, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"].map(
    (field) => numberAt(object, "status", field) ?? 0,
  ) as [number, number, number];
  const progressing = conditionOf(object, "Progressing");
  if (textAt(progressing, "reason") === "ProgressDeadlineExceeded") {
    return { ...waiting("", [textAt(progressing, "message"), ...podTroubles(pods)]), failed: true };
  }
  if (at(object, "spec", "paused") === true) return done;
  if (updated < wanted) return waiting(`[1/2] Waiting for new pods (${updated}/${wanted})`, podTroubles(pods));
  if (replicas > updated) return waiting(`[2/2] Waiting for ${replicas - updated} old pods to go`, podTroubles(pods));
  if (available < updated) return waiting(`[2/2] Waiting for pods to be available (${available}/${updated})`, podTroubles(pods));
  return done;
}

function statefulSet(object: KubernetesObject, { pods }: Surroundings): Progress {
  const unseen = unobserved(object);
  if (unseen) return unseen;
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") return done;
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const updated = numberAt(object, "status", "updatedReplicas") ?? 0;
  const ready = numberAt(object, "status", "readyReplicas") ?? 0;
  const toUpdate = Math.max(0, wanted - partition);
  if (updated < toUpdate) return waiting(`[1/2] Waiting for updated pods (${updated}/${toUpdate})`, podTroubles(pods));
  if (ready < wanted) return waiting(`[2/2] Waiting for pods to be ready (${ready}/${wanted})`, podTroubles(pods));
  return done;
}

function daemonSet(object: KubernetesObject, { pods }: Surroundings): Progress {
  const unseen = unobserved(object);
  if (unseen) return unseen;
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") return done;
  const wanted = numberAt(object, "status", "desiredNumberScheduled") ?? 0;
  const updated = numberAt(object, "status", "updatedNumberScheduled") ?? 0;
  const available = numberAt(object, "status", "numberAvailable") ?? 0;
  if (updated < wanted) return waiting(`[1/2] Waiting for updated pods (${updated}/${wanted})`, podTroubles(pods));
  if (available < wanted) return waiting(`[2/2] Waiting for pods to be available (${available}/${wanted})`, podTroubles(pods));
  return done;
}

function job(object: KubernetesObject, { pods }: Surroundings): Progress {
  const failed = conditionOf(object, "Failed");
  if (textAt(failed, "status") === "True") {
    return { ...waiting("", [textAt(failed, "message") || "the Job failed", ...podTroubles(pods)]), failed: true };
  }
  if (textAt(conditionOf(object, "Complete"), "status") === "True" || at(object, "spec", "suspend") === true) return done;
  return waiting("Waiting for the Job to complete", podTroubles(pods));
}

function pod(object: KubernetesObject): Progress {
  const phase = textAt(object, "status", "phase");
  if (phase === "Succeeded" || textAt(conditionOf(object, "Ready"), "status") === "True") return done;
  if (phase === "Failed") {
    return { ...waiting("", [textAt(object, "status", "message") || "the Pod failed", ...podTroubles([object])]), failed: true };
  }
  return waiting("Waiting for the Pod to be ready", podTroubles([object]));
}

function service(object: KubernetesObject, { endpointSlices, elapsedSeconds }: Surroundings): Progress {
  const type = textAt(object, "spec", "type") || "ClusterIP";
  const selects = Object.keys((at(object, "spec", "selector") as object | undefined) ?? {}).length > 0;
  if (selects && type !== "ExternalName" && textAt(object, "spec", "clusterIP") !== "None") {
    const endpoints = endpointSlices.flatMap((slice) => listAt(slice, "endpoints"));
    const ready = endpoints.filter((endpoint) => at(endpoint, "conditions", "ready") !== false).length;
    if (ready < endpoints.length) {
      return waiting(`[1/2] Waiting for pods behind the Service to be ready (${ready}/${endpoints.length})`, [
        `The Service has ${endpoints.length} pods, ${ready} of them ready.`,
      ]);
    }
    if (endpoints.length === 0 && elapsedSeconds < noEndpointsSeconds) return waiting("[1/2] Finding pods for the Service");
  }
  if (type === "LoadBalancer" && listAt(object, "status", "loadBalancer", "ingress").length === 0) {
    return waiting("[2/2] Waiting for the load balancer's address", [
      "The Service has no load balancer address: nothing that serves its loadBalancerClass gave it one. Its events say why.",
    ]);
  }
  return done;
}

function ingress(object: KubernetesObject, { services, endpointSlices, elapsedSeconds }: Surroundings): Progress {
  const wanted = new Set(backendsOf(object));
  for (const each of services) if (textAt(each, "spec", "type") === "ExternalName") wanted.delete(each.metadata.name);
  for (const slice of endpointSlices) wanted.delete(textAt(slice, "metadata", "labels", "kubernetes.io/service-name"));
  if (wanted.size > 0 && elapsedSeconds < noServiceSeconds) {
    return waiting(`[1/2] Waiting for the Service of each path (${[...wanted].join(", ")})`, [
      `The Ingress sends to Services that have no endpoints: ${[...wanted].join(", ")}.`,
    ]);
  }
  if (listAt(object, "status", "loadBalancer", "ingress").length === 0) {
    return waiting("[2/2] Waiting for the controller to publish the Ingress's address", [
      `The Ingress has no address: no controller serves the class ${textAt(object, "spec", "ingressClassName") || "(none)"}, or it has no address itself.`,
    ]);
  }
  return done;
}

export function backendsOf(object: KubernetesObject): string[] {
  const paths = listAt(object, "spec", "rules").flatMap((rule) => listAt(rule, "http", "paths"));
  return paths.map((path) => textAt(path, "backend", "service", "name")).filter((name) => name !== "");
}

function claim(object: KubernetesObject, { volumeBindingMode }: Surroundings): Progress {
  const phase = textAt(object, "status", "phase");
  if (phase === "Bound") return done;
  // Such a claim is bound when the first pod uses it, which may be a resource that waits for this one.
  if (phase === "Pending" && volumeBindingMode === "WaitForFirstConsumer") return done;
  return waiting("Waiting for the claim to be bound", [`The claim is ${phase || "not seen by the controller yet"}.`]);
}

/** What the pods themselves say about why they are not ready; each sentence once. */
function podTroubles(pods: KubernetesObject[]): string[] {
  const troubles = pods.flatMap((each) => [
    ...listAt(each, "status", "conditions")
      .filter((condition) => textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False")
      .map((condition) => `Pod ${each.metadata.name}: ${textAt(condition, "reason")}: ${textAt(condition, "message")}`),
    ...["initContainerStatuses", "containerStatuses"].flatMap((field) =>
      listAt(each, "status", field).flatMap((status) => containerTrouble(each.metadata.name, status)),
    ),
  ]);
  return [...new Set(troubles)];
}

function containerTrouble(podName: string, status: Json): string[] {
  const waitingFor = at(status, "state", "waiting");
  const terminated = at(status, "state", "terminated");
  const state = isObject(waitingFor) ? waitingFor : isObject(terminated) && terminated.exitCode !== 0 ? terminated : undefined;
  const reason = textAt(state, "reason");
  if (!state || ["ContainerCreating", "PodInitializing", ""].includes(reason)) return [];
  const exit = typeof state.exitCode === "number" ? ` (exit code ${state.exitCode})` : "";
  return [`Pod ${podName}, container ${textAt(status, "name")}: ${reason}${exit} ${textAt(state, "message")}`.trim()];
}
