import { DNS_ENDPOINT } from "../../path/facts/edges";
import { EXTERNAL_DNS } from "../../path/facts/externalDns";
import { entryName, type Entry } from "../entry";
import { objectNameOf, type CompiledEntry } from "../entry/kind";
import { metadataOf } from "../labels";
import { openEntries, holderOf } from "../migration";
import { annotated, recordIn } from "../migration/dns";
import type { CompiledObject, Endpoint, Need } from "../model";
import { afterNamespace } from "../namespace";
import type { Service } from "../service";
import type { Surroundings } from "../stack";
import { abilitiesOf, subjectOf, type AddressKeeper, type RecordTarget } from "./ability";
import { viaOf } from "./check";
import type { DnsVia } from "./fields";
import { edgeWords } from "./words";

/** How long resolvers keep a record where nobody says otherwise. */
const DEFAULT_TTL_SECONDS = 300;

/** A certificate that a cloud makes or has. */
export interface CertificatePlan {
  entry: string;
  keeper: "acm" | "certificate-manager";
  mode: "create" | "lookup";
  /** Of a map of Google; an ACM certificate has none. */
  name: string;
  /** Every name it is for, the host first. With `lookup` the one it was made for. */
  domains: string[];
  /** The names that are proved, each by one record: a name and the wildcard below it share theirs. */
  provedDomains: string[];
}

/** An address that a cloud reserves. */
export interface AddressPlan {
  entry: string;
  keeper: Exclude<AddressKeeper, "metallb">;
  name: string;
  /** One for each subnet on AWS; else 1. */
  count: number;
  /** Azure: first label of the name that Azure gives the address. */
  dnsLabel?: string;
}

/** The record of a host. */
export interface RecordPlan {
  host: string;
  /** The entry that it leads to. */
  entry: string;
  target: RecordTarget;
  ttlSeconds: number;
  /** How it is kept; undefined where the line is only printed. */
  via?: DnsVia;
  /** Whether it stands before the load balancer, by its reserved address: a certificate is proved by reaching the host. */
  first: boolean;
}

/** Everything beside the cluster's objects that the entries of a service need, in the order of the entries. */
export interface ServiceEdges {
  certificates: CertificatePlan[];
  addresses: AddressPlan[];
  records: RecordPlan[];
}

/** What the clouds have to make for a service. Decided by the configuration alone, so that every preview shows all of it. */
export function edgesOf(service: Service, surroundings: Surroundings): ServiceEdges {
  const entries = openEntries(service).filter(({ edges }) => edges !== undefined);
  return {
    certificates: entries.flatMap((entry) => certificateOf(entry, service, surroundings)),
    addresses: entries.flatMap((entry) => addressOf(entry, service, surroundings)),
    records: entries.flatMap((entry) => recordOf(entry, service, surroundings)),
  };
}

const bare = (domain: string): string => domain.replace(/^\*\./, "");

function certificateOf(entry: Entry, service: Service, { platform }: Surroundings): CertificatePlan[] {
  const ability = abilitiesOf(subjectOf(entry), platform).certificate;
  const asked = entry.edges?.certificate;
  if (asked === undefined || ability.no !== undefined || asked.mode === "import") return [];
  const { keeper } = ability;
  if (keeper !== "acm" && keeper !== "certificate-manager") return [];
  const { host } = entry as { host: string };
  const create = asked.mode === "create";
  const domains = create ? [...new Set([host, ...(asked.alternativeNames ?? [])])] : [asked.domain ?? host];
  return [
    {
      entry: entryName(entry),
      keeper,
      mode: asked.mode,
      name: objectNameOf(service, entry),
      domains,
      provedDomains: create ? [...new Set(domains.map(bare))] : [],
    },
  ];
}

function addressOf(entry: Entry, service: Service, { platform }: Surroundings): AddressPlan[] {
  const ability = abilitiesOf(subjectOf(entry), platform).staticIp;
  const asked = entry.edges?.staticIp;
  // An address of MetalLB is pinned in any case, and nobody has to reserve it.
  if (asked?.mode !== "create" || ability.no !== undefined || ability.keeper === "metallb") return [];
  const { subnets = [], dnsLabel } = entry as { subnets?: string[]; dnsLabel?: string };
  const count = ability.keeper === "elastic-ip" ? subnets.length : 1;
  const name = asked.name ?? objectNameOf(service, entry);
  return [{ entry: entryName(entry), keeper: ability.keeper, name, count, ...(dnsLabel === undefined ? {} : { dnsLabel }) }];
}

function recordOf(entry: Entry, service: Service, { platform }: Surroundings): RecordPlan[] {
  const ability = abilitiesOf(subjectOf(entry), platform).dns;
  const asked = entry.edges?.dns;
  if (asked === undefined || ability.no !== undefined) return [];
  const { migration } = service;
  const { host } = entry as { host: string };
  const name = entryName(entry);
  const moved = migration !== undefined && [migration.from, migration.to].includes(name);
  // One name leads to one of the two while clients go from one to the other.
  if (moved && holderOf(migration) !== name && bothRecord(service, host)) return [];
  const lowered = moved && migration.dns?.host === host ? recordIn(migration.phase, migration)?.ttlSeconds : undefined;
  const via = viaOf(asked, ability);
  return [
    {
      host,
      entry: name,
      target: ability.target,
      ttlSeconds: lowered ?? asked.ttlSeconds ?? DEFAULT_TTL_SECONDS,
      ...(via === undefined ? {} : { via }),
      first: via === "records" && isProvedByReaching(entry) && entry.edges?.staticIp?.mode === "create",
    },
  ];
}

function bothRecord({ entries, migration }: Service, host: string): boolean {
  const both = entries.filter((entry) => [migration?.from, migration?.to].includes(entryName(entry)));
  return (
    both.filter(({ edges, ...entry }) => edges?.dns !== undefined && (entry as { host?: string }).host === host).length === 2
  );
}

/** Google looks at the host itself, which has to lead to the load balancer by then. */
const isProvedByReaching = (entry: Entry): boolean => (entry as { tls?: { managed?: boolean } }).tls?.managed === true;

/** Needs of an entry that are none where the stack makes them. */
const MADE_HERE = ["public IP of Azure", "static address of Google", "certificate map of Google"];

/** What an entry became, to come after what a cloud makes for it. */
export function afterEdges(compiled: CompiledEntry, entry: Entry, service: Service, surroundings: Surroundings): CompiledEntry {
  if (entry.edges === undefined) return compiled;
  const plan = edgesOf(service, surroundings);
  const own = edgesOf({ ...service, entries: [entry] }, surroundings);
  const words = edgeWords(entry, plan, surroundings, service);
  const endpoint = words.length === 0 ? compiled.endpoint : { ...compiled.endpoint, edges: words };
  const waits = own.certificates.length + own.addresses.length > 0 || own.records.some(({ first }) => first);
  if (!waits) return { ...compiled, endpoint };
  const made = [...own.addresses, ...own.certificates].map(({ name }) => name);
  const needs = compiled.needs.filter(({ kind, name }) => !(MADE_HERE.includes(kind) && made.includes(name)));
  return { ...compiled, endpoint, needs, objects: compiled.objects.map((object) => ({ ...object, edgesOf: entryName(entry) })) };
}

/** The objects of the entries, by which ExternalDNS learns of the records that it is to keep. */
export function withRecords(
  objects: CompiledObject[],
  endpoints: Endpoint[],
  service: Service,
  surroundings: Surroundings,
): CompiledObject[] {
  if (service.entries.every(({ edges }) => edges?.dns === undefined)) return objects;
  const { records } = edgesOf(service, surroundings);
  const settings = new Map<string | undefined, Record<string, string>>(
    records
      .filter(({ via }) => via === "external-dns")
      .map(({ host, entry, ttlSeconds, target }): [string | undefined, Record<string, string>] => {
        const { addressFrom, pathFrom = addressFrom } = endpoints.find((endpoint) => endpoint.entry === entry)!;
        const leads = target === "declared" ? { target: surroundings.ingressAddress! } : undefined;
        return [pathFrom?.logicalName, { hostname: host, ttl: String(ttlSeconds), ...leads }];
      }),
  );
  // The one that has to wait for its turn would publish its host by itself; a Service publishes only what it is annotated with.
  for (const { entry, addressFrom, pathFrom = addressFrom } of endpoints) {
    const args = service.entries.find((each) => entryName(each) === entry)!;
    const ability = abilitiesOf(subjectOf(args), surroundings.platform).dns;
    const asked = args.edges?.dns;
    if (asked === undefined || ability.no !== undefined || viaOf(asked, ability) !== "external-dns") continue;
    const own = objects.find(({ logicalName }) => logicalName === pathFrom?.logicalName);
    if (records.some((record) => record.entry === entry) || own?.object.kind === "Service") continue;
    settings.set(pathFrom?.logicalName, { controller: EXTERNAL_DNS.passedBy });
  }
  const published = objects.map((compiled) => {
    const found = settings.get(compiled.logicalName);
    return found === undefined ? compiled : { ...compiled, object: annotated(compiled.object, found) };
  });
  return [...published, ...dnsEndpoints(service, records, endpoints, surroundings)];
}

/** The records that ExternalDNS reads from an object of its own kind: of addresses that are written down. */
function dnsEndpoints(
  service: Service,
  records: RecordPlan[],
  endpoints: Endpoint[],
  { ingressAddress }: Surroundings,
): CompiledObject[] {
  const kept = records.filter(({ via }) => via === "dns-endpoint");
  return kept.map(({ host, entry: name, ttlSeconds }) => {
    const entry = service.entries.find((each) => entryName(each) === name)!;
    const { address, addressFrom } = endpoints.find((endpoint) => endpoint.entry === name)!;
    const target = address ?? ingressAddress!;
    const recordType = target.includes(":") ? "AAAA" : "A";
    return {
      logicalName: `${name}-dns-endpoint`,
      object: {
        apiVersion: DNS_ENDPOINT.apiVersion,
        kind: "DNSEndpoint",
        metadata: metadataOf(service, objectNameOf(service, entry)),
        spec: { endpoints: [{ dnsName: host, recordType, recordTTL: ttlSeconds, targets: [target] }] },
      },
      after: [...afterNamespace(service), addressFrom!.logicalName],
      why: [
        "The address is written down, so the record can say it; ExternalDNS writes it where its own configuration says, by RFC 2136 too.",
      ],
    };
  });
}

/** What has to run in the cluster for the records to appear. */
export function edgeNeeds(service: Service, surroundings: Surroundings): Need[] {
  const { records, addresses } = edgesOf(service, surroundings);
  const { resourceGroup, clusterPrincipalId } = surroundings.azure ?? {};
  const roles = clusterPrincipalId === undefined && addresses.some(({ keeper }) => keeper === "azure-public-ip");
  const role = {
    kind: "role of Azure",
    name: `Network Contributor on resource group ${resourceGroup}`,
    why: "the cluster's identity takes the addresses there by it",
  };
  const ofRecords = records.flatMap(({ host, via }): Need[] => {
    if (via === "external-dns") return [{ kind: "controller", name: "external-dns", why: `it keeps the record of ${host}` }];
    if (via !== "dns-endpoint") return [];
    const why = `ExternalDNS keeps the record of ${host} by it, with crd among its sources`;
    return [{ kind: "CustomResourceDefinition", name: "dnsendpoints.externaldns.k8s.io", why }];
  });
  return [...(roles ? [role] : []), ...ofRecords];
}
