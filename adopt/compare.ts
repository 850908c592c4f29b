import { isDeepStrictEqual } from "node:util";
import { pathText } from "../compile/check/problem";
import { isBlock, type Block } from "../compile/mergePatch";
import { attributesOf } from "./entries";

export type At = (string | number)[];

/** One place at which two objects differ. */
export interface Difference {
  at: At;
  /** In the manifests; undefined where it is not there. */
  from: unknown;
  /** In what the stack compiles to. */
  to: unknown;
}

/** What the API server writes where nothing stands: as good as the same. */
const API_DEFAULTS: [at: RegExp, value: unknown][] = [
  [/\.ports\[\d+\]\.protocol$/, "TCP"],
  [/Probe\.initialDelaySeconds$/, 0],
  [/Probe\.periodSeconds$/, 10],
  [/Probe\.(timeoutSeconds|successThreshold)$/, 1],
  [/Probe\.failureThreshold$/, 3],
  [/Probe\.httpGet\.scheme$/, "HTTP"],
  [/^spec\.sessionAffinity$/, "None"],
  [/^spec\.sessionAffinityConfig\.clientIP\.timeoutSeconds$/, 10_800],
  [/^spec\.externalTrafficPolicy$/, "Cluster"],
  [/^spec\.type$/, "ClusterIP"],
  [/^spec\.podManagementPolicy$/, "OrderedReady"],
  [/^spec\.updateStrategy$/, { type: "RollingUpdate" }],
  [/^spec\.strategy\.type$/, "RollingUpdate"],
  [/^spec\.replicas$/, 1],
  [/\.terminationGracePeriodSeconds$/, 30],
  [/\.template\.spec\.restartPolicy$/, "Always"],
  [/\.template\.spec\.dnsPolicy$/, "ClusterFirst"],
  [/\.template\.spec\.schedulerName$/, "default-scheduler"],
  [/\.terminationMessagePath$/, "/dev/termination-log"],
  [/\.terminationMessagePolicy$/, "File"],
  [/\.securityContext$/, {}],
  [/\.imagePullPolicy$/, "Always"],
  [/^spec\.(revisionHistoryLimit)$/, 10],
  [/^spec\.progressDeadlineSeconds$/, 600],
  [/^metadata\.namespace$/, "default"],
  [/^type$/, "Opaque"],
  [/\.routes\[\d+\]\.services\[\d+\]\.kind$/, "Service"],
];

/** Keys of which an object has one: both together would be refused, so the block changes as a whole. */
const EXCLUSIVE: [at: RegExp, keys: string[]][] = [
  [/(Probe|\.preStop)$/, ["exec", "httpGet", "tcpSocket", "grpc", "sleep"]],
  [/^spec$/, ["minAvailable", "maxUnavailable"]],
];

/** Every place at which the manifests and the compiled object differ, as deep as both have the same shape. */
export function differences(from: unknown, to: unknown, at: At = []): Difference[] {
  if (isDeepStrictEqual(from, to) || isSameText(from, to, at) || isDefault(from, to, at)) return [];
  if (isBlock(from) && isBlock(to) && !excludeEachOther(from, to, at)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => differences(own(from, key), own(to, key), [...at, key]));
  }
  if (Array.isArray(from) && Array.isArray(to)) return listDifferences(from, to, at);
  // A block that is added is told field by field where that says more than the block.
  if (from === undefined && isBlock(to) && isMap(at)) {
    return Object.entries(to).map(([key, value]) => ({ at: [...at, key], from: undefined, to: value }));
  }
  if (to === undefined && isBlock(from) && isMap(at)) {
    return Object.entries(from).map(([key, value]) => ({ at: [...at, key], from: value, to: undefined }));
  }
  return [{ at, from, to }];
}

const isMap = (at: At): boolean => ["labels", "annotations"].includes(String(at.at(-1)));
const own = (block: Block, key: string): unknown => (Object.hasOwn(block, key) ? block[key] : undefined);

function listDifferences(from: unknown[], to: unknown[], at: At): Difference[] {
  if (from.length === to.length) return from.flatMap((item, index) => differences(item, to[index], [...at, index]));
  const names = (list: unknown[]) => list.map((item) => (isBlock(item) ? item.name : undefined));
  const named = [...names(from), ...names(to)].every((name) => typeof name === "string");
  if (!named || from.length < to.length) return [{ at, from, to }];
  // What the stack does not know of comes last: a sidecar, a further volume.
  const known = from.filter((item) => names(to).includes((item as Block).name as string));
  if (known.length !== to.length) return [{ at, from, to }];
  const rest = from.filter((item) => !known.includes(item));
  return [
    ...to.flatMap((item, index) =>
      differences(
        known.find((each) => (each as Block).name === (item as Block).name),
        item,
        [...at, index],
      ),
    ),
    ...rest.map((item, index) => ({ at: [...at, to.length + index], from: item, to: undefined })),
  ];
}

function isDefault(from: unknown, to: unknown, at: At): boolean {
  if (from !== undefined && to !== undefined) return false;
  const present = from ?? to;
  const text = pathText(at);
  return API_DEFAULTS.some(([place, value]) => place.test(text) && isDeepStrictEqual(present, value));
}

function excludeEachOther(from: Block, to: Block, at: At): boolean {
  const text = pathText(at);
  // The fields beside the type belong to it.
  if (text === "spec.strategy") return from.type !== undefined && from.type !== to.type;
  const keys = EXCLUSIVE.find(([place]) => place.test(text))?.[1] ?? [];
  const had = keys.filter((key) => Object.hasOwn(from, key));
  const has = keys.filter((key) => Object.hasOwn(to, key));
  return had.length > 0 && has.length > 0 && !isDeepStrictEqual(had, has);
}

/** Annotations that are written otherwise and say the same. */
function isSameText(from: unknown, to: unknown, at: At): boolean {
  if (typeof from !== "string" || typeof to !== "string" || at.at(-2) !== "annotations") return false;
  if (/-attributes(\.|$)/.test(String(at.at(-1)))) return isDeepStrictEqual(attributesOf(from), attributesOf(to));
  try {
    return isDeepStrictEqual(JSON.parse(from), JSON.parse(to));
  } catch {
    return false;
  }
}

/** A copy of an object with the manifests' value at every one of these places. */
export function withValues(object: Block, kept: Difference[]): Block {
  const copy = structuredClone(object);
  for (const { at, from } of kept) if (from !== undefined) put(copy, at, from);
  // From behind, so that no place moves before it is reached.
  for (const { at, from } of [...kept].reverse()) if (from === undefined) put(copy, at, from);
  return copy;
}

function put(target: unknown, at: At, value: unknown): void {
  const key = at.at(-1)!;
  let inner = target as Record<string | number, unknown>;
  for (const [index, step] of at.slice(0, -1).entries()) {
    if (inner[step] === undefined) inner[step] = typeof at[index + 1] === "number" ? [] : {};
    inner = inner[step] as Record<string | number, unknown>;
  }
  if (value !== undefined) inner[key] = value;
  else if (Array.isArray(inner)) inner.splice(Number(key), 1);
  else delete inner[key];
}

/** The merge patch (RFC 7386) that makes one object of the other; undefined where they are the same. */
export function patchBetween(before: unknown, after: unknown): Block | undefined {
  if (!isBlock(before) || !isBlock(after)) return undefined;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.flatMap((key): [string, unknown][] => {
    const [had, has] = [own(before, key), own(after, key)];
    if (isDeepStrictEqual(had, has)) return [];
    if (has === undefined) return [[key, null]];
    const inner = isBlock(had) ? patchBetween(had, has) : undefined;
    return [[key, inner ?? has]];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
