/** What `npm start` and `npm stop` end with. */
export const EXIT = {
  /** Everything answers. */
  ok: 0,
  /** Something did not come up, or did not answer. */
  failed: 1,
  /** A wrong setting, a refusal, or a "no" to a question: nothing was changed. */
  refused: 2,
  /** Ctrl-C. The next start carries on. */
  interrupted: 130,
} as const;

/** Something a person can mend: printed as it is, without a stack trace. */
export class StartError extends Error {
  override name = "StartError";

  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
  }
}
