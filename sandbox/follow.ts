import type { Api, KubernetesObject } from "./api";

const RETRY_MILLISECONDS = 300;
/** A kind that nobody has defined yet may be defined later. */
const UNSERVED_MILLISECONDS = 2000;
/** After so long the API server ends a watch, and the list is read anew: what was missed is then seen. */
const WATCH_SECONDS = 300;

interface Event {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: KubernetesObject;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`;

/**
 * Tells of every state of a list, for as long as the process lives. While the API server is away the last state holds; a kind that
 * it does not serve is an empty list.
 */
export async function follow(api: Api, url: string, changed: (items: KubernetesObject[]) => void): Promise<never> {
  for (;;) {
    const answer = await api.request("GET", url).catch(() => undefined);
    if (answer?.status !== 200) {
      if (answer?.status === 404) changed([]);
      await pause(answer?.status === 404 ? UNSERVED_MILLISECONDS : RETRY_MILLISECONDS);
      continue;
    }
    const { items, kind, metadata } = answer.body as { items: KubernetesObject[]; kind: string; metadata: Version };
    // The objects in a list do not say their kind.
    const named = items.map((each) => [keyOf(each), { ...each, kind: kind.replace(/List$/, "") }] as const);
    await watchOnce(api, url, metadata.resourceVersion, new Map(named), changed);
    await pause(RETRY_MILLISECONDS);
  }
}

interface Version {
  resourceVersion: string;
}

async function watchOnce(
  api: Api,
  url: string,
  resourceVersion: string,
  objects: Map<string, KubernetesObject>,
  changed: (items: KubernetesObject[]) => void,
): Promise<void> {
  changed([...objects.values()]);
  const query = `watch=1&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${resourceVersion}`;
  const separator = url.includes("?") ? "&" : "?";
  await api.lines(`${url}${separator}${query}`, (line) => {
    const event = parsed(line);
    if (event === undefined) return false;
    const { type, object } = event;
    if (type === "ERROR" || type === "BOOKMARK") return type !== "ERROR";
    if (type === "DELETED") objects.delete(keyOf(object));
    else objects.set(keyOf(object), object);
    changed([...objects.values()]);
    return true;
  });
}

/** Undefined for a line that was cut off with its connection. */
function parsed(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}
