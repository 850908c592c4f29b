import type { KubernetesObject } from "../path/objects";
import { refOf } from "../path/value";
import { textOf } from "./propertyPath";
import type { PropertyPath, Statement } from "./rule";

/** What a rule says of a value that only the update will know: it is to be looked at again. */
export function notKnownYet(
  object: KubernetesObject,
  at: PropertyPath,
  { needed, reason, container }: { needed: string; reason: string; container?: string },
): Statement {
  return {
    severity: "warning",
    object: refOf(object),
    ...(container !== undefined && { container }),
    at,
    found: `${textOf(at)} is not known yet`,
    needed,
    fix: "wait for the update, and run the rules again over what it made",
    reason,
    pending: true,
  };
}
