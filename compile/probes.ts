import type { Protocol } from "../path/model";
import { block, oneOf, seconds, text, wholeNumber } from "./check/fields";
import type { Problem } from "./check/problem";
import { portName, portName15, portNumberOf } from "./port";
import type { Service } from "./service";

/** How the kubelet asks a pod how it is. */
export interface Probe {
  /** `http`: a GET answered with 200 to 399. `tcp`: the port accepts a connection. `grpc`: the gRPC health service. Default: by protocol. */
  check?: "http" | "tcp" | "grpc";
  /** Path of the GET; only for `http`. */
  path?: string;
  /** Name of the port it asks, where that is one of `ports`. Default: the service's own. */
  port?: string;
  /** Seconds after the start of the container until the first try. 0 to 3600, default 0. */
  initialDelaySeconds: number;
  /** Seconds between two tries. 1 to 3600. */
  periodSeconds: number;
  /** Seconds until a try has failed. 1 to 300. */
  timeoutSeconds: number;
  /** Tries in a row that must succeed. 1 to 100; only readiness may ask for more than 1. */
  successThreshold: number;
  /** Tries in a row that must fail. 1 to 1000. */
  failureThreshold: number;
}

export interface Probes {
  /** Until this one succeeds no other is asked. Default: every 5 s, 12 times: 60 s for a pod to start. */
  startup: Probe;
  /** A pod that fails it is restarted, and all its connections are lost: it must not depend on a database. Default: every 10 s, 3 times. */
  liveness: Probe;
  /** A pod that fails it gets no new connections and keeps those it has. Default: every 5 s, 2 times. */
  readiness: Probe;
}

interface ProbeDefaults {
  path: string;
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

const DEFAULTS: Record<keyof Probes, ProbeDefaults> = {
  startup: { path: "/health/startup", periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 12 },
  liveness: { path: "/health/live", periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
  readiness: { path: "/health/ready", periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
};

function probeSchema(which: keyof Probes) {
  const defaults = DEFAULTS[which];
  return block({
    check: oneOf(["http", "tcp", "grpc"]).optional(),
    path: text("a path that begins with /, such as /health/ready", /^\/\S*$/).optional(),
    port: portName15().optional(),
    initialDelaySeconds: seconds(0, 3600).default(0),
    periodSeconds: seconds(1, 3600).default(defaults.periodSeconds),
    timeoutSeconds: seconds(1, 300).default(defaults.timeoutSeconds),
    // The API server refuses anything else for the two that end a container.
    successThreshold: wholeNumber("tries", 1, which === "readiness" ? 100 : 1).default(1),
    failureThreshold: wholeNumber("tries", 1, 1000).default(defaults.failureThreshold),
  }).prefault({});
}

export const probesSchema = block({
  startup: probeSchema("startup"),
  liveness: probeSchema("liveness"),
  readiness: probeSchema("readiness"),
});

const CHECK_OF: Record<Protocol, NonNullable<Probe["check"]>> = {
  websocket: "http",
  "http-stream": "http",
  grpc: "grpc",
  tcp: "tcp",
};

const NAMES = ["startup", "liveness", "readiness"] as const;

type Asked = Pick<Service, "probes" | "protocol"> & Partial<Pick<Service, "tls">>;

export function checkProbes(asked: Asked): Problem[] {
  return NAMES.flatMap((name) => {
    const { path } = asked.probes[name];
    const { check } = resolveProbe(name, asked);
    const problems: Problem[] = [];
    if (path !== undefined && check !== "http") {
      const message = `found ${path} for a ${check} probe, which asks no path. Remove it, or write check: http.`;
      problems.push({ path: `probes.${name}.path`, message });
    }
    if (check === "grpc" && asked.tls !== undefined) {
      const message = "found grpc with tls; the kubelet's gRPC probe speaks no TLS. Write check: tcp or http, or remove tls.";
      problems.push({ path: `probes.${name}.check`, message });
    }
    return problems;
  });
}

/** A probe with the defaults that follow from the protocol and from what it is for. */
export function resolveProbe(name: keyof Probes, { probes, protocol, tls }: Asked): Probe {
  // The kubelet's gRPC probe speaks no TLS.
  const standard = CHECK_OF[protocol] === "grpc" && tls !== undefined ? "tcp" : CHECK_OF[protocol];
  const { check = standard, path, ...timing } = probes[name];
  return { check, ...(check === "http" ? { path: path ?? DEFAULTS[name].path } : {}), ...timing };
}

/** The three probes of the container. The kubelet verifies no certificate. */
export function compileProbes(service: Service) {
  const own = portName(service);
  const compileOne = (name: (typeof NAMES)[number]) => {
    const { check, path, port = own, ...timing } = resolveProbe(name, service);
    if (check === "tcp") return { tcpSocket: { port }, ...timing };
    // gRPC probes take a number only.
    if (check === "grpc") return { grpc: { port: portNumberOf(service, port) }, ...timing };
    return { httpGet: { path, port, ...(service.tls !== undefined && port === own ? { scheme: "HTTPS" } : {}) }, ...timing };
  };
  return { startupProbe: compileOne("startup"), livenessProbe: compileOne("liveness"), readinessProbe: compileOne("readiness") };
}

/** The path of the readiness probe; undefined where it asks none. */
export const readinessPath = (service: Asked): string | undefined => resolveProbe("readiness", service).path;
