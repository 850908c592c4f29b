import type { Catalog } from "../catalog";
import type { ClusterFacts, Hop, Path } from "../model";
import type { KubernetesObject, ObjectRef, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { behindAction } from "./albActions";
import { agcIngressHops, agicHops } from "./appGateway";
import { albHops } from "./awsAlb";
import { f5ConfigMap, f5NginxHop } from "./f5Nginx";
import { controllerThatRuns } from "./controllerThatRuns";
import { ControllerFronts } from "./front";
import { gceHops } from "./gceIngress";
import { undecidedHop } from "./hop";
import type { IngressControllerName } from "./ingressController";
import { classByAnnotations, CONTROLLER_NAMES, controllerByClassName, controllerByField } from "./ingressController";
import type { IngressHops } from "./ingressHops";
import { ingressNginxHop } from "./ingressNginx";
import { ciliumHop, contourIngressHop, haproxyIngressHop, haproxytechHop, showsContour } from "./otherIngress";
import { istioHop } from "./istio";
import { kongHop } from "./kong";
import { platformOf } from "./loadBalancer/platform";
import { podEnd } from "./pod";
import { bareServiceProxyHop } from "./serviceProxy";
import { traefikHop, traefikNginxHop } from "./traefik";
import { tunnelOfClass } from "./ownProxy/tunnel";

type Controller =
  | { name: IngressControllerName }
  | {
      name: "unknown";
      from: string;
      settle: string;
      pending?: boolean;
      /** What serves it, where that is a tunnel. */ tunnel?: Hop;
    };

/** How to stop each proxy from dialling the Service's own address. */
const DIALS_THE_SERVICE: Record<string, string> = {
  "ingress-nginx": "remove service-upstream from the Ingress",
  "traefik-nginx-provider": "remove service-upstream from the Ingress",
  "traefik-nginx-provider-3.7": "remove service-upstream from the Ingress",
  traefik: "remove service.nativelb from the Service",
  "cloudflare-tunnel": "a proxy with stickiness between the tunnel and the pods",
  "managed-tunnel": "a proxy with stickiness between the tunnel and the pods",
  "own-tunnel": "a proxy with stickiness between the tunnel and the pods",
};
const DEFAULT_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";
const OLD_CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** Reads the Ingresses of one cluster; what stands before each controller is looked up once. */
export class IngressReader {
  private f5Kinds: boolean | undefined;
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
    return backendsOf(ingress).flatMap(({ backend, host, pathPrefix }) =>
      behindAction(ingress, backend).map((sent) => this.path(ingress, controller, sent, { host, pathPrefix })),
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
    const { host, pathPrefix } = place;
    const { front, proxy, behind } =
      named.name === UNKNOWN
        ? { front: [], proxy: this.pendingHop(ingress), behind: [] }
        : this.proxyHops(ingress, controller, {
            ref: service,
            service: target,
            name: named.name,
            port: named.port,
            pathPrefix,
          });
    const hops = [...front, proxy, ...behind, end.hop];
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

  private proxyHops(ingress: KubernetesObject, controller: Controller, to: Target): IngressHops {
    if (controller.name === "unknown") {
      const { from, settle, pending, tunnel } = controller;
      if (tunnel !== undefined) return { front: [], proxy: tunnel, behind: this.behind(tunnel, to.service) };
      return { front: [], proxy: undecidedHop("unknown-proxy", { from, settle, ...(pending && { pending }) }), behind: [] };
    }
    const managed = this.managedHops(ingress, controller.name, to);
    if (managed !== undefined) return managed;
    const proxy = this.proxyInCluster(ingress, controller.name, to);
    return { front: this.fronts.before(controller.name), proxy, behind: this.behind(proxy, to.service) };
  }

  /** Load balancers of a cloud: nothing of the cluster stands before them. */
  private managedHops(ingress: KubernetesObject, controller: IngressControllerName, to: Target): IngressHops | undefined {
    if (controller === "aws-alb" || controller === "aws-alb-eks-auto") {
      return albHops(controller, ingress, to.service, this.catalog, this.cluster);
    }
    if (controller === "gce-ingress") return gceHops(ingress, to.service, to.port, this.catalog, this.cluster);
    if (controller === "agic") return agicHops(ingress);
    return controller === "agc" ? agcIngressHops(ingress) : undefined;
  }

  private proxyInCluster(ingress: KubernetesObject, controller: IngressControllerName, to: Target): Hop {
    switch (controller) {
      case "ingress-nginx":
        return ingressNginxHop(ingress, this.catalog.named("ConfigMap", "ingress-nginx-controller"));
      case "traefik-nginx":
        return traefikNginxHop(ingress, this.cluster.controllers?.traefik);
      case "f5-nginx":
        return f5NginxHop(ingress, to.name, f5ConfigMap(this.catalog));
      case "haproxy-ingress":
        return haproxyIngressHop(ingress, to.service, this.catalog);
      case "haproxytech-ingress":
        return haproxytechHop(ingress, to.service, this.catalog);
      case "cilium":
        return ciliumHop(nameOf(ingress), this.catalog);
      case "istio":
        return istioHop("istio", ingress, to.ref, undefined, this.catalog);
      case "kong":
        return kongHop(ingress, to.service, { serviceName: to.name }, this.catalog);
      case "contour":
        return contourIngressHop(ingress, to.pathPrefix, this.catalog);
      default:
        return traefikHop(ingress, to.service, this.catalog);
    }
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
    const { platform } = platformOf(this.catalog, this.cluster);
    const className =
      written ?? this.defaultClass() ?? classByAnnotations(ingress, { platform, contour: showsContour(this.catalog) });
    if (className === undefined) {
      const running = controllerThatRuns(ingress, this.catalog);
      if (running !== undefined && running !== UNKNOWN) return { name: running };
      return {
        name: "unknown",
        ...(running === UNKNOWN && { pending: true }),
        from: `${nameOf(ingress)}, no class`,
        settle: `set spec.ingressClassName of ${nameOf(ingress)}: without it the cluster's default class decides`,
      };
    }
    return this.controllerOfClass(className, ingress);
  }

  private controllerOfClass(className: string, ingress: KubernetesObject): Controller {
    const classObject = this.catalog.named("IngressClass", className);
    const field = classObject === undefined ? undefined : textAt(classObject, "spec", "controller");
    const byField = typeof field === "string" ? controllerByField(field) : undefined;
    const declared = this.cluster.ingressClasses?.[className];
    if (declared !== undefined) return this.declaredController(declared, className, byField);
    const name =
      byField ?? (classObject === undefined ? controllerByClassName(className, ingress, this.besideF5Kinds()) : undefined);
    if (name !== undefined) return { name };
    const tunnel = tunnelOfClass(className, field, ingress);
    return {
      name: "unknown",
      ...(tunnel !== undefined && { tunnel }),
      from: `${nameOf(ingress)} ingress class ${className}`,
      settle: `declare cluster.ingressClasses.${className}: the controllers read so far are ${CONTROLLER_NAMES.join(", ")}`,
    };
  }

  /** Traefik serves a class that is named for ingress-nginx through its ingress-nginx provider, every other one through its own. */
  private declaredController(declared: string, className: string, byField: IngressControllerName | undefined): Controller {
    if (declared === "traefik") {
      const forNginx = byField === undefined ? /nginx/.test(className) : byField === "ingress-nginx";
      return { name: forNginx ? "traefik-nginx" : "traefik" };
    }
    const name = CONTROLLER_NAMES.find((candidate) => candidate === declared);
    if (name !== undefined) return { name };
    return {
      name: "unknown",
      from: `cluster.ingressClasses.${className}: ${declared}`,
      settle: `the controller ${declared} is not read yet; those read so far are ${CONTROLLER_NAMES.join(", ")}`,
    };
  }

  /** Kinds that only F5's controller serves show whose the class nginx is, unless they name another one. Looked up once. */
  private besideF5Kinds(): boolean {
    this.f5Kinds ??= ["VirtualServer", "TransportServer"]
      .flatMap((kind) => this.catalog.ofKind(kind))
      .map((route) => textAt(route, "spec", "ingressClassName"))
      .some((name) => name === undefined || name === "nginx");
    return this.f5Kinds;
  }

  private defaultClass(): string | undefined {
    const found = this.catalog.ofKind("IngressClass").find((object) => annotationOf(object, DEFAULT_CLASS_ANNOTATION) === "true");
    return found === undefined ? undefined : refOf(found).name;
  }
}

/** Where a rule of an Ingress sends. */
interface Target {
  ref: ObjectRef;
  service: KubernetesObject | undefined;
  name: string;
  port: string | number;
  pathPrefix: string | undefined;
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
