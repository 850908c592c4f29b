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
  | {
      kind: "runs";
      seconds: number | undefined;
      /** Where the hook itself tells the first process to end: after how many seconds. */
      signalsAfterSeconds?: number;
      /** True where it does so by a word of the server's own, `nginx -s quit`. */
      ofAServer?: true;
    }
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
  if (valueAt(hook, "exec") !== undefined) return command(listAt(hook, "exec", "command"), container);
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

function command(written: Value[] | Unknown, container: Value): PreStop {
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
  // Its -exec ends with a semicolon of its own.
  const ends = name === "find" ? words.filter((word) => word !== ";") : words;
  const ofAShell = script === undefined ? ends.find((word) => SHELL_WORD.test(word)) : undefined;
  if (ofAShell !== undefined) {
    const because = `${name} gets ${JSON.stringify(ofAShell)} as one of its words: no shell reads the command`;
    return broken(because, at, `command: ["sh", "-c", ${JSON.stringify(words.join(" "))}]`);
  }
  if (script === undefined && ENDS_THE_SERVER.test(words.join(" "))) {
    return { kind: "runs", seconds: undefined, signalsAfterSeconds: 0, ofAServer: true };
  }
  if (!SMALL_PROGRAMS.has(name) && script === undefined) return { kind: "runs", seconds: undefined };
  const image = textAt(container, "image");
  if (image === UNKNOWN) return { kind: "unknown" };
  if (typeof image === "string" && hasNoShell(image)) {
    return broken(`image ${image} has no ${name}: it is made without a shell and its small programs`, at, SLEEP_INSTEAD);
  }
  if (script !== undefined) return scriptSleep(script, words, container);
  return name === "sleep" ? sleepOf(words.slice(1)) : { kind: "runs", seconds: undefined };
}

/** Programs that come with a shell's userland and with nothing else. */
const SMALL_PROGRAMS = new Set([
  "sleep",
  "kill",
  "killall",
  "pkill",
  "touch",
  "rm",
  "cat",
  "echo",
  "env",
  "test",
  "curl",
  "wget",
  "nc",
]);
/** What means something to a shell alone. */
const SHELL_WORD = /^(&&|\|\||\||;|>|>>|<)$|^\$\(\s*\w+\s+.+\)$|^`.*`$/;

function sleepOf(durations: string[]): PreStop {
  const seconds = durations.map(secondsOf);
  if (seconds.length === 0 || seconds.includes(undefined)) {
    const because = `sleep ${durations.join(" ")} is no time to sleep for`.replace("  ", " ");
    return broken(because, ["exec", "command"], 'command: ["sleep", "<seconds>"]');
  }
  return { kind: "runs", seconds: seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
}

/** The sleeps of a script one after another. A loop, or a program beside them, takes as long as it likes. */
function scriptSleep(script: string, words: string[], container: Value): PreStop {
  if (/^\s*sleep\s*$/.test(script)) {
    const because = `${words.join(" ")} gives the shell "sleep" alone: its script is one item, the rest are its arguments`;
    return broken(because, ["exec", "command"], 'command: ["sh", "-c", "sleep <seconds>"]');
  }
  const read = withVariables(spokenOf(script), container);
  if (read === UNKNOWN) return { kind: "unknown" };
  const seconds = sleepsOf(read);
  const byWord = ENDS_THE_SERVER.exec(read);
  const signal = SIGNALS_FIRST_PROCESS.exec(read) ?? byWord;
  const before = signal === null ? undefined : sleepsOf(read.slice(0, signal.index), 0);
  return {
    kind: "runs",
    seconds,
    ...(before !== undefined && { signalsAfterSeconds: before, ...(signal === byWord && { ofAServer: true as const }) }),
  };
}

/** `kill 1`, `kill -TERM 1`, `kill -s QUIT 1`: what asks the first process to end, as the kubelet does when the hook is over. */
const SIGNALS_FIRST_PROCESS = /\bkill\s+(?:(?:-s\s+|-n\s+|-)(?:SIG)?(?:TERM|INT|QUIT|15|2|3)\s+)?(?:--\s+)?["']?1["']?(?![\w.])/;

/** Programs that tell their own server to stop listening and to end, and do not wait for it. */
const ENDS_THE_SERVER =
  /\bnginx\s+(?:-\S+\s+\S+\s+)*-s\s*(?:quit|stop)\b|\b(?:apachectl|apache2ctl|httpd)\s+(?:-k\s+)?(?:graceful-stop|stop)\b|\bcaddy\s+stop\b/;

function sleepsOf(script: string, none?: number): number | undefined {
  const sleeps = [...script.matchAll(/\bsleep\s+["']?([^\s"';&|)]+)/g)].map(([, text = ""]) => secondsOf(text));
  if (sleeps.length === 0) return none;
  if (sleeps.includes(undefined) || /\b(while|until|for|wait)\b/.test(script)) return undefined;
  return sleeps.reduce<number>((sum, each) => sum + (each ?? 0), 0);
}

/** A script without its comments and without what it only prints. */
function spokenOf(script: string): string {
  return script.replace(/(^|[\s;])#[^\n]*/g, "$1").replace(/\becho\s+("[^"]*"|'[^']*')/g, "echo");
}

/** `$NAME` and `${NAME}`, where the container's own environment says the value. */
function withVariables(script: string, container: Value): string | Unknown {
  if (!script.includes("$")) return script;
  const env = listAt(container, "env");
  if (env === UNKNOWN) return UNKNOWN;
  const known = new Map(env.map((item) => [textAt(item, "name"), textAt(item, "value")] as const));
  let open = false;
  const read = script.replace(VARIABLE, (whole: string, ...names: (string | undefined)[]) => {
    const [braced, withDefault, standard, bare] = names;
    const value = known.get(braced ?? withDefault ?? bare);
    open ||= value === UNKNOWN || (value === undefined && known.has(UNKNOWN));
    return typeof value === "string" && value !== "" ? value : (standard ?? whole);
  });
  return open ? UNKNOWN : read;
}

const VARIABLE = /\$\{(\w+)\}|\$\{(\w+):-(\w+)\}|\$(\w+)/g;

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
