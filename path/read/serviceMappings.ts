import { loadAll } from "js-yaml";
import type { Catalog } from "../catalog";
import type { Path } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, namespaceOf, refOf, textAt } from "../value";
import type { RouteReader } from "./routes";

/** Before there were kinds for them, Ambassador read its routes from a Service, and Emissary does still. */
const ANNOTATION = "getambassador.io/config";
const KINDS = new Set(["Mapping", "TCPMapping"]);

/** The ways in that such annotations open; the lines stand on the Service, whichever one they send to. */
export function mappingsOnServices(catalog: Catalog, routes: RouteReader): Path[] {
  return catalog.ofKind("Service").flatMap((service) => {
    const text = annotationOf(service, ANNOTATION);
    if (text === undefined) return [];
    const found =
      text === UNKNOWN
        ? [{ ...service, kind: "Mapping", apiVersion: "getambassador.io/v2", spec: UNKNOWN }]
        : inText(text, service);
    return found.flatMap((route) => routes.read(route)).map((path) => ({ ...path, entry: refOf(service) }));
  });
}

function inText(text: string, service: KubernetesObject): KubernetesObject[] {
  const documents: unknown[] = [];
  try {
    loadAll(text, (document) => documents.push(document));
  } catch {
    return [];
  }
  return documents.flatMap((document): KubernetesObject[] => {
    const kind = textAt(document, "kind");
    if (typeof kind !== "string" || !KINDS.has(kind)) return [];
    const metadata = { name: textAt(document, "name"), namespace: namespaceOf(service) };
    return [{ apiVersion: "getambassador.io/v2", kind, metadata, spec: document as Value } as KubernetesObject];
  });
}
