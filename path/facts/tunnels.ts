import type { HopFacts } from "./shape";
import { UNKNOWN_LIMIT } from "./shape";

const BY_NOBODY = {
  mechanism: "none",
  condition: "it hands each connection to the Service or the pod that its configuration names",
} as const;
/** A client that stops says so to its edge at once; the rest is for a busy one. */
const DRAIN = { defaultSeconds: null, propagationSeconds: 5 };

/** Ways in that pods open themselves, by dialling out to whoever has the public address. */
export const TUNNEL_FACTS = {
  "cloudflare-tunnel": {
    title: "Cloudflare's edge",
    layer: 7,
    // Its own page gives 120 s to an answer that stops; of a WebSocket that is silent its staff says 100 s, and no page of its own does.
    idle: { ...UNKNOWN_LIMIT, keepsAtLeastSeconds: 100, perhapsSeconds: 100 },
    affinity: BY_NOBODY,
    drain: DRAIN,
    source:
      "community.cloudflare.com/t/cloudflare-websocket-timeout/5865 (100 s, another one for Enterprise only); developers.cloudflare.com/fundamentals/reference/connection-limits (2026-07): Proxy Read Timeout",
    sourced: false,
  },
  "managed-tunnel": {
    title: "the edge of a tunnel's vendor",
    layer: 7,
    idle: UNKNOWN_LIMIT,
    affinity: BY_NOBODY,
    drain: DRAIN,
    source: "docs/rules/hidden-hop.md",
    sourced: false,
  },
  "own-tunnel": {
    title: "a tunnel to a server of your own",
    layer: 4,
    idle: UNKNOWN_LIMIT,
    affinity: BY_NOBODY,
    drain: DRAIN,
    source: "docs/rules/hidden-hop.md",
    sourced: false,
  },
} satisfies Record<string, HopFacts>;

export interface TunnelClient {
  /** The last part of the image's name, without registry and tag. */
  image: RegExp;
  title: string;
  /** What comes before that part, where the part alone is a word that many use. */
  owner?: RegExp;
  hop: keyof typeof TUNNEL_FACTS;
  /** Arguments with which the same image does something else. */
  unless?: RegExp;
  /** An argument that shows it by itself. */
  saidBy?: RegExp;
}

/** By its image, whoever copied it where. */
export const CLOUDFLARED = { image: /^cloudflared$/, source: "hub.docker.com/r/cloudflare/cloudflared" } as const;

/** The clients of tunnels, by the images that their own pages name. */
export const TUNNEL_CLIENTS: readonly TunnelClient[] = [
  {
    image: CLOUDFLARED.image,
    title: "Cloudflare Tunnel",
    hop: "cloudflare-tunnel",
    unless: /^(proxy-dns|access)$/,
    saidBy: /^tunnel$/,
  },
  { image: /^(ngrok|ngrok-agent)$/, title: "ngrok", hop: "managed-tunnel" },
  { image: /^(localtunnel|localtunnel-client)$/, title: "localtunnel", hop: "managed-tunnel" },
  { image: /^playit-(agent|docker)$/, title: "playit.gg", hop: "managed-tunnel" },
  { image: /^(inlets|inlets-pro)$/, title: "inlets", hop: "own-tunnel", unless: /^server$/ },
  { image: /^frpc$/, title: "frp", hop: "own-tunnel" },
  { image: /^bore$/, owner: /(^|\/)ekzhang$/, title: "bore", hop: "own-tunnel", unless: /^server$/ },
  { image: /^chisel$/, title: "chisel", hop: "own-tunnel", unless: /^server$/ },
  { image: /^newt$/, owner: /(^|\/)fosrl$/, title: "Pangolin", hop: "own-tunnel" },
];

export interface TunnelClass {
  /** The class of its Ingresses where nobody chose another, and what an IngressClass names as its controller. */
  className: string;
  controller: string;
  title: string;
  hop: keyof typeof TUNNEL_FACTS;
  source: string;
}

/** Controllers that serve an Ingress through a tunnel. */
export const TUNNEL_CLASSES: readonly TunnelClass[] = [
  {
    className: "cloudflare-tunnel",
    controller: "strrl.dev/cloudflare-tunnel-ingress-controller",
    title: TUNNEL_FACTS["cloudflare-tunnel"].title,
    hop: "cloudflare-tunnel",
    source: "STRRL/cloudflare-tunnel-ingress-controller README.md",
  },
  {
    className: "ngrok",
    controller: "k8s.ngrok.com/ingress-controller",
    title: "ngrok",
    hop: "managed-tunnel",
    source: "ngrok/ngrok-operator docs, helm/ngrok-operator/values.yaml: ingress.controllerName, ingress.ingressClass.name",
  },
  {
    className: "tailscale",
    controller: "tailscale.com/ts-ingress",
    title: "Tailscale",
    hop: "own-tunnel",
    source: "tailscale.com/kb/1439/kubernetes-operator-cluster-ingress; tailscale/tailscale cmd/k8s-operator/ingress.go",
  },
];
