import type { HopKind } from "../../path/facts";
import { RETIRED } from "../../path/facts/controllers";
import type { Path } from "../../path/model";
import { nameOf, refOf } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { openQuestions } from "../scope/asked";
import { passedControllers } from "../scope/controllers";

/** What carries the connections is still mended by somebody. One finding for each retired thing: it is one move, however many routes it has. */
export const retiredController: Rule = {
  id: "retired-controller",
  title: "What carries connections is maintained",
  description: "No connection passes a controller that nobody maintains.",
  group: "connection",
  check: (context: RuleContext): Statement[] => {
    const passing = new Map<HopKind, Path[]>();
    for (const { path } of context.asked) {
      for (const { hop } of path.hops) {
        const kind = hop as HopKind;
        if (RETIRED[kind] === undefined) continue;
        const known = passing.get(kind);
        if (known === undefined) passing.set(kind, [path]);
        else known.push(path);
      }
    }
    for (const { facts } of passedControllers(context)) {
      if (RETIRED[facts.hop] !== undefined && !passing.has(facts.hop)) passing.set(facts.hop, []);
    }
    return [...openQuestions(context), ...[...passing].flatMap(([kind, paths]) => check(kind, paths, context) ?? [])];
  },
};

function check(kind: HopKind, paths: Path[], context: RuleContext): Statement | undefined {
  const retired = RETIRED[kind]!;
  const workload = passedControllers(context).find(({ facts }) => facts.hop === kind)?.workload;
  const names = [...new Set(paths.map(({ entry }) => nameOf(entry)))].sort();
  const path = paths.find(({ entry }) => nameOf(entry) === names[0]);
  const object = workload === undefined ? path?.entry : refOf(workload);
  if (object === undefined) return undefined;
  const isTheOnly = workload === undefined && names.length === 1;
  const which = isTheOnly ? "" : `${names[0] ?? nameOf(object)}${names.length > 1 ? ` and ${names.length - 1} more` : ""}: `;
  return {
    severity: retired.legacy === true ? "info" : "warning",
    object,
    found: `${which}served by ${retired.title}: ${retired.what} (${retired.source})`,
    needed: "a controller or load balancer that is maintained",
    fix: retired.instead,
    reason: "what stands at the edge is attacked first, and whoever changes it in a hurry cuts every connection",
    ...(path !== undefined && { path }),
  };
}
