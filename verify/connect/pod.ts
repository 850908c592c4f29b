/** The header in which Holdfast's own sample server names its pod. */
const POD_HEADER = "x-holdfast-pod";
/** A pod's own name for itself in its first message. */
const POD_FIELD = "pod";

/** How `--pod-from` may be written. */
export const POD_FROM = /^(header:[\w-]+|message:[\w-]+(\.[\w-]+)*)$/;

/** What the headers of the answer say of the pod. */
export function podInHeaders(headers: Record<string, string>, podFrom: string | undefined): string | undefined {
  if (podFrom?.startsWith("message:")) return undefined;
  return headers[podFrom === undefined ? POD_HEADER : podFrom.slice("header:".length).toLowerCase()];
}

/** What a message says of it; undefined where it does not. */
export function podInMessage(message: string, podFrom: string | undefined): string | undefined {
  if (podFrom?.startsWith("header:")) return undefined;
  const field = podFrom?.slice("message:".length) ?? POD_FIELD;
  // An event stream has its data after a word, and maybe other words before.
  const text = /^data: ?(.*)$/m.exec(message)?.[1] ?? message;
  try {
    const found = field
      .split(".")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], JSON.parse(text));
    return typeof found === "string" && found !== "" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds to wait for a message that may name the pod, where no header does. */
export const GREETING_SECONDS = 1;
