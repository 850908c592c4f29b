import { SNIPPETS } from "../../path/facts/controllers";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { mapAt, nameOf, refOf, textAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore, unreadable } from "../scope/asked";
import type { PassedController } from "../scope/controllers";
import { argumentsOf, passedControllers } from "../scope/controllers";
import { annotationAt } from "../scope/place";

type Snippet = (typeof SNIPPETS)[number];

/** Nothing that a connection needs stands in configuration text, which controllers refuse unless somebody allowed it. */
export const snippet: Rule = {
  id: "snippet",
  title: "Routes need no configuration text",
  description: "No route depends on snippets, which controllers refuse by default.",
  group: "connection",
  check: (context: RuleContext): Statement[] => {
    const seen = new Set<KubernetesObject>();
    return context.asked.flatMap((one) => {
      if (!("requirement" in one)) return unreadable(one);
      const ingress = context.catalog.resolve(one.path.entry);
      if (ingress === undefined || ingress.kind !== "Ingress" || seen.has(ingress)) return [];
      seen.add(ingress);
      return check(ingress, one.path, context).map((statement) => notBefore(statement, one.perhaps));
    });
  },
};

function check(ingress: KubernetesObject, path: Path, context: RuleContext): Statement[] {
  const annotations = mapAt(ingress, "metadata", "annotations");
  if (annotations === UNKNOWN) {
    const found = `the annotations of ${nameOf(ingress)} are not known before the update`;
    const reason = "whether it needs configuration text is not known";
    return [
      {
        severity: "warning",
        object: refOf(ingress),
        found,
        needed: "no snippet",
        fix: "wait for the update",
        reason,
        pending: true,
      },
    ];
  }
  return SNIPPETS.flatMap((kind) => {
    // Who does not read the annotation refuses nothing for it; that it is inert, entry-annotations says.
    if (servedByAnother(kind, path)) return [];
    const keys = Object.keys(annotations).filter((key) => kind.annotation.test(key));
    if (keys.length === 0) return [];
    const controller = passedControllers(context).find(({ facts }) => facts.hop === kind.hop);
    const allowed = isAllowed(kind, controller);
    if (allowed === true) return [];
    return [statementOf(ingress, keys, kind, allowed, path)];
  });
}

function servedByAnother({ hop }: Snippet, { hops }: Path): boolean {
  const serving = hops.filter(({ layer, hop: kind }) => layer === 7 && kind !== "pod");
  if (serving.length === 0) return false;
  return !serving.some((one) => one.hop === hop || /^(unknown-|traefik-nginx-provider)/.test(one.hop));
}

/** True, false, or the object that would have said it was not read. */
function isAllowed(kind: Snippet, controller: PassedController | undefined): boolean | undefined {
  if ("argument" in kind) {
    if (controller?.workload === undefined) return undefined;
    return argumentsOf(controller.workload).some((argument) => kind.argument.test(argument));
  }
  const map = controller?.configMap;
  if (map === undefined) return undefined;
  const answers = Object.entries(kind.allowedBy).map(([key, value]) => {
    const text = textAt(map, "data", key);
    return text === UNKNOWN ? undefined : text !== undefined && value.test(text);
  });
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

function statementOf(
  ingress: KubernetesObject,
  keys: string[],
  kind: Snippet,
  allowed: boolean | undefined,
  path: Path,
): Statement {
  const refused =
    allowed === false ? "and its controller, as it was read, refuses them" : "which its controller refuses by default";
  return {
    severity: allowed === false ? "error" : "warning",
    object: refOf(ingress),
    at: annotationAt(keys[0]!),
    found: `${keys.join(", ")}: configuration text, ${refused}`,
    needed: "annotations of the controller's own for what the text does, or a controller that allows it",
    fix: `remove it, and write what it does as annotations; else ${kind.write}`,
    reason: "where snippets are refused the whole route is: nothing of it is served, or its last form stays in force unseen",
    path,
  };
}
