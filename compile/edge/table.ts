import { GATEWAY_IMPLEMENTATIONS } from "../../path/model";
import { ENTRY_KIND_NAMES, entryKind } from "../entry";
import { PLATFORMS, type Platform } from "../stack";
import { abilitiesOf, type Abilities, type AddressKeeper, type CertificateKeeper, type EdgeSubject } from "./ability";

/** Kinds and implementations that only one platform has; every other is found on all of them. */
const ONLY_ON: Record<string, Platform> = {
  "aws-nlb": "aws",
  "aws-alb": "aws",
  "aws-lbc": "aws",
  "azure-lb": "azure",
  "approuting-istio": "azure",
  agc: "azure",
  "gcp-lb": "gcp",
  "gce-ingress": "gcp",
  gke: "gcp",
  metallb: "bare-metal",
};

const CERTIFICATES: Record<CertificateKeeper, string> = {
  acm: "AWS Certificate Manager",
  "certificate-manager": "Google's Certificate Manager",
  "google-managed": "Google, proved by reaching the host",
  "cert-manager": "cert-manager",
};

const KEY_VAULT = "; one of a Key Vault by `tls.keyVaultCertificateUri`";

const ADDRESSES: Record<AddressKeeper, string> = {
  "elastic-ip": "Elastic IPs, one for each subnet",
  "azure-public-ip": "a Standard public IP",
  "gcp-regional": "an address of the region",
  "gcp-global": "a global address",
  metallb: "pinned",
};

const RECORDS = {
  "alias-application": "alias to the ALB",
  "alias-network": "alias to the NLB",
  hostname: "CNAME",
  ip: "A",
  pinned: "A or AAAA",
  declared: "A or AAAA, of `bareMetal.ingressAddress`",
} as const;

/** Every way in that differs from the others in what its edges can be. */
function subjects(platform: Platform): { title: string; subject: EdgeSubject }[] {
  const here = (name: string) => (ONLY_ON[name] ?? platform) === platform;
  const kinds = ENTRY_KIND_NAMES.filter((kind) => entryKind(kind) !== undefined && kind !== "gateway" && here(kind));
  const rows = [
    ...kinds.map((kind) => ({ title: `\`${kind}\``, subject: { kind } })),
    ...GATEWAY_IMPLEMENTATIONS.filter(here).map((implementation) => ({
      title: `\`gateway\` of \`${implementation}\``,
      subject: { kind: "gateway", implementation },
    })),
  ];
  return rows.flatMap(({ title, subject }) => {
    const internal = { title: `${title}, internal`, subject: { ...subject, internal: true } };
    const differs = JSON.stringify(abilitiesOf(subject, platform)) !== JSON.stringify(abilitiesOf(internal.subject, platform));
    return differs ? [{ title, subject }, internal] : [{ title, subject }];
  });
}

/** The table of docs/edges.md: entry by platform by what the cloud adds, with the reason for each "no" below it. */
export function edgeTable(): string {
  const reasons: string[] = [];
  const no = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return `no (${reasons.indexOf(reason) + 1})`;
  };
  const cells = ({ certificate, staticIp, dns }: Abilities, { implementation }: EdgeSubject): string[] => [
    certificate.no === undefined
      ? `${CERTIFICATES[certificate.keeper]}: ${certificate.modes.join(", ")}${implementation === "approuting-istio" ? KEY_VAULT : ""}`
      : no(certificate.no),
    staticIp.no === undefined ? `${ADDRESSES[staticIp.keeper]}: ${staticIp.modes.join(", ")}` : no(staticIp.no),
    dns.no === undefined ? `${RECORDS[dns.target]}: ${dns.vias.join(", ")}` : no(dns.no),
  ];
  const rows = PLATFORMS.flatMap((platform) =>
    subjects(platform).map(({ title, subject }) => [title, platform, ...cells(abilitiesOf(subject, platform), subject)]),
  );
  const line = (row: string[]) => `| ${row.join(" | ")} |`;
  const head = ["entry", "platform", "`certificate`", "`staticIp`", "`dns`"];
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
    "Why not, and what can:",
    "",
    ...reasons.map((reason, index) => `${index + 1}. ${reason[0]!.toUpperCase()}${reason.slice(1)}.`),
  ].join("\n");
}
