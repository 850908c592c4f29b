/** Something a person can mend: printed as it is, without a stack trace. */
export class SandboxError extends Error {
  override name = "SandboxError";
  /** What a command ends with: it did not do what was asked. */
  readonly exitCode = 1;
}

/** The code of a system error (`ENOSPC`, `ENOENT`, `EADDRINUSE` ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
