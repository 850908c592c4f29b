import type { KubernetesObject, Value } from "../../path/objects";
import { refOf } from "../../path/value";
import type { Mend, PropertyPath } from "../rule";
import { durationMends } from "./durations";
import { evictionMends } from "./eviction";
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
  { rule: "disruption-budget-feasible", mendsOf: evictionMends },
  { rule: "stable-address", mendsOf: pinnedAddressMends },
];

/** The edits of one object, for one rule: what `lint --fix` and the remediation of the policy pack both write. */
export function mendsFor(rule: string, object: KubernetesObject): Mend[] {
  const ref = refOf(object);
  return MENDS.filter((one) => one.rule === rule).flatMap(({ mendsOf }) =>
    mendsOf(object).map((mend) => ({ object: ref, ...mend })),
  );
}
