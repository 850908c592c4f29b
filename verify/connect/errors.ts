/** The attempt took longer than it may. */
export class TimeIsUp extends Error {}

/** What an answer of HTTP said in place of what was asked for. */
export class WrongAnswer extends Error {
  constructor(
    readonly status: number,
    readonly headers: Record<string, string>,
  ) {
    super(`HTTP ${status}`);
  }
}

/** What a server of gRPC, or a proxy that speaks it, said in place of taking a call. */
export class CallRefused extends Error {
  constructor(
    readonly status: string,
    readonly said: string,
  ) {
    super(`grpc-status ${status}`);
  }
}

/** An address that may not be spoken to. */
export class NotPermitted extends Error {}

/** A certificate that does not hold. */
export class BadCertificate extends Error {
  constructor(
    readonly code: string,
    readonly certificate: { names: string[]; issuer: string; validFrom: string; validTo: string },
  ) {
    super(code);
  }
}
