import type { KubernetesObject } from "../../path/objects";
import { textAt } from "../../path/value";
import { describe, eventsOf, nameOf, objectsIn, sorted, type Cause, type Diagnosis, type Ward } from "./diagnosis";

/** Why a load balancer stays pending, in the order in which it is usually so, and the words by which events tell. */
const CAUSES: { what: string; said: RegExp; mend: string }[] = [
  {
    what: "a limit or quota of the cloud is reached",
    said: /quota|limit ?exceeded|too ?many|exceeded the (maximum|limit)|insufficient/i,
    mend: "ask for more, or share one load balancer: group, sharingKey, a Gateway",
  },
  {
    what: "an annotation or field that the controller refuses",
    said: /annotation|unsupported|not supported|invalid|cannot parse|failed to parse/i,
    mend: "npx holdfast explain names the line; entry-annotations in npx holdfast lint --live",
  },
  {
    what: "the network does not allow it: subnets, security groups, address pools",
    said: /subnet|security ?group|vpc|network ?policy|no available ip|not allowed by|address pool|AllocationFailed/i,
    mend: "write subnets in the entry, or an address that lies in a pool of the cluster",
  },
  {
    what: "the controller's own account may not do it",
    said: /access ?denied|unauthori[sz]ed|not authori[sz]ed|AuthorizationFailed|forbidden|permission|assume ?role/i,
    mend: "the IAM role of the controller's service account: kubectl get serviceaccount -A | grep load-balancer",
  },
];

/** Services without an address: what their events say, then what nothing speaks for or against. */
export async function lbPending(ward: Ward): Promise<Diagnosis[]> {
  const services = await objectsIn(ward, "v1", "Service");
  const balanced = services.filter((service) => textAt(service, "spec", "type") === "LoadBalancer");
  const pending = balanced.filter((service) => !hasAddress(service));
  if (pending.length > 0) return Promise.all(pending.map((service) => diagnose(service, ward)));
  const about = balanced.length === 0 ? "no Service of type LoadBalancer is there" : "every load balancer has an address";
  return [{ about, causes: [] }];
}

async function diagnose(service: KubernetesObject, ward: Ward): Promise<Diagnosis> {
  const events = await eventsOf(ward, service);
  const causes = CAUSES.map(({ what, said, mend }): Cause => {
    const event = events.find((each) => said.test(each));
    return event === undefined
      ? { likelihood: "no sign", what, mend: describe(service) }
      : { likelihood: "seen", what, evidence: event, mend };
  });
  const nobody: Cause = {
    likelihood: events.length === 0 ? "seen" : "ruled out",
    what: "no controller looks after it",
    evidence: events.length === 0 ? `no event at all; ${classOf(service)}` : `events are there: ${events[0]}`,
    mend: "npx holdfast doctor shows which controllers run; cluster.controllers, spec.loadBalancerClass",
  };
  return { about: `${nameOf(service)} has no address`, causes: sorted([nobody, ...causes]) };
}

function hasAddress(service: KubernetesObject): boolean {
  const { loadBalancer } = (service.status ?? {}) as { loadBalancer?: { ingress?: unknown[] } };
  return (loadBalancer?.ingress ?? []).length > 0;
}

function classOf(service: KubernetesObject): string {
  const name = textAt(service, "spec", "loadBalancerClass");
  return typeof name === "string" ? `spec.loadBalancerClass is ${name}` : "it names no loadBalancerClass";
}
