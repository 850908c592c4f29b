import type { KubernetesObject } from "../path/objects";
import { reportOn, type Level } from "../policy/report";
import type { Finding, RuleContext } from "../policy/rule";
import { ruleContext } from "../policy/rule";
import { danglingBackend } from "../policy/rules/danglingBackend";

/**
 * What leads nowhere as it is written, and somewhere only where the objects without a namespace are applied to the one that the files show.
 * Everything else that is said rests on it, and a command that leaves the namespace out breaks it.
 */
export function ledNowhere(
  written: readonly KubernetesObject[],
  namespace: string,
  context: RuleContext,
  levels: Readonly<Record<string, Level>>,
): Finding[] {
  const said = (one: RuleContext): Finding[] => reportOn(one, levels, [danglingBackend]).findings;
  const remaining = new Set(said(context).map(({ found }) => found));
  return said(ruleContext(written, context.cluster, context.options))
    .filter(({ found, pending }) => pending !== true && !remaining.has(found.replaceAll(" default/", ` ${namespace}/`)))
    .map(({ mends: _, ...finding }): Finding => {
      const { object } = finding;
      const isPlaced = context.catalog.find(object.kind, object.namespace ?? "default", object.name) === undefined;
      return {
        ...finding,
        object: isPlaced ? { ...object, namespace } : object,
        severity: "warning",
        found: `as it is written, ${finding.found}`,
        needed: `--namespace ${namespace} wherever it is applied, as is believed here`,
        fix: `metadata.namespace: ${namespace} in what names none`,
      };
    });
}
