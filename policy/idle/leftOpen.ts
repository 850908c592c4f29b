import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts, GCP_ANNOTATIONS, secondsToWrite } from "../../path/facts";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, ObjectRef } from "../../path/objects";
import { GATEWAY_WORDS, SERVED_BY } from "../../path/facts/routeControllers";
import { UNKNOWN } from "../../path/objects";
import { durationOf, requestTimeout } from "../../path/read/routeTimers";
import { knownItems, listAt, mapAt, nameOf, namespaceOf, refOf, textAt } from "../../path/value";
import type { Statement } from "../rule";
import type { Question } from "../scope/asked";
import { placeOfIdle } from "../scope/place";
import { PRIVATE_ADDRESS } from "../tls/reach";

type Left = Omit<Statement, "needed" | "path">;

/**
 * What nothing that was read decides, where a line on the objects would: whoever applies them on another platform, or with another
 * controller, gets another answer. Undefined where it is only worth knowing.
 */
export function leftOpen(hop: Hop, path: Path, { requirement, byANeighbour }: Question, catalog: Catalog): Left | undefined {
  if (hop.pending === true || byANeighbour) return undefined;
  const { idleSeconds } = requirement.promise;
  if (isLeftToThePlatform(hop, path, catalog)) return leftToThePlatform(hop, path, idleSeconds);
  if (hop.writtenIn?.kind === "TargetGroupBinding") return madeElsewhere(hop, hop.writtenIn);
  if (hop.perhapsSeconds !== undefined && hop.perhapsSeconds < idleSeconds) return perhapsEnded(hop, hop.perhapsSeconds, path);
  const route = hop.hop === "unknown-proxy" ? catalog.resolve(path.entry) : undefined;
  return route === undefined || saysHowLong(route, hop, idleSeconds)
    ? undefined
    : leftToAController(route, hop, path, idleSeconds, catalog);
}

/** AWS's own standard is too short for what stays open, whichever kind of load balancer it is. */
function madeElsewhere({ settle = "" }: Hop, binding: ObjectRef): Left {
  const standard = (["aws-alb", "aws-nlb"] as const).map(
    (kind) => `${facts(kind).idle.defaultSeconds} s on ${facts(kind).title}`,
  );
  return {
    severity: "warning",
    object: binding,
    at: ["spec", "targetGroupARN"],
    found: `the load balancer that sends to the target group of ${nameOf(binding)} was made elsewhere, and how long it keeps a silent connection was not read: ${standard.join(", ")}, where nobody raised it`,
    fix: settle,
    reason: "no object of the cluster raises what stands at a load balancer that somebody else makes",
  };
}

/** A clock of which it is only known that some versions end such a connection with it, or that people met it. */
function perhapsEnded(hop: Hop, seconds: number, path: Path): Left {
  if (hop.keepsAtLeastSeconds !== undefined) {
    return {
      ...placeOfIdle(hop, path),
      severity: "warning",
      found: `${hop.title} may close a connection that is silent for ${seconds} s (${hop.from})`,
      fix: hop.settle ?? "",
      reason: "people met this limit, and no page of the vendor's own says that there is none",
    };
  }
  return {
    ...placeOfIdle(hop, path),
    severity: "warning",
    found: `${hop.title} may end every connection after ${seconds} s, silent or not (${hop.from})`,
    fix: hop.settle ?? hop.writeIdle?.(seconds) ?? "",
    reason:
      "what a clock of requests does to a connection that stays open depends on the protocol and the version, and no heartbeat helps",
  };
}

/** Those whose word every Gateway has on which the route hangs; all of them where that leaves none. */
function likely(kinds: readonly HopKind[], route: KubernetesObject): readonly HopKind[] {
  const parents = listAt(route, "spec", "parentRefs");
  if (parents === UNKNOWN || parents.length === 0) return kinds;
  const names = parents.map(
    (parent) => `${String(textAt(parent, "namespace") ?? namespaceOf(route))}/${String(textAt(parent, "name"))}`,
  );
  const named = kinds.filter((kind) => names.every((name) => GATEWAY_WORDS[kind]?.test(name) === true));
  return named.length > 0 ? named : kinds;
}

function leftToAController(
  route: KubernetesObject,
  hop: Hop,
  path: Path,
  idleSeconds: number,
  catalog: Catalog,
): Left | undefined {
  const kinds = likely(SERVED_BY[route.kind] ?? [], route);
  if (kinds.every((kind) => facts(kind).idle.limit === "none")) return undefined;
  const object = placeWithoutController(route, path, catalog);
  const settle = hop.settle ?? "";
  const standard = kinds.map((kind) => `${standardOf(kind)} on ${facts(kind).title}`);
  return {
    severity: "warning",
    object,
    found: `who serves ${nameOf(route)} was not read, and with that how long a silent connection stays open: ${standard.join(", ")}`,
    fix: object.kind === "Service" ? `where GKE serves it: ${onGke(path, idleSeconds)}; elsewhere ${settle}` : settle,
    reason: "the same file holds connections for good with one controller and for a minute with another",
  };
}

function onGke({ service }: Path, idleSeconds: number): string {
  const seconds = secondsToWrite("gce-ingress", idleSeconds);
  const tie = `${GCP_ANNOTATIONS.backendConfig}: '{"default": "<its name>"}'`;
  return seconds === undefined
    ? "a heartbeat"
    : `a BackendConfig with spec.timeoutSec: ${seconds}, and ${tie} on ${nameOf(service)}`;
}

function standardOf(kind: HopKind): string {
  const { limit, defaultSeconds } = facts(kind).idle;
  if (limit === "none" || defaultSeconds === null) return "no limit";
  return limit === "lifetime" ? `${defaultSeconds} s altogether` : `${defaultSeconds} s`;
}

/**
 * An Ingress without a class that sends to node ports is what GKE serves by itself, and its load balancer reads its timeout where the
 * Service says.
 */
function placeWithoutController(route: KubernetesObject, { service }: Path, catalog: Catalog): Statement["object"] {
  const target = catalog.resolve(service);
  const classless = route.kind === "Ingress" && textAt(route, "spec", "ingressClassName") === undefined;
  const annotations = mapAt(route, "metadata", "annotations");
  const bare = annotations !== UNKNOWN && Object.keys(annotations).length === 0;
  return target !== undefined && classless && bare && textAt(target, "spec", "type") === "NodePort" ? service : refOf(route);
}

/** Whether its author thought of it all the same, or the cluster's own declaration names a controller that is not read. */
function saysHowLong(route: KubernetesObject, { from }: Hop, idleSeconds: number): boolean {
  const annotations = mapAt(route, "metadata", "annotations");
  if (from.startsWith("cluster.") || annotations === UNKNOWN) return true;
  const timeouts = knownItems(route, "spec", "rules").map((rule) => durationOf(requestTimeout(rule)));
  const long = timeouts.some((seconds) => seconds !== undefined && (seconds === 0 || seconds >= idleSeconds));
  return long || Object.keys(annotations).some((key) => /timeout/i.test(key));
}

/** Whether a LoadBalancer Service says nothing at all of who makes its load balancer, and so nothing of how long it keeps a connection. */
function isLeftToThePlatform(hop: Hop, path: Path, catalog: Catalog): boolean {
  if (hop.hop !== "unknown-load-balancer") return false;
  const service = catalog.resolve(hop.writtenIn ?? path.entry);
  if (service === undefined || service.kind !== "Service" || textAt(service, "spec", "type") !== "LoadBalancer") return false;
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN || textAt(service, "spec", "loadBalancerClass") !== undefined) return false;
  // A cloud gives a private address only to a Service that an annotation makes internal.
  if (PRIVATE_ADDRESS.test(String(textAt(service, "spec", "loadBalancerIP")))) return false;
  return !Object.keys(annotations).some((key) => /load-?balancer/i.test(key));
}

function leftToThePlatform(hop: Hop, path: Path, idleSeconds: number): Left {
  const object = hop.writtenIn ?? path.entry;
  const standard = (["aws-classic-elb", "aws-nlb", "azure-lb"] as const).map(
    (kind) => `${facts(kind).idle.defaultSeconds} s on ${facts(kind).title}`,
  );
  return {
    severity: "warning",
    object,
    at: ["spec", "type"],
    found: `${nameOf(object)} leaves to the platform how long its load balancer keeps a silent connection: ${standard.join(", ")}`,
    fix: `say whose it is and for how long: on AWS ${onAws(path, idleSeconds)}; on Azure ${onAzure(idleSeconds)}; elsewhere cluster.platform or cluster.controllers (metallb: 0.15.2)`,
    reason: "the same file holds connections for an hour on one platform and for a minute on another",
  };
}

function onAws({ port }: Path, idleSeconds: number): string {
  const key = facts("aws-nlb").idle.knob?.keys[0]?.replace("<port>", String(port));
  return `spec.loadBalancerClass: service.k8s.aws/nlb with ${key}: tcp.idle_timeout.seconds=${secondsToWrite("aws-nlb", idleSeconds) ?? "<heartbeat>"}`;
}

function onAzure(idleSeconds: number): string {
  const { knob, stepSeconds = 1 } = facts("azure-lb").idle;
  const seconds = secondsToWrite("azure-lb", idleSeconds);
  return seconds === undefined ? "a heartbeat" : `${knob?.keys[0]}: "${seconds / stepSeconds}" (minutes)`;
}
