import type { Protocol } from "../path/model";
import { block, list, oneOf, portNumber, text } from "./check/fields";
import { below, nearest, pathText, type Problem } from "./check/problem";
import { PROTOCOLS } from "../path/model";
import type { Service } from "./service";

/** A further port of the pods, beside the service's own. */
export interface ServicePort {
  /** By which entries, probes and metrics name it. Up to 15 lower-case letters, digits and hyphens. */
  name: string;
  /** The number, on the container and inside the cluster. 1 to 65535. */
  port: number;
  /** What its connections carry. Default: as the service's own. */
  protocol?: Protocol;
}

export const portName15 = () =>
  text(
    "the name of a port: up to 15 lower-case letters, digits and hyphens, with a letter",
    /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
  );

export const portsSchema = list(
  block({ name: portName15(), port: portNumber(), protocol: oneOf(PROTOCOLS).optional() }),
  "further ports, each with name and port",
);

const PORT_NAMES: Record<Protocol, string> = { websocket: "http", "http-stream": "http", grpc: "grpc", tcp: "tcp" };

/** The port inside the cluster of the service's own port. */
export const CLUSTER_PORT = 80;

/** The name of the port that connections go to, on the container and on every Service. */
export function portName({ protocol, routedPort }: Pick<Service, "protocol" | "routedPort">): string {
  return routedPort ?? PORT_NAMES[protocol];
}

/** Its number on the Service inside the cluster. */
export function clusterPort({ routedPort, port }: Pick<Service, "routedPort" | "port">): number {
  return routedPort === undefined ? CLUSTER_PORT : port;
}

const APP_PROTOCOLS: Partial<Record<Protocol, string>> = { websocket: "kubernetes.io/ws", grpc: "kubernetes.io/h2c" };
/** The same where the pods speak TLS; Kubernetes has no word of its own for the other two. */
const TLS_APP_PROTOCOLS: Partial<Record<Protocol, string>> = {
  websocket: "kubernetes.io/wss",
  "http-stream": "https",
  grpc: "https",
};

/**
 * One port of a Service. `appProtocol` tells gateways and meshes what the bytes are; kube-proxy, MetalLB and controllers that
 * serve Ingresses do not look at it. Pods of others may have given their ports no names.
 */
export function servicePort(service: Service, port: number) {
  const appProtocol = (service.tls === undefined ? APP_PROTOCOLS : TLS_APP_PROTOCOLS)[service.protocol];
  const name = portName(service);
  const targetPort = service.workload.mode === "existing" ? service.port : name;
  return { name, port, targetPort, protocol: "TCP", ...(appProtocol === undefined ? {} : { appProtocol }) };
}

/** Every port of the Service inside the cluster. */
export function servicePorts(service: Service) {
  return [service, ...service.ports.map(({ name }) => throughPort(service, name))].map((each) =>
    servicePort(each, clusterPort(each)),
  );
}

/** Every port of the container. */
export function containerPorts(service: Service) {
  return [service, ...service.ports.map(({ name }) => throughPort(service, name))].map((each) => {
    return { name: portName(each), containerPort: each.port, protocol: "TCP" };
  });
}

type Routed = Partial<Pick<Service, "port" | "ports" | "protocol" | "probes" | "routedPort" | "tls">>;

/** The service as an entry sees it that leads to one of the further ports, at which the pods speak in the clear. */
export function throughPort<Seen extends Routed>(service: Seen, targetPort: string | undefined): Seen {
  const found = service.ports?.find(({ name }) => name === targetPort);
  if (found === undefined) return service;
  const { probes } = service;
  // A load balancer asks the port it sends to, where only a probe of that port says what it answers.
  const asked = probes === undefined || probes.readiness.port === found.name;
  const readiness = asked ? probes?.readiness : { ...probes.readiness, check: "tcp", path: undefined };
  const seen = {
    ...service,
    port: found.port,
    protocol: found.protocol ?? service.protocol,
    routedPort: found.name,
    ...(probes === undefined ? {} : { probes: { ...probes, readiness } }),
  } as Seen;
  delete seen.tls;
  return seen;
}

/** The number behind the name of a port; undefined for a name that no port has. */
export function portNumberOf(service: Routed & { port?: number; protocol?: Protocol }, name: string): number | undefined {
  const own = service.protocol === undefined ? undefined : portName({ protocol: service.protocol });
  return name === own ? service.port : service.ports?.find((port) => port.name === name)?.port;
}

/** What is wrong between the ports, and with the names by which others mean them. */
export function checkPorts(draft: Partial<Service>, targets: { index: number; targetPort?: string }[]): Problem[] {
  const { port, ports = [], protocol = "websocket", probes, metrics } = draft;
  const own = portName({ protocol });
  const problems = ports.flatMap(({ name, port: number }, index) => {
    const others = [{ name: own, port }, ...ports.slice(0, index)];
    const at = (key: string, found: string | number) => [
      {
        path: pathText(["ports", index, key]),
        message: `found ${found}, which another port of the service has too. Choose another.`,
      },
    ];
    if (others.some((other) => other.name === name)) return at("name", name);
    if (others.some((other) => other.port === number)) return at("port", number);
    if (number !== CLUSTER_PORT) return [];
    const message = `found ${CLUSTER_PORT}, at which the Service inside the cluster has the service's own port. Make this one the service's own port, or choose another.`;
    return [{ path: pathText(["ports", index, "port"]), message }];
  });
  const names = [...new Set([own, ...ports.map(({ name }) => name)])];
  const known = (path: string, name: string | undefined): Problem[] => {
    // Ports in which something else is wrong have names that are not known yet.
    if (name === undefined || names.includes(name) || draft.ports === undefined) return [];
    const meant = nearest(name, names);
    return [
      {
        path,
        message: `found ${name}; allowed: the name of a port (${names.join(", ")}). ${meant ? `Did you mean ${meant}?` : "Add it to ports."}`,
      },
    ];
  };
  return [
    ...problems,
    ...(["startup", "liveness", "readiness"] as const).flatMap((which) => known(`probes.${which}.port`, probes?.[which].port)),
    ...known("metrics.port", metrics?.port),
    ...targets.flatMap(({ index, targetPort }) =>
      below(
        ["entries", index],
        targetPort !== undefined && targetPort === metrics?.port && targetPort !== own
          ? [
              {
                path: "targetPort",
                message: `found ${targetPort}, the port of the metrics, which are never for clients. Choose another port, or remove metrics.port.`,
              },
            ]
          : known("targetPort", targetPort),
      ),
    ),
  ];
}
