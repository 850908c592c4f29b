import { cloudTls } from "../cloud";
import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { objectsNamed } from "../entryObjects";
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
  check: (context: RuleContext): Statement[] => [
    ...context.asked.flatMap((asked) => check(asked, context)),
    ...cloudTls(context),
  ],
};

function check(asked: Asked, { catalog }: RuleContext): Statement[] {
  const judged = "requirement" in asked;
  const rawTcp = judged && asked.requirement.protocol === "tcp";
  const perhaps = judged ? asked.perhaps : "open" in asked;
  return objectsNamed(asked.path.entry, catalog)
    .flatMap((entry) => inTheClear(entry, asked.path, catalog, rawTcp))
    .map((statement) => (statement.severity === "info" ? statement : notBefore(statement, perhaps)));
}

function inTheClear(entry: KubernetesObject, path: Path, catalog: Catalog, rawTcp: boolean): Statement[] {
  if (entry.kind === "Service") return serviceInTheClear(entry, path, catalog, rawTcp);
  return entry.kind === "Ingress" ? ingressInTheClear(entry, path, catalog) : routeInTheClear(entry, path, catalog);
}
