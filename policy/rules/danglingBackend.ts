import type { Path } from "../../path/model";
import { nameOf } from "../../path/value";
import { namedBackend } from "../backends/named";
import { namespacesWithHiddenWorkloads, selectedBackend } from "../backends/selected";
import type { Rule, RuleContext, Statement } from "../rule";

/** What a route names is there, and what a Service selects are pods that listen. */
export const danglingBackend: Rule = {
  id: "dangling-backend",
  title: "Every way in leads somewhere",
  description: "Routes and Services lead to pods that are there.",
  group: "exposure",
  check: ({ catalog, paths }: RuleContext): Statement[] => {
    const complete = entriesWithAFoundService(paths, (path) => catalog.resolve(path.service) !== undefined);
    const hidden = namespacesWithHiddenWorkloads(catalog);
    return [
      ...paths.flatMap((path) => namedBackend(path, catalog, complete.has(nameOf(path.entry)))),
      ...catalog.ofKind("Service").flatMap((service) => selectedBackend(service, catalog, hidden)),
    ];
  },
};

/** Where one backend of a route was read, the others were meant to be; the ports of a controller lead to Services of everybody. */
function entriesWithAFoundService(paths: readonly Path[], isFound: (path: Path) => boolean): Set<string> {
  return new Set(paths.filter((path) => path.entry.kind !== "ConfigMap" && isFound(path)).map(({ entry }) => nameOf(entry)));
}
