import { type Canvas, svg } from "../../../explain/drawing";

/** A drawing that scrolls where the page is narrow, above its caption. */
export function chart(canvas: Canvas, parts: string[], caption: string): string {
  return [
    '<figure class="chart"><div class="scroll">',
    `${svg(canvas, parts)}</div>`,
    `<figcaption>${caption}</figcaption>`,
    "</figure>",
  ].join("\n");
}
