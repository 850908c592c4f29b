import assert from "node:assert/strict";

/** What `helm template` does with the few expressions that our charts have. Anything else in braces is a mistake. */
export function fillTemplate(text: string, values: unknown): string {
  return text.replace(/\{\{([^]*?)\}\}/g, (_found, inner: string) => evaluate(inner.trim(), values));
}

function evaluate(expression: string, values: unknown): string {
  // A string literal stands for itself.
  if (/^"(?:[^"\\]|\\.)*"$/.test(expression)) return JSON.parse(expression) as string;
  const match = /^index \.Values((?: "(?:[^"\\]|\\.)*")+) \| (int|quote)$/.exec(expression);
  assert.ok(match, `no expression of our charts: {{ ${expression} }}`);
  const keys = [...match[1]!.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([key]) => JSON.parse(key) as string);
  const value = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], values);
  assert.ok(value !== undefined, `values.yaml has no ${keys.join(".")}`);
  return match[2] === "int" ? String(Math.trunc(Number(value))) : JSON.stringify(String(value));
}
