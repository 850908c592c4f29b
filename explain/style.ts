/** The looks of the page, light or dark as the reader's system is. Colour never says anything that words do not. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5a6572; --line: #c9d1d9;
  --good: #1e7e34; --bad: #c62828; --open: #9a5b00; --empty: #e3e7ec; --bad-fill: #fdecea; --open-fill: #fff6e0; --good-fill: #eaf6ed; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1318; --card: #181e25; --ink: #e6eaef; --soft: #9aa7b4; --line: #3a444f;
  --good: #5fd07c; --bad: #ff7b72; --open: #f0b24a; --empty: #2b333c; --bad-fill: #3a1716; --open-fill: #35270d; --good-fill: #12301b; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 21px; margin: 36px 0 4px; } h2 small { font-size: 14px; font-weight: normal; color: var(--soft); }
h3 { font-size: 16px; margin: 0 0 12px; } h4 { font-size: 13px; margin: 14px 0 2px; color: var(--soft); }
.lead { color: var(--soft); margin-top: 4px; } ul { margin: 0; padding-left: 20px; } code { font-size: 13px; overflow-wrap: anywhere; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; margin: 14px 0; }
.verdict { display: inline-block; padding: 1px 10px; margin-right: 6px; border-radius: 99px; color: var(--good); background: var(--good-fill); }
.fails .verdict { color: var(--bad); background: var(--bad-fill); } .unknown .verdict { color: var(--open); background: var(--open-fill); }
.scroll { overflow-x: auto; } details { margin-top: 14px; } summary { cursor: pointer; color: var(--soft); }
table { border-collapse: collapse; font-size: 13px; margin-top: 8px; } th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); }
.path text { fill: var(--ink); font-family: system-ui, sans-serif; } .path .hop { font-size: 13.5px; font-weight: 600; }
.path .limit { font-size: 16px; } .path .small { font-size: 12px; fill: var(--soft); } .path .arrow { fill: none; stroke: var(--soft); stroke-width: 1.6; }
.path .frame, .path .client { fill: var(--card); stroke: var(--line); stroke-width: 1.4; }
.path .empty { fill: var(--empty); } .path .kept.full { fill: var(--good); } .path .kept.short { fill: var(--bad); }
.path .empty.open { fill: var(--open-fill); stroke: var(--open); stroke-dasharray: 3 3; }
.path .weakest .frame { stroke: var(--good); stroke-width: 2.4; } .path .weakest .mark { fill: var(--good); font-size: 12.5px; font-weight: 600; }
.path .weakest.fails .frame { stroke: var(--bad); fill: var(--bad-fill); } .path .weakest.fails .mark { fill: var(--bad); }
.path .weakest.unknown .frame { stroke: var(--open); fill: var(--open-fill); } .path .weakest.unknown .mark { fill: var(--open); }
`;
