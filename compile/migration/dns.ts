import { EXTERNAL_DNS } from "../../path/facts/externalDns";
import type { KubernetesObject } from "../../path/objects";
import type { CompiledObject, Endpoint } from "../model";
import type { Service } from "../service";
import { holderOf, type Migration, type Phase } from "./index";

/** What the record is to say in one phase. */
export interface RecordPlan {
  host: string;
  /** The entry whose address it has. */
  target: string;
  ttlSeconds: number;
}

export function recordIn(phase: Phase, { from, to, dns }: Migration): RecordPlan | undefined {
  if (dns === undefined) return undefined;
  const ttlSeconds = phase === "done" ? dns.ttlSeconds : dns.loweredTtlSeconds;
  return { host: dns.host, target: holderOf({ from, to, phase }), ttlSeconds };
}

/** The record as a line of a zone file, or as near to one as it is known. */
export function recordLine({ host, ttlSeconds }: RecordPlan, address: string): string {
  // Whether an address or a name stands there is for the load balancer to choose.
  if (address.startsWith("<")) return `${host}. ${ttlSeconds} IN A or CNAME ${address}`;
  const type = address.includes(":") ? "AAAA" : /^[\d.]+$/.test(address) ? "A" : "CNAME";
  return `${host}. ${ttlSeconds} IN ${type} ${address}${type === "CNAME" ? "." : ""}`;
}

/**
 * Tells ExternalDNS by which of the two entries the name is published. A Service publishes only what it is annotated with; an Ingress
 * and a route publish their hosts as soon as they are there, so the one that has to wait is passed by.
 */
export function withExternalDns(objects: CompiledObject[], endpoints: Endpoint[], service: Service): CompiledObject[] {
  const { migration } = service;
  if (migration?.dns?.externalDns !== true) return objects;
  const { host, target, ttlSeconds } = recordIn(migration.phase, migration)!;
  const found = new Map<string, Record<string, string>>();
  for (const { entry, addressFrom, pathFrom = addressFrom } of endpoints) {
    if (pathFrom === undefined || ![migration.from, migration.to].includes(entry)) continue;
    const { logicalName } = pathFrom;
    const isService = objects.find((each) => each.logicalName === logicalName)?.object.kind === "Service";
    if (entry === target) found.set(logicalName, { hostname: host, ttl: String(ttlSeconds) });
    else if (!isService) found.set(logicalName, { controller: EXTERNAL_DNS.passedBy });
  }
  return objects.map((compiled) => {
    const settings = found.get(compiled.logicalName);
    return settings === undefined ? compiled : { ...compiled, object: annotated(compiled.object, settings) };
  });
}

/** The object with what tells ExternalDNS of a record, under both of its prefixes. */
export function annotated(object: KubernetesObject, settings: Record<string, string>): KubernetesObject {
  const written = EXTERNAL_DNS.prefixes.flatMap((prefix) =>
    Object.entries(settings).map(([key, value]) => [`${prefix}${key}`, value]),
  );
  const annotations = { ...object.metadata.annotations, ...(Object.fromEntries(written) as Record<string, string>) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether one of the objects has ExternalDNS publish the host by annotation. */
export function publishes(objects: CompiledObject[], host: string): boolean {
  return objects.some(({ object: { metadata } }) =>
    EXTERNAL_DNS.prefixes.some((prefix) => metadata.annotations?.[`${prefix}hostname`]?.split(/, */).includes(host)),
  );
}
