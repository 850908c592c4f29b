import type { Rule, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore } from "../scope/asked";
import { ingressInTheClear } from "../tls/ofIngress";
import { routeInTheClear } from "../tls/ofRoute";
import { serviceInTheClear } from "../tls/ofService";

/** Clients speak TLS with every way in that is judged. */
export const tls: Rule = {
  id: "tls",
  title: "Nothing is served in the clear",
  description: "Public ways in speak TLS.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => context.asked.flatMap((asked) => check(asked, context)),
};

function check(asked: Asked, { catalog }: RuleContext): Statement[] {
  const { path } = asked;
  const entry = catalog.resolve(path.entry);
  if (entry === undefined) return [];
  const judged = "requirement" in asked;
  const rawTcp = judged && asked.requirement.protocol === "tcp";
  const perhaps = judged ? asked.perhaps : "open" in asked;
  const found =
    entry.kind === "Service"
      ? serviceInTheClear(entry, path, catalog, rawTcp)
      : entry.kind === "Ingress"
        ? ingressInTheClear(entry, path, catalog)
        : routeInTheClear(entry, path, catalog);
  return found.map((statement) => (statement.severity === "info" ? statement : notBefore(statement, perhaps)));
}
