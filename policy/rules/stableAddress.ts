import { PROMISE_ANNOTATION } from "../../path/declarations";
import { ADDRESS_ANNOTATIONS, METALLB_SHARING } from "../../path/facts/addresses";
import { EXTERNAL_DNS } from "../../path/facts/externalDns";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, hasAnnotationUnder, listAt, mapAt, nameOf, refOf, textAt, valueAt } from "../../path/value";
import { deprecatedAddresses } from "../mends/pinnedAddress";
import { meant } from "../openPaths";
import { notKnownYet } from "../pending";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";

/** The address of a way in is written down, is nobody else's, or is shared as its controller allows. */
export const stableAddress: Rule = {
  id: "stable-address",
  title: "Addresses are pinned and unique",
  description: "The address of a way in is pinned, and shared only where that works.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => [...takenTwice(context), ...assigned(context), ...deprecatedAddresses(context)],
};

interface Pin {
  object: KubernetesObject;
  address: string;
  at: PropertyPath;
}

/** Every address that an object asks for, with where it stands. */
function pinsOf(object: KubernetesObject): Pin[] {
  const keys = object.kind === "Ingress" ? ADDRESS_ANNOTATIONS.ingressKeys : ADDRESS_ANNOTATIONS.keys;
  const annotated = keys.flatMap((key) => {
    const text = annotationOf(object, key);
    if (typeof text !== "string") return [];
    const parts = text.split(",").map((part) => part.trim());
    return parts.filter((part) => part !== "").map((address) => ({ object, address, at: ["metadata", "annotations", key] }));
  });
  const field = textAt(object, "spec", "loadBalancerIP");
  const ofField = typeof field === "string" && field !== "" ? [{ object, address: field, at: ["spec", "loadBalancerIP"] }] : [];
  return [...ofField, ...annotated];
}

function takenTwice(context: RuleContext): Statement[] {
  const services = context.catalog.ofKind("Service").filter((service) => {
    const type = textAt(service, "spec", "type");
    return type === "LoadBalancer" || type === UNKNOWN;
  });
  const askers = [...services, ...context.catalog.ofKind("Ingress")];
  const holders = new Map<string, Pin[]>();
  for (const object of askers) {
    const own = new Map(pinsOf(object).map((pin) => [pin.address, pin]));
    for (const [address, pin] of own) {
      const key = `${object.kind} ${address}`;
      const list = holders.get(key);
      if (list === undefined) holders.set(key, [pin]);
      else list.push(pin);
    }
  }
  const fronts = frontsOf(context);
  const pinned = new Set([...holders.values()].flatMap((pins) => pins.map(({ object }) => object.kind)));
  const open = askers.filter((object) => pinned.has(object.kind) && hasOpenPin(object));
  return [
    ...[...holders.values()].flatMap((pins) => (pins.length < 2 ? [] : conflicts(pins, fronts))),
    ...open.map((object) => notKnownYet(object, ["metadata", "annotations"], { needed: NEEDED, reason: TAKEN })),
  ];
}

const NEEDED = `an address of its own, or one that is shared as its controller allows (${METALLB_SHARING.conditions})`;
const TAKEN = "one of the two gets no address, or another one than the one that its clients know";

/** An address that only the update will know may be that of another object. */
function hasOpenPin(object: KubernetesObject): boolean {
  const keys = object.kind === "Ingress" ? ADDRESS_ANNOTATIONS.ingressKeys : ADDRESS_ANNOTATIONS.keys;
  return [...keys.map((key) => annotationOf(object, key)), textAt(object, "spec", "loadBalancerIP")].includes(UNKNOWN);
}

/** The first hop of every Service that is a way in. */
function frontsOf({ paths }: RuleContext): Map<string, string> {
  return new Map(paths.map(({ entry, hops }) => [nameOf(entry), hops[0]?.hop ?? ""]));
}

/** Each later holder of an address against those before it, in the order of their names. */
function conflicts(pins: Pin[], fronts: Map<string, string>): Statement[] {
  const sorted = [...pins].sort((left, right) => (nameOf(left.object) < nameOf(right.object) ? -1 : 1));
  const [first, ...others] = sorted;
  if (first === undefined) return [];
  const taken = new Set(portsOf(first.object));
  return others.flatMap((pin): Statement[] => {
    const ports = portsOf(pin.object);
    const common = ports.filter((port) => taken.has(port));
    for (const port of ports) taken.add(port);
    const why = whyNotShared(first.object, pin, common, fronts);
    if (why === undefined) return [];
    const { because, certain, pending } = why;
    return [
      {
        severity: certain ? "error" : "warning",
        object: refOf(pin.object),
        at: pin.at,
        found: `${pin.address} is the address of ${nameOf(first.object)} too: ${because}`,
        needed: NEEDED,
        fix: "write an address that no other object has, or share this one in the controller's own way",
        reason: TAKEN,
        ...(pending && { pending }),
      },
    ];
  });
}

function whyNotShared(
  first: KubernetesObject,
  { object }: Pin,
  common: string[],
  fronts: Map<string, string>,
): { because: string; certain: boolean; pending?: boolean } | undefined {
  const ports = `both have ${common.join(", ")}`;
  if (object.kind === "Ingress") return { because: "each Ingress makes a load balancer of its own", certain: false };
  const keys = [first, object].map(sharingKey);
  const unsure = [first, object].some((service) => hasOpenPorts(service) || textAt(service, "spec", "type") === UNKNOWN);
  if (unsure || keys.includes(UNKNOWN)) {
    return { because: "whether they may share it is not known yet", certain: false, pending: true };
  }
  const [left, right] = keys;
  const front = fronts.get(nameOf(object)) ?? "";
  if (left === undefined || left !== right) {
    const metallb = front.startsWith("metallb");
    if (common.length > 0) return { because: ports, certain: true };
    if (!metallb) return front === "azure-lb" ? undefined : { because: "nothing says that they may share it", certain: false };
    const found = left === undefined && right === undefined ? "neither has" : "they do not have the same";
    return { because: `${found} allow-shared-ip`, certain: true };
  }
  if (common.length > 0) return { because: ports, certain: true };
  const local = [first, object].some((service) => textAt(service, "spec", "externalTrafficPolicy") === "Local");
  if (!local || sameSelector(first, object)) return undefined;
  return { because: "with externalTrafficPolicy: Local they must lead to the same pods", certain: true };
}

function sharingKey(service: KubernetesObject): ReturnType<typeof annotationOf> {
  const found = ADDRESS_ANNOTATIONS.sharingKeys.map((key) => annotationOf(service, key));
  return found.find((value) => value !== undefined && value !== "");
}

function sameSelector(left: KubernetesObject, right: KubernetesObject): boolean {
  const texts = [left, right].map((service) => {
    const pairs = mapAt(service, "spec", "selector");
    if (pairs === UNKNOWN) return "";
    return Object.entries(pairs)
      .map(([key, value]) => `${key}=${typeof value === "object" ? "" : String(value)}`)
      .sort()
      .join();
  });
  return texts[0] === texts[1];
}

function hasOpenPorts(service: KubernetesObject): boolean {
  const ports = listAt(service, "spec", "ports");
  return ports === UNKNOWN || ports.some((port) => valueAt(port, "port") === UNKNOWN || textAt(port, "protocol") === UNKNOWN);
}

/** `TCP 443`, for every port of a Service. */
function portsOf(service: KubernetesObject): string[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [];
  return ports.map((port: Value) => `${String(textAt(port, "protocol") ?? "TCP")} ${String(textAt(port, "port"))}`);
}

/** Load balancers whose address is all that a client has, and that give whatever is free where nobody asks for one. */
const ASSIGNS = { Service: /^(metallb|azure-lb|gcp-lb)/, Ingress: /^gce-ingress/ } as const;

const assigns = ({ entry, hops }: Path): boolean =>
  (entry.kind === "Service" || entry.kind === "Ingress") && ASSIGNS[entry.kind].test(hops[0]?.hop ?? "");

function assigned({ asked, catalog }: RuleContext): Statement[] {
  const seen = new Set<KubernetesObject>();
  return asked.flatMap((one) => {
    const { certain, perhaps } = meant(one.path.entry, catalog);
    const objects = certain === undefined ? perhaps : [certain];
    return objects.flatMap((object) => {
      const hop = one.path.hops[0];
      const open = isOpenAddress(object) || hop?.pending === true;
      if (hop === undefined || seen.has(object) || !(open ? mayAssign(object) : assigns(one.path))) return [];
      seen.add(object);
      if (isPinned(object) || isNamed(object)) return [];
      if (open) return [notKnownYet(object, ["metadata", "annotations"], { needed: PINNED, reason: ANEW })];
      const statement: Statement = {
        // Whoever promised something to clients wants them to come back to the same address; for others it is worth knowing.
        severity: isPromised(one.path, catalog) ? "warning" : "info",
        object: refOf(object),
        at: ["metadata", "annotations"],
        found: `${hop.title} gives it whatever address is free`,
        needed: PINNED,
        fix: pinText(one.path, object),
        reason: ANEW,
        path: one.path,
      };
      return [notBefore(statement, certain === undefined || !("requirement" in one) || one.perhaps)];
    });
  });
}

const PINNED = "an address that is written down, or a name that follows it";
const ANEW = "an object that is made anew gets another address, and every client that knows the old one is cut off";

/** Whether anything that decides it is a value that only the update will know. */
const isOpenAddress = (object: KubernetesObject): boolean =>
  mapAt(object, "metadata", "annotations") === UNKNOWN || hasOpenPin(object);

function mayAssign(object: KubernetesObject): boolean {
  const type = textAt(object, "spec", "type");
  return object.kind === "Ingress" || type === UNKNOWN || type === "LoadBalancer";
}

const isPromised = ({ entry, service }: Path, catalog: RuleContext["catalog"]): boolean =>
  [entry, service].some((ref) => {
    const object = catalog.resolve(ref);
    return object !== undefined && annotationOf(object, PROMISE_ANNOTATION) !== undefined;
  });

const isPinned = (object: KubernetesObject): boolean => pinsOf(object).length > 0;

function isNamed(object: KubernetesObject): boolean {
  const named = ADDRESS_ANNOTATIONS.nameKeys.some((key) => annotationOf(object, key) !== undefined);
  return named || EXTERNAL_DNS.prefixes.some((prefix) => hasAnnotationUnder(object, `${prefix}hostname`) === true);
}

function pinText({ hops }: Path, object: KubernetesObject): string {
  const hop = hops[0]?.hop ?? "";
  if (object.kind === "Ingress") return `${ADDRESS_ANNOTATIONS.ingressKeys[0]}: <name of a reserved address>`;
  if (hop.startsWith("metallb")) return "metallb.io/loadBalancerIPs: <an address of the pool>";
  if (hop === "azure-lb") return "service.beta.kubernetes.io/azure-pip-name: <name of a public address>";
  return "networking.gke.io/load-balancer-ip-addresses: <name of a reserved address>";
}
