// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.
/* eslint-disable @typescript-eslint/no-explicit-any */
import type {
  ServiceDisruption,
  ServiceDrain,
  ServiceMetrics,
  ServiceNetworkPolicy,
  ServiceOverload,
  ServiceResources,
  ServiceScaling,
} from "./scaling";
import type { ServiceEntry } from "./entry";
import type {
  ServiceFiles,
  ServicePort,
  ServiceProbes,
  ServiceSecrets,
  ServiceSecurity,
  ServiceServiceAccount,
  ServiceSpread,
  ServiceTls,
  ServiceWorkload,
} from "./pods";

export interface Service {
  /**
   * Name of its Deployment and of its Service inside the cluster. Changing it replaces everything, and closes every connection.
   * Allowed: 1 to 63 of a-z, 0-9, `-`, a letter first. Default: the component's name.
   */
  name?: string;
  /**
   * What it is like. Sets defaults, also `port`; whatever is written wins. Allowed: `websocket`, `mcp`, `stt`, `http`. Default:
   * none.
   */
  profile?: string;
  /** Namespace of all its objects. Allowed: 1 to 63 of a-z, 0-9, `-`, a letter first. Default: the name. */
  namespace?: string;
  /**
   * Whether this service creates the namespace. `false` for all but one of the services that share one. Allowed: true, false.
   * Default: true.
   */
  createNamespace?: boolean;
  /** What runs it in the cluster. Default: a Deployment of this component. */
  workload?: ServiceWorkload;
  /**
   * Container image. In production neither `latest` nor without a tag. Not with `workload.mode: existing`. Allowed: an image
   * reference. Required.
   */
  image?: string;
  /**
   * When the kubelet asks the registry. `Always` notices a tag that was moved, and needs the registry at every start of a pod.
   * Allowed: `Always`, `IfNotPresent`, `Never`. Default: `Always`.
   */
  imagePullPolicy?: string;
  /** What runs in place of the image's entry point. Allowed: a list of texts. Default: the image's. */
  command?: string[];
  /** Its arguments. Allowed: a list of texts. Default: the image's. */
  args?: string[];
  /** Port the application listens on. Allowed: 1 to 65535. Required. */
  port: number;
  /** Further ports of the pods, reached inside the cluster, and from outside by an entry with `targetPort`. Default: none. */
  ports?: ServicePort[];
  /**
   * Path that clients open, shown in the printed URLs. Nothing is routed by it. Not with `tcp` or `grpc`. Allowed: a path such
   * as `/ws`. Default: `/`.
   */
  connectPath?: string;
  /**
   * What its connections carry. Decides which timers of each hop apply, and the probes. Allowed: `websocket`, `http-stream`,
   * `grpc`, `tcp`. Default: `websocket`.
   */
  protocol?: string;
  /** What each connection is promised. An entry that cannot keep it is an error. Default: that of its keys. */
  promise?: ServicePromise;
  /**
   * Environment variables, in the ConfigMap `<name>-config`. A name that is among the secrets too is an error. Allowed: names
   * with texts (numbers in quotes). Default: `{}`.
   */
  config?: Record<string, string>;
  /** Files mounted into the pods, read-only. Default: none. */
  files?: ServiceFiles;
  /** Environment variables that are secret, and where they come from. Default: none. */
  secrets?: ServiceSecrets;
  /** TLS that ends in the pods, for entries that pass bytes on. Default: the pods speak in the clear. */
  tls?: ServiceTls;
  /** Environment variables that hold addresses of named endpoints; the pods roll when one changes. Default: none. */
  consumes?: Record<string, ServiceConsume>;
  /** Names of its own addresses. Default: its own name for the first entry, `<name>-<entry>` for each further one. */
  endpoints?: Record<string, ServiceEndpoint>;
  /** How the kubelet learns that a pod has started, lives and is ready. Default: by what the protocol offers. */
  probes?: ServiceProbes;
  /** Processor time and memory of each pod. Default: those of its keys. */
  resources?: ServiceResources;
  /** How many pods there are, and what decides it. Default: 3 to 10, by how busy they are. */
  scaling?: ServiceScaling;
  /** How many pods stay while nodes are emptied. Default: one fewer than the fewest. */
  disruption?: ServiceDisruption;
  /** The goodbye of a pod, where what is derived from the entries and the promise does not suit. Default: derived. */
  drain?: ServiceDrain;
  /** Who reads the application's metrics. Default: a ServiceMonitor. */
  metrics?: ServiceMetrics;
  /** How a pod says that it is full. Default: it never does. */
  overload?: ServiceOverload;
  /** Who may connect to the pods. Default: everybody who can reach them. */
  networkPolicy?: ServiceNetworkPolicy;
  /** Labels of all its objects and pods, besides `app` and `app.kubernetes.io/*`. Allowed: label keys and values. Default: `{}`. */
  labels?: Record<string, string>;
  /** What the containers may do to the node they run on. Default: nothing (`restricted`). */
  security?: ServiceSecurity;
  /** How pods are kept apart. Default: over zones and nodes where there is room. */
  spread?: ServiceSpread;
  /** A PriorityClass of the cluster. Allowed: a name. Default: none. */
  priorityClassName?: string;
  /** Whom the pods are. Default: the namespace's own account, without a token. */
  serviceAccount?: ServiceServiceAccount;
  /**
   * Seconds a new pod must have been ready before an old one goes. Every rollout takes as much longer for each pod. Derived in
   * production: the longest of `failureThreshold` periods of the readiness probe (10 s by default), and of what a load balancer
   * that checks the pods itself needs to register one and to find it healthy, unless a readiness gate waits for that (AWS in a
   * namespace of ours, GKE). Allowed: 0 to 3600 seconds. Default: derived; 0 in development and for a StatefulSet.
   */
  minReadySeconds?: number;
  /** Changes to its own objects after everything else, in order. They are judged with the rest. Default: none. */
  patches?: ServicePatche[];
  /**
   * The ways in from outside, in the order in which they are told. Required; an empty list for a service that is reached only
   * inside the cluster.
   */
  entries: ServiceEntry[];
}

export interface ServicePromise {
  /** Seconds a connection may be silent and still be open. Allowed: 1 to 86400 seconds. Default: 3600. */
  idleSeconds?: number;
  /** Seconds the application gets after SIGTERM to say goodbye to its connections. Allowed: 0 to 3600 seconds. Default: 40. */
  drainSeconds?: number;
  /** Whether a client that comes back reaches the same pod. Default: it does, for 3600 seconds. */
  affinity?: ServicePromiseAffinity;
  /** What the application itself sends on a silent connection. Default: nothing. */
  heartbeat?: ServicePromiseHeartbeat;
}

export interface ServicePromiseAffinity {
  /**
   * `client`: a client that comes back reaches the same pod. `none`: any pod will do. Allowed: `client`, `none`. Default:
   * `client`.
   */
  mode?: string;
  /**
   * Seconds that lasts. Where it is by source address, they count from the client's last new connection. An error with `mode:
   * none`. Allowed: 1 to 86400 seconds. Default: 3600.
   */
  ttlSeconds?: number;
  /** The cookie's name. An error where no entry sticks by a cookie. Allowed: 1 to 128 characters. Default: `<name>-route`. */
  cookieName?: string;
}

export interface ServicePromiseHeartbeat {
  /**
   * What the application itself sends on a silent connection, and how often. Lets shorter limits pass, as
   * `holds-with-heartbeat`; never saves from a lifetime. Allowed: 1 second to below idleSeconds. Default: no heartbeat.
   */
  seconds: number;
  /**
   * `message`: bytes of the stream, which every hop sees. `tcp-keepalive`: restarts only clocks of layer 4, up to the next
   * proxy. Allowed: `message`, `tcp-keepalive`. Default: `message`.
   */
  kind?: string;
}

export interface ServiceConsume {
  /** The endpoint: of a service here, or of `endpoints`. Allowed: its name. Required. */
  endpoint: string;
  /**
   * What of it: all, the DNS name or address, that with the port, or the port alone. Allowed: `url`, `host`, `host-port`,
   * `port`. Default: `url`.
   */
  format?: string;
  /**
   * `entry`: the address that clients outside use too. `cluster`: the Service inside the cluster (`<service>.<namespace>.svc`),
   * past every load balancer; TLS that ends at the entry is not spoken there. Allowed: `entry`, `cluster`. Default: `entry`,
   * where there is one.
   */
  via?: string;
}

export interface ServiceEndpoint {
  /** The entry it stands for. Allowed: an entry of this service. Default: the first. */
  entry?: string;
  /**
   * What stands before `://`. One that the protocol cannot carry, or with TLS where none is spoken, is an error. Allowed:
   * `http`, `https`; with `tcp` any. Default: by protocol.
   */
  scheme?: string;
  /** What stands behind the port. Outside what the entry routes it is an error. Allowed: a path. Default: `connectPath`. */
  path?: string;
  /**
   * Addresses it had before. Only `holdfast lint-endpoints` reads them. Allowed: a list, each with or without a port. Default:
   * none.
   */
  formerly?: string[];
}

export interface ServicePatche {
  /** Kind of the object. Allowed: a kind it has. Required. */
  kind: string;
  /** Its name, as it is without patches. Allowed: a name. Default: the only one of a kind. */
  name?: string;
  /**
   * What is merged into it, after RFC 7386: blocks key by key, `null` takes a key away, and a list replaces **the whole list**,
   * containers too. An error where it changes nothing. Not for `apiVersion`, `kind`, `status`, values of a Secret, what the
   * autoscaler owns, or the annotations that hold the promise and the cluster. Allowed: a block with changes. Required.
   */
  patch: Record<string, any>;
}
