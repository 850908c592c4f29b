import { z } from "zod";
import { CLUSTER_ANNOTATION, PROMISE_ANNOTATION } from "../path/declarations";
import type { KubernetesObject } from "../path/objects";
import { block, list, objectName, text } from "./check/fields";
import { below, nearest, pathText, show, type Problem } from "./check/problem";
import { changedPlaces, isBlock, mergePatch, valueAt, type Block } from "./mergePatch";
import { Hole, Later, type CompiledObject, type Endpoint } from "./model";
import { danglingReferences } from "./references";

/** A change to one of the service's own objects, after everything else: for the fields that no key of ours writes. */
export interface Patch {
  /** Kind of the object: `Deployment`. */
  kind: string;
  /** Name of the object before any patch. Needed where the service has several of that kind. */
  name?: string;
  /** What is merged into it (RFC 7386): blocks key by key; `null` takes a key away; a list replaces the whole list. */
  patch: Block;
}

const jsonBlock = z
  .record(z.string(), z.unknown(), {
    error: ({ input }) =>
      `${input === undefined ? "missing; needed" : `found ${show(input)}; allowed`}: a block with the fields to change, each as the API has it.`,
  })
  .superRefine((value, context) => {
    if (Object.keys(value).length === 0) {
      context.addIssue({ code: "custom", message: "found an empty block; allowed: a block with at least one field to change." });
    }
    for (const at of notJson(value, [])) {
      context.addIssue({
        code: "custom",
        path: at,
        message: "found what JSON has no word for; allowed: text, numbers, true, false, null, lists and blocks.",
      });
    }
  });

/** Where values stand that no object of Kubernetes can have. */
function notJson(value: unknown, at: (string | number)[]): (string | number)[][] {
  if (value === null || ["string", "boolean"].includes(typeof value)) return [];
  if (typeof value === "number") return Number.isFinite(value) ? [] : [at];
  if (Array.isArray(value)) return [...value].flatMap((item, index) => notJson(item, [...at, index]));
  if (!isBlock(value) || ![Object.prototype, null].includes(Object.getPrototypeOf(value) as null)) return [at];
  return Object.entries(value).flatMap(([key, item]) => notJson(item, [...at, key]));
}

const kind = text("a kind such as Deployment", /^[A-Z][A-Za-z0-9]{0,62}$/);

export const patchesSchema: z.ZodType<Patch[]> = list(
  block({ kind, name: objectName("the name of an object").optional(), patch: jsonBlock }),
  "patches, each with kind and patch",
);

export interface Patched {
  objects: CompiledObject[];
  problems: Problem[];
  warnings: string[];
}

/** The objects with every patch applied in order. A patch that is wrong changes nothing and is a problem. */
export function applyPatches(objects: CompiledObject[], patches: Patch[], endpoints: Endpoint[]): Patched {
  const patched = [...objects];
  const problems: Problem[] = [];
  const warnings: string[] = [];
  for (const [index, patch] of patches.entries()) {
    const found = findObject(objects, patch);
    if (typeof found !== "number") {
      problems.push(...below(["patches", index], [found]));
      continue;
    }
    const before = patched[found]!;
    const wrong = checkPatch(before, patch);
    problems.push(...below(["patches", index], wrong));
    if (wrong.length > 0) continue;
    const places = changedPlaces(before.object, mergePatch(before.object, patch.patch));
    patched[found] = patchObject(before, patch, places);
    warnings.push(...warnAboutEndpoint(before, places, endpoints).map((sentence) => `patches[${index}]: ${sentence}`));
  }
  problems.push(...danglingReferences(objects, patched).map((message) => ({ path: "patches", message })));
  return { objects: patched, problems, warnings };
}

function patchObject(before: CompiledObject, { patch }: Patch, places: string[][]): CompiledObject {
  const object = mergePatch(before.object, patch) as KubernetesObject;
  const sentence = `Patched by the stack file at ${places.map(pathText).join(", ")}.`;
  return { ...before, object, why: [...(before.why ?? []), sentence] };
}

/** The place of the one object that is meant, by the names that objects have without patches. */
function findObject(objects: CompiledObject[], { kind, name }: Patch): number | Problem {
  const ofKind = objects.flatMap(({ object }, index) => (object.kind === kind ? [{ index, name: object.metadata.name }] : []));
  if (ofKind.length === 0) {
    const kinds = [...new Set(objects.map(({ object }) => object.kind))].sort();
    const meant = nearest(kind, kinds);
    const wayOut = meant === undefined ? "Remove the patch." : `Did you mean ${meant}?`;
    return {
      path: "kind",
      message: `found ${kind}; allowed: a kind this service has an object of (${kinds.join(", ")}). ${wayOut}`,
    };
  }
  const names = ofKind.map((candidate) => candidate.name);
  if (name === undefined) {
    if (ofKind.length === 1) return ofKind[0]!.index;
    return { path: "name", message: `missing; this service has several of kind ${kind}: ${names.join(", ")}. Name one of them.` };
  }
  const found = ofKind.find((candidate) => candidate.name === name);
  if (found !== undefined) return found.index;
  const meant = nearest(name, names);
  const wayOut = meant === undefined ? "Correct it, or remove the patch." : `Did you mean ${meant}?`;
  const message = `found ${name}; allowed: a ${kind} of this service, by the name it has without patches (${names.join(", ")}). ${wayOut}`;
  return { path: "name", message };
}

/** Fields that are somebody else's, with where they are really written. */
const REFUSED: { at: string[]; kind?: string; message: string }[] = [
  { at: ["apiVersion"], message: "decides which resource this is for Pulumi: a change would replace it. Remove it." },
  { at: ["kind"], message: "decides which resource this is for Pulumi: a change would replace it. Remove it." },
  { at: ["status"], message: "is written by the cluster alone, so this would do nothing. Remove it." },
  { at: ["data"], kind: "Secret", message: "would stand in plain text in the state. Set the value at secrets:." },
  { at: ["stringData"], kind: "Secret", message: "would stand in plain text in the state. Set the value at secrets:." },
  { at: ["metadata", "annotations", PROMISE_ANNOTATION], message: "is what promise: asks, and is checked. Write it there." },
  { at: ["metadata", "annotations", CLUSTER_ANNOTATION], message: "is what holdfast:cluster declares. Write it there." },
];

function checkPatch({ object, ignoreChanges = [] }: CompiledObject, { patch }: Patch): Problem[] {
  const problem = (at: string[], message: string): Problem => ({ path: pathText(["patch", ...at]), message });
  const refused = REFUSED.filter((rule) => (rule.kind ?? object.kind) === object.kind && reaches(patch, rule.at));
  const owned = ignoreChanges.map((path) => path.split(".")).filter((at) => reaches(patch, at));
  const problems = [
    ...refused.map(({ at, message }) => problem(at, `found a patch of ${pathText(at)}, which ${message}`)),
    ...owned.map((at) =>
      problem(at, `found a patch of ${pathText(at)}, which the autoscaler owns as soon as it runs. Write scaling: instead.`),
    ),
  ];
  if (problems.length > 0) return problems;
  const after = mergePatch(object, patch);
  const malformed = [...checkMetadata(after)].map(({ at, message }) => problem(at, message));
  if (malformed.length > 0) return malformed;
  if (changedPlaces(object, after).length > 0) return [];
  return [problem([], `changes nothing: ${object.kind} ${object.metadata.name} says all of it already. Remove the patch.`)];
}

/** Whether a patch writes a place, something in it, or takes away a block around it. */
function reaches(patch: unknown, at: string[]): boolean {
  const [key, ...rest] = at;
  if (key === undefined) return true;
  if (!isBlock(patch)) return true;
  return Object.hasOwn(patch, key) && reaches(patch[key], rest);
}

const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What every object must keep, or nobody could find it again. */
function* checkMetadata(after: unknown): Iterable<{ at: string[]; message: string }> {
  const name = valueAt(after, ["metadata", "name"]);
  if (typeof name !== "string" || !OBJECT_NAME.test(name)) {
    yield {
      at: ["metadata", "name"],
      message: `leaves ${show(name)}; allowed: a name of up to 253 lower-case letters, digits, hyphens and dots. Correct it, or remove it.`,
    };
  }
  const namespace = valueAt(after, ["metadata", "namespace"]);
  if (namespace !== undefined && (typeof namespace !== "string" || !OBJECT_NAME.test(namespace))) {
    yield {
      at: ["metadata", "namespace"],
      message: `leaves ${show(namespace)}; allowed: the name of a namespace. Correct it, or remove it.`,
    };
  }
  for (const at of [
    ["metadata", "labels"],
    ["metadata", "annotations"],
    ["spec", "template", "metadata", "annotations"],
  ]) {
    const texts = valueAt(after, at);
    if (texts === undefined) continue;
    if (!isBlock(texts)) {
      yield { at, message: `leaves ${show(texts)}; allowed: a block of names with a text each.` };
      continue;
    }
    for (const [key, value] of Object.entries(texts)) {
      if (typeof value === "string" || value instanceof Hole || value instanceof Later) continue;
      const wayOut = typeof value === "number" || typeof value === "boolean" ? "Write it in quotes." : "Write a text.";
      yield { at: [...at, key], message: `found ${show(value)}; allowed: text. ${wayOut}` };
    }
  }
}

/** Where an object says what stands in the URL. */
const ADDRESSES =
  /^(spec\.(ports|rules|tls|hostnames|listeners|routes|entryPoints|loadBalancerIP|type)\b|metadata\.annotations.*loadBalancerIPs)/;

/** The URL that is printed follows from the entry; only the patched object knows better. */
function warnAboutEndpoint({ logicalName, object }: CompiledObject, places: string[][], endpoints: Endpoint[]): string[] {
  const moved = places.map(pathText).filter((place) => ADDRESSES.test(place));
  if (moved.length === 0) return [];
  return endpoints
    .filter(({ addressFrom, pathFrom }) => [addressFrom?.logicalName, pathFrom?.logicalName].includes(logicalName))
    .map(
      ({ entry, url }) =>
        `${object.kind} ${object.metadata.name} changes at ${moved.join(", ")}; the printed address ${url} of entry ${entry} still follows its own keys`,
    );
}
