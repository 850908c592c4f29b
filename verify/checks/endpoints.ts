import { judgeEndpoints } from "../endpoints/judge";
import { look, resolveHere, type Resolve } from "../endpoints/look";
import type { TargetEndpoint } from "../endpoints/model";
import type { Check, CheckContext } from "./model";

export const endpoints: Check = endpointsBy(resolveHere);

/** Whether a name, its address, the load balancer, the pods and whoever consumes the name agree. Nothing is opened. */
export function endpointsBy(resolve: Resolve): Check {
  return {
    name: "endpoints",
    title: "whether names, addresses, load balancers, pods and consumers' settings agree",
    byDefault: true,
    withoutReach: true,
    async run(context) {
      const named = namedHere(context);
      if (named.length === 0) {
        const summary = "It has no name of a stack, which others could be told.";
        return { outcome: "does-not-apply", summary, details: [], write: [], measured: {} };
      }
      const { entry, cluster } = context;
      const found = await Promise.all(
        named.map((endpoint) => look(endpoint, endpoint.entry === undefined ? undefined : entry, cluster, resolve)),
      );
      return judgeEndpoints(found);
    },
  };
}

/** The names of this way in; the first of the target also answers for those that no way in stands for. */
function namedHere({ target, entry }: CheckContext): TargetEndpoint[] {
  const isFirst = target.entries[0] === entry;
  return (target.endpoints ?? []).filter(
    (endpoint) =>
      (endpoint.service?.name === entry.service && endpoint.entry === entry.entry) || (isFirst && endpoint.entry === undefined),
  );
}
