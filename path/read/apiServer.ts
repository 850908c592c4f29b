import type { Catalog } from "../catalog";
import type { KubernetesObject } from "../objects";
import { knownItems, refOf, textAt, valueAt } from "../value";

const CALLING = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService"];

/** Whether the API server asks a Service: for webhooks, or for an API of its own. */
export function isAskedByTheApiServer(service: KubernetesObject, catalog: Catalog): boolean {
  const { namespace, name } = refOf(service);
  // Where it names no namespace it is applied into the one that they name.
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return CALLING.some((kind) => catalog.under(key, kind, servicesCalled).length > 0);
}

/** What a webhook configuration or an APIService calls, with its namespace and without. */
function servicesCalled(object: KubernetesObject): string[] {
  const webhooks = knownItems(object, "webhooks").map((webhook) => valueAt(webhook, "clientConfig", "service"));
  return [valueAt(object, "spec", "service"), ...webhooks].flatMap((one) => {
    const [namespace, name] = [textAt(one, "namespace"), textAt(one, "name")];
    return typeof namespace === "string" && typeof name === "string" ? [`${namespace}/${name}`, name] : [];
  });
}
