import { AWS_CLASSES, facts } from "../../facts";
import { AWS_SERVICE_PREFIX } from "../../facts/aws";
import type { ClusterFacts, Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { annotationOf, nameOf } from "../../value";
import { awsNlbFront } from "./awsService";
import { hopOf } from "../hop";
import type { Front } from "./index";

const INSTEAD =
  "with the AWS Load Balancer Controller (spec.loadBalancerClass: service.k8s.aws/nlb on a new Service) the attribute is known to be read";

/**
 * The Network Load Balancer that EKS Auto Mode makes of one port of a Service. It sends to pods where nothing is said. What its
 * documentation does not list is neither believed nor held against it: a listener without attributes has AWS's own limit, one with
 * attributes is unknown.
 */
export function eksAutoFront(service: KubernetesObject, port: string | number, cluster: ClusterFacts): Front {
  const front = awsNlbFront(service, port, cluster, "ip");
  return { ...front, hops: front.hops.map((hop, index) => (index === 0 ? autoModeHop(hop, service, port) : hop)) };
}

function autoModeHop(read: Hop, service: KubernetesObject, port: string | number): Hop {
  // A TLS listener has one limit, whoever makes it.
  if (read.hop === "aws-nlb-tls") return read;
  const key = `${AWS_SERVICE_PREFIX}listener-attributes.TCP-${port}`;
  const standard = facts("aws-nlb-eks-auto").idle.defaultSeconds ?? 0;
  const written = annotationOf(service, key) !== undefined;
  return hopOf("aws-nlb-eks-auto", {
    from: written ? read.from : `${nameOf(service)} spec.loadBalancerClass: ${AWS_CLASSES.eksAuto}, without ${key}`,
    balances: true,
    affinity: null,
    drainSeconds: read.drainSeconds,
    ...(read.drainAt !== undefined && { drainAt: read.drainAt }),
    inert: read.inert,
    ...(read.notes !== undefined && { notes: read.notes }),
    ...(written && {
      limit: "unknown",
      idleSeconds: null,
      keepsAtLeastSeconds: Math.min(standard, read.idleSeconds ?? standard),
      settle: `read the listener's idle timeout from AWS: whether EKS Auto Mode follows ${key} is not written down; ${INSTEAD}`,
      ...(read.pending && { pending: true }),
    }),
    ...((read.affinity !== null || read.affinityUnknown) && {
      affinityUnknown: true,
      settle: `read the attributes of the listener and its target group from AWS: whether EKS Auto Mode follows them is not written down; ${INSTEAD}`,
      ...(read.pending && { pending: true }),
    }),
    writeIdle: (seconds) => `spec.loadBalancerClass: service.k8s.aws/nlb on a new Service, with ${read.writeIdle?.(seconds)}`,
    writeAffinity: (affinity) =>
      `spec.loadBalancerClass: service.k8s.aws/nlb on a new Service, with ${read.writeAffinity?.(affinity)}`,
  });
}
