import { block, map, objectName, oneOf, seconds, text, wholeNumber, yesOrNo } from "./check/fields";
import { metadataOf, selectorOf } from "./labels";
import { LONGEST_MIN_READY_SECONDS } from "./minReady";
import type { CompiledObject, Need } from "./model";
import { afterNamespace } from "./namespace";
import { admissionSchema, type Admission } from "./podSecurity";
import type { Service } from "./service";

/** What the containers may do to the node they run on. */
export interface Security {
  /**
   * `restricted` (default): no root, no capabilities, no new privileges, the runtime's own seccomp profile. `baseline`: for an image
   * that has to run as root; still no new privileges, and the seccomp profile.
   */
  level: "restricted" | "baseline";
  /** Number of the user. 1 to 2147483647. Default: the image's own, which with `restricted` must be a number other than 0. */
  runAsUser?: number;
  /** Number of the group that the volumes belong to. 1 to 2147483647. */
  fsGroup?: number;
  /** Whether the container's own files cannot be written. Default false; volumes and files are not touched by it. */
  readOnlyRootFilesystem: boolean;
  /** What the namespace does with pods below a level. Default: it warns of those below `level`, and notes them. */
  admission?: Admission;
}

const LARGEST_ID = 2_147_483_647;

export const securitySchema = block({
  level: oneOf(["restricted", "baseline"]).default("restricted"),
  runAsUser: wholeNumber("a user", 1, LARGEST_ID).optional(),
  fsGroup: wholeNumber("a group", 1, LARGEST_ID).optional(),
  readOnlyRootFilesystem: yesOrNo().default(false),
  admission: admissionSchema,
});

/** How pods are kept apart, so that one failure does not take them all. */
export interface Spread {
  /** Over zones. `preferred` (default): where there is room. `required`: a pod waits rather than crowd a zone. `none`: not at all. */
  zones: "preferred" | "required" | "none";
  /** The same over nodes. */
  nodes: "preferred" | "required" | "none";
}

const degree = () => oneOf(["preferred", "required", "none"]).default("preferred");
export const spreadSchema = block({ zones: degree(), nodes: degree() });

/** Whom the pods are to the API server and to the cloud. */
export interface ServiceAccount {
  /** `create`: one of this stack, called like the service. `existing`: somebody else's. */
  mode: "create" | "existing";
  /** Only `existing`, and needed there. */
  name?: string;
  /** Only `create`: `eks.amazonaws.com/role-arn`, `iam.gke.io/gcp-service-account`, `azure.workload.identity/client-id` ... */
  annotations?: Record<string, string>;
  /** Whether the pods get a token of the API server. Default false. Tokens for a cloud's identities come another way. */
  mountToken: boolean;
}

export const serviceAccountSchema = block({
  mode: oneOf(["create", "existing"]).default("create"),
  name: objectName("the name of a ServiceAccount").optional(),
  annotations: map(
    text("an annotation key", /^\S+$/),
    text("text", /^[^]*$/),
    "a block of annotations with a text each",
  ).optional(),
  mountToken: yesOrNo().default(false),
}).superRefine(({ mode, name, annotations }, context) => {
  const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if (mode === "existing" && name === undefined) issue("name", "missing; mode: existing needs it.");
  if (mode === "create" && name !== undefined) {
    issue(
      "name",
      `found ${name} with mode: create, whose account is called like the service. Remove it, or write mode: existing.`,
    );
  }
  if (mode === "existing" && annotations !== undefined) {
    issue("annotations", "found with mode: existing, whose account is somebody else's. Remove it, or write mode: create.");
  }
});

export const priorityClassName = () => objectName("the name of a PriorityClass").optional();
export const minReadySeconds = () => seconds(0, LONGEST_MIN_READY_SECONDS).optional();

/** The settings of the pod that are not of its container. */
export function podSettings(service: Service) {
  const { security, serviceAccount, priorityClassName: priority } = service;
  const name = serviceAccountName(service);
  return {
    securityContext: {
      ...(security.level === "restricted" ? { runAsNonRoot: true } : {}),
      ...(security.runAsUser === undefined ? {} : { runAsUser: security.runAsUser }),
      ...(security.fsGroup === undefined ? {} : { fsGroup: security.fsGroup }),
      seccompProfile: { type: "RuntimeDefault" },
    },
    automountServiceAccountToken: serviceAccount?.mountToken ?? false,
    ...(name === undefined ? {} : { serviceAccountName: name }),
    ...(priority === undefined ? {} : { priorityClassName: priority }),
    ...spreadSettings(service),
  };
}

export function containerSecurity({ security }: Service) {
  return {
    allowPrivilegeEscalation: false,
    ...(security.level === "restricted" ? { capabilities: { drop: ["ALL"] } } : {}),
    ...(security.readOnlyRootFilesystem ? { readOnlyRootFilesystem: true } : {}),
  };
}

/** Preferred is not required: on a cluster with fewer nodes or zones than pods they must still start. */
function spreadSettings(service: Service) {
  const { zones, nodes } = service.spread;
  const labelSelector = { matchExpressions: [{ key: "app", operator: "In", values: [service.name] }] };
  const preferred = [{ weight: 100, podAffinityTerm: { labelSelector, topologyKey: "kubernetes.io/hostname" } }];
  const constraint = (topologyKey: string, whenUnsatisfiable: string) => {
    return { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels: selectorOf(service) } };
  };
  const constraints = [
    ...(zones === "none"
      ? []
      : [constraint("topology.kubernetes.io/zone", zones === "required" ? "DoNotSchedule" : "ScheduleAnyway")]),
    ...(nodes === "required" ? [constraint("kubernetes.io/hostname", "DoNotSchedule")] : []),
  ];
  return {
    ...(nodes === "preferred"
      ? { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }
      : {}),
    ...(constraints.length === 0 ? {} : { topologySpreadConstraints: constraints }),
  };
}

export const SERVICE_ACCOUNT = "service-account";

function serviceAccountName({ name, serviceAccount }: Service): string | undefined {
  return serviceAccount?.mode === "create" ? name : serviceAccount?.name;
}

export function compileServiceAccount(service: Service): CompiledObject[] {
  const { serviceAccount } = service;
  if (serviceAccount?.mode !== "create") return [];
  const { annotations } = serviceAccount;
  return [
    {
      logicalName: SERVICE_ACCOUNT,
      object: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { ...metadataOf(service), ...(annotations === undefined ? {} : { annotations }) },
        automountServiceAccountToken: false,
      },
      after: afterNamespace(service),
      why: ["No token of the API server unless a pod asks for it: what is not there cannot be stolen."],
    },
  ];
}

/** What must be there for the pods to be admitted. */
export function podNeeds(service: Service): Need[] {
  const { serviceAccount, priorityClassName: priority } = service;
  return [
    ...(serviceAccount?.mode === "existing"
      ? [{ kind: "ServiceAccount", name: `${service.namespace}/${serviceAccount.name}`, why: "the pods run as it" }]
      : []),
    ...(priority === undefined
      ? []
      : [{ kind: "PriorityClass", name: priority, why: "without it the API server refuses the pods" }]),
  ];
}
