import type { Catalog } from "../../path/catalog";
import { INGRESS_TLS_ANNOTATIONS, SERVICE_TLS_ANNOTATIONS } from "../../path/facts/tls";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, knownItems, listAt, mapAt, nameOf, namespaceOf, textAt, valueAt } from "../../path/value";
import { argumentsOf } from "../scope/controllers";
import { isController } from "./ofService";

const ended = new WeakMap<Catalog, { by: string | undefined }>();

/** What was read that may end TLS before any controller, or for all of its hosts; looked up once. */
export function endsTlsInFront(catalog: Catalog): string | undefined {
  let known = ended.get(catalog);
  if (known === undefined) {
    known = { by: lookInFront(catalog) };
    ended.set(catalog, known);
  }
  return known.by;
}

function lookInFront(catalog: Catalog): string | undefined {
  const found =
    catalog.ofKind("Service").find(hasCertificate) ??
    catalog.ofKind("Ingress").find((ingress) => endsTls(ingress) && leadsToAController(ingress, backendsOf(ingress), catalog)) ??
    catalog
      .ofKind("HTTPRoute")
      .find((route) => hangsOnTls(route, catalog) && leadsToAController(route, targetsOf(route), catalog)) ??
    catalog.workloads().find((workload) => argumentsOf(workload).some((argument) => FOR_ALL_HOSTS.test(argument)));
  return found === undefined ? undefined : nameOf(found);
}

/** Source: kubernetes/ingress-nginx docs/user-guide/cli-arguments.md (v1.15.1). */
const FOR_ALL_HOSTS = /^--default-ssl-certificate\b/;

function hasCertificate(service: KubernetesObject): boolean {
  if (textAt(service, "spec", "type") !== "LoadBalancer") return false;
  return SERVICE_TLS_ANNOTATIONS.some(({ certificate }) => annotationOf(service, certificate) !== undefined);
}

function endsTls(ingress: KubernetesObject): boolean {
  const blocks = listAt(ingress, "spec", "tls");
  return blocks === UNKNOWN || blocks.length > 0 || certificateByAnnotation(ingress) === true;
}

/** Whether an annotation gives an Ingress a certificate where `spec.tls` names none. */
export function certificateByAnnotation(ingress: KubernetesObject): boolean | Unknown {
  if (mapAt(ingress, "metadata", "annotations") === UNKNOWN) return UNKNOWN;
  const answers = INGRESS_TLS_ANNOTATIONS.map(({ key, when }) => {
    const value = annotationOf(ingress, key);
    if (value === UNKNOWN) return UNKNOWN;
    return value !== undefined && value.trim() !== "" && (when === undefined || when.test(value.trim()));
  });
  if (answers.includes(true)) return true;
  return answers.includes(UNKNOWN) ? UNKNOWN : false;
}

function leadsToAController(entry: KubernetesObject, names: Value[], catalog: Catalog): boolean {
  return names.some((name) => {
    const service = typeof name === "string" ? catalog.find("Service", namespaceOf(entry), name) : undefined;
    return service !== undefined && isController(service);
  });
}

function backendsOf(ingress: KubernetesObject): Value[] {
  const paths = knownItems(ingress, "spec", "rules").flatMap((rule) => knownItems(rule, "http", "paths"));
  const backends = [valueAt(ingress, "spec", "defaultBackend"), ...paths.map((one) => valueAt(one, "backend"))];
  return backends.map((backend) => textAt(backend, "service", "name"));
}

function targetsOf(route: KubernetesObject): Value[] {
  return knownItems(route, "spec", "rules")
    .flatMap((rule) => knownItems(rule, "backendRefs"))
    .map((target) => textAt(target, "name"));
}

function hangsOnTls(route: KubernetesObject, catalog: Catalog): boolean {
  return knownItems(route, "spec", "parentRefs").some((parent) => {
    const [name, namespace] = [textAt(parent, "name"), textAt(parent, "namespace") ?? namespaceOf(route)];
    if (typeof name !== "string" || typeof namespace !== "string") return false;
    const listeners = knownItems(catalog.find("Gateway", namespace, name), "spec", "listeners");
    return listeners.some((listener) => textAt(listener, "protocol") === "HTTPS");
  });
}
