import { pathText } from "../compile/check/problem";
import { isBlock, type Block } from "../compile/mergePatch";
import type { CompiledObject } from "../compile/model";
import type { Patch } from "../compile/patches";
import type { KubernetesObject } from "../path/objects";
import { differences, patchBetween, withValues, type Difference } from "./compare";
import { effectOf, isOwnMark, OLD_AUTOSCALERS, reasonFor, reloads } from "./reasons";
import { nameOf } from "./read";
import type { Change, Found } from "./model";

/** An object that is there, and what the stack makes of it. */
export interface Pair {
  found: Found;
  compiled: CompiledObject;
}

/** Secret values are nobody's business here, and the status is the cluster's. */
function comparable(object: KubernetesObject): Block {
  const hidden = object.kind === "Secret" ? ["data", "stringData", "status"] : ["status"];
  return Object.fromEntries(Object.entries(object).filter(([key]) => !hidden.includes(key)));
}

const pairDifferences = ({ found, compiled }: Pair): Difference[] =>
  differences(comparable(found.object), comparable(compiled.object)).filter(({ at }) => !isOwnMark(at));

/** Places that a patch may not write: another apiVersion is another resource, and the autoscaler's field is its own. */
const isRefused = ({ at }: Difference, { ignoreChanges = [] }: CompiledObject): boolean =>
  at[0] === "apiVersion" || ignoreChanges.includes(pathText(at));

/** The patch that keeps what the stack has no opinion on, or with `keep` everything; undefined where nothing has to be kept. */
export function keepingPatch(pair: Pair, keep: boolean): Patch | undefined {
  const { found, compiled } = pair;
  const before = comparable(compiled.object);
  const kept = pairDifferences(pair)
    .filter((difference) => !isRefused(difference, compiled) && (keep || isKept(difference, found)))
    .map(longEnough);
  const after = keep ? whole(found, compiled) : withValues(before, kept);
  const patch = kept.length === 0 ? undefined : patchBetween(before, after);
  return patch === undefined ? undefined : { kind: compiled.object.kind, name: compiled.object.metadata.name, patch };
}

/** One label more in a selector, and the pods that run today are no longer selected. */
const isSelector = ({ at }: Difference): boolean => at[0] === "spec" && at[1] === "selector";

/** What no rule corrects stays; what is only added, and takes nothing away, may come. */
const isKept = (difference: Difference, found: Found): boolean =>
  (difference.from !== undefined || isSelector(difference)) && reasonFor(difference, found) === undefined;

/**
 * A command that sleeps stays a command: server-side apply adds the kubelet's own sleep beside it while somebody else owns the
 * command, and the API server refuses two handlers. It sleeps as long as the slowest way in needs.
 */
function longEnough(difference: Difference): Difference {
  const { from, to } = difference;
  const needed = isBlock(to) && isBlock(to.sleep) ? Number(to.sleep.seconds) : 0;
  const command = isBlock(from) && isBlock(from.exec) && Array.isArray(from.exec.command) ? (from.exec.command as unknown[]) : [];
  const [, before, seconds] = /^(.*?)(\d+)s?$/.exec(String(command.at(-1))) ?? [];
  if (seconds === undefined || Number(seconds) >= needed) return difference;
  return { ...difference, from: { exec: { command: [...command.slice(0, -1), `${before}${needed}`] } } };
}

/** The object of the manifests with what only the stack may write. */
function whole(found: Found, { object, ignoreChanges = [] }: CompiledObject): Block {
  const own = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => isOwnMark(["metadata", "annotations", key]));
  const input = comparable(found.object);
  const metadata = input.metadata as Block;
  const annotations = { ...(isBlock(metadata.annotations) ? metadata.annotations : {}), ...Object.fromEntries(own) };
  const spec = isBlock(input.spec) ? { ...input.spec } : undefined;
  if (spec !== undefined && ignoreChanges.includes("spec.replicas")) delete spec.replicas;
  if (spec !== undefined && OLD_AUTOSCALERS.includes(found.object.apiVersion)) {
    delete spec.targetCPUUtilizationPercentage;
    spec.metrics = (object.spec as Block).metrics;
  }
  return {
    ...input,
    apiVersion: object.apiVersion,
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** What is different after the first `pulumi up`, with the reason. Nothing else is. */
export function changesOf(pair: Pair, keep: boolean): Change[] {
  const { found, compiled } = pair;
  return pairDifferences(pair)
    .filter((difference) => !(keep && isRefused(difference, compiled) && difference.at[0] !== "apiVersion"))
    .map((difference) => ({
      object: nameOf(found.object),
      field: pathText(difference.at),
      from: difference.from,
      to: difference.to,
      why: reasonFor(difference, found) ?? "the stack writes it",
      effect: effectOf(difference, found.object, reloads(found)),
    }));
}

/** An object that the stack has and the manifests have not. */
export function creation({ object, why = [] }: CompiledObject): Change {
  const said = why[0]?.replace(/\.$/, "");
  return {
    object: nameOf(object),
    field: "",
    from: undefined,
    to: "a new object",
    why: said ?? "belongs to every service",
    effect: "none",
  };
}
