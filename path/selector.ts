import type { Unknown, Value } from "./objects";
import { UNKNOWN } from "./objects";
import { listAt, mapAt, textAt, valueAt } from "./value";

/** Yes, no, or not decidable before the update. */
export type Ternary = boolean | Unknown;

/** All of them: one `false` decides, else one unknown keeps it open. */
export function every(answers: Ternary[]): Ternary {
  if (answers.includes(false)) return false;
  return answers.includes(UNKNOWN) ? UNKNOWN : true;
}

function equals(left: Value, right: Value): Ternary {
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : left === right;
}

/** A Service's selector: every pair must be there. An absent or empty one selects nothing. */
export function selectsByPairs(selector: Value, labels: Value): Ternary {
  if (selector === UNKNOWN || labels === UNKNOWN) return UNKNOWN;
  const wanted = Object.entries(mapAt(selector) as Record<string, Value>);
  if (wanted.length === 0) return false;
  return every(wanted.map(([key, value]) => equals(valueAt(labels, key), value)));
}

/** A LabelSelector: matchLabels and matchExpressions together. Absent it selects nothing, empty (`{}`) everything. */
export function selectsByLabelSelector(selector: Value, labels: Value): Ternary {
  if (selector === undefined || selector === null) return false;
  if (selector === UNKNOWN || labels === UNKNOWN) return UNKNOWN;
  const pairs = mapAt(selector, "matchLabels");
  const expressions = listAt(selector, "matchExpressions");
  if (pairs === UNKNOWN || expressions === UNKNOWN) return UNKNOWN;
  return every([
    ...Object.entries(pairs).map(([key, value]) => equals(valueAt(labels, key), value)),
    ...expressions.map((expression) => matchesExpression(expression, labels)),
  ]);
}

function matchesExpression(expression: Value, labels: Value): Ternary {
  const key = textAt(expression, "key");
  const operator = textAt(expression, "operator");
  const values = listAt(expression, "values");
  if (key === UNKNOWN || operator === UNKNOWN || values === UNKNOWN || key === undefined) return UNKNOWN;
  const value = valueAt(labels, key);
  const present = value !== undefined;
  if (operator === "Exists") return present;
  if (operator === "DoesNotExist") return !present;
  if (!present) return operator === "NotIn";
  const answers = values.map((candidate) => equals(value, candidate));
  const among: Ternary = answers.includes(true) ? true : answers.includes(UNKNOWN) ? UNKNOWN : false;
  if (operator === "In") return among;
  if (operator === "NotIn") return among === UNKNOWN ? UNKNOWN : !among;
  return UNKNOWN;
}
