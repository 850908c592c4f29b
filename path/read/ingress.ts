import type { Catalog } from "../catalog";
import { NGINX_ANNOTATION_PREFIX } from "../facts";
import type { ClusterFacts, Hop, Path } from "../model";
import type { KubernetesObject, ObjectRef, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, hasAnnotationUnder, listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { ControllerFronts } from "./front";
import { undecidedHop } from "./hop";
import { ingressNginxHop } from "./ingressNginx";
import { podEnd } from "./pod";
import { bareServiceProxyHop } from "./serviceProxy";
import { traefikHop, traefikNginxHop } from "./traefik";

type Controller =
  { name: "ingress-nginx" | "traefik-nginx" | "traefik" } | { name: "unknown"; from: string; settle: string; pending?: boolean };

/** What an IngressClass names as its controller. */
const BY_CONTROLLER_FIELD: Record<string, "ingress-nginx" | "traefik"> = {
  "k8s.io/ingress-nginx": "ingress-nginx",
  "traefik.io/ingress-controller": "traefik",
};
/** How to stop each proxy from dialling the Service's own address. */
const DIALS_THE_SERVICE: Record<string, string> = {
  "ingress-nginx": "remove service-upstream from the Ingress",
  "traefik-nginx-provider": "remove service-upstream from the Ingress",
  "traefik-nginx-provider-3.7": "remove service-upstream from the Ingress",
  traefik: "remove service.nativelb from the Service",
};
const DEFAULT_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";
const OLD_CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** Reads the Ingresses of one cluster; what stands before each controller is looked up once. */
export class IngressReader {
  private readonly fronts: ControllerFronts;

  constructor(
    private readonly catalog: Catalog,
    private readonly cluster: ClusterFacts,
  ) {
    this.fronts = new ControllerFronts(catalog, cluster);
  }

  /** One path per host and path of the Ingress, and one for its default backend. */
  read(ingress: KubernetesObject): Path[] {
    const controller = this.controllerOf(ingress);
    return backendsOf(ingress).map(({ backend, host, pathPrefix }) =>
      this.path(ingress, controller, backend, { host, pathPrefix }),
    );
  }

  private path(
    ingress: KubernetesObject,
    controller: Controller,
    backend: Value,
    place: { host?: string; pathPrefix?: string },
  ): Path {
    const named = serviceOf(backend);
    const service: ObjectRef = {
      apiVersion: "v1",
      kind: "Service",
      namespace: namespaceOf(ingress),
      name: named.name === UNKNOWN ? NAME_NOT_KNOWN : named.name,
    };
    const target = named.name === UNKNOWN ? undefined : this.catalog.resolve(service);
    const end = podEnd(target, this.catalog);
    const proxy = named.name === UNKNOWN ? this.pendingHop(ingress) : this.proxyHop(ingress, controller, target);
    const front = controller.name === "unknown" ? [] : this.fronts.before(controller.name);
    const hops = [...front, proxy, ...this.behind(proxy, target), end.hop];
    const { host, pathPrefix } = place;
    return {
      entry: refOf(ingress),
      ...(host !== undefined && { host }),
      ...(pathPrefix !== undefined && { pathPrefix }),
      service,
      port: named.port,
      ...end.reached,
      hops: hops.map((hop) => (hop === proxy ? withInertClientIp(hop, target) : hop)),
    };
  }

  private pendingHop(ingress: KubernetesObject): Hop {
    return undecidedHop("unknown-proxy", {
      from: nameOf(ingress),
      settle: `the backend of ${nameOf(ingress)} is not known before the update`,
      pending: true,
    });
  }

  private proxyHop(ingress: KubernetesObject, controller: Controller, service: KubernetesObject | undefined): Hop {
    if (controller.name === "unknown") {
      const { from, settle, pending } = controller;
      return undecidedHop("unknown-proxy", { from, settle, ...(pending && { pending }) });
    }
    if (controller.name === "ingress-nginx") return ingressNginxHop(ingress, this.configMapOfIngressNginx());
    if (controller.name === "traefik-nginx") return traefikNginxHop(ingress, this.cluster.controllers?.traefik);
    return traefikHop(ingress, service);
  }

  /** A proxy that dials the Service instead of pods leaves the choice to kube-proxy, which then sees only the proxy's address. */
  private behind(proxy: Hop, service: KubernetesObject | undefined): Hop[] {
    if (proxy.balances) return [];
    const hop = bareServiceProxyHop(this.cluster);
    const clientIp = service !== undefined && textAt(service, "spec", "sessionAffinity") === "ClientIP";
    const inert = clientIp
      ? ["sessionAffinity: ClientIP sees the address of the controller's pod here, not the client's: it keeps no client on a pod"]
      : [];
    const writeAffinity = (): string => `let the controller choose the pod: ${DIALS_THE_SERVICE[proxy.hop] ?? "send to pods"}`;
    return [{ ...hop, inert, writeAffinity }];
  }

  private configMapOfIngressNginx(): KubernetesObject | undefined {
    return this.catalog.ofKind("ConfigMap").find((map) => textAt(map, "metadata", "name") === "ingress-nginx-controller");
  }

  private controllerOf(ingress: KubernetesObject): Controller {
    const written = annotationOf(ingress, OLD_CLASS_ANNOTATION) ?? textAt(ingress, "spec", "ingressClassName");
    if (written === UNKNOWN) {
      return {
        name: "unknown",
        from: nameOf(ingress),
        settle: `the class of ${nameOf(ingress)} is not known before the update`,
        pending: true,
      };
    }
    // Without a class the annotations at least show for whom the Ingress was written.
    const className =
      written ?? this.defaultClass() ?? (hasAnnotationUnder(ingress, NGINX_ANNOTATION_PREFIX) === true ? "nginx" : undefined);
    if (className === undefined) {
      return {
        name: "unknown",
        from: `${nameOf(ingress)}, no class`,
        settle: `set spec.ingressClassName of ${nameOf(ingress)}: without it the cluster's default class decides`,
      };
    }
    return this.controllerOfClass(className, ingress);
  }

  private controllerOfClass(className: string, ingress: KubernetesObject): Controller {
    const classObject = this.catalog.ofKind("IngressClass").find((object) => textAt(object, "metadata", "name") === className);
    const field = classObject === undefined ? undefined : textAt(classObject, "spec", "controller");
    const byField = typeof field === "string" ? BY_CONTROLLER_FIELD[field] : undefined;
    const declared = this.cluster.ingressClasses?.[className];
    if (declared !== undefined) return this.declaredController(declared, className, byField);
    if (byField !== undefined) return { name: byField };
    if (classObject === undefined && className === "nginx") return { name: "ingress-nginx" };
    if (classObject === undefined && /^traefik/.test(className)) return { name: "traefik" };
    return {
      name: "unknown",
      from: `${nameOf(ingress)} ingress class ${className}`,
      settle: `declare cluster.ingressClasses.${className}: the controllers read so far are ingress-nginx and traefik`,
    };
  }

  /** Traefik serves a class that is named for ingress-nginx through its ingress-nginx provider, every other one through its own. */
  private declaredController(declared: string, className: string, byField: "ingress-nginx" | "traefik" | undefined): Controller {
    if (declared === "ingress-nginx") return { name: "ingress-nginx" };
    if (declared === "traefik") {
      const forNginx = byField === undefined ? /nginx/.test(className) : byField === "ingress-nginx";
      return { name: forNginx ? "traefik-nginx" : "traefik" };
    }
    return {
      name: "unknown",
      from: `cluster.ingressClasses.${className}: ${declared}`,
      settle: `the controller ${declared} is not read yet; those read so far are ingress-nginx and traefik`,
    };
  }

  private defaultClass(): string | undefined {
    const found = this.catalog.ofKind("IngressClass").find((object) => annotationOf(object, DEFAULT_CLASS_ANNOTATION) === "true");
    return found === undefined ? undefined : refOf(found).name;
  }
}

interface Backend {
  backend: Value;
  host?: string;
  pathPrefix?: string;
}

function backendsOf(ingress: KubernetesObject): Backend[] {
  const fallback = valueAt(ingress, "spec", "defaultBackend") ?? valueAt(ingress, "spec", "backend");
  const found: Backend[] = fallback === undefined ? [] : [{ backend: fallback }];
  const rules = listAt(ingress, "spec", "rules");
  if (rules === UNKNOWN) return [...found, { backend: UNKNOWN }];
  for (const rule of rules) {
    const host = textAt(rule, "host");
    const paths = listAt(rule, "http", "paths");
    const known = typeof host === "string" ? { host } : {};
    if (paths === UNKNOWN) {
      found.push({ backend: UNKNOWN, ...known });
      continue;
    }
    for (const path of paths) {
      const prefix = textAt(path, "path");
      found.push({ backend: valueAt(path, "backend"), ...known, ...(typeof prefix === "string" && { pathPrefix: prefix }) });
    }
  }
  return found.filter(({ backend }) => valueAt(backend, "resource") === undefined || backend === UNKNOWN);
}

/** networking.k8s.io/v1 nests the Service; the older API versions wrote serviceName and servicePort. */
function serviceOf(backend: Value): { name: string | Unknown; port: string | number } {
  const name = textAt(backend, "service", "name") ?? textAt(backend, "serviceName") ?? "";
  const port =
    valueAt(backend, "service", "port", "name") ??
    valueAt(backend, "service", "port", "number") ??
    valueAt(backend, "servicePort");
  return { name, port: typeof port === "string" || typeof port === "number" ? port : "any" };
}

/** An Ingress controller sends to pods itself, so what the Service says about stickiness is consulted by nobody on this path. */
function withInertClientIp(hop: Hop, service: KubernetesObject | undefined): Hop {
  if (
    service === undefined ||
    !hop.balances ||
    hop.hop === "unknown-proxy" ||
    textAt(service, "spec", "sessionAffinity") !== "ClientIP"
  ) {
    return hop;
  }
  const sentence = `sessionAffinity: ClientIP of ${nameOf(service)} is inert behind this Ingress: its controller sends to the pods itself and never asks the Service`;
  return { ...hop, inert: [...hop.inert, sentence] };
}
