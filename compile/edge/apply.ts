import { nearest, problemsOf, type Problem } from "../check/problem";
import type { Entry } from "../entry";
import { entryName, objectNameOf } from "../entry/kind";
import { Hole } from "../model";
import type { DraftSurroundings } from "../stack";
import { abilitiesOf, subjectOf, type AddressKeeper, type CertificateKeeper } from "./ability";
import { EDGE_FIELDS, type CertificateArgs, type EdgeArgs, type StaticIpArgs } from "./fields";

const KEYS = Object.keys(EDGE_FIELDS) as (keyof EdgeArgs)[];

/** Keys of an entry that say the same as one of its edges. */
const SAME: Record<keyof EdgeArgs, string[]> = {
  certificate: ["tls"],
  staticIp: ["eipAllocations", "publicIpName", "staticAddress"],
  dns: [],
};

/** What every kind takes, and no kind's own schema names. */
const EVERYWHERE = [...KEYS, "targetPort"];

/** Says of a key that no kind has whether one was meant that all have. */
export function withEdgeNames({ path, message }: Problem): Problem {
  const removed = / Remove it\.$/;
  const meant = message.startsWith("unknown key") && removed.test(message) ? nearest(path, EVERYWHERE) : undefined;
  return { path, message: meant === undefined ? message : message.replace(removed, ` Did you mean ${meant}?`) };
}

/** Takes the edges out of an entry as a user writes it; its kind checks the rest. */
export function takeEdges(raw: unknown): { rest: unknown; edges?: EdgeArgs; problems: Problem[] } {
  const written = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  const keys = KEYS.filter((key) => Object.hasOwn(written, key) && written[key] !== undefined);
  if (keys.length === 0) return { rest: raw, problems: [] };
  const rest = Object.fromEntries(Object.entries(written).filter(([key]) => !KEYS.includes(key as keyof EdgeArgs)));
  const problems: Problem[] = [];
  const edges: Record<string, unknown> = {};
  for (const key of keys) {
    const parsed = EDGE_FIELDS[key].safeParse(written[key]);
    if (parsed.success) edges[key] = parsed.data;
    else problems.push(...problemsOf(parsed.error, [key]));
    for (const other of SAME[key].filter((name) => rest[name] !== undefined)) {
      const message = `found beside ${key}, which says the same in another way. Remove one of the two.`;
      problems.push({ path: other, message });
    }
  }
  return { rest, edges: edges as EdgeArgs, problems };
}

/** The entry with its edges, and with what follows from them in the keys that its kind compiles: a certificate, an address. */
export function withEdges(entry: Entry, edges: EdgeArgs, service: string, surroundings: DraftSurroundings): Entry {
  const { platform } = surroundings;
  if (platform === undefined) return { ...entry, edges };
  const { certificate, staticIp } = abilitiesOf(subjectOf(entry), platform);
  const place = { entry, service, surroundings };
  return {
    ...entry,
    edges,
    ...(edges.certificate === undefined || certificate.no !== undefined
      ? {}
      : { tls: tlsOf(certificate.keeper, edges.certificate, place) }),
    ...(edges.staticIp === undefined || staticIp.no !== undefined ? {} : addressOf(staticIp.keeper, edges.staticIp, place)),
  } as Entry;
}

interface Place {
  entry: Entry;
  service: string;
  surroundings: DraftSurroundings;
}

function tlsOf(keeper: CertificateKeeper, { mode, id = "" }: CertificateArgs, place: Place): object {
  const { entry, service, surroundings } = place;
  const own = mode !== "import";
  switch (keeper) {
    case "acm":
      return { certificateArn: own ? new Hole("certificate", service, entryName(entry)) : id };
    case "certificate-manager":
      return { certificateMap: own ? objectNameOf({ name: service }, entry) : id };
    case "google-managed":
      return own ? { managed: true } : { preSharedCertificates: [id] };
    case "cert-manager":
      return own ? { clusterIssuer: surroundings.certManager?.clusterIssuer ?? "" } : { secretName: id };
  }
}

function addressOf(keeper: AddressKeeper, { mode, name, allocationIds, resourceGroup }: StaticIpArgs, place: Place): object {
  const { entry, service, surroundings } = place;
  const called = name ?? objectNameOf({ name: service }, entry);
  switch (keeper) {
    case "elastic-ip": {
      const { subnets: own } = entry as { subnets?: string[] };
      const subnets = own ?? (mode === "create" ? surroundings.aws?.subnets : undefined);
      const holes = (subnets ?? []).map((_subnet, index) => new Hole("elastic-ip", service, `${entryName(entry)}.${index}`));
      return { eipAllocations: mode === "create" ? holes : allocationIds, ...(subnets === undefined ? {} : { subnets }) };
    }
    case "azure-public-ip":
      return { publicIpName: called, resourceGroup: resourceGroup ?? surroundings.azure?.resourceGroup };
    case "gcp-regional":
    case "gcp-global":
      return { staticAddress: called };
    case "metallb":
      return {};
  }
}
