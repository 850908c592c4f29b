import type { ReloadKnob } from "../../path/facts/controllers";
import { facts } from "../../path/facts";
import type { Path } from "../../path/model";
import type { ObjectRef } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { haproxyTime, nginxTime } from "../../path/read/durations";
import { nameOf, refOf, textAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import type { PassedController } from "../scope/controllers";
import { openQuestions } from "../scope/asked";
import { passedControllers } from "../scope/controllers";

/** A change of the controller's configuration leaves the connections that are open alone for as long as they are promised. */
export const reloadCuts: Rule = {
  id: "reload-cuts",
  title: "Reloads leave connections open",
  description: "A reload of the Ingress controller does not cut open connections.",
  group: "connection",
  check: (context: RuleContext): Statement[] => [...openQuestions(context), ...passedControllers(context).flatMap(check)],
};

function check(controller: PassedController): Statement[] {
  const { facts: row, configMap, workload, paths, idleSeconds, perhaps } = controller;
  const object = configMap ?? workload;
  const path = firstByName(paths);
  const entry = path?.entry;
  if (row.reload === undefined || (object === undefined && entry === undefined)) return [];
  const standard = facts(row.hop).reloadCutSeconds ?? 0;
  const written = configMap === undefined ? undefined : textAt(configMap, "data", row.reload.key);
  const seconds = written === undefined || written === UNKNOWN ? standard : (secondsOf(written, row.reload) ?? standard);
  if (written !== UNKNOWN && seconds > idleSeconds && !perhaps) return [];
  const where: ObjectRef = object === undefined ? entry! : refOf(object);
  const lines = `${row.reload.key}: "${idleSeconds + facts(row.hop).idle.marginSeconds}s"`;
  const common = {
    object: where,
    ...(configMap !== undefined && { at: ["data", row.reload.key] }),
    needed: `more than ${idleSeconds} s for connections that are open at a reload`,
    fix: configMap === undefined ? `${lines} in the ConfigMap of ${row.title}` : lines,
    reason: `every change of any Ingress, certificate or setting reloads ${row.title}, and ends what was open before ${seconds} s later`,
    ...(path !== undefined && { path }),
  };
  if (written === UNKNOWN || perhaps) {
    const found = `${row.reload.key} of ${nameOf(where)} is not known before the update`;
    return [{ ...common, severity: "warning", pending: true, found }];
  }
  const found = `${row.title} ends connections ${seconds} s after a reload: ${row.reload.key} ${written === undefined ? "is not set" : `is "${written}"`}`;
  if (object !== undefined) return [{ ...common, severity: "warning", found }];
  return [{ ...common, severity: "info", found: `${found} in what was read, which has no ConfigMap of ${row.title}` }];
}

/** The same one in whatever order the objects come. */
function firstByName(paths: readonly Path[]): Path | undefined {
  return [...paths].sort((left, right) => (nameOf(left.entry) < nameOf(right.entry) ? -1 : 1))[0];
}

function secondsOf(text: string, { syntax }: ReloadKnob): number | undefined {
  return syntax === "nginx" ? nginxTime(text) : haproxyTime(text);
}
