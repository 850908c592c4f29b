/** What the user can mend: shown as its message alone, without a stack trace. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** 2: bad input. Others as the command documents them. */
    readonly exitCode = 2,
  ) {
    super(message);
  }
}
