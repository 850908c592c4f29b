import type { Catalog } from "../catalog";
import type { ObjectRef, KubernetesObject, Value } from "../objects";
import type { Path } from "../model";
import { UNKNOWN } from "../objects";
import { listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { undecidedHop } from "./hop";
import { podEnd } from "./pod";

/** Where each kind of route lists its rules, and where a rule lists the Services it sends to. */
const SHAPES: Record<string, { rules: string; backends: string }> = {
  HTTPRoute: { rules: "rules", backends: "backendRefs" },
  GRPCRoute: { rules: "rules", backends: "backendRefs" },
  TCPRoute: { rules: "rules", backends: "backendRefs" },
  TLSRoute: { rules: "rules", backends: "backendRefs" },
  IngressRoute: { rules: "routes", backends: "services" },
  IngressRouteTCP: { rules: "routes", backends: "services" },
  HTTPProxy: { rules: "routes", backends: "services" },
};
export const ROUTE_KINDS = Object.keys(SHAPES);

/** Routes whose controllers are not read yet: their Services are exposed, and how long a connection lives there is not known. */
export function readRoute(route: KubernetesObject, catalog: Catalog): Path[] {
  const shape = SHAPES[route.kind];
  const rules = shape === undefined ? [] : listAt(route, "spec", shape.rules);
  if (shape === undefined || rules === UNKNOWN) return [undecidedPath(route, undefined, catalog)];
  return rules.flatMap((rule) => {
    const backends = listAt(rule, shape.backends);
    return backends === UNKNOWN
      ? [undecidedPath(route, undefined, catalog)]
      : backends.map((backend) => undecidedPath(route, backend, catalog));
  });
}

function undecidedPath(route: KubernetesObject, backend: Value, catalog: Catalog): Path {
  const name = textAt(backend, "name");
  const namespace = textAt(backend, "namespace");
  const pending = backend === undefined || name === UNKNOWN || namespace === UNKNOWN;
  const service: ObjectRef = {
    apiVersion: "v1",
    kind: "Service",
    namespace: typeof namespace === "string" ? namespace : namespaceOf(route),
    name: pending ? NAME_NOT_KNOWN : (name ?? ""),
  };
  const end = podEnd(pending ? undefined : catalog.resolve(service), catalog);
  const port = valueAt(backend, "port");
  const proxy = undecidedHop("unknown-proxy", {
    from: nameOf(route),
    settle: pending
      ? `the backends of ${nameOf(route)} are not known before the update`
      : `the controller behind ${nameOf(route)} is not read yet: its idle timeout and its stickiness decide`,
    ...(pending && { pending }),
  });
  return {
    entry: refOf(route),
    service,
    port: typeof port === "number" || typeof port === "string" ? port : "any",
    ...end.reached,
    hops: [proxy, end.hop],
  };
}
