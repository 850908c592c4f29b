/** What the pictures of a report add to the looks of an explanation. Names stand beside every colour. */
export const PICTURE_STYLE = `
:root { --p0: #2f6fbe; --p1: #c2681a; --p2: #2c8a5b; --p3: #a8407f; --p4: #6a5acd; --p5: #8a7a12; --p6: #3a8f9e; --p7: #9c4a3c; }
@media (prefers-color-scheme: dark) { :root { --p0: #6ea8ef; --p1: #f0a35e; --p2: #62c592; --p3: #e08abf; --p4: #a79bf0; --p5: #d0bf55; --p6: #76c7d6; --p7: #dd8e80; } }
.does-not-apply .verdict { color: var(--soft); background: var(--empty); }
figure { margin: 12px 0; } figcaption { font-size: 13px; color: var(--soft); } .key { display: inline-block; margin-right: 16px; overflow-wrap: anywhere; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 5px; }
.chart text { fill: var(--ink); font: 12.5px system-ui, sans-serif; } .chart .tick, .chart .value { fill: var(--soft); }
.chart .axis { fill: none; stroke: var(--soft); } .chart .band { stroke: var(--card); stroke-width: 1; }
.chart .bar.good { fill: var(--good); } .chart .bar.bad { fill: var(--bad); } .chart .bar.plain { fill: var(--p0); }
.chart .whisker { fill: none; stroke: var(--ink); stroke-width: 1.5; } .chart .mark { fill: none; stroke: var(--soft); stroke-dasharray: 4 3; }
${Array.from({ length: 8 }, (_, index) => `.pod${index} { fill: var(--p${index}); background: var(--p${index}); }`).join("\n")}
`;
