import type { PolicyResource, ReportViolation } from "@pulumi/policy";
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

interface Untyped {
  UnknownValueError: new (mark: string, path: string[]) => Error;
  Secret: new (value: unknown) => { value: unknown };
}
const { UnknownValueError, Secret } = policy as unknown as Untyped;

/** Whether a raw value of the SDK stands for one that a preview does not know yet. */
export function isUnknownMark(value: unknown): boolean {
  return typeof value === "string" && MARKS.has(value);
}

/** Reads below the SDK's proxies, the outermost of which throws on the first unknown value it meets. */
export function rawProperty(props: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(props, key)?.value;
}

/** A remediation is handed secrets in a wrapper that nobody sees through the SDK's proxies. */
export function isSecret(value: unknown): value is { value: unknown } {
  return value instanceof Secret;
}

export function asSecret(value: unknown): unknown {
  return new Secret(value);
}

export function withoutSecretMark(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}

/** The error after which the SDK says that the rule could not answer during the preview: an advisory that never counts as passed. */
export function notKnownYet(message: string): Error {
  const [mark] = MARKS;
  const error = new UnknownValueError(mark ?? "", []);
  error.message = message;
  return error;
}

/** Reports below the policy's own enforcement level. */
export function reportAdvisory(report: ReportViolation, message: string, urn?: string): void {
  const untyped = report as unknown as (violation: { message: string; urn?: string; enforcementLevel: "advisory" }) => void;
  untyped({ message, enforcementLevel: "advisory", ...(urn !== undefined && { urn }) });
}

/**
 * Something that is the same for every policy that is asked within one request of the engine, and for no two requests. The SDK makes
 * each policy's resources anew, but the list of aliases in them is the request's own. Were it not, there would only be more work to do.
 */
export function requestOf(resources: readonly PolicyResource[]): object | undefined {
  return resources[0]?.opts?.aliases;
}
