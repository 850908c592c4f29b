/** How a program gets the configuration of its stack: as JSON, whole, in one variable of its environment. */
export const PROGRAM_CONFIGURATION = {
  variable: "PULUMI_CONFIG",
  /** Linux starts no process with a longer one, its name and the end of the text included. */
  longestBytes: 131_072,
  source: "execve(2), MAX_ARG_STRLEN (32 pages of 4 KiB); pulumi/pulumi issues 8680 and 20402",
} as const;

/** The bytes of that variable, from every key with its value as text. */
export function configurationBytes(values: Record<string, string>): number {
  return Buffer.byteLength(`${PROGRAM_CONFIGURATION.variable}=${JSON.stringify(values)}\0`);
}
