import { Document, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Block } from "../compile/mergePatch";
import { CONFIG_PREFIX } from "../compile/rawStack";
import type { Decision } from "./model";

const HEAD = " Made by `holdfast import` from what was there. A comment stands where something was decided.";

/** The stack file as a person would write it, with a comment wherever something was decided. */
export function stackFileText(raw: Block, decisions: Decision[]): string {
  const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [CONFIG_PREFIX + key, value]));
  const document = new Document({ config: { "pulumi:disable-default-providers": ["*"], ...config } });
  document.commentBefore = HEAD;
  for (const { at, why } of decisions) comment(document, at, why);
  return document.toString({ lineWidth: 0 });
}

function comment(document: Document, at: (string | number)[], why: string): void {
  const [top, ...rest] = at;
  const whole = ["config", CONFIG_PREFIX + String(top), ...rest];
  const key = whole.at(-1)!;
  const parent = document.getIn(whole.slice(0, -1), true);
  if (isSeq(parent) && typeof key === "number") {
    const item = parent.items[key];
    if (item !== undefined && (isMap(item) || isScalar(item))) item.commentBefore = ` ${why}.`;
    return;
  }
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    : undefined;
  if (pair === undefined || !isScalar(pair.key)) return;
  const before = pair.key.commentBefore;
  pair.key.commentBefore = `${before === undefined ? "" : `${before}\n`} ${why}.`;
}
