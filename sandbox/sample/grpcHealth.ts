// gRPC's own health service (grpc.health.v1), as the sample server answers it and as the kubelets' stand-in asks it.
export const CHECK = "/grpc.health.v1.Health/Check";
export const WATCH = "/grpc.health.v1.Health/Watch";

/** A message is its length behind a byte that says whether it is compressed. */
export const PREFIX_BYTES = 5;
/** Field 1 of an answer, a number. */
const STATUS_FIELD = 0x08;
const SERVING = 1;
const NOT_SERVING = 2;

/** What a server says of itself. */
export const healthMessage = (isServing: boolean): Buffer =>
  Buffer.from([0, 0, 0, 0, 2, STATUS_FIELD, isServing ? SERVING : NOT_SERVING]);

/** Whether an answer, its prefix included, says that the server serves. */
export function saysServing(answer: Buffer): boolean {
  const message = answer.subarray(PREFIX_BYTES);
  return message[0] === STATUS_FIELD && message[1] === SERVING;
}
