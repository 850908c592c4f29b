import type { KubernetesObject } from "../../path/objects";
import { textAt } from "../../path/value";
import { describe, eventsOf, nameOf, objectsIn, sorted, type Cause, type Diagnosis, type Ward } from "./diagnosis";

interface Usual {
  what: string;
  said: RegExp;
  mend: string;
}

const QUOTA: Usual = {
  what: "a limit or quota of the cloud is reached",
  said: /quota|limit ?exceeded|too ?many|exceeded the (maximum|limit)|insufficient ?capacity/i,
  mend: "ask for more, or share one load balancer: group, sharingKey, a Gateway",
};
const ANNOTATION: Usual = {
  what: "an annotation or field that the controller refuses",
  said: /annotation|unsupported|not supported|invalid|cannot parse|failed to parse/i,
  mend: "npx holdfast explain names the line; entry-annotations in npx holdfast lint --live",
};
const NETWORK: Usual = {
  what: "the network does not allow it: subnets, security groups, address pools",
  said: /subnet|security ?group|vpc|network ?policy|no available ip|free ?(ip )?addresses|not allowed by|address pool|AllocationFailed/i,
  mend: "write subnets in the entry, or an address that lies in a pool of the cluster",
};
const PERMISSION: Usual = {
  what: "the controller's own account may not do it",
  said: /access ?denied|unauthori[sz]ed|not authori[sz]ed|AuthorizationFailed|forbidden|permission|assume ?role/i,
  mend: "the IAM role of the controller's service account: kubectl get serviceaccount -A | grep load-balancer",
};

/** Why a load balancer stays pending, in the order in which it is usually so. */
const CAUSES = [QUOTA, ANNOTATION, NETWORK, PERMISSION];

/** One event tells one cause: who may not describe subnets lacks a permission, and an invalid subnet is no annotation. */
const READING = [QUOTA, PERMISSION, NETWORK, ANNOTATION];

/** Milliseconds that an API server keeps events by default. */
const EVENTS_KEPT_MILLISECONDS = 3_600_000;

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
export async function whyPending(
  object: KubernetesObject,
  ward: Pick<Ward, "reader" | "namespaces" | "refused">,
): Promise<Diagnosis> {
  const refused = new Map<string, string>();
  const events = await eventsOf({ ...ward, refused }, object);
  for (const [kind, said] of refused) ward.refused?.set(kind, said);
  const told = events.map((event) => ({ event, cause: READING.find(({ said }) => said.test(event)) }));
  const causes = CAUSES.map((usual): Cause => {
    const { what, mend } = usual;
    const evidence = told.find(({ cause }) => cause === usual)?.event;
    return evidence === undefined
      ? { likelihood: "no sign", what, mend: describe(object) }
      : { likelihood: "seen", what, evidence, mend };
  });
  return { about: `${nameOf(object)} has no address`, causes: sorted([nobody(object, events, refused), ...causes]) };
}

/** Silence means that nobody works on it only while events would still be there, and may be read. */
function nobody(object: KubernetesObject, events: string[], refused: ReadonlyMap<string, string>): Cause {
  const created = textAt(object, "metadata", "creationTimestamp");
  const isOld = typeof created === "string" && Date.now() - Date.parse(created) > EVENTS_KEPT_MILLISECONDS;
  const silence = refused.has("Event")
    ? `its events could not be read: ${refused.get("Event")}`
    : `no event at all${isOld ? ", which are kept for an hour and it is older" : ""}; ${classOf(object)}`;
  const isSure = !isOld && !refused.has("Event");
  return {
    likelihood: events.length > 0 ? "ruled out" : isSure ? "seen" : "no sign",
    what: "no controller looks after it",
    evidence: events.length === 0 ? silence : `events are there: ${events[0]}`,
    mend: "npx holdfast doctor shows which controllers run",
  };
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
