import { z } from "zod";
import { PROTOCOLS, type ConnectionPromise, type Protocol } from "../path/model";
import { list, oneOf, portNumber, serviceName, text, yesOrNo } from "./check/fields";
import { configSchema, filesSchema } from "./configMap";
import { consumesSchema, type Consumes } from "./consumers";
import { drainSchema, type Drain } from "./drain";
import { endpointsSchema, type EndpointArgs } from "./endpoints";
import type { Entry } from "./entry";
import { scalingSchema, type Scaling } from "./horizontalPodAutoscaler";
import { labelsSchema } from "./labels";
import { migrationSchema, type Migration } from "./migration";
import { networkPolicySchema, type NetworkPolicy } from "./networkPolicy";
import { patchesSchema, type Patch } from "./patches";
import { disruptionSchema, type Disruption } from "./podDisruptionBudget";
import { podTlsSchema, type PodTls } from "./podTls";
import { overloadSchema, type Overload } from "./overload";
import { PROFILE_NAMES, type ProfileName } from "./profiles";
import {
  minReadySeconds,
  priorityClassName,
  securitySchema,
  serviceAccountSchema,
  spreadSchema,
  type Security,
  type ServiceAccount,
  type Spread,
} from "./podSettings";
import { portsSchema, type ServicePort } from "./port";
import { probesSchema, type Probes } from "./probes";
import { promiseSchema } from "./promise";
import { resourcesSchema, type Resources } from "./resources";
import { secretsSchema, type SecretSource } from "./secret";
import { metricsSchema, type Metrics } from "./serviceMonitor";
import { workloadSchema, type Workload } from "./workload";

/** One long-lived-connection service, checked, with every default filled in. */
export interface Service {
  /** Name of its Deployment and of its Service inside the cluster: a DNS label of up to 63 characters. A change replaces everything. */
  name: string;
  /** What it is like: sets defaults, which whatever is written wins over. Default: none, and the defaults of each key. */
  profile?: ProfileName;
  /** Namespace of all its objects. Default: the name. */
  namespace: string;
  /** Whether this service creates its namespace. Default true; false where something else does. */
  createNamespace: boolean;
  /** What runs it in the cluster. */
  workload: Workload;
  /** Container image. In production with a tag other than latest, or with a digest. Empty where somebody else runs the pods. */
  image: string;
  /** Default `Always`: the kubelet asks the registry at every start of a pod. */
  imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  /** What to run in place of the image's entry point. */
  command?: string[];
  /** The arguments of that. */
  args?: string[];
  /** Port the application listens on, 1 to 65535. */
  port: number;
  /** Further ports of the pods. */
  ports: ServicePort[];
  /** Only in what an entry is compiled from that leads to one of those: its name. */
  routedPort?: string;
  /** Path that clients open, shown in the printed URLs. Default `/`. Nothing is routed by it. */
  connectPath: string;
  /** What its connections carry. Decides which timers of each hop apply. Default `websocket`. */
  protocol: Protocol;
  /** What is asked of each connection. */
  promise: ConnectionPromise;
  /** Environment variables that are no secrets, in the ConfigMap `<name>-config`. */
  config: Record<string, string>;
  /** Files mounted into the pods, read-only, from the ConfigMap `<name>-files`. */
  files?: { mountPath: string; contents: Record<string, string> };
  secrets?: SecretSource;
  /** TLS that the pods speak themselves. Only behind entries that pass bytes on. Default: they speak in the clear. */
  tls?: PodTls;
  /** Environment variables that hold addresses of named endpoints, in the ConfigMap `<name>-endpoints`. The pods roll when one changes. */
  consumes: Consumes;
  /** Names of its own addresses, for consumers. Default: its name for the first entry, `<name>-<entry>` for each further one. */
  endpoints: Record<string, EndpointArgs>;
  probes: Probes;
  resources: Resources;
  scaling: Scaling;
  disruption: Disruption;
  drain: Drain;
  metrics: Metrics;
  /** How a pod says that it is full. Default: it never does. */
  overload?: Overload;
  /** Who may connect to the pods. Default: everybody who can reach them. */
  networkPolicy?: NetworkPolicy;
  /** Labels of all its objects and pods, in addition to the fixed ones. */
  labels: Record<string, string>;
  /** What the containers may do to the node they run on. */
  security: Security;
  /** How pods are kept apart. */
  spread: Spread;
  /** How important the pods are, where the cluster has classes for that. Default: as everything else. */
  priorityClassName?: string;
  /** Whom the pods are. Default: the namespace's own account, without a token. */
  serviceAccount?: ServiceAccount;
  /**
   * Seconds a new pod must have been ready before an old one goes; every rollout takes as much longer for each pod. 0 to 3600.
   * Default: 0 in development and for a StatefulSet; in production the longest of `failureThreshold` periods of the readiness probe
   * and, where a load balancer checks the pods itself and no readiness gate waits for it, of its registration and health checks.
   */
  minReadySeconds?: number;
  /** Changes to its own objects after everything else, in order. They are judged with the rest. */
  patches: Patch[];
  /** Moving clients from one entry to another. Default: nobody is moved. */
  migration?: Migration;
  /** The ways in from outside, at least an empty list. */
  entries: Entry[];
}

const image = text(
  "an image reference such as registry.example.com/chat:1.8.2",
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
);

/** Every key of a service, each checked on its own. `entries` is checked entry by entry, by kind. */
export const SERVICE_FIELDS = {
  name: serviceName(),
  profile: oneOf(PROFILE_NAMES).optional(),
  namespace: serviceName().optional(),
  createNamespace: yesOrNo().default(true),
  workload: workloadSchema.prefault({}),
  image: image.default(""),
  imagePullPolicy: oneOf(["Always", "IfNotPresent", "Never"]).default("Always"),
  command: list(text("text"), "texts").optional(),
  args: list(text("text", /^[^]*$/), "texts").optional(),
  port: portNumber(),
  ports: portsSchema.default([]),
  connectPath: text("a path that begins with a slash, such as /ws", /^\/[^\s?#]*$/).default("/"),
  protocol: oneOf(PROTOCOLS).default("websocket"),
  promise: promiseSchema.prefault({}),
  config: configSchema.default({}),
  files: filesSchema.optional(),
  secrets: secretsSchema.optional(),
  tls: podTlsSchema.optional(),
  consumes: consumesSchema.default({}),
  endpoints: endpointsSchema.default({}),
  probes: probesSchema.prefault({}),
  resources: resourcesSchema.prefault({}),
  scaling: scalingSchema.prefault({}),
  disruption: disruptionSchema.prefault({}),
  drain: drainSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  overload: overloadSchema.optional(),
  networkPolicy: networkPolicySchema.optional(),
  labels: labelsSchema.default({}),
  security: securitySchema.prefault({}),
  spread: spreadSchema.prefault({}),
  priorityClassName: priorityClassName(),
  serviceAccount: serviceAccountSchema.optional(),
  minReadySeconds: minReadySeconds(),
  patches: patchesSchema.default([]),
  migration: migrationSchema.optional(),
  entries: list(z.unknown(), "entries, each with a kind; write [] for a service that is reached only inside the cluster"),
};
