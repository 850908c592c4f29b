import type { Catalog } from "../../catalog";
import { AWS_CLASSES, GCP_ANNOTATIONS, GCP_CLASSES } from "../../facts";
import { AWS_SERVICE_PREFIX } from "../../facts/aws";
import { AZURE_SERVICE_PREFIX } from "../../facts/azure";
import { ANNOUNCERS, METALLB } from "../../facts/loadBalancers";
import type { ClusterFacts, Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, hasAnnotationUnder, mapAt, nameOf, textAt } from "../../value";
import { AWS_CONTROLLER, awsInTreeFront, awsNlbFront, awsNobodyFront } from "./awsService";
import { azureFront, gcpFront } from "./cloudService";
import { eksAutoFront } from "./eksAuto";
import { hopOf, undecidedHop } from "../hop";
import { metallbHop, metallbShown } from "./metallb";
import { otherCloudHop } from "./otherClouds";
import type { PlatformShown } from "./platform";
import { platformOf } from "./platform";

/** What stands before the nodes or the pods of a Service. */
export interface Front {
  hops: Hop[];
  /** True where the last of them sends to pod addresses, so that what carries Services on the nodes is not asked. */
  toPods: boolean;
}

const single = (hop: Hop): Front => ({ hops: [hop], toPods: false });

/** What gives one port of a LoadBalancer or NodePort Service its address, by who makes it. */
export function frontOf(service: KubernetesObject, port: string | number, catalog: Catalog, cluster: ClusterFacts): Front {
  const type = textAt(service, "spec", "type");
  const className = textAt(service, "spec", "loadBalancerClass");
  if (type === "NodePort") return single(hopOf("node-port", { from: `${nameOf(service)} spec.type: NodePort` }));
  if (type === UNKNOWN || className === UNKNOWN) {
    return single(notKnownYet(service, type === UNKNOWN ? "spec.type" : "spec.loadBalancerClass"));
  }
  return className === undefined
    ? (byAnnotations(service, port, catalog, cluster) ?? byCluster(service, port, catalog, cluster) ?? single(undecided(service)))
    : byClass(className, service, port, catalog, cluster);
}

function byClass(
  className: string,
  service: KubernetesObject,
  port: string | number,
  catalog: Catalog,
  cluster: ClusterFacts,
): Front {
  if (/metallb/i.test(className)) return single(metallbHop(service, catalog));
  if (ANNOUNCERS.classes.test(className)) return single(announcedHop(service, `spec.loadBalancerClass: ${className}`));
  if (className === AWS_CLASSES.networkLoadBalancer) return awsNlbFront(service, port, cluster);
  if (className === AWS_CLASSES.eksAuto) return eksAutoFront(service, port, cluster);
  if (className === GCP_CLASSES.external || className === GCP_CLASSES.internal) return gcpFront(service);
  return single(
    undecidedHop("unknown-load-balancer", {
      from: `${nameOf(service)} spec.loadBalancerClass: ${className}`,
      settle: `the rules of load balancer class ${className} are not known here; read its idle timeout where it is configured`,
      affinityUnknown: mayStick(service),
    }),
  );
}

/** Without a class the annotations show for whom the Service was written, unless MetalLB serves the cluster. */
function byAnnotations(
  service: KubernetesObject,
  port: string | number,
  catalog: Catalog,
  cluster: ClusterFacts,
): Front | undefined {
  const annotated = hasAnnotationUnder(service, ...METALLB.prefixes);
  const metallb = metallbShown(catalog, cluster);
  if (annotated === true || metallb === "installed") return single(metallbHop(service, catalog));
  if (annotated === UNKNOWN) return single(notKnownYet(service, "metadata.annotations"));
  if (hasAnnotationUnder(service, ...ANNOUNCERS.annotations) === true) return single(announcedHop(service, "its annotations"));
  if (hasAnnotationUnder(service, AWS_SERVICE_PREFIX) === true) return byAwsAnnotations(service, port, cluster);
  if (hasAnnotationUnder(service, AZURE_SERVICE_PREFIX) === true) return azureFront(service);
  const gcp = [GCP_ANNOTATIONS.backendService, GCP_ANNOTATIONS.loadBalancerType, "cloud.google.com/load-balancer-type"];
  if (gcp.some((key) => annotationOf(service, key) !== undefined)) return gcpFront(service);
  const other = otherCloudHop(service);
  if (other !== undefined) return single(other);
  return metallb === "asked" && mayBeBareMetal(catalog, cluster) ? single(metallbHop(service, catalog)) : undefined;
}

/** MetalLB serves every Service without a class, unless a cloud that is declared or plainly shown serves its own, or several are shown. */
function mayBeBareMetal(catalog: Catalog, cluster: ClusterFacts): boolean {
  const { platform, likely, contradicted } = platformOf(catalog, cluster);
  return contradicted !== true && (platform === undefined || platform === "bare-metal" || likely === true);
}

/** The controller takes a Service without a class by its type annotation; what it leaves, the in-tree one takes. */
function byAwsAnnotations(service: KubernetesObject, port: string | number, cluster: ClusterFacts): Front {
  const type = annotationOf(service, `${AWS_SERVICE_PREFIX}type`);
  const target = annotationOf(service, `${AWS_SERVICE_PREFIX}nlb-target-type`);
  if (type === UNKNOWN || (type === "external" && target === UNKNOWN)) {
    return single(notKnownYet(service, `annotation ${AWS_SERVICE_PREFIX}type`));
  }
  if (type === "nlb-ip") return awsNlbFront(service, port, cluster);
  if (type === "external") {
    return target === "ip" || target === "instance" ? awsNlbFront(service, port, cluster) : awsNobodyFront(service);
  }
  if (type === undefined && cluster.controllers?.[AWS_CONTROLLER] !== undefined) return byWebhook(service, port, cluster);
  return awsInTreeFront(service, cluster);
}

/** The controller's webhook gives every LoadBalancer Service without a class its own, when the Service is created. */
function byWebhook(service: KubernetesObject, port: string | number, cluster: ClusterFacts): Front {
  const front = awsNlbFront(service, port, cluster);
  const note = `Only the controller's webhook makes this its load balancer, on creation; spec.loadBalancerClass: ${AWS_CLASSES.networkLoadBalancer} says it for certain.`;
  return {
    ...front,
    hops: front.hops.map((hop, index) => (index === 0 ? { ...hop, notes: [...(hop.notes ?? []), note] } : hop)),
  };
}

/** Says by what else the platform was known, where nobody declared it. */
function shown(front: Front, { shownBy, likely }: PlatformShown): Front {
  if (shownBy === undefined) return front;
  const note = `Read so because ${shownBy} ${likely === true ? "pulls from a registry of this platform, which makes it likely" : "can only be on this platform"}; cluster.platform says it for certain.`;
  return { ...front, hops: front.hops.map((hop) => ({ ...hop, notes: [...(hop.notes ?? []), note] })) };
}

/** Where nothing on the Service shows it, the platform and its controllers do. */
function byCluster(service: KubernetesObject, port: string | number, catalog: Catalog, cluster: ClusterFacts): Front | undefined {
  if (cluster.controllers?.[AWS_CONTROLLER] !== undefined) return byWebhook(service, port, cluster);
  const found = platformOf(catalog, cluster);
  if (found.platform === "azure" && found.likely === true) return single(onlyLikely(service, found));
  if (found.platform === "azure") return shown(azureFront(service), found);
  if (found.platform === "gcp") return shown(gcpFront(service), found);
  if (cluster.controllers?.servicelb !== undefined) return single(serviceLbHop(service));
  const announcer = ANNOUNCERS.kinds.flatMap((kind) => catalog.ofKind(kind))[0];
  if (announcer !== undefined) return single(announcedHop(service, nameOf(announcer)));
  return undefined;
}

/** By ARP one node gets everything, by BGP the router spreads it: which of them is not read. */
function announcedHop(service: KubernetesObject, by: string): Hop {
  return hopOf("announced-address", {
    from: `${nameOf(service)} spec.type: LoadBalancer, announced on the cluster's own network as ${by} shows`,
    balances: true,
    affinityUnknown: mayStick(service),
    settle: "whether the address is announced by ARP, which keeps a client on one node, or by BGP, which does not",
  });
}

/** Behind NAT, as on most virtual machines of a cloud, ServiceLB hides the client's address; without NAT kube-proxy gets it first. */
function serviceLbHop(service: KubernetesObject): Hop {
  const clientIp = textAt(service, "spec", "sessionAffinity") === "ClientIP";
  return hopOf("k3s-servicelb", {
    from: `${nameOf(service)} spec.type: LoadBalancer, served by cluster.controllers.servicelb`,
    balances: clientIp,
    ...(clientIp && {
      affinityUnknown: true,
      settle:
        "whether clients reach the node's own address, or one that NAT translates: behind NAT every client looks like ServiceLB's pod and lands on one pod",
    }),
  });
}

function notKnownYet(service: KubernetesObject, field: string): Hop {
  return undecidedHop("unknown-load-balancer", {
    from: `${nameOf(service)} ${field}`,
    settle: `${nameOf(service)} ${field} is not known before the update`,
    pending: true,
  });
}

function undecided(service: KubernetesObject): Hop {
  return undecidedHop("unknown-load-balancer", {
    from: `${nameOf(service)} spec.type: LoadBalancer, without a class`,
    settle:
      "declare which controller gives the Service its address (cluster.platform, cluster.controllers, e.g. metallb: 0.15.2), or set spec.loadBalancerClass",
    affinityUnknown: mayStick(service),
  });
}

/** Azure's closes silent connections early: nobody is told for certain of a limit that is only likely its. */
function onlyLikely(service: KubernetesObject, { shownBy, platform }: PlatformShown): Hop {
  const note = `It is likely that of ${platform}, because ${shownBy} pulls from a registry of this platform; cluster.platform says it for certain.`;
  return { ...undecided(service), notes: [note] };
}

/** No load balancer keeps a client on one target unless something asks it to. */
function mayStick(service: KubernetesObject): boolean {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return true;
  const kind = textAt(service, "spec", "sessionAffinity");
  if (kind !== undefined && kind !== "None") return true;
  return Object.entries(annotations).some(([key, value]) =>
    /sticki|affinity/i.test(`${key} ${value === UNKNOWN ? "affinity" : typeof value === "string" ? value : ""}`),
  );
}
