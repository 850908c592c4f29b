import * as net from "node:net";
import { PROMISE_RANGES } from "../path/declarations";
import type { ConnectionPromise, Protocol } from "../path/model";
import { valueAt } from "../path/value";
import { drainOf } from "../compile/drain";
import { entryName } from "../compile/entry";
import type { ExaminedService } from "../compile/examine";
import { selectorOf } from "../compile/labels";
import type { Endpoint } from "../compile/model";
import type { ExaminedStack } from "../compile/parse";
import { portName, throughPort } from "../compile/port";
import type { Service } from "../compile/service";
import { isExisting, workloadKind } from "../compile/workload";
import { hostOf } from "./connect/dial";
import { endpointsOfStack } from "./endpoints/ofStack";
import { keyOf, type Located, type Place } from "./locate";
import type { Target, TargetEntry, Unlocated } from "./model";
import { shownUrl } from "./shownUrl";

/** What the command line may say of a promise that no stack file makes. */
export interface WantedPromise {
  idleSeconds?: number;
  drainSeconds?: number;
  affinity?: "client" | "none";
  cookieName?: string;
}

const PROTOCOLS: Record<string, Protocol> = {
  ws: "websocket",
  wss: "websocket",
  http: "http-stream",
  https: "http-stream",
  grpc: "grpc",
  grpcs: "grpc",
  tcp: "tcp",
  tls: "tcp",
};

/** One way in of which nothing is known but its URL. */
export function targetOfUrl(url: string, wanted: WantedPromise): Target {
  const { protocol, hostname } = new URL(url);
  const { idleSeconds, drainSeconds, ttlSeconds } = PROMISE_RANGES;
  const promise: ConnectionPromise = {
    idleSeconds: wanted.idleSeconds ?? idleSeconds.standard,
    drainSeconds: wanted.drainSeconds ?? drainSeconds.standard,
    affinity: {
      mode: wanted.affinity ?? "none",
      ttlSeconds: ttlSeconds.standard,
      ...(wanted.cookieName !== undefined && { cookieName: wanted.cookieName }),
    },
  };
  const entry = { service: hostname, entry: "url", url, protocol: PROTOCOLS[protocol.slice(0, -1)]!, promise };
  return { title: shownUrl(url), entries: [entry], own: [] };
}

/** Every way in of a stack, as its file describes it, at the addresses it was given. */
export function targetOfStack(name: string, { stack, services }: ExaminedStack, located: Located): Target {
  const entries: TargetEntry[] = [];
  const unlocated: Unlocated[] = [];
  for (const examined of services) {
    for (const endpoint of examined.compiled.endpoints) {
      const found = located.get(keyOf(examined.service.name, endpoint.entry));
      if (found !== undefined) entries.push(entryOf(examined, endpoint, found, stack));
      else unlocated.push({ service: examined.service.name, entry: endpoint.entry, url: endpoint.url });
    }
  }
  const { context, uid } = stack.access;
  return {
    title: `stack ${name}`,
    entries,
    endpoints: endpointsOfStack(stack, entries),
    own: [...new Set(entries.flatMap((entry) => ownOf(entry, services)))],
    ...(unlocated.length > 0 && { unlocated }),
    ...(context !== undefined && { cluster: { context, ...(uid !== undefined && { uid }) } }),
  };
}

function entryOf(
  { service, compiled, verdicts }: ExaminedService,
  { entry }: Endpoint,
  { url, address }: Place,
  { cluster }: ExaminedStack["stack"],
): TargetEntry {
  const found = service.entries.find((each) => entryName(each) === entry);
  const seen = throughPort(service, found?.targetPort);
  const path = verdicts.find((verdict) => verdict.entry === entry)?.path;
  const pods = service.workload.declared?.replicas ?? (isExisting(service) ? undefined : service.scaling.min);
  const healthPath = healthPathOf(seen, compiled);
  return {
    service: service.name,
    namespace: compiled.namespace,
    entry,
    url: seen.protocol === "grpc" ? url.replace(/^http/, "grpc") : url,
    protocol: seen.protocol,
    promise: service.promise,
    ...(path && { path }),
    ...(isExisting(service) ? {} : { drain: drainOf(service, cluster), workload: workloadOf(service) }),
    ...(pods !== undefined && { pods }),
    selector: selectorOf(service),
    ...(healthPath !== undefined && { healthPath }),
    ...(address !== undefined && { address }),
  };
}

const workloadOf = (service: Service) => ({ kind: workloadKind(service), name: service.name });

/** The page that the kubelet asks whether a pod is ready, where it is on the port of this way in. */
function healthPathOf(seen: Service, { objects }: ExaminedService["compiled"]): string | undefined {
  const workload = objects.find(({ object }) => object.kind === workloadKind(seen))?.object;
  const probe = valueAt(workload, "spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet");
  const { path, port } = (probe ?? {}) as { path?: string; port?: string | number };
  return port === portName(seen) || port === seen.port ? path : undefined;
}

/** Its load balancer's address, and an address in its URL. A name that a record leads somewhere is not proof that it leads there. */
function ownOf({ url, address, service, entry }: TargetEntry, services: ExaminedService[]): string[] {
  const host = hostOf(new URL(url));
  const { compiled } = services.find((examined) => examined.service.name === service)!;
  const endpoint = compiled.endpoints.find((each) => each.entry === entry)!;
  const fromStatus = endpoint.url.includes("<address>") || net.isIP(host) !== 0 ? [host] : [];
  return [...fromStatus, ...(address !== undefined && isPlace(address) ? [address] : [])];
}

/** An output may say in words that the address is elsewhere. */
const isPlace = (address: string): boolean => net.isIP(address) !== 0 || /^[\w-]+(\.[\w-]+)+\.?$/.test(address);
