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

const UNUSABLE = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC", "EDQUOT"];

/**
 * What the file system refuses in a folder of ours, told with the way out; any other error as it is.
 *
 * @param variable the environment variable that chooses another folder.
 */
export function explainFolder(error: unknown, folder: string, variable: string): unknown {
  const code = errorCode(error) ?? "";
  if (!UNUSABLE.includes(code)) return error;
  const full = ["ENOSPC", "EDQUOT"].includes(code);
  const wayOut = full
    ? "Make room on its disk"
    : `Run the command as its owner, or give it to yourself (sudo chown -R "$(id -u)" ${folder})`;
  return new SandboxError(
    `${folder} cannot be used: ${errorText(error)}.\n  ${wayOut}, or choose another folder with ${variable}.`,
  );
}
