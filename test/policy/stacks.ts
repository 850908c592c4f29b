import type { StackValidationPolicy } from "@pulumi/policy";
import type { KubernetesObject, Value } from "../../path/objects";
import { stackPolicies } from "../../policy/pack";
import { disruptionBudget } from "../../policy/rules/disruptionBudget";
import { idleTimeout } from "../../policy/rules/idleTimeout";
import { stickySessions } from "../../policy/rules/stickySessions";
import { deployment, ingress, object, service } from "../path/objects";
import type { Answer } from "./runtime";
import { MANDATORY } from "./runtime";

/** A stack that keeps its promises, as far as the three rules that the pack is tested with can tell. */
export const TIMEOUTS = { "proxy-read-timeout": "3660", "proxy-send-timeout": "3660" };
export const GOOD = { ...TIMEOUTS, affinity: "cookie", "session-cookie-max-age": "3600" };
export const BUDGET = object("policy/v1", "PodDisruptionBudget", "web", {
  spec: { minAvailable: 2, selector: { matchLabels: { app: "web" } } },
});
const CLUSTER = { kubeProxyMode: "nftables", inFront: [] };

export function namespace(declared: unknown = CLUSTER): KubernetesObject {
  const annotations = { "holdfast/cluster": typeof declared === "string" ? declared : JSON.stringify(declared) };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: "chat", annotations } };
}

export function stack(annotations: { [key: string]: Value } = GOOD): KubernetesObject[] {
  return [namespace(), ingress(annotations), service(), deployment(), BUDGET];
}

const THREE_RULES = [stickySessions, idleTimeout, disruptionBudget];

/** The pack with the three rules that the mission names, whatever other rules there are. */
export function pack(rules = THREE_RULES): StackValidationPolicy[] {
  return stackPolicies(rules);
}

/** As the engine configures them: each policy is given its own block. */
export function configured(
  policies: StackValidationPolicy[],
  blocks: { [policy: string]: { [key: string]: unknown } },
): StackValidationPolicy[] {
  return policies.map((policy) => ({
    ...policy,
    validateStack: (args, report) =>
      policy.validateStack({ ...args, getConfig: <T extends object>() => (blocks[policy.name] ?? {}) as T }, report),
  }));
}

export const only = (answers: Answer[], policy: string): Answer[] => answers.filter((answer) => answer.policy === policy);
export const namesOf = (answers: Answer[]): string[] => answers.map(({ policy }) => policy);
/** The policies that refuse the stack. */
export const refusals = (answers: Answer[]): string[] => namesOf(answers.filter(({ level }) => level === MANDATORY));
