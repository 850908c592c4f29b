import { pathText } from "../compile/check/problem";
import type { KubernetesObject } from "../path/objects";
import { CLUSTER_ANNOTATION, PODS_ANNOTATION, PROMISE_ANNOTATION } from "../path/declarations";
import { plainVariables } from "./pods";
import { annotationOf, textAt } from "./read";
import type { Difference } from "./compare";
import type { Effect, Found } from "./model";

/** One thing about which the manifests are corrected. What no rule names stays as it is. */
interface Rule {
  kind?: RegExp;
  at: RegExp;
  why: string;
  when?: (difference: Difference, found: Found) => boolean;
  effect?: Effect;
}

const isAdded = ({ from }: Difference): boolean => from === undefined;
const POD = String.raw`^spec\.template\.spec\.`;
const NGINX = String.raw`^metadata\.annotations\["nginx\.ingress\.kubernetes\.io/`;
const ALB = String.raw`^metadata\.annotations\["alb\.ingress\.kubernetes\.io/`;
const place = (...parts: string[]): RegExp => new RegExp(parts.join(""));

const secondsOf = (value: unknown): number => Number(/\d+$/.exec(String(value))?.[0] ?? NaN);

/** Versions whose target is written in fields that autoscaling/v2 does not have. */
export const OLD_AUTOSCALERS: readonly unknown[] = ["autoscaling/v1", "autoscaling/v2beta1"];

/** The group of an apiVersion. Within one group the versions are views of the same object. */
export const apiGroupOf = (apiVersion: unknown): string => /^(.*)\//.exec(String(apiVersion))?.[1] ?? "";

const OWN_ANNOTATIONS = [PROMISE_ANNOTATION, CLUSTER_ANNOTATION, PODS_ANNOTATION];

/** Whether a place is a note of ours that nothing in the cluster reads. */
export const isOwnMark = (at: readonly (string | number)[]): boolean =>
  at[0] === "metadata" && at[1] === "annotations" && OWN_ANNOTATIONS.includes(String(at[2]));

const RULES: Rule[] = [
  {
    at: /^apiVersion$/,
    why: "the API server has the same object under both versions",
    when: ({ from, to }) => apiGroupOf(from) === apiGroupOf(to),
  },
  {
    at: /^apiVersion$/,
    why: "that version of the API is gone or deprecated: the new object is another one for the API server. Delete the old one when the new one serves",
  },
  {
    at: /^spec\.replicas$/,
    why: "the autoscaler alone writes it: written here too, every pulumi up would undo what it did (pulumi-kubernetes issue 2569)",
    when: ({ to }) => to === undefined,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.lifecycle(\.preStop.*)?$`),
    why: "a leaving pod serves on until every way in has learned that it leaves",
    when: isAdded,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.lifecycle\.preStop\.(sleep\.seconds|exec\.command\[\d+\])$`),
    why: "the slowest way in needs that long to send nothing new to a leaving pod",
    when: ({ from, to }) => secondsOf(from) < secondsOf(to),
  },
  {
    at: place(POD, "terminationGracePeriodSeconds$"),
    why: "preStop, the promised drain and a margin of 5 s have to fit into it",
  },
  {
    at: /^spec\.template\.metadata\.annotations\["prometheus\.io\//,
    why: "the ServiceMonitor scrapes the pods: together with these annotations every number would count twice",
    when: ({ to }) => to === undefined,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.(startup|liveness|readiness)Probe$`),
    why: "no such probe was there; this one only asks whether the port answers",
    when: isAdded,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.\w+Probe\.\w+\.port$`),
    why: "the same port, by its name",
    when: ({ to }) => typeof to === "string",
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.ports(\[\d+\]\.name)?$`),
    why: "Services and probes find the port by its name",
    when: isAdded,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.resources`),
    why: "without it the scheduler and the autoscaler know nothing of the pod; above limits.memory it is killed. Correct resources: before the first up",
    when: isAdded,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.env$`),
    why: "plain variables stand in config: and come from the ConfigMap",
    when: ({ from, to }) => to === undefined && plainVariables({ env: from }) !== undefined,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.envFrom$`),
    why: "the variables come from the ConfigMap of the service",
    when: isAdded,
  },
  {
    at: place(POD, String.raw`containers\[\d+\]\.envFrom\[\d+\]\.configMapRef\.name$`),
    why: "the ConfigMap of a service is always called <service>-config",
  },
  {
    kind: /^ConfigMap$/,
    at: /^metadata\.name$/,
    why: "the ConfigMap of a service is always called <service>-config: a new one is made, and the old one stays until you delete it",
  },
  { kind: /^ConfigMap$/, at: /^data\./, why: "the container's env stands here too", when: isAdded },
  { at: place(POD, "affinity"), why: "one node that goes takes as few of the pods with it as can be", when: isAdded },
  {
    at: /^spec\.strategy/,
    why: "a new pod is ready before an old one leaves",
    when: (_difference, { object }) => textAt(object, "spec", "strategy", "type") !== "Recreate",
  },
  {
    at: /^spec\.template\.metadata\.annotations\["holdfast\/checksum/,
    why: "what pods read only at their start: a change of it replaces them",
    when: isAdded,
  },
  {
    at: place(POD, "(containers\\[\\d+\\]\\.)?securityContext"),
    why: "no new privileges and the runtime's own seccomp profile: what a pod may not do, nobody does through it (Kubernetes Pod Security Standards)",
    when: isAdded,
  },
  {
    at: place(POD, "automountServiceAccountToken$"),
    why: "a token of the API server that nobody uses can only be stolen; where the application asks the API server, write serviceAccount: with mountToken: true before the first up",
    when: isAdded,
  },
  {
    at: place(POD, "topologySpreadConstraints$"),
    why: "one zone that goes takes as few of the pods with it as can be",
    when: isAdded,
  },
  {
    at: /^spec\.persistentVolumeClaimRetentionPolicy/,
    why: "the volumes stay when the StatefulSet goes or shrinks",
    when: isAdded,
  },
  {
    kind: /^Namespace$/,
    at: /^metadata\.labels\["pod-security\./,
    why: "who starts a pod there that may do more than that is warned, and nothing is refused (Pod Security Admission)",
    when: isAdded,
  },
  {
    kind: /^Namespace$/,
    at: /^metadata\.labels\["(?!app\.kubernetes\.io)/,
    why: "a label that an entry of the service needs there",
    when: isAdded,
  },
  {
    at: /^(spec\.template\.)?metadata\.labels/,
    why: "by these labels people and policies find what belongs together",
    when: isAdded,
  },
  {
    at: /^spec\.(ports)\[\d+\]\.appProtocol$/,
    why: "tells gateways and meshes what the bytes are; kube-proxy does not look at it",
    when: isAdded,
  },
  { at: /^spec\.ports\[\d+\]\.name$/, why: "monitors and routes find the port by its name", when: isAdded },
  {
    kind: /^Service$/,
    at: /^spec\.sessionAffinity/,
    why: "follows promise.affinity: kube-proxy keeps a client on one pod, or the load balancer does and this is never asked",
  },
  {
    kind: /^Service$/,
    at: /^spec\.allocateLoadBalancerNodePorts$/,
    why: "the load balancer needs no node ports, and each would be a way in past it",
    when: isAdded,
  },
  {
    kind: /^Service$/,
    at: /^spec\.loadBalancerIP$/,
    why: "deprecated since Kubernetes 1.24; the annotation pins the same address",
    when: ({ to }) => to === undefined,
  },
  {
    kind: /^Service$/,
    at: /^metadata\.annotations\["metallb\./,
    why: "the address is pinned by annotation, or a restart may give another",
  },
  { kind: /^Service$/, at: /^spec\.externalTrafficPolicy$/, why: "the standard, written down", when: isAdded },
  {
    kind: /^Service$/,
    at: /^metadata\.annotations\["service\.beta\.kubernetes\.io\//,
    why: "the promise as this load balancer reads it; without the annotation its default would count",
    when: (difference) => difference.to !== undefined,
  },
  {
    kind: /^Ingress$/,
    at: /^metadata\.annotations\["kubernetes\.io\/ingress\.class"\]$/,
    why: "deprecated since Kubernetes 1.18: spec.ingressClassName says the same, and the API server takes only one of the two",
    when: ({ to }) => to === undefined,
  },
  {
    kind: /^Ingress$/,
    at: /^spec\.ingressClassName$/,
    why: "in place of the deprecated annotation kubernetes.io/ingress.class",
    when: isAdded,
  },
  {
    at: place(NGINX, "(configuration|server)-snippet"),
    why: "refused by default (allow-snippet-annotations is false, and its risk is above the accepted level since ingress-nginx 1.12), and not needed: nginx passes upgrades by itself, and a forced Connection header breaks keep-alive of plain requests",
    when: ({ to, from }) => to === undefined && /Upgrade|proxy_http_version/.test(String(from)),
  },
  {
    at: place(NGINX, "proxy-(read|send)-timeout"),
    why: "a limit that is exactly the promise is its boundary, so a margin stands on top; the smaller of the two counts (nginx proxy_read_timeout, proxy_send_timeout)",
  },
  { at: place(NGINX, "proxy-connect-timeout"), why: "a pod that does not accept within this time is passed over", when: isAdded },
  {
    at: place(NGINX, "affinity-mode"),
    why: "the default, balanced, sends clients to other pods whenever pods are added (ingress-nginx annotations, affinity-mode)",
  },
  { at: place(NGINX, '(affinity"|session-cookie)'), why: "follows promise.affinity", when: ({ to }) => to !== undefined },
  {
    at: /^metadata\.annotations\["nginx\.org\//,
    why: "the promise as this controller reads it",
    when: ({ to }) => to !== undefined,
  },
  {
    at: place(ALB, "load-balancer-attributes"),
    why: "a limit that is exactly the promise is its boundary, so a margin stands on top; the keep-alive of clients must not end sooner",
  },
  {
    at: place(ALB, "target-group-attributes"),
    why: "the load balancer lets a leaving pod's connections live as long as the pod itself does; its own default is 300 s (deregistration_delay)",
  },
  {
    at: place(ALB, ""),
    why: "the promise as this load balancer reads it; without the annotation its default would count",
    when: ({ to }) => to !== undefined,
  },
  { kind: /^IngressRoute$/, at: /\.sticky/, why: "without it Traefik deals every connection to another pod", when: isAdded },
  {
    kind: /^HorizontalPodAutoscaler$/,
    at: /^spec\.behavior/,
    why: "how fast pods go decides how many connections go with them",
    when: isAdded,
  },
  {
    kind: /^HorizontalPodAutoscaler$/,
    at: /^spec\.(targetCPUUtilizationPercentage$|metrics\b)/,
    why: "autoscaling/v2 says it as spec.metrics, in words of its own; the memory that is reserved counts too",
    when: (_difference, { object }) => OLD_AUTOSCALERS.includes(object.apiVersion),
  },
  { kind: /^HorizontalPodAutoscaler$/, at: /^spec\.metrics$/, why: "the memory that is reserved counts too", when: isAdded },
  {
    kind: /^ServiceMonitor$/,
    at: /^spec\.selector\.matchExpressions$/,
    why: "the Services of the entries lead to the same pods, which would be scraped twice",
    when: isAdded,
  },
  { at: /^metadata\.namespace$/, why: "the namespace, written down", when: isAdded },
];

/** Why the manifests are corrected at a place; undefined where nothing is known against them, and they stay. */
export function reasonFor(difference: Difference, found: Found): string | undefined {
  const text = pathText(difference.at);
  const { kind } = found.object;
  return RULES.find((rule) => (rule.kind ?? /^/).test(kind) && rule.at.test(text) && (rule.when?.(difference, found) ?? true))
    ?.why;
}

const PODS_OF = ["Deployment", "StatefulSet"];

/** What a difference does to what runs. */
export function effectOf(difference: Difference, object: KubernetesObject, reload: boolean): Effect {
  const [first, second] = difference.at;
  if (PODS_OF.includes(object.kind) && first === "spec" && second === "template") return "restarts pods";
  if (difference.at.length === 1 && first === "apiVersion") {
    return apiGroupOf(difference.from) === apiGroupOf(difference.to) ? "none" : "may cut connections";
  }
  const isRoute = ["Ingress", "IngressRoute"].includes(object.kind);
  const isRead = first === "spec" || (second === "annotations" && !isOwnMark(difference.at));
  return isRoute && isRead && reload ? "may cut connections" : "none";
}

/** Whether the Ingress is served by a proxy that cuts old connections when its configuration changes. */
export const reloads = (found: Found): boolean =>
  found.object.kind === "Ingress" && annotationOf(found, "alb.ingress.kubernetes.io/scheme") === undefined;
