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

const KINDS: [apiVersion: string, kind: string][] = [
  ["v1", "Service"],
  ["networking.k8s.io/v1", "Ingress"],
  ["gateway.networking.k8s.io/v1", "Gateway"],
];

/** What should have an address and has none: what its events say, then what nothing speaks for or against. */
export async function lbPending(ward: Ward): Promise<Diagnosis[]> {
  const found = await Promise.all(KINDS.map(([apiVersion, kind]) => objectsIn(ward, apiVersion, kind)));
  const balanced = found
    .flat()
    .filter((object) => object.kind !== "Service" || textAt(object, "spec", "type") === "LoadBalancer");
  const pending = balanced.filter((object) => !hasAddress(object));
  if (pending.length > 0) return Promise.all(pending.map((object) => whyPending(object, ward)));
  const about = balanced.length === 0 ? "nothing that gets an address is there" : "every load balancer has an address";
  return [{ about, causes: [] }];
}

/** The four usual causes and a controller that is not there, for one object; what the cluster shows first. */
export async function whyPending(object: KubernetesObject, ward: Pick<Ward, "reader" | "namespaces">): Promise<Diagnosis> {
  const events = await eventsOf(ward, object);
  const causes = CAUSES.map(({ what, said, mend }): Cause => {
    const event = events.find((each) => said.test(each));
    return event === undefined
      ? { likelihood: "no sign", what, mend: describe(object) }
      : { likelihood: "seen", what, evidence: event, mend };
  });
  const nobody: Cause = {
    likelihood: events.length === 0 ? "seen" : "ruled out",
    what: "no controller looks after it",
    evidence: events.length === 0 ? `no event at all; ${classOf(object)}` : `events are there: ${events[0]}`,
    mend: "npx holdfast doctor shows which controllers run",
  };
  return { about: `${nameOf(object)} has no address`, causes: sorted([nobody, ...causes]) };
}

function hasAddress({ status }: KubernetesObject): boolean {
  const { loadBalancer, addresses } = (status ?? {}) as { loadBalancer?: { ingress?: unknown[] }; addresses?: unknown[] };
  return (loadBalancer?.ingress ?? []).length > 0 || (addresses ?? []).length > 0;
}

function classOf(object: KubernetesObject): string {
  const keys = ["loadBalancerClass", "ingressClassName", "gatewayClassName"];
  const key = keys.find((each) => typeof textAt(object, "spec", each) === "string");
  return key === undefined ? "it names no class" : `spec.${key} is ${String(textAt(object, "spec", key))}`;
}
