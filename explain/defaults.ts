import { behaviorOf } from "../compile/autoscaler/behavior";
import { compileService } from "../compile";
import { isAutoscaled } from "../compile/horizontalPodAutoscaler";
import { parseService } from "../compile/parse";
import { minimumAvailable } from "../compile/podDisruptionBudget";
import { resolveProbe, type Probes } from "../compile/probes";
import { PROFILE_NAMES, type ProfileName } from "../compile/profiles";
import type { Service } from "../compile/service";
import type { Surroundings } from "../compile/stack";

/** Every key with what stands there when nothing is written: `promise.idleSeconds` -> 3600. */
export type Defaults = Record<string, unknown>;

/** What is printed where a default follows from the service's name. */
const NAME = "<name>";
const STAND_IN = "stand-in";
const REQUIRED = ["name", "image", "entries"];

const SURROUNDINGS: Surroundings = {
  platform: "bare-metal",
  environment: "development",
  cluster: {},
  addressPools: [],
  metallbNamespace: "metallb-system",
};

/** The defaults of a profile, or those without one, taken from a service of which nothing else is written. */
export function defaultsOf(profile?: ProfileName): Defaults {
  const required = { name: STAND_IN, image: "stand.in/image:1", entries: [] };
  const withPort = parse({ ...required, port: 1, profile });
  const service = parse({ ...required, profile }) ?? withPort!;
  const all = leavesOf({ ...service, ...resolved(service) } as unknown as Defaults);
  const written = Object.entries(all).filter(
    ([key]) => !REQUIRED.includes(key) && key !== "profile" && !(key === "port" && service === withPort),
  );
  return Object.fromEntries(written.map(([key, value]) => [key, value === STAND_IN ? NAME : value]).sort(byKey));
}

const byKey = ([left]: unknown[], [right]: unknown[]): number => (String(left) < String(right) ? -1 : 1);

function parse(raw: Record<string, unknown>): Service | undefined {
  const parsed = parseService(raw, SURROUNDINGS);
  return parsed.problems === undefined ? parsed.examined.service : undefined;
}

/** Defaults that are filled in only when the objects are made. */
function resolved(service: Service): Partial<Record<keyof Service, unknown>> {
  const { probes, scaling, promise, metrics } = service;
  const { mode, ...sticky } = promise.affinity;
  return {
    probes: Object.fromEntries(Object.keys(probes).map((name) => [name, resolveProbe(name as keyof Probes, service)])),
    promise: { ...promise, affinity: mode === "none" ? { mode } : { mode, ...sticky } },
    scaling: isAutoscaled(service) ? { ...scaling, behavior: behaviorOf(service, {}) } : scaling,
    disruption: { minAvailable: minimumAvailable(service) },
    metrics: { ...metrics, ...scraped(service) },
  };
}

/** Path and interval as they stand in the monitor. */
function scraped(service: Service): object {
  const monitor = compileService(service, SURROUNDINGS).objects.find(({ object }) => object.kind === "ServiceMonitor");
  const [endpoint] = (monitor?.object.spec as { endpoints: { path: string; interval: string }[] } | undefined)?.endpoints ?? [];
  return endpoint === undefined ? {} : { path: endpoint.path, intervalSeconds: parseInt(endpoint.interval, 10) };
}

/** Blocks are opened, down to what holds nothing below it; lists are values. */
function leavesOf(value: Defaults, prefix = ""): Defaults {
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => {
      const at = prefix + key;
      if (inner === undefined) return {};
      const isBlock = typeof inner === "object" && inner !== null && !Array.isArray(inner) && Object.keys(inner).length > 0;
      return isBlock ? leavesOf(inner as Defaults, `${at}.`) : { [at]: inner };
    }),
  ) as Defaults;
}

/** Only what a profile sets otherwise. */
function differences(profile: ProfileName, base: Defaults): Defaults {
  const changed = Object.entries(defaultsOf(profile)).filter(([key, value]) => show(value) !== show(base[key]));
  const gone = Object.keys(base).filter((key) => !Object.hasOwn(defaultsOf(profile), key));
  return Object.fromEntries([...changed, ...gone.map((key): [string, unknown] => [key, undefined])].sort(byKey));
}

export const DEFAULTS_FORMATS = ["text", "json", "markdown"] as const;
export type DefaultsFormat = (typeof DEFAULTS_FORMATS)[number];

/** Every default that a reader can rely on: of one profile, or without a profile and what each profile changes. */
export function writeDefaults(format: DefaultsFormat, profile?: ProfileName): string {
  if (format === "json") return asJson(profile);
  const write = format === "text" ? textTable : markdownTable;
  if (profile !== undefined) return `${write(`profile: ${profile}`, defaultsOf(profile))}\n`;
  const base = defaultsOf();
  const tables = PROFILE_NAMES.map((name) => write(`profile: ${name} sets otherwise`, differences(name, base)));
  return `${[write("without a profile", base), ...tables].join("\n\n")}\n`;
}

function asJson(profile?: ProfileName): string {
  const names = profile === undefined ? PROFILE_NAMES : [profile];
  const profiles = Object.fromEntries(names.map((name) => [name, defaultsOf(name)]));
  const table = { schemaVersion: 1, ...(profile === undefined ? { withoutProfile: defaultsOf() } : {}), profiles };
  return `${JSON.stringify(table, null, 2)}\n`;
}

const NOTHING = "nothing";

function show(value: unknown): string {
  if (value === undefined) return NOTHING;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function textTable(title: string, defaults: Defaults): string {
  const rows = Object.entries(defaults);
  const width = Math.max(...rows.map(([key]) => key.length), 0);
  const lines = rows.map(([key, value]) => `  ${key.padEnd(width)}  ${show(value)}`);
  return [title, ...(lines.length === 0 ? [`  ${NOTHING}`] : lines)].join("\n");
}

function markdownTable(title: string, defaults: Defaults): string {
  const rows = Object.entries(defaults).map(([key, value]) => [`\`${key}\``, `\`${show(value)}\``]);
  const all = [["key", "default"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [`### ${title}`, "", line(all[0]!), rule, ...all.slice(1).map(line)].join("\n");
}
