import { quantityValue } from "../compile/check/fields";
import { isBlock, type Block } from "../compile/mergePatch";
import { resourcesSchema } from "../compile/resources";
import type { Probes } from "../compile/probes";
import { at, blockAt, isEmpty, listAt, numberAt, textAt, written } from "./read";
import { sourcesOf, type Group } from "./group";
import type { Decision, Left, SecretValue } from "./model";

/** What the pods of a group say, in the words of the stack file. */
export interface TakenPods {
  raw: Block;
  decisions: Decision[];
  left: Left[];
  secrets: SecretValue[];
}

const PROBES: Record<keyof Probes, string> = { startup: "startupProbe", liveness: "livenessProbe", readiness: "readinessProbe" };
const TIMINGS = ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"];
/** What the API server assumes where a probe says nothing. */
const API_TIMINGS: Block = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
};

export const containerOf = ({ workload }: Group): unknown => at(workload?.object, "spec", "template", "spec", "containers", 0);

/** Everything about the pods; empty where somebody else runs them. */
export function takePods(group: Group, name: string): TakenPods {
  const container = containerOf(group);
  const taken: TakenPods = { raw: {}, decisions: [], left: [], secrets: [] };
  takeImage(container, taken);
  taken.raw.probes = takeProbes(container, taken.decisions);
  const resources = takeResources(container);
  if (!isEmpty(resources)) taken.raw.resources = resources;
  takeEnvironment(group, container, taken);
  takeSecret(group, name, taken);
  return taken;
}

function takeImage(container: unknown, { raw }: TakenPods): void {
  const image = textAt(container, "image");
  // Without a policy the kubelet asks again only where the tag is latest.
  const standard = image === undefined || /(:latest|\/[^:/@]+|^[^:/@]+)$/.test(image) ? "Always" : "IfNotPresent";
  const policy = textAt(container, "imagePullPolicy") ?? standard;
  const list = (key: string) => (at(container, key) === undefined ? undefined : listAt(container, key).map(String));
  const given = { image, command: list("command"), args: list("args") };
  Object.assign(raw, written({ ...given, imagePullPolicy: policy === "Always" ? undefined : policy }));
}

function takeProbes(container: unknown, decisions: Decision[]): Block {
  return Object.fromEntries(
    (Object.keys(PROBES) as (keyof Probes)[]).map((which) => {
      const probe = at(container, PROBES[which]);
      const http = at(probe, "httpGet");
      if (
        probe === undefined ||
        (http === undefined && at(probe, "grpc") === undefined && at(probe, "tcpSocket") === undefined)
      ) {
        const why =
          probe === undefined
            ? "no such probe there; that the port answers is all that is known"
            : "a command there, which stays";
        decisions.push({ at: ["probes", which], why });
        return [which, { check: "tcp" }];
      }
      const timings = TIMINGS.map((key) => [key, numberAt(probe, key) ?? API_TIMINGS[key]]);
      const path = http === undefined ? undefined : (textAt(http, "path") ?? "/");
      const check = http !== undefined ? "http" : at(probe, "grpc") !== undefined ? "grpc" : "tcp";
      return [which, written({ check, path, ...(Object.fromEntries(timings) as Block) })];
    }),
  );
}

function takeResources(container: unknown): Block {
  const given = blockAt(container, "resources");
  const standard = resourcesSchema.parse({});
  const amount = (kind: "requests" | "limits", key: "cpu" | "memory"): string | undefined => textAt(given, kind, key);
  const taken = { requests: {} as Record<string, string>, limits: {} as Record<string, string> };
  for (const key of ["cpu", "memory"] as const) {
    const request = amount("requests", key);
    const limit = amount("limits", key);
    if (request !== undefined) taken.requests[key] = request;
    if (limit !== undefined) taken.limits[key] = limit;
    // Where only one of the two is there, the standard of the other may contradict it.
    if (request !== undefined && limit === undefined && isAbove(request, standard.limits[key])) taken.limits[key] = request;
    if (limit !== undefined && request === undefined && isAbove(standard.requests[key], limit)) taken.requests[key] = limit;
  }
  return Object.fromEntries(Object.entries(taken).filter(([, amounts]) => !isEmpty(amounts)));
}

function isAbove(left: string, right: string): boolean {
  try {
    return quantityValue(left) > quantityValue(right);
  } catch {
    return false;
  }
}

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Plain variables of the container; undefined where one of them takes its value from elsewhere, for then they stay together. */
export function plainVariables(container: unknown): Record<string, string> | undefined {
  const entries = listAt(container, "env").map((variable) => [textAt(variable, "name"), at(variable, "value") ?? ""] as const);
  const isPlain = listAt(container, "env").every((variable) => at(variable, "valueFrom") === undefined);
  const fits = entries.every(
    ([name, value]) => ENVIRONMENT_NAME.test(name ?? "") && typeof value === "string" && !value.includes("$("),
  );
  return isPlain && fits ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

function takeEnvironment(group: Group, container: unknown, { raw, decisions, left }: TakenPods): void {
  const data = blockAt(group.configMap?.object, "data");
  const usable = Object.entries(data).filter(([key, value]) => ENVIRONMENT_NAME.test(key) && typeof value === "string");
  const variables = plainVariables(container) ?? {};
  const config = { ...Object.fromEntries(usable), ...variables };
  if (!isEmpty(config)) raw.config = config;
  if (!isEmpty(variables)) decisions.push({ at: ["config"], why: "the container's env stands here too" });
  const others = Object.keys(data).filter((key) => !usable.some(([name]) => name === key));
  if (group.configMap === undefined || others.length === 0) return;
  left.push({
    what: `ConfigMap ${group.namespace}/${group.configMap.object.metadata.name} ${others.join(", ")}`,
    from: group.configMap.from,
    why: "no names of environment variables, so no pod gets them by envFrom either",
  });
}

/** The keys alone: a value in a stack file would be a secret in plain text. */
function takeSecret(group: Group, name: string, { raw, secrets, left, decisions }: TakenPods): void {
  const names = sourcesOf(containerOf(group), "secretRef");
  const [secretName] = names;
  if (secretName === undefined) return;
  const secret = group.secret?.object;
  if (secret === undefined || secretName !== `${name}-secrets`) {
    raw.secrets = { source: "existing", name: secretName };
    decisions.push({ at: ["secrets"], why: "stays with whoever keeps it" });
    if (secret !== undefined) {
      const why = `stays as it is, and the pods go on reading it. To keep its values in Pulumi's configuration it would have to be called ${name}-secrets`;
      left.push({ what: `Secret ${group.namespace}/${secretName}`, from: group.secret!.from, why });
    }
    return;
  }
  const keys = [...Object.keys(blockAt(secret, "data")), ...Object.keys(blockAt(secret, "stringData"))];
  raw.secrets = { source: "pulumi", keys: [...new Set(keys)] };
  decisions.push({ at: ["secrets"], why: "the keys alone: the import prints the command that sets each value" });
  secrets.push(...[...new Set(keys)].map((key) => ({ service: name, key, namespace: group.namespace, secret: secretName })));
}

/** Volumes that each pod of a StatefulSet has for itself. */
export function takeVolumes({ workload }: Group): Block {
  const mounts = listAt(workload?.object, "spec", "template", "spec", "containers", 0, "volumeMounts");
  const volumes = listAt(workload?.object, "spec", "volumeClaimTemplates").flatMap((claim) => {
    const name = textAt(claim, "metadata", "name");
    const size = /^(\d+)Gi$/.exec(textAt(claim, "spec", "resources", "requests", "storage") ?? "");
    const mountPath = textAt(
      mounts.find((mount) => textAt(mount, "name") === name),
      "mountPath",
    );
    if (name === undefined || size === null || mountPath === undefined) return [];
    return [written({ name, mountPath, sizeGib: Number(size[1]), storageClassName: textAt(claim, "spec", "storageClassName") })];
  });
  const parallel = textAt(workload?.object, "spec", "podManagementPolicy") === "Parallel";
  return written({
    kind: "stateful-set",
    volumes: volumes.length === 0 ? undefined : volumes,
    podManagement: parallel ? "parallel" : undefined,
  });
}

/** How many pods there are, and what decides it. */
export function takeScaling({ workload, autoscaler }: Group): Block {
  const replicas = numberAt(workload?.object, "spec", "replicas") ?? 1;
  if (autoscaler === undefined) return { min: replicas, max: replicas };
  const { object } = autoscaler;
  const min = numberAt(object, "spec", "minReplicas") ?? 1;
  const max = numberAt(object, "spec", "maxReplicas") ?? min;
  if (min === max) return { min, max };
  const use = (name: string) => {
    const metric = listAt(object, "spec", "metrics").find((each) => textAt(each, "resource", "name") === name);
    // autoscaling/v2beta1 has no block of its own for the target.
    return (
      numberAt(metric, "resource", "target", "averageUtilization") ?? numberAt(metric, "resource", "targetAverageUtilization")
    );
  };
  const cpuPercent = use("cpu") ?? numberAt(object, "spec", "targetCPUUtilizationPercentage");
  return written({ min, max, cpuPercent, memoryPercent: use("memory"), behavior: behaviorOf(object) });
}

function behaviorOf(object: unknown): Block | undefined {
  const direction = (which: string): Block | undefined => {
    const given = at(object, "spec", "behavior", which);
    if (!isBlock(given)) return undefined;
    const policies = Array.isArray(given.policies) && given.policies.length > 0 ? (given.policies as unknown) : undefined;
    return written({ stabilizationWindowSeconds: given.stabilizationWindowSeconds, policies });
  };
  const behavior = written({ scaleDown: direction("scaleDown"), scaleUp: direction("scaleUp") });
  return isEmpty(behavior) ? undefined : behavior;
}
