import type { Way } from "./holdSilence";

export const NAMESPACE = "silent";
export const HOST = "example.test";
const backend = { name: NAMESPACE, port: 80 };
const meta = (name: string) => ({ name, namespace: NAMESPACE });
export const hostOf = (name: string) => `${name}.${HOST}`;

export function httpProxy(name: string, rule: object = {}, host = hostOf(name)): object {
  return {
    apiVersion: "projectcontour.io/v1",
    kind: "HTTPProxy",
    metadata: meta(name),
    spec: { virtualhost: { fqdn: host }, routes: [{ enableWebsockets: true, services: [backend], ...rule }] },
  };
}

export function httpRoute(name: string, rule: object = {}): object {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: meta(name),
    spec: {
      parentRefs: [{ name: "contour", namespace: "projectcontour", sectionName: "http" }],
      hostnames: [hostOf(name)],
      rules: [{ backendRefs: [backend], ...rule }],
    },
  };
}

export function ingress(name: string, ingressClassName: string, annotations: Record<string, string> = {}): object {
  const service = { name: NAMESPACE, port: { number: 80 } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...meta(name), annotations },
    spec: {
      ingressClassName,
      rules: [{ host: hostOf(name), http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] } }],
    },
  };
}

export function ingressRoute(name: string): object {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: meta(name),
    spec: { entryPoints: ["web"], routes: [{ kind: "Rule", match: `Host(\`${hostOf(name)}\`)`, services: [backend] }] },
  };
}

/** One line of the table: what is written, what the model makes of it, and what has to be seen. */
export interface Setting {
  wayIn: string;
  written: string;
  way: Omit<Way, "promisedSeconds">;
  /** Null where the model sees no wall. */
  predictedSeconds: number | null;
  hop?: string;
  kind?: "idle" | "lifetime";
  shownBy?: "closed" | "forgotten";
}

const socket = (kind: string, name: string): Setting["way"] => ({
  kind,
  name,
  protocol: "websocket",
  url: `ws://${hostOf(name)}/ws`,
});
/** One event at the beginning, and one every so many seconds where it is said. */
const stream = (kind: string, name: string, everySeconds = 0): Setting["way"] => ({
  kind,
  name,
  protocol: "http-stream",
  url: `http://${hostOf(name)}/events?everySeconds=${everySeconds}`,
});
const bare = (way: Setting["way"], place: string): Setting["way"] => ({
  ...way,
  url: way.url.replace(/\/\/[^/]+/, `//${place}`),
});

/** Contour's own configuration meanwhile. */
export const STREAM_IDLE = { seconds: 4, written: "`streamIdleTimeout: 4s` in ContourConfiguration" };

/** By the object that opens the way in. */
export const PROXIED: Record<string, Setting> = {
  cut3: {
    wayIn: "HTTPProxy",
    written: "`timeoutPolicy.idle: 3s`",
    way: socket("HTTPProxy", "cut3"),
    ...{ predictedSeconds: 3, hop: "contour", kind: "idle", shownBy: "closed" },
  },
  cut6: {
    wayIn: "HTTPProxy",
    written: "`timeoutPolicy.idle: 6s`",
    way: socket("HTTPProxy", "cut6"),
    ...{ predictedSeconds: 6, hop: "contour", kind: "idle", shownBy: "closed" },
  },
  "cut3 stream": {
    wayIn: "HTTPProxy",
    written: "`timeoutPolicy: {idle: 3s, response: infinity}`",
    way: stream("HTTPProxy", "cut3"),
    ...{ predictedSeconds: 3, hop: "contour", shownBy: "closed" },
  },
  uncut: {
    wayIn: "HTTPProxy",
    written: `\`timeoutPolicy.idle: infinity\` under ${STREAM_IDLE.written}`,
    way: socket("HTTPProxy", "uncut"),
    predictedSeconds: null,
  },
  unset: {
    wayIn: "HTTPProxy",
    written: STREAM_IDLE.written,
    way: socket("HTTPProxy", "unset"),
    ...{ predictedSeconds: STREAM_IDLE.seconds, hop: "contour", kind: "idle", shownBy: "closed" },
  },
  "answer5 stream": {
    wayIn: "HTTPProxy",
    written: "`timeoutPolicy: {idle: infinity, response: 5s}`",
    way: stream("HTTPProxy", "answer5", 1),
    ...{ predictedSeconds: 5, hop: "contour", kind: "lifetime", shownBy: "closed" },
  },
  answer5: {
    wayIn: "HTTPProxy",
    written: "`timeoutPolicy: {idle: infinity, response: 5s}`",
    way: socket("HTTPProxy", "answer5"),
    predictedSeconds: null,
  },
  route: {
    wayIn: "HTTPRoute (Contour)",
    written: STREAM_IDLE.written,
    way: socket("HTTPRoute", "route"),
    ...{ predictedSeconds: STREAM_IDLE.seconds, hop: "contour-gateway", kind: "idle", shownBy: "closed" },
  },
  "request2 stream": {
    wayIn: "HTTPRoute (Contour)",
    written: "`timeouts.request: 2s`",
    way: stream("HTTPRoute", "request2", 0.5),
    ...{ predictedSeconds: 2, hop: "contour-gateway", kind: "lifetime", shownBy: "closed" },
  },
  "contour-ingress": {
    wayIn: "Ingress (Contour)",
    written: STREAM_IDLE.written,
    way: socket("Ingress", "contour-ingress"),
    ...{ predictedSeconds: STREAM_IDLE.seconds, hop: "contour-gateway", kind: "idle", shownBy: "closed" },
  },
  "nginx-ingress": {
    wayIn: "Ingress (Traefik 3.6.1, class nginx)",
    written: "no timeout",
    way: socket("Ingress", "nginx-ingress"),
    predictedSeconds: null,
  },
  "ingress-route": {
    wayIn: "IngressRoute (Traefik 3.6.1)",
    written: "no timeout",
    way: socket("IngressRoute", "ingress-route"),
    predictedSeconds: null,
  },
};

export const ADDRESSES = { many: "192.168.1.216", alone: "192.168.1.217", dropped: "192.168.1.218" };
export const NODE_PORT = { node: "192.168.1.11", nodePort: 30_070 };
const byNode = { hop: "kube-proxy-nftables", shownBy: "forgotten" } as const;
const established = (seconds: number) => `\`nf_conntrack_tcp_timeout_established\` ${seconds} on the node`;

/** On nodes that forget after 5 s, and take up what they meet in the middle: the kernel's way where nobody says otherwise. */
export const FORGOTTEN: Record<string, Setting> = {
  many: {
    wayIn: "Service (MetalLB), 3 pods",
    written: established(5),
    way: bare(socket("Service", `${NAMESPACE}-metallb`), ADDRESSES.many),
    ...{ predictedSeconds: 5, kind: "idle", ...byNode },
  },
  "many stream": {
    wayIn: "Service (MetalLB), 3 pods",
    written: established(5),
    way: bare(stream("Service", `${NAMESPACE}-metallb`), ADDRESSES.many),
    ...{ predictedSeconds: 5, ...byNode },
  },
  noded: {
    wayIn: "Service (NodePort), 3 pods",
    written: established(5),
    way: bare(socket("Service", "noded-node-port"), `${NODE_PORT.node}:${NODE_PORT.nodePort}`),
    ...{ predictedSeconds: 5, kind: "idle", ...byNode },
  },
  "alone stream": {
    wayIn: "Service (MetalLB), 1 pod that speaks first",
    written: established(5),
    way: bare(stream("Service", "alone-metallb", 5.2), ADDRESSES.alone),
    ...{ predictedSeconds: 5, ...byNode },
  },
};

/** On nodes that take up nothing: `nf_conntrack_tcp_loose` 0. */
export const UNANSWERED: Record<string, Setting> = {
  strict: {
    wayIn: "Service (MetalLB), 3 pods",
    written: `${established(3)}, \`nf_conntrack_tcp_loose\` 0`,
    way: bare(socket("Service", `${NAMESPACE}-metallb`), ADDRESSES.many),
    ...{ predictedSeconds: 3, kind: "idle", ...byNode },
  },
};
