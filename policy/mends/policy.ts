import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { WAIVER_ANNOTATION_PREFIX } from "../../path/declarations";
import type { KubernetesObject } from "../../path/objects";
import { annotationOf } from "../../path/value";
import { objectOf } from "../adapter";
import { asSecret, isSecret, rawProperty, withoutSecretMark } from "../sdk";
import type { OwnMend } from ".";
import { MENDS } from ".";

/** Off unless its enforcement level is set to `remediate`: it writes into what the program says. */
export const mendsPolicy: ResourceValidationPolicy = {
  name: "mends",
  displayName: "Mend what is certain",
  description: "What is written wrongly beyond doubt is put right before it is created.",
  enforcementLevel: "disabled",
  url: "docs/policy.md",
  remediateResource: (args) => remediate(args),
};

/** A patch says only a part of its object; what is not in it may well be there. */
function remediate({ type, props }: ResourceValidationArgs): Record<string, unknown> | undefined {
  const object = /Patch$/.test(type) ? undefined : objectOf(type, props);
  const mends = object === undefined ? [] : MENDS.flatMap(({ rule, mendsOf }) => (isWaived(rule, object) ? [] : mendsOf(object)));
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
