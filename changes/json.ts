import { textOf } from "../policy/propertyPath";
import type { Finding } from "../policy/rule";
import type { Summary } from "./summary";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
const SCHEMA_VERSION = 1;

/** The summary for programs. */
export function asJson({ counts, changes, losses, rollouts, paths, findings, notes, errors }: Summary): string {
  const table = {
    schemaVersion: SCHEMA_VERSION,
    counts,
    changes: changes.map(({ operation, urn, type, replacedFor, changed }) => ({ operation, urn, type, replacedFor, changed })),
    addresses: losses,
    rollouts,
    paths,
    findings: {
      added: findings.added.map(row),
      kept: findings.kept.map(row),
      mended: findings.mended.map(row),
      waived: findings.waived.map((finding) => ({ ...row(finding), reason: finding.waived })),
    },
    notes,
    errors,
  };
  return `${JSON.stringify(table, null, 2)}\n`;
}

function row({ rule, severity, object, container, at, found, needed, fix, url }: Finding) {
  const { apiVersion, kind, namespace, name } = object;
  return {
    rule,
    severity,
    object: { apiVersion, kind, namespace, name },
    ...(container === undefined ? {} : { container }),
    ...(at === undefined ? {} : { path: textOf(at) }),
    found,
    needed,
    fix,
    url,
  };
}
