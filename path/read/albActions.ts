import { ALB_PREFIX } from "../facts/aws";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, knownItems, textAt, valueAt } from "../value";

/** The port that stands for an action of the load balancer, which an annotation describes under the name of the backend. */
export const ACTION = "use-annotation";

/**
 * What a backend of an Ingress sends to, where it stands for an action of an ALB: the Services that the action forwards to, and none
 * where it answers or redirects. An action that cannot be read, or that forwards to groups made elsewhere, stays what it is.
 */
export function behindAction(ingress: KubernetesObject, backend: Value): Value[] {
  const port = valueAt(backend, "service", "port", "name") ?? valueAt(backend, "servicePort");
  const name = textAt(backend, "service", "name") ?? textAt(backend, "serviceName");
  if (port !== ACTION || typeof name !== "string") return [backend];
  const text = annotationOf(ingress, `${ALB_PREFIX}actions.${name}`);
  if (text === UNKNOWN) return [UNKNOWN];
  const action = text === undefined ? undefined : parsed(text);
  if (action === undefined) return [backend];
  const type = eitherCase(action, "type");
  if (type === "redirect" || type === "fixed-response") return [];
  const services = knownItems(eitherCase(action, "forwardConfig"), "targetGroups").flatMap(serviceOfGroup);
  return services.length === 0 ? [backend] : services;
}

/** A group that is named by its ARN or its own name is no Service of this cluster. */
function serviceOfGroup(group: Value): Value[] {
  const name = valueAt(group, "serviceName");
  if (typeof name !== "string") return [];
  const port = valueAt(group, "servicePort");
  return [{ service: { name, port: /^\d+$/.test(String(port)) ? { number: Number(port) } : { name: port } } }];
}

/** The controller before version 2 wrote the keys with a capital, and the later ones still read them. */
const eitherCase = (action: Value, key: string): Value =>
  valueAt(action, key) ?? valueAt(action, key[0]!.toUpperCase() + key.slice(1));

function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
