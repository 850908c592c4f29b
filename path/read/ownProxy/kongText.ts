import { load } from "js-yaml";
import { TELLING_WORDS } from "../../facts/longConnections";
import type { Value } from "../../objects";
import { listAt, numberAt, textAt, valueAt } from "../../value";
import type { Choice, Target } from "./choice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest } from "./choice";

/** One service of Kong's declarative configuration; the clock is undefined where it is not set. */
export interface KongService {
  name: string;
  /** The shorter of its two clocks between bytes. */
  clock: "read_timeout" | "write_timeout";
  seconds: number | undefined;
  /** What is written for it, where it is no number. */
  unread?: string;
  /** True where a word of its name, its address or its paths tells of connections that stay open. */
  tells: boolean;
  targets: Target[];
}

/** The services that Kong's declarative configuration names; undefined where the text is none. */
export function kongServices(text: string): KongService[] | undefined {
  if (!/_format_version/.test(text)) return undefined;
  let parsed: Value;
  try {
    parsed = load(text) as Value;
  } catch {
    return undefined;
  }
  const upstreams = new Map(list(parsed, "upstreams").map((one) => [String(textAt(one, "name")), targetsOf(one)]));
  return list(parsed, "services").map((service) => serviceOf(service, upstreams));
}

function serviceOf(service: Value, upstreams: ReadonlyMap<string, Target[]>): KongService {
  const url = String(textAt(service, "url") ?? textAt(service, "host") ?? "");
  const host = hostOf(url);
  const paths = list(service, "routes").flatMap((route) => list(route, "paths").map(String));
  const words = [String(textAt(service, "name")), url, ...paths]
    .join(" ")
    .toLowerCase()
    .split(/[^a-z.]+/);
  const [read, write] = [millisecondsAt(service, "read_timeout"), millisecondsAt(service, "write_timeout")];
  const unread = unreadOf(service);
  const clock =
    write !== undefined && (read === undefined ? write < STANDARD_SECONDS : write < read) ? "write_timeout" : "read_timeout";
  return {
    name: String(textAt(service, "name") ?? url),
    ...(unread ?? { clock, seconds: clock === "read_timeout" ? read : write }),
    tells: words.some((word) => Object.hasOwn(TELLING_WORDS, word)),
    targets: host === "" ? [] : (upstreams.get(host) ?? [{ host, choice: BY_NOTHING }]),
  };
}

const STANDARD_SECONDS = 60;

/** Both are whole milliseconds. */
function millisecondsAt(service: Value, key: string): number | undefined {
  const found = numberAt(service, key);
  return typeof found === "number" ? found / 1000 : undefined;
}

/** A clock of which something else than a number is written. */
function unreadOf(service: Value): Pick<KongService, "clock" | "seconds" | "unread"> | undefined {
  const clock = (["read_timeout", "write_timeout"] as const).find(
    (key) => valueAt(service, key) !== undefined && millisecondsAt(service, key) === undefined,
  );
  return clock === undefined ? undefined : { clock, seconds: undefined, unread: String(textAt(service, clock) ?? "(no text)") };
}

function targetsOf(upstream: Value): Target[] {
  const choice = choiceOf(upstream);
  return list(upstream, "targets").map((one) => ({ host: hostOf(String(textAt(one, "target"))), choice }));
}

/** Kong/kong kong/db/schema/entities/upstreams.lua (3.9): algorithm, hash_on. */
function choiceOf(upstream: Value): Choice {
  const on = textAt(upstream, "hash_on");
  if (textAt(upstream, "algorithm") === "sticky-sessions") return byCookie(stringAt(upstream, "sticky_sessions_cookie"));
  if (typeof on !== "string" || on === "none") return BY_NOTHING;
  if (on === "cookie") return byCookie(stringAt(upstream, "hash_on_cookie"));
  return on === "ip" ? bySourceAddress("Kong") : byTheRequest();
}

function stringAt(root: Value, key: string): string | undefined {
  const found = textAt(root, key);
  return typeof found === "string" ? found : undefined;
}

/** `http://web.chat:80/x` without everything but the host. */
const hostOf = (address: string): string => address.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");

function list(root: Value, key: string): Value[] {
  const found = listAt(root, key);
  return Array.isArray(found) ? found.filter((one) => valueAt(one) !== undefined) : [];
}
