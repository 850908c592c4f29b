import type { z } from "zod";
import { block, label, oneOf, portNumber, text, yesOrNo } from "../check/fields";
import { show, type Problem } from "../check/problem";
import type { Platform } from "../stack";
import { certificateArn } from "./aws";
import { allowedRanges, loadBalancerFields } from "./exposed";
import { hostFields, secretTlsFields } from "./hosts";
import type { EntryArgs } from "./kind";

/** What the platform makes of a neutral kind. */
interface Resolution {
  /** The entry's kind, and what is fixed about it. */
  fixed: { kind: string } & Record<string, unknown>;
  /** The keys it takes, `tls.secretName` for one inside a block. */
  takes: string[];
  /** Said where it has neither a pool nor an address. */
  withoutAddress?: string;
}

/** A kind that every platform has under another name. */
export interface NeutralKind {
  kind: string;
  schema: z.ZodType<EntryArgs>;
  platforms: Record<Platform, Resolution>;
}

const LOAD_BALANCER_KEYS = ["port", "host", "internal", "allowedRanges"];

const loadBalancer: NeutralKind = {
  kind: "load-balancer",
  schema: block({
    kind: oneOf(["load-balancer"]),
    ...loadBalancerFields,
    port: portNumber().optional(),
    internal: yesOrNo().optional(),
    pool: label().optional(),
    address: text("one IP address, such as 192.168.1.207").optional(),
  }),
  platforms: {
    aws: { fixed: { kind: "aws-nlb" }, takes: LOAD_BALANCER_KEYS },
    azure: { fixed: { kind: "azure-lb" }, takes: LOAD_BALANCER_KEYS },
    gcp: { fixed: { kind: "gcp-lb" }, takes: LOAD_BALANCER_KEYS },
    "bare-metal": {
      fixed: { kind: "metallb" },
      takes: ["port", "host", "pool", "address"],
      withoutAddress:
        "missing; on bare-metal load-balancer is metallb, whose addresses are pinned. Write pool and address; in a description for every platform reserve it instead: bareMetal.addressPools[].reserved, under the name <service>-<entry>.",
    },
  },
};

const HOST_KEYS = ["host", "path"];
const SECRET_KEYS = ["tls.secretName", "tls.clusterIssuer", "tls.issuer"];

const https: NeutralKind = {
  kind: "https",
  schema: block({
    kind: oneOf(["https"]),
    ...hostFields,
    path: hostFields.path.optional(),
    internal: yesOrNo().optional(),
    tls: block({ ...secretTlsFields, certificateArn: certificateArn().optional() }).optional(),
    allowedRanges: allowedRanges(),
  }),
  platforms: {
    aws: { fixed: { kind: "aws-alb" }, takes: [...HOST_KEYS, "internal", "tls.certificateArn", "allowedRanges"] },
    azure: { fixed: { kind: "gateway", implementation: "envoy-gateway" }, takes: [...HOST_KEYS, ...SECRET_KEYS] },
    gcp: { fixed: { kind: "gateway", implementation: "gke" }, takes: [...HOST_KEYS, "internal", ...SECRET_KEYS] },
    "bare-metal": { fixed: { kind: "traefik" }, takes: [...HOST_KEYS, ...SECRET_KEYS, "allowedRanges"] },
  },
};

export const NEUTRAL_KINDS: readonly NeutralKind[] = [loadBalancer, https];

/** The entry a neutral one means on a platform, as its own kind reads it, or what that kind cannot take. */
export function resolveNeutral(
  { kind, platforms }: NeutralKind,
  args: Record<string, unknown>,
  platform: Platform,
): { raw: Record<string, unknown>; problems?: undefined } | { problems: Problem[] } {
  const { fixed, takes, withoutAddress } = platforms[platform];
  const rest = Object.fromEntries(Object.entries(args).filter(([key]) => key !== "kind" && key !== "name"));
  const isFalse = (value: unknown) => value === undefined || value === false;
  const written = leavesOf(rest).filter(([, value]) => !isFalse(value));
  const problems = written
    .filter(([key]) => !takes.includes(key))
    .map(([key, value]) => {
      const instead = takes.filter((name) => name.split(".")[0] === key.split(".")[0] && name.includes("."));
      const wayOut = instead.length > 0 ? `Use ${instead.join(" or ")}.` : `Remove it, or use kind: ${fixed.kind} itself.`;
      return {
        path: key,
        message: `found ${show(value)} on ${platform}, where ${kind} is ${titleOf(fixed)}, which does not read it. ${wayOut}`,
      };
    });
  if (withoutAddress !== undefined && args.pool === undefined && args.address === undefined) {
    problems.push({ path: "address", message: withoutAddress });
  }
  if (problems.length > 0) return { problems };
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isFalse(value)));
  return { raw: { ...fixed, ...kept } };
}

const titleOf = ({ kind, implementation }: Resolution["fixed"]): string =>
  typeof implementation === "string" ? `${kind} (${implementation})` : kind;

/** Every value with its path: that of a block is the value of each of its keys. */
function leavesOf(values: Record<string, unknown>): [key: string, value: unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [[key, value]];
    return leavesOf(value as Record<string, unknown>).map(([inner, found]) => [`${key}.${inner}`, found]);
  });
}
