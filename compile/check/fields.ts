import { z } from "zod";
import { KNOWN_KEYS, nearest, show } from "./problem";

type Issue = { input?: unknown; code?: string };

/** The message of every field: what was found, what is allowed, and the way out where one can be derived from what was found. */
function message(allowed: string, wayOut: (input: unknown) => string | undefined = () => undefined) {
  return ({ input }: Issue): string => {
    if (input === undefined) return `missing; needed: ${allowed}.`;
    const way = wayOut(input);
    return `found ${show(input)}; allowed: ${allowed}.${way === undefined ? "" : ` ${way}`}`;
  };
}

const SECONDS_PER: Record<string, number> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86400 };

/** `"60s"` -> 60, `"1h30m"` -> 5400, `"60"` -> 60; undefined for what is no duration. */
function durationSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|sec|min|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|sec|min|[smhd])/g)];
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * SECONDS_PER[unit!]!, 0);
}

/** A whole number with a unit: `wholeNumber("seconds", 1, 86400)`. */
export function wholeNumber(unit: string, min: number, max: number) {
  const allowed = min === max ? `only ${min} (${unit})` : `a whole number of ${unit} from ${min} to ${max}`;
  return boundedInteger(allowed, unit, min, max);
}

export const portNumber = (min = 1, max = 65_535) => boundedInteger(`a port number from ${min} to ${max}`, "", min, max);

function boundedInteger(allowed: string, unit: string, min: number, max: number) {
  const wayOut = (input: unknown): string | undefined => {
    if (typeof input !== "string") return undefined;
    const value = unit === "seconds" ? durationSeconds(input) : /^\d+%?$/.test(input) ? parseInt(input, 10) : undefined;
    return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? `Write ${value}.` : undefined;
  };
  const error = message(allowed, wayOut);
  const stop = { error, abort: true };
  return z.int({ error }).min(min, stop).max(max, stop);
}

export const seconds = (min: number, max: number) => wholeNumber("seconds", min, max);

/** `true` or `false`. */
export function yesOrNo() {
  return z.boolean({ error: message("true or false") });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const wayOut = (input: unknown) => {
    const meant = typeof input === "string" ? nearest(input, words) : undefined;
    return meant && `Did you mean ${meant}?`;
  };
  return z.enum(words, { error: message(words.join(", "), wayOut) });
}

/** Text of a given shape; `what` completes "allowed: ...". */
export function text(what: string, shape: RegExp = /^[^]+$/, wayOut?: (input: string) => string | undefined) {
  const way = (input: unknown) => {
    if (typeof input === "string") return wayOut?.(input);
    return typeof input === "number" || typeof input === "boolean" ? "Write it in quotes." : undefined;
  };
  const error = message(what, way);
  return z.string({ error }).regex(shape, { error, abort: true });
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const asLabel = (input: string): string | undefined => {
  const label = input
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replace(/^[-0-9]+|-+$/g, "");
  return label !== input && LABEL.test(label) ? `For example ${label}.` : undefined;
};

/** A name of an object, as DNS labels are: also the longest name a Kubernetes Service may have. */
export function label() {
  return text(
    "a name of 1 to 63 lower-case letters, digits and hyphens that begins and ends with a letter or digit",
    LABEL,
    asLabel,
  );
}

/** A label that begins with a letter, as the names of Kubernetes Services must. */
export function serviceName() {
  const what =
    "a name of 1 to 63 lower-case letters, digits and hyphens that begins with a letter and ends with a letter or digit";
  return text(what, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, asLabel);
}

/** An object name of up to 253 characters with dots. */
export function objectName(what: string) {
  const shape = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  return text(`${what}, up to 253 lower-case letters, digits, hyphens and dots`, shape);
}

/** A DNS name without scheme, port or path. */
export function hostName() {
  const shape = /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  const wayOut = (input: string) => {
    const bare = input
      .toLowerCase()
      .replace(/^[a-z]+:\/\//, "")
      .replace(/[:/].*$/, "");
    return bare !== input && shape.test(bare) ? `Write ${bare}.` : undefined;
  };
  return text("a DNS name such as chat.example.com, without scheme, port or path", shape, wayOut);
}

/** A list. `what` completes "allowed: a list of ...". */
export function list<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(item, { error: message(`a list of ${what}`) });
}

/** Names of the user's choice with a value each. */
export function map<Value extends z.ZodType>(key: z.ZodString, value: Value, what: string) {
  return z.record(key, value, { error: message(what) });
}

/** A block of known keys; an unknown one is a problem that names the nearest. */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  const wrongType = message(`a block with the keys ${known.join(", ")}`);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? KNOWN_KEYS + known.join(", ") : wrongType(issue)),
  });
}

const QUANTITY_UNITS: Record<string, number> = {
  m: 0.001,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** The number behind a quantity of Kubernetes: `100m` -> 0.1, `128Mi` -> 134217728. */
export function quantityValue(quantity: string): number {
  const [, amount, unit = ""] = QUANTITY.exec(quantity)!;
  return Number(amount) * QUANTITY_UNITS[unit]!;
}

const MEMORY = "memory in bytes with a unit: 128Mi, 1Gi, 500M";

/** Processor time: cores (`0.5`, `2`) or thousandths of one (`500m`). */
export function cpuQuantity() {
  const error = message("processor time as cores (0.5, 2) or thousandths of a core (500m)");
  const shape = z.string({ error }).regex(/^(\d+m|\d+(\.\d{1,3})?)$/, { error, abort: true });
  return z.preprocess((value) => (typeof value === "number" ? String(value) : value), shape);
}

/** Memory: bytes with a unit, `128Mi` or `1Gi`. */
export function memoryQuantity() {
  const wayOut = (input: unknown) => {
    const thousandths = typeof input === "string" ? /^(\d+)m$/.exec(input) : null;
    return thousandths ? `The unit m means thousandths of a byte; write ${thousandths[1]}Mi.` : undefined;
  };
  return z
    .string({ error: message(MEMORY, wayOut) })
    .regex(/^\d+(\.\d+)?(k|M|G|T|Ki|Mi|Gi|Ti)$/, { error: message(MEMORY, wayOut), abort: true });
}

/** The value of a secret, as a stack file may hold it: encrypted, never in plain text. */
export function encrypted() {
  const error = ({ input }: Issue) =>
    input === undefined || input === null
      ? "missing; needed: an encrypted value."
      : "found a value in plain text; allowed: only an encrypted one. Set it with `pulumi config set --secret --path`, and take the plain one out of the file's history.";
  return z.looseObject({ secure: z.string({ error }) }, { error });
}

/** A block of which one key may be written alone, as its text: `mlflow` for `{ endpoint: mlflow }`. */
export function blockOrText<Schema extends z.ZodType>(key: string, schema: Schema) {
  const either = z.unknown().transform((value, context): z.output<Schema> => {
    const alone = typeof value === "string";
    const parsed = schema.safeParse(alone ? { [key]: value } : value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.issues.push({ ...issue, input: value, path: alone ? issue.path.slice(1) : issue.path } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  });
  // A transformation shows nothing of what it takes, to an editor or to whoever lists the keys.
  either._zod.toJSONSchema = () => ({
    anyOf: [{ type: "string" }, z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })],
  });
  return either;
}
