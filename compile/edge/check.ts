import { AWS_ALIAS_TTL } from "../../path/facts/edges";
import type { Problem } from "../check/problem";
import type { Entry } from "../entry";
import type { DraftSurroundings, Platform } from "../stack";
import { abilitiesOf, subjectOf, type Abilities, type Ability, type CertificateKeeper } from "./ability";
import type { CertificateArgs, DnsArgs, StaticIpArgs } from "./fields";

interface Asked {
  entry: Entry;
  platform: Platform;
  host?: string;
  surroundings: DraftSurroundings;
}

/** What is wrong with the edges of an entry; paths are relative to it. */
function checkEdges(entry: Entry, surroundings: DraftSurroundings): Problem[] {
  const { platform } = surroundings;
  const edges = entry.edges ?? {};
  if (platform === undefined) return [];
  const host = "host" in entry ? (entry.host as string | undefined) : undefined;
  const asked: Asked = { entry, platform, surroundings, ...(host === undefined ? {} : { host }) };
  const abilities = abilitiesOf(subjectOf(entry), platform);
  return [
    ...checked("certificate", edges.certificate, abilities.certificate, asked, checkCertificate),
    ...checked("staticIp", edges.staticIp, abilities.staticIp, asked, checkStaticIp),
    ...checked("dns", edges.dns, abilities.dns, asked, checkDns),
  ];
}

/** Which edge a key of a kind followed from. */
const FROM = { tls: "certificate", eipAllocations: "staticIp", publicIpName: "staticIp", staticAddress: "staticIp" } as const;

const keyOf = ({ path }: Problem): string => path.split(/[.[]/)[0]!;

/**
 * What is wrong with an entry and its edges.
 *
 * @param ofKind what its kind says. Of a key that followed from an edge it is told at that edge, unless that is told about already.
 */
export function withEdgeProblems(entry: Entry, surroundings: DraftSurroundings, ofKind: Problem[]): Problem[] {
  const { edges } = entry;
  if (edges === undefined) return ofKind;
  const own = checkEdges(entry, surroundings);
  const told = new Set(own.map(keyOf));
  const others = ofKind.flatMap((problem) => {
    const from = FROM[keyOf(problem) as keyof typeof FROM];
    if (from === undefined || edges[from] === undefined) return [problem];
    return told.has(from) || surroundings.cloudsUnread === true ? [] : [{ ...problem, path: from }];
  });
  return [...own, ...others];
}

/** What an entry cannot have at all is told with what can; the rest is looked at. */
function checked<Args extends { mode: string }, Can>(
  key: string,
  args: Args | undefined,
  ability: Ability<Can>,
  asked: Asked,
  check: (args: Args, can: Can, asked: Asked) => Problem[],
): Problem[] {
  if (args === undefined) return [];
  if (ability.no !== undefined) {
    return [{ path: key, message: `found at ${titleOf(asked.entry)} on ${asked.platform}: ${ability.no}.` }];
  }
  return check(args, ability as Can, asked).map((problem) => ({
    ...problem,
    path: problem.path === "" ? key : `${key}.${problem.path}`,
  }));
}

const titleOf = (entry: Entry): string =>
  entry.kind === "gateway" ? `gateway (${(entry as { implementation: string }).implementation})` : entry.kind;

const inert = (path: string, found: string, where: string, wayOut = "Remove it."): Problem => ({
  path,
  message: `found ${found} ${where}, where nothing reads it. ${wayOut}`,
});

type CanCertificate = Exclude<Abilities["certificate"], { no: string }>;

const ID_SHAPES: Record<CertificateKeeper, { what: string; shape: RegExp }> = {
  acm: {
    what: "the ARN of a certificate of AWS Certificate Manager",
    shape: /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
  },
  "certificate-manager": { what: "the name of a certificate map of Google", shape: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/ },
  "google-managed": { what: "the name of a certificate that Google Cloud has", shape: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/ },
  "cert-manager": { what: "the name of a Secret", shape: /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/ },
};

/** Which of them can be for more names than the entry's own host. */
const TAKES_NAMES: CertificateKeeper[] = ["acm", "certificate-manager"];

function checkCertificate(args: CertificateArgs, { keeper, modes }: CanCertificate, asked: Asked): Problem[] {
  const { mode, id, domain, alternativeNames, tlsPolicy } = args;
  if (!modes.includes(mode)) {
    const message = `found ${mode} at ${titleOf(asked.entry)} on ${asked.platform}; allowed: ${modes.join(", ")}.`;
    return [{ path: "mode", message }];
  }
  const problems: Problem[] = [];
  const { what, shape } = ID_SHAPES[keeper];
  if (mode === "import" && id === undefined) problems.push({ path: "id", message: `missing; mode: import needs it: ${what}.` });
  if (mode === "import" && id !== undefined && !shape.test(id)) {
    problems.push({ path: "id", message: `found ${JSON.stringify(id)}; allowed: ${what}.` });
  }
  if (mode !== "import" && id !== undefined) {
    problems.push(inert("id", id, `with mode: ${mode}`, "Remove it, or write mode: import."));
  }
  if (mode !== "lookup" && domain !== undefined) problems.push(inert("domain", domain, `with mode: ${mode}`));
  if (alternativeNames !== undefined && (mode !== "create" || !TAKES_NAMES.includes(keeper))) {
    const where = mode === "create" ? `at ${titleOf(asked.entry)}, whose certificate is for its host` : `with mode: ${mode}`;
    problems.push(inert("alternativeNames", alternativeNames.join(", "), where));
  }
  if (tlsPolicy !== undefined && keeper !== "acm") {
    problems.push(inert("tlsPolicy", tlsPolicy, `at ${titleOf(asked.entry)}, whose listener takes no policy of AWS`));
  }
  if (asked.host === undefined && mode !== "import") {
    problems.push({ path: "", message: "found without a host for which it could be. Write host." });
  }
  return [...problems, ...checkNames(args, asked), ...(mode === "create" ? checkMaker(keeper, asked) : [])];
}

const covers = (domain: string, host: string): boolean =>
  domain === host || (domain.startsWith("*.") && host.split(".").slice(1).join(".") === domain.slice(2));

function checkNames({ mode, domain, alternativeNames = [] }: CertificateArgs, { host, surroundings }: Asked): Problem[] {
  const problems: Problem[] = [];
  if (mode === "lookup" && domain !== undefined && host !== undefined && !covers(domain, host)) {
    const parent = host.split(".").slice(1).join(".");
    problems.push({ path: "domain", message: `found ${domain}, which is not for ${host}; allowed: ${host} or *.${parent}.` });
  }
  const { dnsZone } = surroundings;
  if (dnsZone === undefined || mode !== "create") return problems;
  for (const [index, name] of alternativeNames.entries()) {
    const bare = name.replace(/^\*\./, "");
    if (bare === dnsZone || bare.endsWith(`.${dnsZone}`)) continue;
    const message = `found ${name}; allowed: names in ${dnsZone} (holdfast:dnsZone), where the record can be written that proves them.`;
    problems.push({ path: `alternativeNames[${index}]`, message });
  }
  return problems;
}

const isZoneMissing = ({ dnsZone, cloudsUnread }: DraftSurroundings): boolean => dnsZone === undefined && cloudsUnread !== true;

/** What has to be there for a certificate to be made. */
function checkMaker(keeper: CertificateKeeper, { surroundings }: Asked): Problem[] {
  if ((keeper === "acm" || keeper === "certificate-manager") && surroundings.dnsZone === undefined) {
    const message =
      "found create without holdfast:dnsZone; a record in that zone proves the name. Write the zone, or mode: import.";
    return [{ path: "mode", message }];
  }
  if (keeper === "cert-manager" && surroundings.certManager === undefined && surroundings.cloudsUnread !== true) {
    const message =
      "found create without holdfast:certManager, which says who signs the certificates that are kept in the cluster. Write certManager: { clusterIssuer: ... }, or mode: import with the Secret.";
    return [{ path: "mode", message }];
  }
  return [];
}

type CanStaticIp = Exclude<Abilities["staticIp"], { no: string }>;

function checkStaticIp(args: StaticIpArgs, { keeper, modes }: CanStaticIp, { entry, surroundings }: Asked): Problem[] {
  const { mode, name, allocationIds, resourceGroup } = args;
  if (!modes.includes(mode)) {
    const message =
      keeper === "metallb"
        ? `found ${mode} on bare-metal; allowed: ${modes.join(", ")}: the address is pinned in any case.`
        : `found ${mode} with internal: true; allowed: ${modes.join(", ")}. Reserve the address in the load balancer's subnet, and name it.`;
    return [{ path: "mode", message }];
  }
  const problems: Problem[] = [];
  const elastic = keeper === "elastic-ip";
  if (keeper === "metallb" && name !== undefined) problems.push(inert("name", name, "on bare-metal, whose addresses have none"));
  if (elastic && name !== undefined) problems.push(inert("name", name, "at an Elastic IP, which has none"));
  if (!elastic && mode === "existing" && name === undefined) {
    problems.push({ path: "name", message: "missing; mode: existing needs it: the name of the address." });
  }
  if (allocationIds !== undefined && (!elastic || mode === "create")) {
    const where = elastic ? "with mode: create" : `at ${titleOf(entry)}`;
    problems.push(inert("allocationIds", allocationIds.join(", "), where));
  }
  if (elastic && mode === "existing" && allocationIds === undefined) {
    const message = "missing; mode: existing needs them: one Elastic IP allocation for each of subnets.";
    problems.push({ path: "allocationIds", message });
  }
  if (resourceGroup !== undefined && keeper !== "azure-public-ip") {
    problems.push(inert("resourceGroup", resourceGroup, `at ${titleOf(entry)}`));
  }
  if (elastic && mode === "create" && (entry as { subnets?: string[] }).subnets === undefined) {
    problems.push({
      path: "",
      message:
        "found without subnets; an Elastic IP is made for each of them. Write holdfast:aws.subnets, or subnets at an entry of kind aws-nlb.",
    });
  }
  if (keeper === "azure-public-ip" && mode === "existing" && resourceGroup === undefined && surroundings.azure === undefined) {
    const message = "missing; nothing else says which resource group has the address. Write it, or holdfast:azure.";
    problems.push({ path: "resourceGroup", message });
  }
  return problems;
}

type CanDns = Exclude<Abilities["dns"], { no: string }>;

/** How the record of an entry is kept; undefined where the line is only printed. */
export function viaOf({ mode, via }: DnsArgs, { vias }: CanDns) {
  return mode === "print" ? undefined : (via ?? vias[0]);
}

function checkDns(args: DnsArgs, can: CanDns, { entry, platform, host, surroundings }: Asked): Problem[] {
  const { mode, via, ttlSeconds } = args;
  const problems: Problem[] = [];
  if (host === undefined) problems.push({ path: "", message: "found without a host that the record could be for. Write host." });
  if (mode === "print" && via !== undefined) problems.push(inert("via", via, "with mode: print"));
  if (mode === "create" && via !== undefined && !can.vias.includes(via)) {
    const message = `found ${via} at ${titleOf(entry)} on ${platform}; allowed: ${can.vias.join(", ")}.${wayOutOf(via)}`;
    problems.push({ path: "via", message });
    return problems;
  }
  if (can.target === "declared" && surroundings.ingressAddress === undefined && surroundings.addressPools !== undefined) {
    const message = `found without holdfast:bareMetal.ingressAddress; the route of ${titleOf(entry)} says nowhere which address it is served by. Write there the address of the Ingress controller's Service.`;
    problems.push({ path: "", message });
  }
  if (viaOf(args, can) !== "records") return problems;
  const { dnsZone } = surroundings;
  if (isZoneMissing(surroundings)) {
    const message = "found without holdfast:dnsZone, in which the record would be written. Write the zone, or via: external-dns.";
    problems.push({ path: "", message });
  }
  if (can.target.startsWith("alias") && ttlSeconds !== undefined) {
    const where = `at ${titleOf(entry)}: an alias record of AWS has the TTL of its load balancer (${AWS_ALIAS_TTL.seconds} seconds)`;
    problems.push(inert("ttlSeconds", String(ttlSeconds), where));
  }
  if (can.target === "hostname" && host !== undefined && host === dnsZone) {
    const message = `found for ${host}, the top of its zone, where no CNAME may stand, and ${titleOf(entry)} on ${platform} answers with a name. Use a name below it, or an entry whose load balancer has an address.`;
    problems.push({ path: "", message });
  }
  return problems;
}

const wayOutOf = (via: string): string =>
  via === "dns-endpoint"
    ? " A DNSEndpoint needs an address that is written down, as metallb has."
    : via === "records"
      ? " There is no cloud whose zone could take it."
      : "";
