import { ENTRY_LABEL } from "../compile/labels";
import type { Platform } from "../compile/stack";
import type { ClusterFacts, Path } from "../path/model";
import { nameOf, refOf } from "../path/value";
import { readPaths } from "../path/reader";
import { annotationOf, textAt } from "./read";
import type { Found } from "./model";
import type { Way } from "./group";

/** The entry of a hop that the reader recognised. */
const BY_HOP: [hop: RegExp, kind: string][] = [
  [/^node-port$/, "node-port"],
  [/^metallb/, "metallb"],
  [/^aws-(nlb|classic-elb)/, "aws-nlb"],
  [/^azure-lb/, "azure-lb"],
  [/^gcp-lb/, "gcp-lb"],
  [/^aws-alb/, "aws-alb"],
  [/^gce-ingress/, "gce-ingress"],
  [/^f5-nginx/, "f5-nginx"],
  [/^traefik-ingressroute/, "traefik"],
  [/^(ingress-nginx|traefik-nginx-provider)/, "ingress-nginx"],
];

const PLATFORM_OF: Record<string, Platform> = {
  metallb: "bare-metal",
  "aws-nlb": "aws",
  "aws-alb": "aws",
  "azure-lb": "azure",
  "gcp-lb": "gcp",
  "gce-ingress": "gcp",
};

const LOAD_BALANCERS: Record<Platform, string> = {
  aws: "aws-nlb",
  azure: "azure-lb",
  gcp: "gcp-lb",
  "bare-metal": "metallb",
};

/** What recognises the entries of these objects. */
export interface Recognition {
  kindOf(way: Way): string | undefined;
  platform?: Platform;
}

/** Asks the reader of paths who serves each object; a label of ours says it outright. */
export function recognise(all: Found[], cluster: ClusterFacts, forced: Platform | undefined): Recognition {
  const objects = all.map(({ object }) => object);
  const paths = readPaths(objects, { ...cluster, ...(forced === undefined ? {} : { platform: forced }) });
  const kindOf = (way: Way): string | undefined => {
    const label = textAt(way.found.object, "metadata", "labels", ENTRY_LABEL);
    if (label !== undefined) return label;
    if (way.found.object.kind === "HTTPRoute" || way.found.object.kind === "HTTPProxy") return "gateway";
    const kind = kindByPath(paths.find(({ entry }) => nameOf(entry) === nameOf(refOf(way.found.object))));
    if (kind !== undefined) return kind;
    if (way.found.object.kind === "IngressRoute") return "traefik";
    if (textAt(way.found.object, "spec", "type") !== "LoadBalancer") return undefined;
    // Only a cluster of one's own has no load balancer that an annotation or a class would name.
    return LOAD_BALANCERS[forced ?? "bare-metal"];
  };
  return { kindOf, platform: forced ?? platformOf(all, paths) };
}

function kindByPath(path: Path | undefined): string | undefined {
  const hops = path?.hops.map(({ hop }) => hop) ?? [];
  return BY_HOP.find(([hop]) => hops.some((name) => hop.test(name)))?.[1];
}

function platformOf(all: Found[], paths: Path[]): Platform | undefined {
  const labelled = all.map((found) => textAt(found.object, "metadata", "labels", ENTRY_LABEL));
  const kinds = [...labelled, ...paths.map(kindByPath)];
  const byEntry = kinds.map((kind) => PLATFORM_OF[kind ?? ""]).find((platform) => platform !== undefined);
  if (byEntry !== undefined) return byEntry;
  const ownLoadBalancer = all.some(
    (found) =>
      found.object.kind === "IPAddressPool" ||
      annotationOf(found, "metallb.io/loadBalancerIPs") !== undefined ||
      textAt(found.object, "spec", "type") === "LoadBalancer",
  );
  return ownLoadBalancer ? "bare-metal" : undefined;
}
