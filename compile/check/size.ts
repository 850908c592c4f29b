import { configurationBytes, PROGRAM_CONFIGURATION } from "../../path/facts/pulumi";

const KIBIBYTE = 1024;

/** From three quarters of what Linux takes on, there is time to divide the stack. */
const WARN_FROM_BYTES = (PROGRAM_CONFIGURATION.longestBytes * 3) / 4;

/** What the owner of a large stack should know before it is too large to start. */
export function warnAboutSize(raw: unknown): string[] {
  const values = Object.entries((raw ?? {}) as Record<string, unknown>).map(([key, value]) => [
    `holdfast:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const bytes = configurationBytes(Object.fromEntries(values) as Record<string, string>);
  if (bytes < WARN_FROM_BYTES) return [];
  const whole = `${Math.round(bytes / KIBIBYTE)} KiB of configuration`;
  const limit = `${PROGRAM_CONFIGURATION.longestBytes / KIBIBYTE} KiB`;
  return [
    `${whole}, and Linux starts no program with more than ${limit} of it ("argument list too long"): divide the services among several stacks, each a file of its own; what one consumes of another's it finds at holdfast:endpoints`,
  ];
}
