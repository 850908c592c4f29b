import { pathText, type Problem } from "../check/problem";
import type { Entry } from "../entry";
import type { Claim } from "../entry/kind";
import type { CompiledObject } from "../model";
import type { DraftSurroundings, Surroundings } from "../stack";
import type { AcmeIssuer } from "./clouds";
import { abilitiesOf, subjectOf } from "./ability";
import { viaOf } from "./check";

/** An entry with its place in the file. */
interface PlacedEntry {
  at: (string | number)[];
  entry: Entry;
}

const CLOUDS = ["aws", "azure", "gcp"] as const;
const IDENTITY = {
  aws: "{ accountId, region }",
  azure: "{ subscriptionId, region, resourceGroup }",
  gcp: "{ project, region }",
} as const;

/** What an entry has the stack's cloud make, as a sentence's end; undefined where that is nothing. */
function asksCloud(entry: Entry, platform: (typeof CLOUDS)[number]): string | undefined {
  const { certificate, dns, staticIp } = entry.edges ?? {};
  const can = abilitiesOf(subjectOf(entry), platform);
  if (certificate !== undefined && certificate.mode !== "import" && can.certificate.no === undefined) {
    if (["acm", "certificate-manager"].includes(can.certificate.keeper)) return `a certificate (${certificate.mode})`;
  }
  if (staticIp?.mode === "create" && can.staticIp.no === undefined) return "an address";
  if (dns !== undefined && can.dns.no === undefined && viaOf(dns, can.dns) === "records") return "a record";
  return undefined;
}

/** The stack's cloud, its zone and its authority against what the entries ask of them. */
export function checkClouds(surroundings: DraftSurroundings, placed: PlacedEntry[]): Problem[] {
  const { platform, cloudsUnread, zone, certManager } = surroundings;
  if (platform === undefined) return [];
  const problems: Problem[] = CLOUDS.filter((cloud) => cloud !== platform && surroundings[cloud] !== undefined).map((cloud) => ({
    path: cloud,
    message: `found on platform ${platform}, where nothing reads it. Remove it, or write platform: ${cloud}.`,
  }));
  if (platform !== "bare-metal" && surroundings[platform] === undefined && cloudsUnread !== true) {
    const asking = placed.find(({ entry }) => asksCloud(entry, platform) !== undefined);
    if (asking !== undefined) {
      const message = `missing; ${pathText(asking.at)} asks for ${asksCloud(asking.entry, platform)}, and nothing says where it is made. Write ${platform}: ${IDENTITY[platform]}.`;
      problems.push({ path: platform, message });
    }
  }
  if (platform === "bare-metal" && zone !== undefined && zone.mode !== "lookup") {
    const message = `found ${zone.mode} on bare-metal, where no cloud has the zone. Remove it.`;
    problems.push({ path: "dnsZone.mode", message });
  }
  const given = surroundings.aws?.subnets;
  if (given !== undefined && !placed.some(({ entry }) => (entry as { subnets?: string[] }).subnets === given)) {
    const message =
      "found, but no entry has staticIp: { mode: create } without subnets of its own, so nothing reads it. Remove it, or write subnets at the entry.";
    problems.push({ path: "aws.subnets", message });
  }
  const reads = placed.some(({ entry }) => entry.edges?.dns !== undefined && entry.kind === "traefik");
  if (surroundings.ingressAddress !== undefined && !reads) {
    const message = `found ${surroundings.ingressAddress}, but no entry of kind traefik has dns, so nothing reads it. Remove it.`;
    problems.push({ path: "bareMetal.ingressAddress", message });
  }
  const keeps = placed.some(({ entry }) => entry.edges?.certificate?.mode === "create" && isKeptInCluster(entry, surroundings));
  if (certManager !== undefined && certManager.acme === undefined && certManager.ca === undefined && !keeps) {
    const message =
      "found without acme or ca, and no entry has certificate: { mode: create } that is kept in the cluster, so nothing reads it. Remove it, or name the issuer at an entry's certificate.";
    problems.push({ path: "certManager", message });
  }
  return problems;
}

function isKeptInCluster(entry: Entry, { platform }: DraftSurroundings): boolean {
  const { certificate } = abilitiesOf(subjectOf(entry), platform!);
  return certificate.no === undefined && certificate.keeper === "cert-manager";
}

/** What only one entry of the stack may make: a record, and what proves a name. */
export function edgeClaims(entry: Entry, surroundings: DraftSurroundings): Claim[] {
  const { certificate, dns } = entry.edges ?? {};
  const { platform } = surroundings;
  const { host } = entry as { host?: string };
  if (platform === undefined || host === undefined) return [];
  const can = abilitiesOf(subjectOf(entry), platform);
  const claims: Claim[] = [];
  if (dns !== undefined && can.dns.no === undefined) {
    const wayOut = "A name leads to one load balancer: write dns at the one entry that makes it.";
    claims.push({ path: "host", key: `record ${host}`, found: host, taken: "has the record of too (dns)", wayOut });
  }
  if (certificate?.mode !== "create" || can.certificate.no !== undefined) return claims;
  const { keeper } = can.certificate;
  if (keeper !== "acm" && keeper !== "certificate-manager") return claims;
  const names = new Set([host, ...(certificate.alternativeNames ?? [])].map((name) => name.replace(/^\*\./, "")));
  const other = keeper === "acm" ? "mode: lookup with the domain it is for, once it is issued" : "mode: import with its map";
  const wayOut = `One record proves a name: put all names into one certificate (alternativeNames), and take that one here (${other}).`;
  return [
    ...claims,
    ...[...names].map((name) => ({
      path: "certificate",
      key: `proof of ${name}`,
      found: `create for ${name}`,
      taken: "proves already",
      wayOut,
    })),
  ];
}

/** The authority that signs the certificates of the cluster, where this stack makes it. */
export function compileIssuer({ certManager }: Pick<Surroundings, "certManager">): CompiledObject[] {
  if (certManager === undefined || (certManager.acme === undefined && certManager.ca === undefined)) return [];
  const { clusterIssuer: name, acme, ca } = certManager;
  return [
    {
      logicalName: `issuer-${name}`,
      object: {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name, labels: { "app.kubernetes.io/managed-by": "holdfast" } },
        spec: ca === undefined ? { acme: acmeSpec(name, acme!) } : { ca: { secretName: ca.secretName } },
      },
      after: [],
      why:
        ca === undefined
          ? ["Its account key is made by cert-manager and stays in its namespace."]
          : ["Clients have to trust this authority: nobody's browser does by itself."],
    },
  ];
}

function acmeSpec(name: string, { email, server, http01, rfc2136 }: AcmeIssuer) {
  const solver =
    rfc2136 === undefined
      ? { http01: { ingress: { ingressClassName: http01!.ingressClassName } } }
      : {
          dns01: {
            rfc2136: {
              nameserver: rfc2136.nameserver,
              tsigKeyName: rfc2136.tsigKeyName,
              tsigAlgorithm: rfc2136.tsigAlgorithm,
              tsigSecretSecretRef: { name: rfc2136.tsigSecretName, key: "tsig" },
            },
          },
        };
  return { email, server, privateKeySecretRef: { name: `${name}-account-key` }, solvers: [solver] };
}
