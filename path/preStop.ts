import { POD_LIFECYCLE, versionAtLeast } from "./facts";
import { hasNoShell } from "./facts/shellLessImages";
import { scriptOf } from "./shell";
import type { ClusterFacts } from "./model";
import type { Unknown, Value } from "./objects";
import { UNKNOWN } from "./objects";
import { listAt, numberAt, textAt, valueAt } from "./value";

/** What a container does before it gets SIGTERM. */
export type PreStop =
  | { kind: "none" }
  /** `seconds` is undefined where a program of its own decides how long it takes. */
  | { kind: "runs"; seconds: number | undefined }
  /** It fails at once, and the container gets SIGTERM without delay. */
  | { kind: "broken"; because: string; at: readonly string[]; write: string }
  /** Not known before the update. */
  | { kind: "unknown" };

/** Why a hook does nothing, for a message. */
type Broken = Extract<PreStop, { kind: "broken" }>;

const HOOK = ["lifecycle", "preStop"] as const;
const SLEEP_INSTEAD = "lifecycle: { preStop: { sleep: { seconds: <seconds> } } }";

/** Reads the preStop hook of a container. */
export function readPreStop(container: Value, cluster: ClusterFacts): PreStop {
  const hook = valueAt(container, ...HOOK);
  if (hook === UNKNOWN) return { kind: "unknown" };
  if (hook === undefined) return { kind: "none" };
  if (valueAt(hook, "sleep") !== undefined) return nativeSleep(hook, cluster);
  if (valueAt(hook, "exec") !== undefined) return command(listAt(hook, "exec", "command"), textAt(container, "image"));
  if (valueAt(hook, "httpGet") !== undefined) return request(hook, container);
  if (valueAt(hook, "tcpSocket") !== undefined) {
    const because = "a lifecycle hook cannot open a socket: the API takes tcpSocket, and the kubelet fails it";
    return broken(because, ["tcpSocket"], SLEEP_INSTEAD);
  }
  return { kind: "none" };
}

function nativeSleep(hook: Value, cluster: ClusterFacts): PreStop {
  const seconds = numberAt(hook, "sleep", "seconds");
  if (seconds === UNKNOWN) return { kind: "unknown" };
  const since = POD_LIFECYCLE.nativeSleepSince;
  if (versionAtLeast(cluster.kubernetesVersion, since) === false) {
    const because = `Kubernetes ${cluster.kubernetesVersion} does not know preStop.sleep, which it has since ${since}`;
    return broken(because, ["sleep"], `exec: { command: ["sleep", "${seconds ?? "<seconds>"}"] }`);
  }
  return { kind: "runs", seconds: seconds ?? 0 };
}

function command(written: Value[] | Unknown, image: ReturnType<typeof textAt>): PreStop {
  if (written === UNKNOWN || written.includes(UNKNOWN)) return { kind: "unknown" };
  const words = written.map((word) => (typeof word === "object" ? "" : String(word)));
  const at = ["exec", "command"];
  const [program = ""] = words;
  if (words.length === 0) return broken("its command is empty", at, SLEEP_INSTEAD);
  if (words.length === 1 && /\s/.test(program.trim())) {
    const because = `there is no program called "${program}": every word of a command is an item of its own`;
    return broken(because, at, `command: ${JSON.stringify(program.trim().split(/\s+/))}`);
  }
  const name = program.slice(program.lastIndexOf("/") + 1);
  const script = scriptOf(words);
  if (name !== "sleep" && script === undefined) return { kind: "runs", seconds: undefined };
  if (image === UNKNOWN) return { kind: "unknown" };
  if (typeof image === "string" && hasNoShell(image)) {
    return broken(`image ${image} has no ${name}: it is made without a shell and its small programs`, at, SLEEP_INSTEAD);
  }
  return script === undefined ? sleepOf(words.slice(1)) : scriptSleep(script, words);
}

function sleepOf(durations: string[]): PreStop {
  const seconds = durations.map(secondsOf);
  if (seconds.length === 0 || seconds.includes(undefined)) {
    const because = `sleep ${durations.join(" ")} is no time to sleep for`.replace("  ", " ");
    return broken(because, ["exec", "command"], 'command: ["sleep", "<seconds>"]');
  }
  return { kind: "runs", seconds: seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
}

/** The sleeps of a script one after another. A loop, or a program beside them, takes as long as it likes. */
function scriptSleep(script: string, words: string[]): PreStop {
  if (/^\s*sleep\s*$/.test(script)) {
    const because = `${words.join(" ")} gives the shell "sleep" alone: its script is one item, the rest are its arguments`;
    return broken(because, ["exec", "command"], 'command: ["sh", "-c", "sleep <seconds>"]');
  }
  const sleeps = [...script.matchAll(/\bsleep\s+(\d[\w.]*)/g)].map(([, text = ""]) => secondsOf(text));
  const open = sleeps.length === 0 || sleeps.includes(undefined) || /\b(while|until|for|wait)\b/.test(script);
  return { kind: "runs", seconds: open ? undefined : sleeps.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
}

/** The kubelet looks a port's name up in the container itself. */
function request(hook: Value, container: Value): PreStop {
  const port = valueAt(hook, "httpGet", "port");
  const ports = listAt(container, "ports");
  if (port === UNKNOWN || ports === UNKNOWN) return { kind: "unknown" };
  if (typeof port !== "string" || /^\d+$/.test(port)) return { kind: "runs", seconds: undefined };
  const names = ports.map((item) => textAt(item, "name"));
  if (names.includes(port)) return { kind: "runs", seconds: undefined };
  if (names.includes(UNKNOWN)) return { kind: "unknown" };
  const known = names.filter((name) => name !== undefined).join(", ");
  const because = `the container has no port called "${port}"${known === "" ? "" : `, its ports are ${known}`}`;
  return broken(because, ["httpGet", "port"], "port: <the number of a port that answers>");
}

function broken(because: string, at: string[], write: string): Broken {
  return { kind: "broken", because, at: [...HOOK, ...at], write };
}

const UNIT_SECONDS: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNIT_SECONDS[unit] ?? 1);
}
