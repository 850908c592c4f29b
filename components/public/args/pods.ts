// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.

export interface ServiceWorkload {
  /** Who runs the pods: this stack, or somebody else. Allowed: `create`, `existing`. Default: `create`. */
  mode?: string;
  /**
   * What runs them. A change replaces it, and ends all connections. Allowed: `deployment`, `stateful-set`. Default:
   * `deployment`.
   */
  kind?: string;
  /** Volumes that each pod has and finds again. Only with `kind: stateful-set`. Default: none. */
  volumes?: ServiceWorkloadVolume[];
  /**
   * Whether a pod waits for the one before it. Only `stateful-set`; a change replaces it. Allowed: `one-by-one`, `parallel`.
   * Default: `one-by-one`.
   */
  podManagement?: string;
  /** Labels of the pods. Only `existing`, and required there. Allowed: labels with values. Default: none. */
  selector?: Record<string, string>;
  /** What nothing shows about pods of somebody else. Only with `mode: existing`. Default: not known. */
  declared?: ServiceWorkloadDeclared;
}

export interface ServiceWorkloadVolume {
  /**
   * Name of a volume that each pod has. Only `stateful-set`. The volumes stay when the service goes; a change of this list
   * replaces the StatefulSet. Allowed: a name. Required.
   */
  name: string;
  /** Folder in the pod. Allowed: an absolute folder below `/`. Required. */
  mountPath: string;
  /** Size. Volumes that are there keep theirs. Allowed: 1 to 65536 GiB. Required. */
  sizeGib: number;
  /** The StorageClass. Allowed: a name. Default: the cluster's. */
  storageClassName?: string;
}

export interface ServiceWorkloadDeclared {
  /** The most pods there are. With 1 every client reaches the same one. Allowed: 1 to 1000 pods. Default: not known. */
  replicas?: number;
  /** How long a leaving pod serves on. Too short for the entries is an error. Allowed: 0 to 3600 seconds. Default: not known. */
  preStopSeconds?: number;
  /** Seconds until SIGKILL. Too short for the promise is an error. Allowed: 0 to 86400 seconds. Default: not known. */
  gracePeriodSeconds?: number;
}

export interface ServicePort {
  /** By which entries, probes and metrics mean it. Allowed: up to 15 of a-z, 0-9, `-`. Required. */
  name: string;
  /** The number, in the pods and inside the cluster. Not 80. Allowed: 1 to 65535. Required. */
  port: number;
  /** What its connections carry. Allowed: `websocket`, `http-stream`, `grpc`, `tcp`. Default: that of the service. */
  protocol?: string;
}

export interface ServiceFiles {
  /**
   * Folder in the pods where the files appear, read-only, from the ConfigMap `<name>-files`. Allowed: an absolute folder below
   * `/`. Default: none.
   */
  mountPath: string;
  /** File names with their text, together up to 1048576 bytes. Allowed: names with texts. Default: none. */
  contents: Record<string, string>;
}

export interface ServiceSecrets {
  /** Where the values are. Allowed: `pulumi`, `existing`, `external-secret`, `sealed-secret`. Required. */
  source: string;
  /**
   * With `source: pulumi`: the environment variables. Each needs a value at `secretValues`. Allowed: a list of names. Required
   * there.
   */
  keys?: string[];
  /**
   * With `source: pulumi`: the name of one more value at `secretValues`: a random key that no pod gets. With it a changed value
   * replaces the pods. Allowed: a name that is not among `keys`; the value: at least 32 characters. Default: a changed secret
   * replaces no pods.
   */
  rolloutKey?: string;
  /** A Secret in the service's namespace that somebody else keeps. Allowed: a name. Required. */
  name?: string;
  /** With `source: external-secret`: where the External Secrets Operator reads. Required there. */
  store?: ServiceSecretsStore;
  /** With `source: external-secret`: for each environment variable what it is called in the store. Required there. */
  remoteKeys?: Record<string, ServiceSecretsRemoteKey>;
  /** Seconds between two readings; 0 reads once. Allowed: 0 to 604800 seconds. Default: 3600. */
  refreshSeconds?: number;
  /**
   * For each environment variable what `kubeseal --raw --name <service>-secrets --namespace <namespace>` printed. Allowed:
   * names with base64. Required.
   */
  encryptedData?: Record<string, string>;
}

export interface ServiceSecretsStore {
  /**
   * The kind of store the External Secrets Operator reads. Allowed: `ClusterSecretStore`, `SecretStore`. Default:
   * `ClusterSecretStore`.
   */
  kind?: string;
  /** Its name. Allowed: a name. Required. */
  name: string;
}

export interface ServiceSecretsRemoteKey {
  /** For each environment variable: the name of the secret in the store. Allowed: text. Required. */
  key: string;
  /** And the property of it, where it has several. Allowed: text. Default: the whole. */
  property?: string;
}

export interface ServiceTls {
  /**
   * The Secret with the certificate. Without an issuer it has to be there before the pods. Allowed: a name. Default:
   * `<service>-tls`.
   */
  secretName?: string;
  /**
   * cert-manager's ClusterIssuer that keeps it, for the hosts of the entries. One that proves them over HTTP on port 80 gets no
   * answer there: by DNS. Allowed: a name. Default: none.
   */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Allowed: a name. Default: none. */
  issuer?: string;
  /**
   * Folder in the pods where `tls.crt` and `tls.key` appear, read-only. Not that of `files`. Allowed: an absolute folder.
   * Default: `/etc/tls`.
   */
  mountPath?: string;
}

export interface ServiceProbes {
  /** Until it succeeds the other two are not asked. */
  startup?: ServiceProbe;
  /** Kills the pod, with all its connections: it must not depend on a database. */
  liveness?: ServiceProbe;
  /** Keeps new connections away from a pod that is not ready, and only those. */
  readiness?: ServiceProbe;
}

export interface ServiceProbe {
  /**
   * `http`: a GET. `tcp`: the port accepts a connection. `grpc`: the gRPC health service, whose watch `verify` holds; it speaks
   * no TLS, so with the service's `tls` it is an error, and `tcp` the default. Allowed: `http`, `tcp`, `grpc`. Default:
   * undefined.
   */
  check?: string;
  /** Path of the GET. An error with another check. Allowed: a path. Default: undefined. */
  path?: string;
  /** Name of the port it asks. Allowed: a name of `ports`. Default: undefined. */
  port?: string;
  /** Seconds until the first try. Allowed: 0 to 3600 seconds. Default: undefined. */
  initialDelaySeconds?: number;
  /** Seconds between two. Allowed: 1 to 3600 seconds. Default: undefined. */
  periodSeconds?: number;
  /** Seconds until one has failed. Allowed: 1 to 300 seconds. Default: undefined. */
  timeoutSeconds?: number;
  /** Successes in a row that count. Allowed: 1; readiness 1 to 100. Default: undefined. */
  successThreshold?: number;
  /** Failures in a row that count. Allowed: 1 to 1000 tries. Default: undefined. */
  failureThreshold?: number;
}

export interface ServiceSecurity {
  /**
   * `restricted`: no root, no capabilities, no new privileges, the runtime's own seccomp profile; an image that runs as root
   * does not start. `baseline`: for an image that has to. Allowed: `restricted`, `baseline`. Default: `restricted`.
   */
  level?: string;
  /**
   * Number of the user. Needed with `restricted` where the image names its user by a word. Allowed: 1 to 2147483647. Default:
   * the image's.
   */
  runAsUser?: number;
  /** Number of the group that the volumes belong to. Allowed: 1 to 2147483647. Default: the volumes' own. */
  fsGroup?: number;
  /** Whether the container's own files cannot be written. Allowed: true, false. Default: false. */
  readOnlyRootFilesystem?: boolean;
  /** What the namespace refuses, warns of and notes. Default: what `level` says. */
  admission?: ServiceSecurityAdmission;
}

export interface ServiceSecurityAdmission {
  /**
   * A level of the Pod Security Standards below which the namespace refuses every pod, whoever starts it. It is an error where
   * something of this stack would be refused: another service of the namespace, Istio's pods for a Gateway, the pods of an old
   * cert-manager. Allowed: `privileged`, `baseline`, `restricted`. Default: what the cluster says.
   */
  enforce?: string;
  /**
   * A level of the Pod Security Standards below which whoever starts a pod there is warned. Only where this service creates the
   * namespace. Allowed: `restricted`, `baseline`, `privileged`. Default: `security.level`.
   */
  warn?: string;
  /**
   * A level of the Pod Security Standards below which a pod is noted in the audit log. Only where this service creates the
   * namespace. Allowed: `restricted`, `baseline`, `privileged`. Default: `security.level`.
   */
  audit?: string;
}

export interface ServiceSpread {
  /**
   * Pods over zones. `preferred`: where there is room; `required`: a pod waits rather than crowd one. Allowed: `preferred`,
   * `required`, `none`. Default: `preferred`.
   */
  zones?: string;
  /**
   * Pods over nodes. `preferred`: where there is room; `required`: a pod waits rather than crowd one. Allowed: `preferred`,
   * `required`, `none`. Default: `preferred`.
   */
  nodes?: string;
}

export interface ServiceServiceAccount {
  /** An account of this stack, called like the service, or somebody else's. Allowed: `create`, `existing`. Default: `create`. */
  mode?: string;
  /** Its name. Only `existing`. Allowed: a name. Default: required there. */
  name?: string;
  /**
   * What ties it to an identity of the cloud, such as `eks.amazonaws.com/role-arn`. Only `create`. Allowed: annotations.
   * Default: none.
   */
  annotations?: Record<string, string>;
  /**
   * Whether pods get a token of the API server. Without `serviceAccount` they run as the namespace's own account, and get none.
   * Allowed: true, false. Default: false.
   */
  mountToken?: boolean;
}
