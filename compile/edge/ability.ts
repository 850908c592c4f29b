import type { Entry } from "../entry";
import type { Platform } from "../stack";
import type { CertificateMode, DnsVia, StaticIpArgs } from "./fields";

/** What keeps the certificate of an entry. */
export type CertificateKeeper = "acm" | "certificate-manager" | "google-managed" | "cert-manager";
/** What keeps its address. */
export type AddressKeeper = "elastic-ip" | "azure-public-ip" | "gcp-regional" | "gcp-global" | "metallb";
/** What its load balancer answers with: a name (which AWS takes as an alias), or an address. */
export type RecordTarget = "alias-application" | "alias-network" | "hostname" | "ip" | "pinned" | "declared";

/** One thing that an entry can or cannot have. */
export type Ability<Can> = (Can & { no?: undefined }) | { no: string };

export interface Abilities {
  certificate: Ability<{ keeper: CertificateKeeper; modes: readonly CertificateMode[] }>;
  staticIp: Ability<{ keeper: AddressKeeper; modes: readonly StaticIpArgs["mode"][] }>;
  dns: Ability<{ target: RecordTarget; vias: readonly DnsVia[] }>;
}

/** As much of an entry as decides what its edges can be. */
export interface EdgeSubject {
  kind: string;
  implementation?: string;
  internal?: boolean;
  /** Whether it hangs on the Gateway of another entry. */
  attached?: boolean;
  /** Whether the platform chose its kind, so that the same words have to do on every platform. */
  neutral?: boolean;
}

export const subjectOf = (entry: Entry): EdgeSubject => {
  const { kind, implementation, internal, attachTo } = entry as EdgeSubject & { kind: string; attachTo?: object };
  return { kind, implementation, internal, attached: attachTo !== undefined, neutral: entry.neutralKind !== undefined };
};

const can = <Can extends object>(value: Can): Ability<Can> => value;
const PASSES_BYTES =
  "it passes bytes on, so the pods end TLS: write tls: { clusterIssuer: ... } at the service. Kinds that end TLS: https, gateway, an Ingress";
const NO_ADDRESS =
  "its proxy has one load balancer for everything behind it, which this stack does not make. Kinds with one of their own: load-balancer, metallb, aws-nlb, azure-lb, gcp-lb, gce-ingress, gateway of gke";

const IN_CLUSTER = can({ keeper: "cert-manager" as const, modes: ["create", "import"] as const });

function certificateOf({ kind, implementation, internal }: EdgeSubject): Abilities["certificate"] {
  switch (kind) {
    case "aws-alb":
    case "aws-nlb":
      return can({ keeper: "acm", modes: ["create", "lookup", "import"] });
    case "gce-ingress":
      if (!internal) return can({ keeper: "google-managed", modes: ["create", "import"] });
      return can({ keeper: "google-managed", modes: ["import"] });
    case "gateway":
      if (implementation === "aws-lbc") return can({ keeper: "acm", modes: ["create", "lookup", "import"] });
      // A certificate map belongs to load balancers that the whole Internet reaches.
      if (implementation === "gke" && !internal) return can({ keeper: "certificate-manager", modes: ["create", "import"] });
      return IN_CLUSTER;
    case "ingress-nginx":
    case "f5-nginx":
    case "traefik":
      return IN_CLUSTER;
    default:
      return { no: PASSES_BYTES };
  }
}

function staticIpOf({ kind, implementation, internal, neutral }: EdgeSubject): Abilities["staticIp"] {
  const modes = internal ? (["existing"] as const) : (["create", "existing"] as const);
  switch (kind) {
    case "aws-nlb":
      if (internal) return { no: "an Elastic IP is a public address. Remove it, or write internal: false" };
      return can({ keeper: "elastic-ip", modes });
    case "aws-alb":
      return { no: "an Application Load Balancer has no fixed addresses. Use kind: aws-nlb, or find it by name: dns" };
    case "azure-lb":
      if (internal) return { no: "an internal load balancer has a private address: write privateAddress" };
      return can({ keeper: "azure-public-ip", modes });
    case "gcp-lb":
      return can({ keeper: "gcp-regional", modes });
    case "gce-ingress":
      return can({ keeper: internal ? "gcp-regional" : "gcp-global", modes });
    case "metallb":
      if (neutral) return can({ keeper: "metallb", modes: ["create"] });
      return { no: "its address is pinned already, by address. Remove it" };
    case "node-port":
      return { no: "a node port answers at the addresses of the nodes. Use kind: load-balancer" };
    case "gateway":
      if (implementation === "gke") return can({ keeper: internal ? "gcp-regional" : "gcp-global", modes });
      if (implementation === "aws-lbc") {
        return { no: "an Application Load Balancer has no fixed addresses. Use kind: aws-nlb, or find it by name: dns" };
      }
      return { no: NO_ADDRESS };
    default:
      return { no: NO_ADDRESS };
  }
}

function dnsOf({ kind, implementation }: EdgeSubject, platform: Platform): Abilities["dns"] {
  if (kind === "node-port") return { no: "a node port has no address that a name could lead to. Use kind: load-balancer" };
  if (kind === "traefik" && platform === "bare-metal") return can({ target: "declared", vias: ["external-dns", "dns-endpoint"] });
  if (kind === "traefik") {
    return {
      no: "its route says nowhere which address it is served by. Use kind: ingress-nginx (Traefik serves that too) or gateway, or add the record yourself",
    };
  }
  if (kind === "metallb") return can({ target: "pinned", vias: ["external-dns", "dns-endpoint"] });
  const vias: DnsVia[] = platform === "bare-metal" ? ["external-dns"] : ["records", "external-dns"];
  return can({ target: targetOf(kind, implementation, platform), vias });
}

function targetOf(kind: string, implementation: string | undefined, platform: Platform): RecordTarget {
  if (kind === "aws-alb" || implementation === "aws-lbc") return "alias-application";
  if (kind === "aws-nlb") return "alias-network";
  if (implementation === "agc" || platform === "aws") return "hostname";
  return "ip";
}

/** What the edges of an entry can be on a platform, or why not and what to do. */
export function abilitiesOf(subject: EdgeSubject, platform: Platform): Abilities {
  if (subject.attached) {
    const no = "it hangs on the Gateway of another entry. Write it there";
    return { certificate: { no }, staticIp: { no }, dns: { no } };
  }
  return { certificate: certificateOf(subject), staticIp: staticIpOf(subject), dns: dnsOf(subject, platform) };
}
