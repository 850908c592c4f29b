import type { HopFacts, IdleKnob, Limit } from "./shape";
import { NO_LIMIT, UNKNOWN_LIMIT } from "./shape";
import { CLOUDFLARED } from "./tunnels";

/** A proxy that somebody runs beside or before the application, configured by a file of its own. */
const inConfigMap = (keys: string[], syntax: string): IdleKnob => ({
  where: "ConfigMap with the proxy's own configuration",
  keys,
  unit: "seconds",
  syntax,
});

const STICKS_BY_ITS_FILE = { mechanism: "none", condition: "only its own configuration says how it chooses" } as const;
const DRAIN = { defaultSeconds: null, propagationSeconds: 0 };

/** It counts from the end of the request to the end of the answer. */
const ENVOY_ROUTE_TIMEOUT: Limit = { limit: "lifetime", defaultSeconds: 15 };

export const OWN_PROXY_FACTS = {
  "own-nginx": {
    title: "an nginx of your own",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: inConfigMap(["proxy_read_timeout"], "a number with its unit: 3660s"),
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "nginx.org/en/docs/http/websocket.html; ngx_http_proxy_module: proxy_read_timeout (default 60s)",
    sourced: true,
  },
  "own-nginx-stream": {
    title: "an nginx of your own, passing TCP on",
    // Bytes alone restart its clock: it ends the TCP connection itself.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 600,
      knob: inConfigMap(["proxy_timeout"], "a number with its unit: 3660s"),
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "nginx.org/en/docs/stream/ngx_stream_proxy_module.html: proxy_timeout (default 10m)",
    sourced: true,
  },
  "own-haproxy": {
    title: "an HAProxy of your own",
    layer: 7,
    idle: {
      limit: "none",
      defaultSeconds: null,
      knob: inConfigMap(
        ["timeout tunnel", "timeout client", "timeout server"],
        "a number with its unit: 3660s; a bare one counts milliseconds",
      ),
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source:
      "docs.haproxy.org/3.2/configuration.html: timeout tunnel replaces timeout client and timeout server once a connection is upgraded; unset is infinite",
    sourced: true,
  },
  "own-envoy": {
    title: "an Envoy of your own",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 300,
      perProtocol: { "http-stream": ENVOY_ROUTE_TIMEOUT, grpc: ENVOY_ROUTE_TIMEOUT },
      knob: inConfigMap(["stream_idle_timeout"], "a number of seconds with s: 3660s; 0s switches it off"),
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts: stream_idle_timeout (default 5 minutes)",
    sourced: true,
  },
  "own-envoy-tcp": {
    title: "an Envoy of your own, passing TCP on",
    // Envoy counts bytes; the probes of a TCP keepalive end at its own socket.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 3600,
      knob: inConfigMap(["idle_timeout"], "a number of seconds with s: 3660s; 0s switches it off"),
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts: tcp_proxy idle_timeout (default 1 hour)",
    sourced: true,
  },
  "own-caddy": {
    title: "a Caddy of your own",
    layer: 7,
    idle: NO_LIMIT,
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "caddyserver.com/docs/caddyfile/directives/reverse_proxy: stream_timeout (no limit by default)",
    sourced: true,
  },
  "own-traefik": {
    title: "a Traefik of your own, with files",
    layer: 7,
    idle: NO_LIMIT,
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source:
      "traefik/traefik pkg/config/static/static_config.go (v3.6.1); a silent WebSocket stayed open past both entry-point timeouts when tried",
    sourced: true,
  },
  "own-kong": {
    title: "a Kong of your own, with a file",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: inConfigMap(["read_timeout", "write_timeout"], "whole milliseconds: 3660000"),
      minimumSeconds: 1,
      maximumSeconds: 2_147_483,
      marginSeconds: 60,
    },
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "Kong/kong kong/db/schema/entities/services.lua (3.9.3): read_timeout and write_timeout, 60000 each",
    sourced: true,
  },
  "own-relay": {
    title: "a proxy of your own",
    layer: 7,
    idle: UNKNOWN_LIMIT,
    affinity: STICKS_BY_ITS_FILE,
    drain: DRAIN,
    source: "docs/rules/hidden-hop.md",
    sourced: false,
  },
} satisfies Record<string, HopFacts>;

/** Ports of Kong on which nobody's request is passed on: Kong/kong kong/templates/kong_defaults.lua (3.9.3), admin, manager and status. */
export const KONG_OWN_PORTS: ReadonlySet<number> = new Set([8001, 8002, 8007, 8444, 8445]);

export interface OwnProxyImage {
  /** The last part of its name, without registry and tag. */
  image: RegExp;
  /** Where it reads its files from: an image of another name is one of them as well, where a file is mounted there. */
  places?: RegExp;
  source: string;
}

/** The proxies that somebody runs in pods of his own, by what they are called and where their files are. */
export const OWN_PROXY_IMAGES = {
  "own-nginx": {
    image: /^(nginx|nginx-unprivileged|openresty)$/,
    places:
      /^(\/etc\/nginx(\/(nginx\.conf|(conf\.d|http\.d|sites-enabled|templates)(\/.*)?)?)?|\/(usr\/local\/openresty|opt\/bitnami)\/nginx\/conf(\.d)?(\/.*)?)$/,
    source:
      "nginx.org/en/docs/beginners_guide.html; nginx/docker-nginx, nginx/docker-nginx-unprivileged; wiki.debian.org/Nginx/DirectoryStructure; wiki.alpinelinux.org/wiki/Nginx (http.d); openresty/docker-openresty README.md, Nginx Config Files (/etc/nginx/conf.d), below the prefix of openresty.org/en/installation.html; conf.d beside it is a custom; hub.docker.com/_/nginx (templates); bitnami/containers bitnami/nginx README.md (/opt/bitnami/nginx/conf)",
  },
  "own-haproxy": {
    image: /^haproxy(-alpine|-debian)?$/,
    places: /^(\/usr\/local)?\/etc\/haproxy(\/.*)?$/,
    source: "hub.docker.com/_/haproxy (/usr/local/etc/haproxy); haproxytech/haproxy-docker-alpine, haproxy-docker-debian",
  },
  "own-envoy": {
    image: /^envoy(-(distroless|alpine|debug|dev|contrib|google-vrp|tools))*$/,
    places: /^\/etc\/envoy(\/.*)?$/,
    source: "www.envoyproxy.io/docs/envoy/latest/start/install, start/docker (/etc/envoy/envoy.yaml)",
  },
  "own-caddy": {
    image: /^caddy$/,
    places: /^\/etc\/caddy(\/.*)?$/,
    source: "hub.docker.com/_/caddy (/etc/caddy/Caddyfile)",
  },
  "own-traefik": { image: /^traefik$/, source: "hub.docker.com/_/traefik" },
  "own-kong": { image: /^kong(-gateway)?$/, source: "hub.docker.com/_/kong, hub.docker.com/r/kong/kong-gateway" },
  "cloudflare-tunnel": { image: CLOUDFLARED.image, source: CLOUDFLARED.source },
} as const satisfies Record<string, OwnProxyImage>;

/** Where an nginx has what it serves, or certificates: what is mounted there says nothing of connections. By custom. */
export const NGINX_FILES =
  /(^|\/)(html|www|htdocs|public|static|assets|dist|srv|certs?|ssl|tls|pki)(\/|$)|\.(html?|m?js|json|css|svg|png|ico|txt|xml|crt|pem|key)$/;

/** Images whose own configuration says where they listen, by the beginning of their names: the proxies above, and others that serve as one. */
export const LISTENS_BY_ITS_FILE: Pick<OwnProxyImage, "image" | "source"> = {
  image: /^(nginx|openresty|haproxy|envoy|traefik|caddy|httpd|proxyv2|kong|contour|varnish)/,
  source:
    "the pages above; hub.docker.com/_/httpd, hub.docker.com/_/varnish; istio/istio pilot/docker/Dockerfile.proxyv2; projectcontour/contour",
};
