import type { Catalog } from "../../catalog";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { knownItems, mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../value";
import { undecidedHop } from "../hop";
import type { Front } from "./index";

const KIND = "TargetGroupBinding";
const ANY = "*";

/**
 * A load balancer of AWS that was made without Kubernetes, and whose target group the AWS Load Balancer Controller fills with what is behind a
 * Service. Source: kubernetes-sigs/aws-load-balancer-controller docs/guide/targetgroupbinding/spec.md (v3.5.0); a target is a node where
 * spec.targetType says nothing else.
 */
export function targetGroupFront(service: KubernetesObject, port: string | number, catalog: Catalog): Front | undefined {
  const namespace = namespaceOf(service);
  const bindings = [`${namespace}/${refOf(service).name}`, `${namespace}/${ANY}`, ANY].flatMap((key) =>
    catalog.under(key, KIND, serviceBound),
  );
  const names = knownItems(service, "spec", "ports")
    .filter((item) => valueAt(item, "port") === port)
    .map((item) => valueAt(item, "name"));
  const binding = bindings.find((one) => {
    if (isMadeByTheController(one)) return false;
    const bound = valueAt(one, "spec", "serviceRef", "port");
    return port === "any" || bound === port || bound === UNKNOWN || names.includes(bound);
  });
  if (binding === undefined) return undefined;
  const type = textAt(binding, "spec", "targetType");
  const isBoundToAny = serviceBound(binding).some((key) => key.endsWith(ANY));
  const open = isBoundToAny ? "whose pods it adds" : type === UNKNOWN ? "spec.targetType" : undefined;
  const hop = undecidedHop("unknown-load-balancer", {
    from: `${nameOf(binding)}, with a load balancer made elsewhere`,
    settle:
      open === undefined
        ? `read the idle timeout of the load balancer, or of its listener, and the stickiness of the target group that ${nameOf(binding)} fills`
        : `${nameOf(binding)}: ${open} is not known before the update`,
    writtenIn: refOf(binding),
    ...(open !== undefined && { pending: true }),
  });
  return { hops: [hop], toPods: type === "ip" };
}

/** What the controller labels the bindings with that it makes of an Ingress, a Service or a Gateway, which are ways in themselves. */
const OWN_LABEL = /^(ingress|service|gateway)\.k8s\.aws/;

function isMadeByTheController(binding: KubernetesObject): boolean {
  const labels = mapAt(binding, "metadata", "labels");
  return labels !== UNKNOWN && Object.keys(labels).some((key) => OWN_LABEL.test(key));
}

/** Any Service of its namespace, or of any, where the update will name it. */
function serviceBound(binding: KubernetesObject): string[] {
  const name = textAt(binding, "spec", "serviceRef", "name");
  if (namespaceOf(binding) === NAME_NOT_KNOWN) return [ANY];
  return name === undefined ? [] : [`${namespaceOf(binding)}/${name === UNKNOWN ? ANY : name}`];
}
