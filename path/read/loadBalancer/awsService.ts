import { AWS_ATTRIBUTES, AWS_CONTROLLER_SINCE, facts, secondsToWrite, versionAtLeast } from "../../facts";
import { AWS_SERVICE_PREFIX } from "../../facts/aws";
import type { ClusterFacts, Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, listAt, mapAt, nameOf, refOf, textAt } from "../../value";
import { attributes, rangeText, secondsWithin } from "../attributes";
import { hopOf } from "../hop";
import type { Front } from "./index";

export const AWS_CONTROLLER = "aws-load-balancer-controller";

const annotation = (service: KubernetesObject, name: string) => annotationOf(service, AWS_SERVICE_PREFIX + name);
const isSet = (text: ReturnType<typeof annotation>): boolean => text !== undefined && text !== "";

/** The port as the listener sees it: its number, and its name for annotations that list names. */
interface ListenerPort {
  number: string;
  name: string | undefined;
}

function portsOf(service: KubernetesObject): ListenerPort[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [];
  return ports.map((port) => {
    const name = textAt(port, "name");
    return { number: String(textAt(port, "port") ?? ""), name: typeof name === "string" ? name : undefined };
  });
}

/** With a certificate and no list of ports every port becomes a TLS listener. */
function endsTls(service: KubernetesObject, port: ListenerPort): boolean {
  if (!isSet(annotation(service, "ssl-cert"))) return false;
  const listed = annotation(service, "ssl-ports");
  if (typeof listed !== "string" || listed.trim() === "") return true;
  const ports = listed.split(",").map((part) => part.trim());
  return ports.includes(port.number) || (port.name !== undefined && ports.includes(port.name));
}

/**
 * The Network Load Balancer that the AWS Load Balancer Controller makes of one port of a Service, and what lies behind it.
 * `otherwise` is what it sends to where nothing is said.
 */
export function awsNlbFront(
  service: KubernetesObject,
  portNumber: string | number,
  cluster: ClusterFacts,
  otherwise: "ip" | "instance" = "instance",
): Front {
  const port = portsOf(service).find(({ number }) => number === String(portNumber)) ?? {
    number: String(portNumber),
    name: undefined,
  };
  const target = annotation(service, "nlb-target-type") ?? (annotation(service, "type") === "nlb-ip" ? "ip" : otherwise);
  const toPods = target === "ip";
  const nlb = endsTls(service, port) ? tlsListener(service, port) : tcpListener(service, port, cluster);
  const inert = [...nlb.inert, ...inertOnNlb(service, toPods)];
  return { hops: [{ ...nlb, inert, ...schemeNote(service) }, nodeTrackingHop(cluster)], toPods };
}

/** Clients outside reach nothing until somebody says that they shall. */
function schemeNote(service: KubernetesObject): Pick<Hop, "notes"> {
  if (isSet(annotation(service, "scheme")) || isSet(annotation(service, "internal"))) return {};
  return {
    notes: [`Without ${AWS_SERVICE_PREFIX}scheme the load balancer is internal: only its own network reaches it.`],
  };
}

function tcpListener(service: KubernetesObject, port: ListenerPort, cluster: ClusterFacts): Hop {
  const row = facts("aws-nlb").idle;
  const key = `${AWS_SERVICE_PREFIX}listener-attributes.TCP-${port.number}`;
  const written = annotationOf(service, key);
  const where = `${nameOf(service)} annotation ${key}`;
  const inert: string[] = [];
  let idleSeconds = row.defaultSeconds;
  let from = `${where} is not set`;
  const value = attributes(written).get(AWS_ATTRIBUTES.listenerIdle);
  const tooOld =
    versionAtLeast(cluster.controllers?.[AWS_CONTROLLER], AWS_CONTROLLER_SINCE.listenerAttributes) === false && isSet(written);
  if (tooOld) {
    inert.push(`${key} is read only since AWS Load Balancer Controller ${AWS_CONTROLLER_SINCE.listenerAttributes}`);
    from = `${where} is not read by this version`;
  } else if (value !== undefined) {
    const seconds = secondsWithin(value, row.minimumSeconds, row.maximumSeconds);
    from = seconds === undefined ? `${where} is ${value}` : where;
    idleSeconds = seconds ?? row.defaultSeconds;
    if (seconds === undefined) {
      inert.push(
        `${AWS_ATTRIBUTES.listenerIdle}=${value} is refused by AWS, which allows a whole number from ${rangeText(row.minimumSeconds, row.maximumSeconds)}: the listener keeps ${row.defaultSeconds} s`,
      );
    }
  }
  return hopOf("aws-nlb", {
    idleSeconds,
    from,
    ...(written === UNKNOWN && notKnownYet(where)),
    balances: true,
    ...stickiness(service, port),
    ...drain(service, port),
    inert: [...inert, ...unreadListenerKeys(service), ...stickiness(service, port).inert],
    writeIdle: (seconds) => writeListenerIdle(port, seconds),
    writeAffinity: () => WRITE_STICKINESS,
  });
}

const WRITE_STICKINESS = `${AWS_SERVICE_PREFIX}target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip`;

function writeListenerIdle(port: ListenerPort, promisedSeconds: number): string {
  const seconds = secondsToWrite("aws-nlb", promisedSeconds);
  const { maximumSeconds } = facts("aws-nlb").idle;
  return seconds === undefined
    ? `no Network Load Balancer keeps a silent connection longer than ${maximumSeconds} s: promise a heartbeat, or less`
    : `${AWS_SERVICE_PREFIX}listener-attributes.TCP-${port.number}: ${AWS_ATTRIBUTES.listenerIdle}=${seconds}`;
}

function tlsListener(service: KubernetesObject, port: ListenerPort): Hop {
  const wanted = attributesOfTargetGroup(service, port).get(AWS_ATTRIBUTES.stickinessEnabled) === "true";
  const sticky = wanted ? ["stickiness does nothing on a TLS listener: AWS offers it for TCP listeners only"] : [];
  return hopOf("aws-nlb-tls", {
    from: `${nameOf(service)} annotation ${AWS_SERVICE_PREFIX}ssl-cert makes port ${port.number} a TLS listener`,
    balances: true,
    ...drain(service, port),
    inert: [...unreadListenerKeys(service), ...sticky],
    writeIdle: (seconds) =>
      `end TLS in the pod and leave port ${port.number} out of ${AWS_SERVICE_PREFIX}ssl-ports, then ${writeListenerIdle(port, seconds)}`,
    writeAffinity: () =>
      `end TLS in the pod and leave port ${port.number} out of ${AWS_SERVICE_PREFIX}ssl-ports, then ${WRITE_STICKINESS}`,
  });
}

/** Listener attributes of a protocol and port that no listener has are never looked up, and those of a TLS listener are dropped. */
function unreadListenerKeys(service: KubernetesObject): string[] {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return [];
  const prefix = `${AWS_SERVICE_PREFIX}listener-attributes.`;
  const ports = portsOf(service);
  const read = new Set(ports.filter((port) => !endsTls(service, port)).map(({ number }) => `${prefix}TCP-${number}`));
  return Object.keys(annotations)
    .filter((key) => key.startsWith(prefix) && !read.has(key))
    .map((key) => {
      const [protocol, number] = key.slice(prefix.length).split("-");
      const port = ports.find((candidate) => candidate.number === number);
      if (port === undefined) {
        return `${key} is read by nobody: the Service has no port ${number} (its ports are ${ports.map((candidate) => candidate.number).join(", ")})`;
      }
      return endsTls(service, port)
        ? `${key} is read by nobody: ssl-cert makes port ${number} a TLS listener, whose limit cannot be changed`
        : `${key} is read by nobody: port ${number} is a TCP listener, not ${protocol}`;
    });
}

/** The attributes of one port win over those of all ports; an empty value does not. */
function attributesOfTargetGroup(service: KubernetesObject, port: ListenerPort): Map<string, string> {
  const general = attributes(annotation(service, "target-group-attributes"));
  const special = attributes(annotation(service, `target-group-attributes.${port.number}`));
  return new Map([...general, ...[...special].filter(([, value]) => value !== "")]);
}

function stickiness(service: KubernetesObject, port: ListenerPort): Pick<Hop, "inert"> & Partial<Hop> {
  const texts = ["target-group-attributes", `target-group-attributes.${port.number}`].map((name) => annotation(service, name));
  if (texts.includes(UNKNOWN)) {
    const settle = `${nameOf(service)} annotation ${AWS_SERVICE_PREFIX}target-group-attributes is not known before the update`;
    return { affinityUnknown: true, pending: true, settle, inert: [] };
  }
  const found = attributesOfTargetGroup(service, port);
  const type = found.get(AWS_ATTRIBUTES.stickinessType);
  if (found.get(AWS_ATTRIBUTES.stickinessEnabled) !== "true") {
    const half = type === undefined ? [] : [`stickiness.type=${type} does nothing without stickiness.enabled=true`];
    return { affinity: null, inert: half };
  }
  if (type !== undefined && type !== "source_ip") {
    return {
      affinity: null,
      inert: [`stickiness.type=${type} is refused for a Network Load Balancer, which sticks by source_ip only`],
    };
  }
  return { affinity: { mechanism: "source-ip", ttlSeconds: null }, inert: [] };
}

function drain(service: KubernetesObject, port: ListenerPort): Pick<Hop, "drainSeconds" | "drainAt"> {
  const { defaultSeconds, knob } = facts("aws-nlb").drain;
  const written = attributesOfTargetGroup(service, port).get(AWS_ATTRIBUTES.deregistrationDelay);
  const seconds =
    written === undefined ? undefined : secondsWithin(written, knob?.minimumSeconds ?? 0, knob?.maximumSeconds ?? null);
  const special = `target-group-attributes.${port.number}`;
  const name = isSet(annotation(service, special)) ? special : "target-group-attributes";
  const drainAt = { object: refOf(service), at: ["metadata", "annotations", AWS_SERVICE_PREFIX + name] };
  return { drainSeconds: seconds ?? defaultSeconds, drainAt };
}

function inertOnNlb(service: KubernetesObject, toPods: boolean): string[] {
  const inert = ofClassicAlone(service);
  if (attributes(annotation(service, "attributes")).has(AWS_ATTRIBUTES.albIdle)) {
    inert.push(`${AWS_ATTRIBUTES.albIdle} is an attribute of an ALB; the listener of this load balancer does not follow it`);
  }
  if (toPods && textAt(service, "spec", "sessionAffinity") === "ClientIP") {
    inert.push(
      "sessionAffinity: ClientIP is inert with ip targets: the load balancer sends to the pods itself; write target-group-attributes stickiness.enabled=true,stickiness.type=source_ip",
    );
  }
  return inert;
}

function notKnownYet(where: string): Partial<Hop> {
  return { limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
}

/** Every packet between a load balancer and a node or pod passes the connection tracking of the node's network interface. */
export function nodeTrackingHop(cluster: ClusterFacts): Hop {
  const { knob, marginSeconds } = facts("aws-node-eni").idle;
  const declared = cluster.nodeConntrackEstablishedSeconds;
  if (declared !== undefined) {
    return hopOf("aws-node-eni", {
      limit: "idle",
      idleSeconds: declared,
      from: "cluster.nodeConntrackEstablishedSeconds",
      writeIdle: (seconds) => `${knob?.keys[0]}: ${seconds + marginSeconds} in ${knob?.where}`,
    });
  }
  return hopOf("aws-node-eni", {
    from: "cluster.nodeConntrackEstablishedSeconds is not declared",
    settle:
      "declare cluster.nodeConntrackEstablishedSeconds: the instance type of the nodes and their launch template decide how long their network interfaces keep a silent connection",
  });
}

/** What the controller inside the cloud provider makes: a Network Load Balancer by `type: nlb`, else a Classic one. */
export function awsInTreeFront(service: KubernetesObject, cluster: ClusterFacts): Front {
  const network = annotation(service, "type") === "nlb";
  const kind = network ? "aws-nlb-in-tree" : "aws-classic-elb";
  const clock = network ? { from: `${nameOf(service)} annotation ${AWS_SERVICE_PREFIX}type: nlb` } : classicClock(service);
  const clientIp = textAt(service, "spec", "sessionAffinity") === "ClientIP";
  const hop = hopOf(kind, {
    ...clock,
    balances: true,
    inert: [...(clock.inert ?? []), ...(network ? unreadByInTree(service) : [])],
    notes: ["Where the AWS Load Balancer Controller set its class on creation, the live Service shows it and other rules apply."],
    ...(clientIp && {
      refuses: {
        because: "the in-tree controller refuses a Service with sessionAffinity: ClientIP and makes no load balancer",
        write: "spec.loadBalancerClass: service.k8s.aws/nlb",
        asked: "affinity" as const,
      },
    }),
    ...(network && {
      writeIdle: (seconds: number) =>
        `spec.loadBalancerClass: service.k8s.aws/nlb on a new Service, with ${writeListenerIdle(portsOf(service)[0] ?? { number: "<port>", name: undefined }, seconds)}`,
    }),
    ...(network && wantsStickiness(service) && { affinityUnknown: true, settle: WHOSE_IT_IS }),
    writeAffinity: () => `spec.loadBalancerClass: service.k8s.aws/nlb on a new Service, with ${WRITE_STICKINESS}`,
  });
  return { hops: [hop, nodeTrackingHop(cluster)], toPods: false };
}

const WHOSE_IT_IS = `whether the AWS Load Balancer Controller took the Service when it was created and reads its stickiness: ${AWS_SERVICE_PREFIX}type: external with ${AWS_SERVICE_PREFIX}nlb-target-type, or spec.loadBalancerClass: service.k8s.aws/nlb, says it`;

/** An attribute that only the controller outside the tree reads, whose webhook may have made the Service its own. */
function wantsStickiness(service: KubernetesObject): boolean {
  return attributes(annotation(service, "target-group-attributes")).get(AWS_ATTRIBUTES.stickinessEnabled) === "true";
}

function unreadByInTree(service: KubernetesObject): string[] {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return [];
  const unread = Object.keys(annotations).filter((key) => /aws-load-balancer-(listener-attributes|nlb-target-type)/.test(key));
  return [
    ...unread.map((key) => `${key} is read only by the AWS Load Balancer Controller, which leaves type: nlb to the in-tree one`),
    ...ofClassicAlone(service),
  ];
}

/** kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, EnsureLoadBalancer: what it sets of a Classic Load Balancer, behind the branch of an NLB. */
const CLASSIC_ALONE = ["connection-idle-timeout", "connection-draining-enabled", "connection-draining-timeout"];

function ofClassicAlone(service: KubernetesObject): string[] {
  return CLASSIC_ALONE.filter((name) => isSet(annotation(service, name))).map(
    (name) => `${AWS_SERVICE_PREFIX}${name} is for a Classic Load Balancer; this one does not read it`,
  );
}

function classicClock(service: KubernetesObject): Partial<Hop> & { from: string } {
  const { defaultSeconds, minimumSeconds, maximumSeconds, knob } = facts("aws-classic-elb").idle;
  const key = knob?.keys[0] ?? "";
  const where = `${nameOf(service)} annotation ${key}`;
  const written = annotationOf(service, key);
  const writeIdle = (promised: number): string => {
    const seconds = secondsToWrite("aws-classic-elb", promised);
    return seconds === undefined ? `a Classic Load Balancer reaches ${maximumSeconds} s at most` : `${key}: "${seconds}"`;
  };
  if (written === UNKNOWN) return { from: where, ...notKnownYet(where), writeIdle };
  if (!isSet(written)) return { from: `${where} is not set`, idleSeconds: defaultSeconds, writeIdle };
  const seconds = secondsWithin(written ?? "", minimumSeconds, maximumSeconds);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds, writeIdle };
  const inert = [
    `${key}: "${written}" is refused by AWS, which allows a whole number from ${rangeText(minimumSeconds, maximumSeconds)}`,
  ];
  return { from: `${where} is "${written}"`, idleSeconds: defaultSeconds, inert, writeIdle };
}

/** `type: external` hands the Service to a controller that then waits for a target type: nobody makes a load balancer. */
export function awsNobodyFront(service: KubernetesObject): Front {
  const hop = hopOf("aws-nlb", {
    from: `${nameOf(service)} annotation ${AWS_SERVICE_PREFIX}type: external without ${AWS_SERVICE_PREFIX}nlb-target-type`,
    balances: true,
    refuses: {
      because: "no controller makes a load balancer of it, and nothing says so",
      write: `spec.loadBalancerClass: service.k8s.aws/nlb, and ${AWS_SERVICE_PREFIX}nlb-target-type: ip`,
    },
  });
  return { hops: [hop], toPods: true };
}
