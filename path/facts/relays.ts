/** A proxy that is told by arguments, variables or a file of its own form to whom it passes connections on. */
export interface Relay {
  /** The last part of the image's name, without registry and tag. */
  image: RegExp;
  title: string;
  /** The names of the arguments and variables that say it. */
  names?: RegExp;
  /** True where an argument without a name says it. */
  bare?: true;
  /** What says it in a file that it mounts. */
  inFiles?: RegExp;
  /** Annotations by which Services ask for it. */
  annotations?: readonly string[];
  source: string;
}

export const RELAYS: readonly Relay[] = [
  {
    image: /^mc-router$/,
    title: "mc-router",
    names: /^(mapping|default)$/i,
    annotations: ["mc-router.itzg.me/externalServerName", "mc-router.itzg.me/defaultServer"],
    source: "itzg/mc-router README.md, server/configs.go (v1.46.4)",
  },
  {
    image: /^(oauth2[-_]proxy|louketo-proxy|gogatekeeper)$/,
    title: "a proxy that asks for a login",
    names: /(^|[-_])upstreams?([-_]url)?$/i,
    inFiles: /\bupstreams?\s*=.*/g,
    source: "oauth2-proxy/oauth2-proxy pkg/apis/options/legacy_options.go (v7.15.3): upstream",
  },
  {
    image: /^(ngrok|ngrok-agent)$/,
    title: "ngrok",
    bare: true,
    inFiles: /\baddr["']?\s*:.*/g,
    source: "ngrok.com/docs/agent/cli: ngrok http <address>; ngrok.com/docs/agent/config: addr",
  },
  { image: /^socat$/, title: "socat", bare: true, source: "dest-unreach.org/socat/doc/socat.html: TCP:<host>:<port>" },
  { image: /^websockify$/, title: "websockify", bare: true, source: "novnc/websockify README.md: websockify source target" },
  {
    image: /^krakend(-ce)?$/,
    title: "KrakenD",
    inFiles: /"host"\s*:\s*\[[^\]]*\]/g,
    source: "krakend.io/docs/backends: host",
  },
  {
    image: /^apisix(-base)?$/,
    title: "Apache APISIX",
    inFiles: /["']?[\w.-]+:\d+["']?\s*:\s*\d+/g,
    source: "apisix.apache.org/docs/apisix/deployment-modes: standalone; terminology/upstream: nodes",
  },
  {
    image: /^skipper$/,
    title: "Skipper",
    names: /^inline-routes$/,
    inFiles: /->\s*["<][^">]+[">]/g,
    source: "opensource.zalando.com/skipper/reference/backends",
  },
  {
    image: /^pomerium$/,
    title: "Pomerium",
    inFiles: /\bto["']?\s*:.*/g,
    source: "pomerium.com/docs/reference/routes/to",
  },
  {
    image: /^litellm(-database|-non_root)?$/,
    title: "LiteLLM",
    inFiles: /\bapi_base["']?\s*:.*/g,
    source: "docs.litellm.ai/docs/proxy/configs: api_base",
  },
];

/** A gateway that an application's own image holds: what it is told shows it, and where it leads. */
export interface Gateway extends Omit<Relay, "image" | "inFiles"> {
  /** What shows it in a file that it mounts. */
  shownBy: RegExp;
  inFiles: RegExp;
  /** Variables that show it and say it. */
  names: RegExp;
}

export const GATEWAYS: readonly Gateway[] = [
  {
    title: "Spring Cloud Gateway",
    shownBy: /\bspring\.cloud\.gateway\.\S{0,80}uri\s*[=:]|^[ \t]*cloud:[ \t]*\r?\n[ \t]+gateway:/m,
    inFiles: /\buri\s*[=:].*/g,
    names: /^SPRING_CLOUD_GATEWAY_\w*ROUTES_?\d+_?_URI$/,
    source: "docs.spring.io/spring-cloud-gateway/reference: spring.cloud.gateway.routes[].uri",
  },
  {
    title: "YARP",
    shownBy: /"ReverseProxy"\s*:/,
    inFiles: /"Address"\s*:\s*"[^"]*"/g,
    names: /^ReverseProxy__Clusters__\w+__Destinations__\w+__Address$/i,
    source:
      "learn.microsoft.com/aspnet/core/fundamentals/servers/yarp/config-files: ReverseProxy, Clusters, Destinations, Address",
  },
];
