import { AWS_FACTS } from "./facts/aws";
import { AZURE_FACTS } from "./facts/azure";
import { GATEWAY_FACTS } from "./facts/gateways";
import { GCP_FACTS } from "./facts/gcp";
import { INGRESS_CONTROLLER_FACTS } from "./facts/ingressControllers";
import { LOAD_BALANCER_FACTS } from "./facts/loadBalancers";
import { NODE_FACTS } from "./facts/nodes";
import { OTHER_ROUTE_FACTS } from "./facts/otherRoutes";
import { OTHER_CLOUD_FACTS } from "./facts/otherClouds";
import { OWN_PROXY_FACTS } from "./facts/ownProxies";
import { PROXY_FACTS } from "./facts/proxies";
import type { HopFacts, ManagedCap } from "./facts/shape";
import { TUNNEL_FACTS } from "./facts/tunnels";

export { ALB_CLIENT_KEEP_ALIVE, ALB_RESERVED_COOKIES, AWS_ATTRIBUTES, AWS_CLASSES, AWS_CONTROLLER_SINCE } from "./facts/aws";
export { GCP_ANNOTATIONS, GCP_CLASSES, GKE_CLASSES_SINCE, GKE_INGRESS_KEYS } from "./facts/gcp";
export {
  ENVOY_AI_GATEWAY_REQUEST,
  ENVOY_DELAYED_CLOSE,
  ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE,
  GATEWAY_CONTROLLERS,
} from "./facts/gateways";
export { F5_STICKY_COOKIE_SINCE } from "./facts/ingressControllers";
export { NGINX_ANNOTATION_PREFIX, readsNginxAnnotation } from "./facts/annotations";
export { TRAEFIK_READ_DEADLINE_SINCE } from "./facts/proxies";
export type { AffinityFacts, DrainFacts, HopFacts, IdleFacts, IdleKnob, Limit, ManagedCap } from "./facts/shape";

/**
 * Every limit, default, unit and range of somebody else's software that Holdfast relies on, one row per kind of hop.
 * A vendor's number stands here and nowhere else.
 */
const FACTS = {
  ...LOAD_BALANCER_FACTS,
  ...AWS_FACTS,
  ...AZURE_FACTS,
  ...GCP_FACTS,
  ...OTHER_CLOUD_FACTS,
  ...PROXY_FACTS,
  ...OWN_PROXY_FACTS,
  ...OTHER_ROUTE_FACTS,
  ...TUNNEL_FACTS,
  ...INGRESS_CONTROLLER_FACTS,
  ...GATEWAY_FACTS,
  ...NODE_FACTS,
} satisfies Record<string, HopFacts>;

export type HopKind = keyof typeof FACTS;
/** The proxies of controllers, which carry connections of Ingresses and of routes. */
export type ControllerHop = Exclude<
  keyof typeof PROXY_FACTS | keyof typeof INGRESS_CONTROLLER_FACTS | keyof typeof GATEWAY_FACTS | keyof typeof OTHER_ROUTE_FACTS,
  "unknown-proxy"
>;
export const HOP_KINDS = Object.keys(FACTS) as HopKind[];

/** The row of one kind of hop. */
export function facts(hop: HopKind): HopFacts {
  return FACTS[hop];
}

/**
 * The seconds to write for a promise: the margin on top where the knob reaches that far, in the knob's own steps.
 * Undefined where the knob cannot keep the promise, or where there is no knob.
 */
export function secondsToWrite(hop: HopKind, promisedSeconds: number): number | undefined {
  const { knob, minimumSeconds, maximumSeconds, marginSeconds, stepSeconds = 1 } = facts(hop).idle;
  if (knob === null || (maximumSeconds !== null && promisedSeconds > maximumSeconds)) return undefined;
  const wanted = Math.ceil((promisedSeconds + marginSeconds) / stepSeconds) * stepSeconds;
  return Math.max(minimumSeconds ?? 0, Math.min(wanted, maximumSeconds ?? Infinity));
}

/** What cuts a pod's grace period short on managed clusters, whatever the pod asks for. */
export const MANAGED_CAPS: ManagedCap[] = [
  {
    id: "cluster-autoscaler",
    title: "the cluster autoscaler when it removes a node (--max-graceful-termination-sec)",
    seconds: 600,
    source: "kubernetes/autoscaler cluster-autoscaler/FAQ.md, --max-graceful-termination-sec (default 600)",
  },
  {
    id: "aks",
    title: "an AKS node upgrade (node drain timeout)",
    seconds: 1800,
    source: "learn.microsoft.com, AKS AgentPoolUpgradeSettings.drainTimeoutInMinutes (default 30)",
  },
  {
    id: "gke",
    title: "a GKE node upgrade or scale-down",
    seconds: 3600,
    source:
      "docs.cloud.google.com/kubernetes-engine, node upgrade strategies: grace periods and budgets honoured for up to 1 hour",
  },
];

/** The bounds the API server sets on `sessionAffinityConfig.clientIP.timeoutSeconds`, in seconds. */
export const CLIENT_IP_AFFINITY = {
  defaultSeconds: 10_800,
  minimumSeconds: 1,
  maximumSeconds: 86_400,
  source: "kubernetes/api core/v1/types.go, ClientIPConfig.timeoutSeconds (v1.36)",
} as const;

/** What an autoscaler does where it says nothing. */
export const AUTOSCALER_DEFAULTS = {
  horizontalPodAutoscaler: { minimumPods: 1, source: "kubernetes/api autoscaling/v2/types.go, minReplicas (v1.36)" },
  scaledObject: { minimumPods: 0, maximumPods: 100, source: "keda.sh/docs/latest/reference/scaledobject-spec" },
} as const;

/** What the API server assumes where a pod says nothing, and since when a pod can sleep without a shell. */
export const POD_LIFECYCLE = {
  defaultGracePeriodSeconds: 30,
  /** The first minor version that has `lifecycle.preStop.sleep` switched on. */
  nativeSleepSince: "1.30",
  source: "kubernetes/enhancements KEP-3960 (beta and on by default in v1.30); kubernetes/api core/v1/types.go PodSpec",
} as const;

/** How a kubelet ends and restarts containers. */
export const KUBELET = {
  /** What a container gets from SIGTERM to SIGKILL at least, also where preStop has used the grace period up. */
  minimumGraceSeconds: 2,
  /** Between two restarts: the first comes at once, then this long, doubled each time. */
  restartBackOff: { firstSeconds: 10, maximumSeconds: 300 },
  source:
    "kubernetes/kubernetes pkg/kubelet: kuberuntime_manager.go minimumGracePeriodInSeconds, kubelet.go initialCrashLoopBackOff and MaxCrashLoopBackOff (v1.36.3)",
} as const;

/** Compares dotted versions (`3.6.1`, `v1.30`) by their numbers; undefined where either is no version. */
export function versionAtLeast(version: string | undefined, wanted: string): boolean | undefined {
  const numbers = (text: string): number[] | undefined => {
    const match = /^v?(\d+(?:\.\d+)*)/.exec(text.trim());
    return match?.[1]?.split(".").map(Number);
  };
  const left = version === undefined ? undefined : numbers(version);
  const right = numbers(wanted);
  if (left === undefined || right === undefined) return undefined;
  for (let index = 0; index < right.length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
