import { explainHops, weakestHop } from "../explain/hops";
import { entryTable } from "../explain/json";
import type { Path } from "../path/model";
import { judge, limitOf } from "../path/verdict";
import { nameOf } from "../path/value";
import { standardRequirement, type Requirement } from "../path/declarations";
import type { Asked } from "../policy/scope/asked";
import type { LintedCluster } from "./model";

/** Every way in that is judged, with the table that `explain` prints of one. */
export function pathTables({ context }: LintedCluster) {
  return context.asked.map((asked) => {
    const { path } = asked;
    const { promise, protocol } = requirementOf(asked);
    const verdict = judge(path, promise, protocol);
    const table = entryTable(
      {
        kind: path.hops[0]?.hop ?? path.entry.kind,
        url: path.host === undefined ? `${nameOf(path.entry)}:${path.port}` : `${path.host}${path.pathPrefix ?? ""}`,
        hops: explainHops(path, verdict, protocol),
        effectiveIdleSeconds: verdict.effectiveIdleSeconds,
        verdict: verdict.verdict,
        reasons: verdict.reasons,
      },
      { promise },
    );
    return { entry: path.entry, service: path.service, judgedBecause: asked.because, ...table };
  });
}

function requirementOf(asked: Asked): Requirement {
  return "requirement" in asked ? asked.requirement : standardRequirement();
}

/** `client -> ingress-nginx 60 s (weakest) -> kube-proxy -> pod`, with the clocks that run on this protocol. */
export function pictureOf(path: Path, { promise, protocol }: Requirement): string {
  const weakest = weakestHop(path, judge(path, promise, protocol), protocol);
  const hops = path.hops.map((hop) => {
    const { limit, idleSeconds } = limitOf(hop, protocol);
    const clock = limit === "none" ? "" : idleSeconds === null ? " ?" : ` ${idleSeconds} s`;
    return `${hop.title}${clock}${hop === weakest ? " (weakest)" : ""}`;
  });
  return ["client", ...hops].join(" -> ");
}

/** The picture of the way in that a finding is about. */
export function pictureIn({ context }: LintedCluster): (path: Path) => string {
  const asked = new Map(context.asked.map((each) => [each.path, requirementOf(each)]));
  return (path) => pictureOf(path, asked.get(path) ?? standardRequirement());
}
