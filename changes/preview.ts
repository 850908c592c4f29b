import { z } from "zod";
import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";

/** What the engine plans for one resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "same" | "other";

export interface ResourceChange {
  operation: Operation;
  urn: string;
  /** The type token: `kubernetes:apps/v1:Deployment`. */
  type: string;
  /** The logical name, the last part of the URN. */
  name: string;
  /** The provider that owns it: one per cluster or account. */
  provider: string;
  /** Properties that make the engine replace it rather than change it. */
  replacedFor: string[];
  /** Properties that change. */
  changed: string[];
  /** As the stack wrote it last, and as it writes it now; absent where there is none, and where it is no Kubernetes object. */
  before?: KubernetesObject;
  after?: KubernetesObject;
  /** Addresses that the object had when the engine looked last. */
  addresses: string[];
  /** Whether what the stack lets go of stays where it is (`retainOnDelete`). */
  isKept: boolean;
  /** Whether it only writes into an object of somebody else, such as a `DeploymentPatch`. */
  isPatch: boolean;
}

export interface Preview {
  changes: ResourceChange[];
  /** Whether what stays as it is was printed as well; without it nobody can see whole paths. */
  showsUnchanged: boolean;
  /** What the engine itself called an error, each a text. */
  errors: string[];
}

const state = z.looseObject({
  type: z.string(),
  custom: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  retainOnDelete: z.boolean().optional(),
});
const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  provider: z.string().optional(),
  oldState: state.optional(),
  newState: state.optional(),
  replaceReasons: z.array(z.string()).nullish(),
  diffReasons: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.unknown()).nullish(),
});
const preview = z.looseObject({
  steps: z.array(step).default([]),
  diagnostics: z.array(z.looseObject({ message: z.string().default(""), severity: z.string().default("") })).default([]),
  changeSummary: z.record(z.string(), z.number()).default({}),
});
type State = z.infer<typeof state>;
type Step = z.infer<typeof step>;

/**
 * Reads what `pulumi preview --json --show-sames` prints.
 *
 * @returns the problems, each a sentence, where it is something else.
 */
export function readPreview(text: string): { preview: Preview } | { problems: string[] } {
  const { json, problem } = parseJson(text);
  if (problem !== undefined) return { problems: [`${problem}. ${HOW_TO_MAKE_ONE}`] };
  if (!isBlock(json) || !("steps" in json || "changeSummary" in json)) {
    return { problems: [`it is JSON, but not of a preview: it has no list "steps". ${HOW_TO_MAKE_ONE}`] };
  }
  const parsed = preview.safeParse(json);
  if (!parsed.success) {
    const places = parsed.error.issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => `${path.join(".")} (${message})`);
    return { problems: [`it is JSON, but not of a preview: ${places.join(", ")}. ${HOW_TO_MAKE_ONE}`] };
  }
  const { steps, diagnostics, changeSummary } = parsed.data;
  const changes = ofOneResource(steps).map(changeOf);
  const unchanged = changes.filter(({ operation }) => operation === "same").length;
  return {
    preview: {
      changes,
      // The stack itself is always printed.
      showsUnchanged: unchanged >= (changeSummary.same ?? 0),
      errors: diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim()),
    },
  };
}

const HOW_TO_MAKE_ONE = "Make one with: pulumi preview --json --show-sames > preview.json";

const MOST_PROBLEMS = 3;

const isBlock = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

/** The CLI may print a line of its own before the JSON. */
function parseJson(text: string): { json?: unknown; problem?: string } {
  if (text.trim() === "") {
    return { problem: "it is empty: the preview failed before it planned anything, and said why elsewhere" };
  }
  for (const start of new Set([0, text.indexOf("\n{") + 1, text.indexOf("{")])) {
    try {
      return { json: JSON.parse(text.slice(Math.max(0, start))) as unknown };
    } catch {
      // Another beginning may do.
    }
  }
  const isCut = /^\s*\{/.test(text) && !/\}\s*$/.test(text);
  return { problem: isCut ? "it is no JSON: it ends in the middle" : "it is no JSON" };
}

/** What stands for a resource that is printed in several steps: the one that knows both states; what only goes is last. */
const RANKS = ["replace", "create-replacement", "", "delete-replaced", "delete"];

/** A replacement is printed in up to three steps, and what an earlier update left behind to delete beside what is there now. */
function ofOneResource(steps: Step[]): Step[] {
  const rank = ({ op }: Step): number => RANKS.indexOf(RANKS.includes(op) ? op : "");
  const byUrn = new Map<string, Step>();
  for (const each of steps) {
    const known = byUrn.get(each.urn);
    if (known === undefined || rank(each) < rank(known)) byUrn.set(each.urn, each);
  }
  return [...byUrn.values()];
}

const OPERATIONS: Record<string, Operation> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  same: "same",
};

function changeOf({ op, urn, provider, oldState, newState, replaceReasons, diffReasons, detailedDiff }: Step): ResourceChange {
  const changed = Object.keys(detailedDiff ?? {});
  const before = kubernetesObject(oldState);
  const after = kubernetesObject(newState);
  return {
    operation: OPERATIONS[op] ?? "other",
    urn,
    type: (newState ?? oldState)?.type ?? "",
    name: urn.split("::").at(-1) ?? urn,
    provider: provider ?? "",
    replacedFor: replaceReasons ?? [],
    changed: changed.length > 0 ? changed : (diffReasons ?? []),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    addresses: addressesOf(oldState),
    isKept: oldState?.retainOnDelete === true,
    isPatch: isPatch(newState ?? oldState),
  };
}

/** What the engine writes where a value is known only after the update (pulumi/pulumi sdk/nodejs/runtime/rpc.ts, unknownValue). */
const NOT_KNOWN_YET = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function kubernetesObject(found: State | undefined): KubernetesObject | undefined {
  const inputs = found?.inputs;
  if (found === undefined || !found.type.startsWith("kubernetes:") || typeof inputs?.kind !== "string") return undefined;
  if (isPatch(found)) return undefined;
  const object = plain(inputs) as { metadata?: Value };
  return { metadata: {}, ...object } as unknown as KubernetesObject;
}

/** Part of an object is not an object: deleting a `DeploymentPatch` deletes no Deployment. */
function isPatch(found: State | undefined): boolean {
  return found?.type.startsWith("kubernetes:") === true && found.type.endsWith(`:${String(found.inputs?.kind)}Patch`);
}

function plain(value: unknown): Value {
  if (value === NOT_KNOWN_YET) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value as Value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const status = z.object({
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]) })
        .optional(),
      addresses: z.array(z.object({ value: z.string().optional() })).default([]),
    })
    .default({ addresses: [] }),
});

/** What a load balancer or a Gateway answered the last time. */
function addressesOf(old: State | undefined): string[] {
  const read = status.safeParse(old?.outputs ?? {});
  if (!read.success) return [];
  const { loadBalancer, addresses } = read.data.status;
  return [
    ...(loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []),
    ...addresses.flatMap(({ value }) => value ?? []),
  ];
}
