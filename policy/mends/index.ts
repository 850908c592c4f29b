import type { KubernetesObject, Value } from "../../path/objects";
import { refOf } from "../../path/value";
import type { Mend, PropertyPath } from "../rule";
import { durationMends } from "./durations";
import { pinnedAddressMends } from "./pinnedAddress";

/** One edit of the object that is looked at. */
export interface OwnMend {
  at: PropertyPath;
  /** `undefined` takes the key away. */
  write: Value;
}

/** What is mended for certain by looking at one object alone, and the rule that asks for it. */
export const MENDS: readonly { rule: string; mendsOf: (object: KubernetesObject) => OwnMend[] }[] = [
  { rule: "idle-timeout", mendsOf: durationMends },
  { rule: "stable-address", mendsOf: pinnedAddressMends },
];

/** The edits of one object as a finding carries them: `lint --fix` writes them, and the remediation of the policy pack the same. */
export function asMends(object: KubernetesObject, mends: readonly OwnMend[]): Mend[] {
  return mends.map((mend) => ({ object: refOf(object), ...mend }));
}
