import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { WAIVER_ANNOTATION_PREFIX } from "../../path/declarations";
import type { KubernetesObject } from "../../path/objects";
import { unknownKeys } from "../../path/nearest";
import { annotationOf } from "../../path/value";
import { objectOf } from "../adapter";
import { asSecret, isSecret, rawProperty, withoutSecretMark } from "../sdk";
import type { OwnMend } from ".";
import { MENDS } from ".";
import type { EvictionPolicy } from "./eviction";
import { EVICTION_POLICIES, evictionMends } from "./eviction";

const KEYS = ["unhealthyPodEvictionPolicy"];
const WHERE = "configuration of mends";

/** Off unless its enforcement level is set to `remediate`: it writes into what the program says. */
export function mendsPolicy(): ResourceValidationPolicy {
  let isTold = false;
  return {
    name: "mends",
    displayName: "Mend what is certain",
    description: "What is written wrongly beyond doubt is put right before it is created.",
    enforcementLevel: "disabled",
    url: "docs/policy.md",
    configSchema: {
      properties: {
        unhealthyPodEvictionPolicy: {
          type: "string",
          description: "What to write into budgets that do not say it. Default: nothing.",
        },
      },
    },
    remediateResource: (args) => remediate(args, readConfig(args.getConfig()).evictionPolicy),
    // Asked for every resource; what is wrong with the configuration is wrong once.
    validateResource: (args, report) => {
      if (isTold) return;
      isTold = true;
      for (const problem of readConfig(args.getConfig()).problems) report(problem);
    },
  };
}

function readConfig(config: Record<string, unknown>): { evictionPolicy?: EvictionPolicy; problems: string[] } {
  const problems = unknownKeys(Object.keys(config), KEYS, WHERE);
  const found = config.unhealthyPodEvictionPolicy;
  const evictionPolicy = EVICTION_POLICIES.find((policy) => policy === found);
  if (found === undefined || evictionPolicy !== undefined) return { ...(evictionPolicy && { evictionPolicy }), problems };
  const allowed = EVICTION_POLICIES.join(", ");
  return {
    problems: [...problems, `${WHERE} unhealthyPodEvictionPolicy: found ${JSON.stringify(found)}, allowed is ${allowed}`],
  };
}

/** A patch says only a part of its object; what is not in it may well be there. */
function remediate(
  { type, props }: ResourceValidationArgs,
  evictionPolicy: EvictionPolicy | undefined,
): Record<string, unknown> | undefined {
  const object = /Patch$/.test(type) ? undefined : objectOf(type, props);
  if (object === undefined) return undefined;
  const certain = MENDS.flatMap(({ rule, mendsOf }) => (isWaived(rule, object) ? [] : mendsOf(object)));
  const mends = [...certain, ...evictionMends(object, evictionPolicy)];
  if (mends.length === 0) return undefined;
  for (const mend of mends) write(props, mend);
  // The very same properties: a copy of them would have lost what is a secret and what is not known yet.
  return props;
}

function isWaived(rule: string, object: KubernetesObject): boolean {
  const reason = annotationOf(object, WAIVER_ANNOTATION_PREFIX + rule);
  return typeof reason === "string" && reason.trim() !== "";
}

/** Walks below the SDK's proxies, so that nothing unknown on the way throws and whatever is a secret stays one. */
function write(props: Record<string, unknown>, { at, write: value }: OwnMend): void {
  const keys = at.map(String);
  const last = keys.pop()!;
  const secretValue = value !== undefined && holdsSecret(props, value);
  let block = props;
  for (const key of keys) {
    const next = withoutSecretMark(rawProperty(block, key));
    if (next !== null && typeof next === "object") block = next as Record<string, unknown>;
    else if (value === undefined || next !== undefined) return;
    else block = block[key] = {};
  }
  if (value === undefined) delete block[last];
  else block[last] = secretValue || isSecret(rawProperty(block, last)) ? asSecret(value) : value;
}

/** Whether a text that is about to be written was read from a secret. */
function holdsSecret(value: unknown, text: unknown, inSecret = false): boolean {
  if (isSecret(value)) return holdsSecret(value.value, text, true);
  if (value === null || typeof value !== "object") return inSecret && value === text;
  return Object.keys(value).some((key) => holdsSecret(rawProperty(value, key), text, inSecret));
}
