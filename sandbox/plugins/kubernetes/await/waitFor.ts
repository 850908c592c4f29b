import { JSONPath } from "jsonpath-plus";
import { annotationOf, type Json, type KubernetesObject, numberAt, textAt } from "../properties";
import { conditionOf, type Progress } from "./conditions";

/** What the user asks to wait for with `pulumi.com/waitFor`: one expression, or a JSON list of them that must all hold. */
export function waitForExpressions(object: Json): string[] {
  const text = annotationOf(object, "pulumi.com/waitFor");
  if (text === "") return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // Not JSON: one expression.
  }
  return [text];
}

/** The expressions that cannot be read, each as a sentence; checked before anything is created. */
export function waitForProblems(object: Json): string[] {
  return waitForExpressions(object)
    .filter((expression) => !/^(condition=[^=]+(=.+)?|jsonpath=\{[^}]+\}(=.*)?)$/.test(expression))
    .map(
      (expression) =>
        `pulumi.com/waitFor: found ${JSON.stringify(expression)}; write condition=<type>, condition=<type>=<status>, jsonpath={<path>} or jsonpath={<path>}=<value>.`,
    );
}

/** Whether every expression holds for the object. */
export function waitForProgress(object: KubernetesObject, expressions: string[]): Progress {
  const open = expressions.filter((expression) => !holds(object, expression));
  const status = `Waiting for ${open.join(" and ")}`;
  return { ready: open.length === 0, status, reasons: open.map((expression) => `${expression}: ${found(object, expression)}`) };
}

function holds(object: KubernetesObject, expression: string): boolean {
  if (expression.startsWith("condition=")) {
    const { type, status } = parseCondition(expression);
    const condition = conditionOf(object, type);
    const observed = numberAt(condition, "observedGeneration") ?? numberAt(object, "status", "observedGeneration");
    const isCurrent = observed === undefined || observed >= (numberAt(object, "metadata", "generation") ?? 0);
    return isCurrent && textAt(condition, "status").toLowerCase() === status.toLowerCase();
  }
  const { path, value } = parseJsonPath(expression);
  const observed = numberAt(object, "status", "observedGeneration");
  if (observed !== undefined && observed < (numberAt(object, "metadata", "generation") ?? 0)) return false;
  const results = resultsOf(object, path);
  return value === undefined ? results.length > 0 : results.some((result) => String(result) === value);
}

function found(object: KubernetesObject, expression: string): string {
  if (expression.startsWith("jsonpath=")) {
    const results = resultsOf(object, parseJsonPath(expression).path);
    return results.length === 0 ? "nothing is there" : `found ${results.map((result) => JSON.stringify(result)).join(", ")}`;
  }
  const condition = conditionOf(object, parseCondition(expression).type);
  if (!condition) return "the object has no such condition";
  return `found ${textAt(condition, "status")} (${[textAt(condition, "reason"), textAt(condition, "message")].filter(Boolean).join(": ")})`;
}

function parseCondition(expression: string): { type: string; status: string } {
  const [, type = "", status = "True"] = expression.split("=");
  return { type, status };
}

function parseJsonPath(expression: string): { path: string; value?: string } {
  const [, path = "", value] = /^jsonpath=\{([^}]+)\}(?:=(.*))?$/.exec(expression) ?? [];
  return { path: `$${path.startsWith(".") || path.startsWith("[") ? "" : "."}${path}`, value };
}

function resultsOf(object: KubernetesObject, path: string): Json[] {
  const results: unknown = JSONPath({ path, json: object, wrap: true, eval: "safe" });
  return Array.isArray(results) ? (results as Json[]) : [];
}
