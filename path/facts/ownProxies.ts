import type { HopFacts, IdleKnob } from "./shape";

/** A proxy that somebody runs beside or before the application, configured by a file of its own. */
const inConfigMap = (keys: string[], syntax: string): IdleKnob => ({
  where: "ConfigMap with the proxy's own configuration",
  keys,
  unit: "seconds",
  syntax,
});

const STICKS_BY_ITS_FILE = { mechanism: "none", condition: "only its own configuration says how it chooses" } as const;
const DRAIN = { defaultSeconds: null, propagationSeconds: 0 };

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
} satisfies Record<string, HopFacts>;
