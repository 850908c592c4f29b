import type { ReportViolation } from "@pulumi/policy";
import * as policy from "@pulumi/policy";
// The marks of unknown values are exported by the SDK but left out of its types.
import * as proxies from "@pulumi/policy/proxy";

/** The text that stands where a preview does not know a value, one for each type of value. */
const MARKS = new Set(
  Object.entries(proxies as Record<string, unknown>).flatMap(([name, value]) =>
    /^unknown\w+Value$/.test(name) && typeof value === "string" ? [value] : [],
  ),
);
// Without the marks an unknown value would be read as an ordinary string, and a rule might pass on it.
if (MARKS.size === 0) {
  throw new Error(
    "@pulumi/policy no longer exports the marks of unknown values; this pack cannot tell what a preview does not know",
  );
}

/** Whether a raw value of the SDK stands for one that a preview does not know yet. */
export function isUnknownMark(value: unknown): boolean {
  return typeof value === "string" && MARKS.has(value);
}

interface UnknownValueErrorConstructor {
  new (mark: string, path: string[]): Error;
}

/** The error after which the SDK says that the rule could not answer during the preview: an advisory that never counts as passed. */
export function notKnownYet(message: string): Error {
  const { UnknownValueError } = policy as unknown as { UnknownValueError: UnknownValueErrorConstructor };
  const [mark] = MARKS;
  const error = new UnknownValueError(mark ?? "", []);
  error.message = message;
  return error;
}

/** Reports below the policy's own enforcement level: for what is waived, and for what nothing that was read decides. */
export function reportAdvisory(report: ReportViolation, message: string, urn?: string): void {
  const untyped = report as unknown as (violation: { message: string; urn?: string; enforcementLevel: "advisory" }) => void;
  untyped({ message, enforcementLevel: "advisory", ...(urn !== undefined && { urn }) });
}
