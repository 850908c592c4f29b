import type { AnnotationSetName, OwnedAnnotation } from "../../path/annotationReaders";
import { ownerOf, setsReadBy, unreadName } from "../../path/annotationReaders";
import { kindsOf } from "../../path/facts/annotationSet";
import { valueOfAnnotation } from "../../path/facts/annotationValues";
import { ANNOTATION_SETS } from "../../path/facts/knownAnnotations";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, listAt, mapAt, nameOf, refOf, textAt, valueAt } from "../../path/value";
import { runsOldestTraefik } from "../../path/read/oldestTraefik";
import { isPending, objectsWithOpenName } from "../openPaths";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { badAttributes } from "../annotations/attributeLists";
import { inertSettings } from "../annotations/inert";
import { annotationsOfTwo } from "../annotations/twoNginx";

/** What is written on a way in is read by the controller that serves it. */
export const entryAnnotations: Rule = {
  id: "entry-annotations",
  title: "Annotations are read by somebody",
  description: "Every annotation on a way in is known to the controller that serves it.",
  group: "connection",
  check: (context: RuleContext): Statement[] => {
    const found = annotatedObjects(context).flatMap((one) =>
      check(one, context).map((statement) => notBefore(statement, one.perhaps)),
    );
    const reported = new Set(found.map(placeOf));
    // What nobody reads by its name, the hop says once more.
    return [
      ...found,
      ...askForNothing(context),
      ...inertSettings(context).filter((one) => one.at === undefined || !reported.has(placeOf(one))),
    ];
  },
};

/** Where all is judged: what is written for a load balancer on a Service that asks for none, whoever reaches it. */
function askForNothing({ options, asked, catalog }: RuleContext): Statement[] {
  if (options.assume !== "all" || asked.length === 0) return [];
  const ways = new Set(asked.flatMap(({ path }) => [nameOf(path.entry), nameOf(path.service)]));
  return catalog.ofKind("Service").flatMap((service) => {
    const annotations = mapAt(service, "metadata", "annotations");
    if (annotations === UNKNOWN || ways.has(nameOf(service))) return [];
    const idle = sortedEntries(annotations).flatMap(([key, value]): Owned[] => {
      const owner = ownerOf(key);
      const one: Owned | undefined = owner === undefined ? undefined : { key, value, ...owner };
      return one === undefined || !isOfALoadBalancer(one) || isReadHere(one, service) ? [] : [one];
    });
    return deadAnnotations(service, idle, []);
  });
}

const placeOf = ({ object, at }: Statement): string => JSON.stringify([object.kind, object.namespace, object.name, at]);

/** An Ingress or Service of ways in that are judged. */
interface Annotated {
  object: KubernetesObject;
  paths: Path[];
  perhaps: boolean;
}

function annotatedObjects({ asked, catalog }: RuleContext): Annotated[] {
  const found = new Map<KubernetesObject, Annotated>();
  const add = (object: KubernetesObject, path: Path, perhaps: boolean): void => {
    if (object.kind !== "Ingress" && object.kind !== "Service") return;
    const known = found.get(object) ?? { object, paths: [], perhaps: true };
    known.paths.push(path);
    known.perhaps &&= perhaps;
    found.set(object, known);
  };
  const openKinds = new Map<string, Path>();
  for (const one of asked) {
    for (const ref of [one.path.entry, one.path.service]) {
      const object = catalog.resolve(ref);
      if (object !== undefined) add(object, one.path, !("requirement" in one) || one.perhaps);
      else if (catalog.mayStillMean(ref)) openKinds.set(ref.kind, one.path);
    }
  }
  for (const [kind, path] of openKinds) for (const object of objectsWithOpenName(kind, catalog)) add(object, path, true);
  return [...found.values()];
}

type Entry = [key: string, value: Value];

/** Whatever order they are written in: what is found is the same. */
const sortedEntries = (annotations: { [key: string]: Value }): Entry[] =>
  Object.entries(annotations).sort(([left], [right]) => (left < right ? -1 : 1));

function check({ object, paths }: Annotated, context: RuleContext): Statement[] {
  const annotations = mapAt(object, "metadata", "annotations");
  if (annotations === UNKNOWN) return [notKnownYet(object, "its annotations are")];
  const entries = sortedEntries(annotations);
  const owned = entries.flatMap(([key, value]): Owned[] => {
    const owner = ownerOf(key);
    return owner === undefined || (OF_TRAEFIK.test(owner.owner) && runsOldestTraefik(context.catalog))
      ? []
      : [{ key, value, ...owner }];
  });
  const readers = readersOf(object, paths, owned, context);
  const routed = object.kind !== "Service" || paths.some(({ entry }) => entry.kind !== "Service");
  const idle = owned.filter((one) => {
    if (!isReadHere(one, object)) return true;
    const mayBeRead = one.set.byWhomever === true || (!routed && OF_ROUTES.test(one.owner));
    return readers !== undefined && !mayBeRead && !readers.includes(one.owner);
  });
  const unread = new Set(idle.map(({ key }) => key));
  const open = owned.length > 0 && paths.some((path) => isPending(path, context.catalog) || hasOpenPorts(object));
  return [
    ...(open ? [notKnownYet(object, "who reads its annotations is")] : []),
    ...entries.flatMap((entry) => notText(object, entry)),
    ...deadAnnotations(object, idle, paths),
    ...(readers === undefined ? annotationsOfTwo(object, owned) : []),
    ...owned
      .filter(({ key }) => !unread.has(key))
      .flatMap((one) => [...unknownName(object, one), ...badValue(object, one), ...badAttributes(object, one.key, one.value)]),
  ];
}

/** Controllers that read a Service which a route of theirs leads to; where no route was read it may stand in another file. */
const OF_ROUTES = /^(contour|kong|traefik|haproxy)/;

/** Where a Traefik of before 2.0 runs, it reads other names, which are not known here one by one. */
const OF_TRAEFIK = /^traefik/;

/** A load balancer's annotations may be about one port of it. */
function hasOpenPorts(object: KubernetesObject): boolean {
  const ports = object.kind === "Service" ? listAt(object, "spec", "ports") : [];
  return ports === UNKNOWN || ports.some((port) => port === UNKNOWN || valueAt(port, "port") === UNKNOWN);
}

type Owned = OwnedAnnotation & { key: string; value: Value };

/** Who reads the object; undefined where that is not certain: a controller that is not known, no class, or annotations for several clouds. */
function readersOf(
  object: KubernetesObject,
  paths: Path[],
  owned: Owned[],
  { cluster }: RuleContext,
): AnnotationSetName[] | undefined {
  if (object.kind === "Ingress") {
    const className = annotationOf(object, "kubernetes.io/ingress.class") ?? textAt(object, "spec", "ingressClassName");
    if (typeof className !== "string") return undefined;
  }
  const clouds = new Set(owned.map(({ owner }) => owner).filter((owner) => /^(aws|azure)-service$|^metallb/.test(owner)));
  if (object.kind === "Service" && clouds.size > 1 && cluster.platform === undefined) return undefined;
  // Whatever stands before the controller of an Ingress, it reads nothing there.
  const reading = (hops: Hop[]): Hop[] => (object.kind === "Ingress" ? hops.filter(({ layer }) => layer === 7) : hops);
  const lists = paths.map(({ hops }) => setsReadBy(reading(hops)));
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

/** Whether an object of this kind, and for a load balancer's annotations of this type, is where its controller looks. */
function isReadHere({ owner, set, name }: Owned, object: KubernetesObject): boolean {
  if (!kindsOf(set, name).includes(object.kind)) return false;
  if (owner === "traefik") return name.startsWith("service.") === (object.kind === "Service") || unreadTraefik(name);
  if (!isOfALoadBalancer({ owner, name })) return true;
  const type = textAt(object, "spec", "type");
  return type === UNKNOWN || type === "LoadBalancer";
}

/** Whether it is written for the load balancer of a Service, which only one of that type gets. */
function isOfALoadBalancer({ owner, name }: Pick<Owned, "owner" | "name">): boolean {
  return (
    /-service$|^metallb/.test(owner) || (/^(google-cloud|gke-networking)$/.test(owner) && /load-balancer|^l4-rbs$/.test(name))
  );
}

/** A name of an older version is reported as such, wherever it stands. */
const unreadTraefik = (name: string): boolean => !/^(service|router)\./.test(name);

/** One finding for all annotations of one controller that does not look here. */
function deadAnnotations(object: KubernetesObject, idle: Owned[], paths: Path[]): Statement[] {
  const groups = new Map<string, Owned[]>();
  for (const one of idle) groups.set(one.set.title, [...(groups.get(one.set.title) ?? []), one]);
  return [...groups.values()].flatMap((group): Statement[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { set, key } = first;
    const where = isReadHere(first, object)
      ? `${nameOf(object)} is served by ${servedBy(paths, object)}`
      : placeText(first, object);
    return [
      {
        severity: "warning",
        object: refOf(object),
        at: ["metadata", "annotations", key],
        found: `${group.map((one) => one.key).join(", ")}: annotations of ${set.title}, but ${where}`,
        needed: "annotations that the controller of this object reads",
        fix: `remove ${group.length === 1 ? "it" : "them"}, or write what the serving controller reads instead`,
        reason: "an annotation that nobody reads changes nothing, and whoever wrote it counts on it",
      },
    ];
  });
}

function placeText({ set, name, owner }: Owned, object: KubernetesObject): string {
  if (owner === "traefik") return `it reads ${name.startsWith("service.") ? "service.* on a Service" : "router.* on an Ingress"}`;
  const kinds = kindsOf(set, name);
  if (!kinds.includes(object.kind)) return `it reads them on an object of kind ${kinds.join(" or ")}`;
  return "it reads them on a Service of type LoadBalancer";
}

function servedBy(paths: Path[], object: KubernetesObject): string {
  const hops = paths.flatMap((path) => path.hops).filter(({ hop }) => hop !== "pod");
  // A load balancer in front may look into HTTP as well.
  const serving = object.kind === "Ingress" ? hops.findLast(({ layer }) => layer === 7) : undefined;
  return (serving ?? hops[0])?.title ?? nameOf(object);
}

function unknownName(object: KubernetesObject, one: Owned): Statement[] {
  const unread = unreadName(one, object.kind);
  if (unread === undefined) return [];
  return [
    {
      severity: "warning",
      object: refOf(object),
      at: ["metadata", "annotations", one.key],
      found: `${one.key} does nothing: ${unread.because}`,
      needed: `an annotation that ${one.set.title} reads (${ANNOTATION_SETS[one.owner].source})`,
      fix: unread.write,
      reason:
        "a controller passes over what it does not know without an event, so what the annotation was meant to do is not done",
    },
  ];
}

function badValue(object: KubernetesObject, { key, value, set }: Owned): Statement[] {
  const rule = valueOfAnnotation(key);
  if (rule === undefined || value === undefined || value === null) return [];
  const common = { object: refOf(object), at: ["metadata", "annotations", key], needed: `${rule.allowed} (${rule.source})` };
  const reason =
    rule.otherwise === "refused"
      ? "the controller refuses the object as a whole: nothing is made or changed of it, and only its events say so"
      : "the controller drops the value without an event and goes on with its default";
  if (value === UNKNOWN) {
    return [
      { ...common, severity: "warning", found: `${key} is not known yet`, fix: "wait for the update", reason, pending: true },
    ];
  }
  const text = String(value);
  if (rule.takes.test(text.trim())) return [];
  const severity = rule.otherwise === "refused" ? "error" : "warning";
  return [
    {
      ...common,
      severity,
      found: `${key} is "${text}", which ${set.title} does not take`,
      fix: `${key}: <${rule.allowed}>`,
      reason,
    },
  ];
}

/** The API server takes texts only; YAML makes numbers and booleans of what is not quoted. */
function notText(object: KubernetesObject, [key, value]: Entry): Statement[] {
  if (typeof value !== "number" && typeof value !== "boolean") return [];
  const at = ["metadata", "annotations", key];
  return [
    {
      severity: "error",
      object: refOf(object),
      at,
      found: `${key} is ${String(value)}, a ${typeof value}`,
      needed: "a text: annotations take nothing else",
      fix: `${key}: "${String(value)}"`,
      reason: "the API server refuses the object, so nothing that is written in it takes effect",
      mends: [{ object: refOf(object), at, write: String(value) }],
    },
  ];
}

function notKnownYet(object: KubernetesObject, what: string): Statement {
  return {
    severity: "warning",
    object: refOf(object),
    at: ["metadata", "annotations"],
    found: `${what} not known yet`,
    needed: "annotations that its controller reads",
    fix: "wait for the update",
    reason: "an annotation that nobody reads changes nothing",
    pending: true,
  };
}
