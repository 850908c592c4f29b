import * as pulumi from "@pulumi/pulumi";
import { pathText, show, type PathKey, type Problem } from "../../compile/check/problem";
import type { ConnectionServiceArgs } from "./connectionService";
import { ELSEWHERE } from "./elsewhere";
import { flatEntry, placeInEntry } from "./entries";

type Block = Record<string, unknown>;

/** A component's arguments as a stack file with one service would say them. */
export interface AsStack {
  /** For `parseStack`. Undefined where values are missing that decide what is created. */
  raw?: Block;
  /** What is wrong with the shape that only a component's arguments have. */
  problems: Problem[];
  /** The same problem, at its place in the arguments. */
  placed(problem: Problem): Problem;
}

/** Stands where a stack file names its kubeconfig, which here is the provider's. */
const PROVIDED = "the provider of the component";

/** What a value that is known only later is taken for, so that the rest can be judged. */
const ENCRYPTED = { secure: "" };

/** Lays a component's arguments out as a stack file, for the one check that there is. */
export function stackOf(name: string, args: ConnectionServiceArgs): AsStack {
  const { secretValues, ...written } = args as unknown as { secretValues?: unknown } & Block;
  const late = outputsIn(written);
  if (late.length > 0) return { problems: late, placed: (problem) => problem };
  const block = isBlock(written.service) ? omit(written.service, ["migration"]) : {};
  const entries = Array.isArray(block.entries) ? block.entries.map(flatEntry) : undefined;
  const service = isBlock(written.service)
    ? { name, ...without(block), ...(entries === undefined ? {} : { entries: entries.map(({ entry }) => entry) }) }
    : written.service;
  const problems = [
    ...misplaced(written),
    ...(isBlock(written.dnsZone) ? [zoneOfSomebody(written.dnsZone)] : []),
    ...(entries ?? []).flatMap(({ problems: own }, index) =>
      own.map(({ path, message }) => ({ path: `service.entries[${index}].${path}`, message })),
    ),
  ];
  const kinds = (Array.isArray(block.entries) ? block.entries : []).map((entry) => (entry as { kind?: unknown } | null)?.kind);
  return { raw: rawStack(written, service, secretValues), problems, placed: (problem) => placed(problem, kinds) };
}

function rawStack(written: Block, service: unknown, secretValues: unknown): Block {
  const raw = Object.fromEntries(Object.entries(without(written)).filter(([key]) => !(key in ELSEWHERE) && key !== "service"));
  const keys = secretKeys(service, secretValues);
  const { name } = (isBlock(service) ? service : {}) as { name?: string };
  return {
    ...raw,
    ...(isBlock(raw.cluster) || raw.cluster === undefined ? { cluster: clusterOf(raw.cluster) } : {}),
    ...(isBlock(raw.bareMetal) ? { bareMetal: poolsOf(raw.bareMetal) } : {}),
    ...(isBlock(raw.dnsZone) ? { dnsZone: undefined } : {}),
    services: [service],
    ...(keys.length === 0 ? {} : { secrets: { [String(name)]: Object.fromEntries(keys.map((key) => [key, ENCRYPTED])) } }),
  };
}

/** A package cannot carry a nothing that was written, so a missing limit means that there is none. */
function clusterOf(cluster: Block | undefined): Block {
  const inFront = cluster?.inFront;
  const hops = Array.isArray(inFront)
    ? { inFront: inFront.map((hop) => (isBlock(hop) ? { ...hop, idleSeconds: hop.idleSeconds ?? null } : (hop as unknown))) }
    : {};
  return { ...omit(cluster ?? {}, ["kubeconfig"]), ...hops, context: PROVIDED };
}

function poolsOf(bareMetal: Block): Block {
  const { addressPools } = bareMetal;
  if (!Array.isArray(addressPools)) return bareMetal;
  const pools = addressPools.map((pool) =>
    isBlock(pool) ? { ...omit(pool, ["autoAssign"]), create: false } : (pool as unknown),
  );
  return { ...bareMetal, addressPools: pools };
}

/** The variables that have a value. Where even their names are known only later, those that the service asks for. */
function secretKeys(service: unknown, secretValues: unknown): string[] {
  if (!pulumi.Output.isInstance(secretValues)) return isBlock(secretValues) ? Object.keys(secretValues) : [];
  const { keys, rolloutKey } = ((service as Block | undefined)?.secrets ?? {}) as { keys?: unknown; rolloutKey?: unknown };
  return [...(Array.isArray(keys) ? (keys as unknown[]) : []), rolloutKey].filter((key) => typeof key === "string");
}

/** What is said at a place that belongs to somebody else. */
function misplaced(written: Block): Problem[] {
  return Object.entries(ELSEWHERE).flatMap(([key, reason]) => {
    const [outer, inner] = key.split("[].") as [string, string | undefined];
    const found = outer.split(".").reduce<unknown>((at, part) => (isBlock(at) ? at[part] : undefined), written);
    if (inner === undefined) return found === undefined ? [] : [{ path: outer, message: `found ${show(found)}; ${reason}` }];
    return (Array.isArray(found) ? found : []).flatMap((each, index) =>
      isBlock(each) && each[inner] !== undefined
        ? [{ path: `${outer}[${index}].${inner}`, message: `found ${show(each[inner])}; ${reason}` }]
        : [],
    );
  });
}

const zoneOfSomebody = (zone: Block): Problem => ({
  path: "dnsZone",
  message: `found ${show(zone)}; allowed: a DNS name such as example.com. A component makes no zone and writes no record into one.`,
});

const SERVICE = /\bservices\[0\]( [\w-]+(?=:))?/g;
const ENTRY_KEY = /\bservices\[0\]\.entries\[(\d+)\]\.([\w-]+)/g;
const CLOUDS = ["aws", "azure", "gcp"];

/** The check speaks of a stack file; whoever uses the component has none. */
function placed({ path, message }: Problem, kinds: unknown[]): Problem {
  const moved = (text: string) =>
    text
      .replace(
        ENTRY_KEY,
        (_, index: string, key: string) => `service.entries[${index}].${placeInEntry(key, kinds[Number(index)])}`,
      )
      .replace(SERVICE, "service")
      .replace(/, or holdfast:(aws|azure|gcp)\b[^.]*\./g, ".")
      .replaceAll("holdfast:", "");
  if (!CLOUDS.includes(path)) return { path: moved(path).replace(/^secrets\.[^.]+/, "secretValues"), message: moved(message) };
  // An entry asks for something of a cloud, and the way out of a stack file is not open here.
  const asked = moved(message)
    .replace(/^missing; /, "")
    .replace(/, and nothing says.*$/, "");
  return { path: "service.entries", message: `${asked}: ${ELSEWHERE[path]}` };
}

/** Which children there are is decided before anything is created, so nothing that decides it may come later. */
function outputsIn(value: unknown, at: PathKey[] = []): Problem[] {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    const message =
      "found a value that is known only later; allowed: one that is written down or known from configuration, because it decides what is created. " +
      "Only secretValues may be known later.";
    return [{ path: pathText(at), message }];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => outputsIn(each, [...at, index]));
  return isBlock(value) ? Object.entries(value).flatMap(([key, each]) => outputsIn(each, [...at, key])) : [];
}

const isBlock = (value: unknown): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

const omit = (block: Block, keys: string[]): Block =>
  Object.fromEntries(Object.entries(block).filter(([key]) => !keys.includes(key)));

/** Some languages write what was left out as nothing. */
const without = (block: Block): Block =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined && value !== null));
