/** A server that is known to hold connections open. */
export interface KnownServer {
  /** The last part of the image's name, without registry and tag. */
  image: RegExp;
  /** What comes before that part, where the part alone is a word that many use. */
  owner?: RegExp;
  title: string;
  /** True where a client that comes back to another pod loses what the first one held for it. */
  keepsSessions: boolean;
  /** True where it needs that only for clients whose network lets no WebSocket through, and which then ask by plain requests. */
  fallsBack?: true;
  source: string;
}

/** Servers whose own documentation says that their clients stay connected; whoever runs one of them serves long connections. */
export const KNOWN_SERVERS: readonly KnownServer[] = [
  server(/^mattermost-/, "Mattermost", true, "docs.mattermost.com: high availability needs a cluster that Team Edition has not"),
  server(/^rocket\.?chat$/, "Rocket.Chat", true, "docs.rocket.chat: deployment behind a reverse proxy, WebSocket"),
  server(/^home-?assistant$/, "Home Assistant", true, "developers.home-assistant.io/docs/api/websocket"),
  server(/^(code-server|coder)$/, "code-server", true, "coder.com/docs/code-server/guide: expose behind a proxy with WebSockets"),
  server(
    /^(jupyterhub|k8s-hub|configurable-http-proxy|.*-notebook)$/,
    "Jupyter",
    true,
    "jupyter-server.readthedocs.io: kernels over WebSocket",
  ),
  server(/^n8n$/, "n8n", true, "docs.n8n.io/hosting/scaling/queue-mode: multi-main needs session persistence"),
  server(/^graphql-engine$/, "Hasura", false, "hasura.io/docs: subscriptions over WebSocket, state in the database"),
  server(/^livekit-server$/, "LiveKit", false, "docs.livekit.io: distributed setup routes rooms through Redis"),
  server(
    /^(tb-node|tb-mqtt-transport)$/,
    "ThingsBoard",
    false,
    "thingsboard.io/docs/reference: telemetry over WebSocket, cluster by ZooKeeper",
  ),
  server(/^(eclipse-mosquitto|emqx|vernemq|hivemq.*)$/, "an MQTT broker", false, "docs.oasis-open.org/mqtt/mqtt/v5.0"),
  server(
    /^(nats|synapse|ejabberd|prosody)$/,
    "a message server",
    false,
    "docs.nats.io: clients reconnect to any server of the cluster; spec.matrix.org: /sync continues by its since token; xmpp.org/extensions/xep-0198",
  ),
  server(
    /^(centrifugo|mercure|soketi)$/,
    "a push server",
    false,
    "centrifugal.dev/docs, mercure.rocks/docs: state in the broker",
  ),
  server(/^open-webui$/, "Open WebUI", true, "docs.openwebui.com: Socket.IO; several instances need shared state"),
  server(
    /^(streamlit.*|gradio.*|shinyproxy.*|rstudio.*)$/,
    "an interactive application",
    true,
    "docs.streamlit.io, shinyproxy.io/documentation: one session lives in one process",
  ),
  server(
    /^(guacamole|guacd|novnc|ttyd|wetty)$/,
    "a remote desktop or terminal",
    true,
    "guacamole.apache.org/doc: tunnels over WebSocket",
  ),
  server(
    /^(node-red|uptime-kuma|nodecg.*|etherpad.*|hedgedoc|excalidraw-room|laravel-echo-server|chainlit.*)$/,
    "a Socket.IO or WebSocket application",
    true,
    "socket.io/docs/v4/using-multiple-nodes",
  ),
  server(
    /^(sharelatex|overleaf)$/,
    "Overleaf",
    true,
    "docs.overleaf.com/on-premises: horizontal scaling asks for persistent sessions",
  ),
  server(/^documentserver.*$/, "ONLYOFFICE Docs", true, "helpcenter.onlyoffice.com: all who edit one document are on one server"),
  // The parts of its cluster, with what they know of a document in Redis and RabbitMQ.
  {
    image: /^docs-docservice.*$/,
    title: "ONLYOFFICE Docs",
    keepsSessions: false,
    fallsBack: true,
    source: "ONLYOFFICE/Kubernetes-Docs README; ONLYOFFICE/server DocService (SockJS, Socket.IO since 7.3)",
  },
  {
    image: /^realtime$/,
    owner: /(^|\/)supabase$/,
    title: "Supabase Realtime",
    keepsSessions: false,
    source: "supabase/realtime README.md: Phoenix Channels over WebSocket, cluster by distributed Erlang",
  },
  server(
    /^(ollama|vllm-openai|text-generation-inference|sglang|llama\.cpp)$/,
    "a model server that streams its answers",
    false,
    "docs.ollama.com/api/streaming; docs.vllm.ai/en/latest/serving/openai_compatible_server.html; huggingface.co/docs/text-generation-inference/conceptual/streaming; sgl-project/sglang README; ggml-org/llama.cpp tools/server/README.md",
  ),
  server(/^wekan$/, "WeKan", true, "docs.meteor.com: SockJS, several processes need sticky sessions"),
  server(
    /^(openvscode-server|theia.*)$/,
    "an editor in the browser",
    true,
    "theia-ide.org/docs: one backend process for each frontend",
  ),
];

function server(image: RegExp, title: string, keepsSessions: boolean, source: string): KnownServer {
  return { image, title, keepsSessions, source };
}

/**
 * Servers that another server asks for its clients, and that hold a connection of their own for each of those for as long as it stays. A
 * database, a cache or a queue is none: it shares its connections among all.
 */
export const HOLDS_ONE_FOR_EACH_CLIENT: readonly Pick<KnownServer, "image" | "title" | "source">[] = [
  { image: /^guacd$/, title: "guacd", source: "guacamole.apache.org/doc/gug/guacamole-architecture.html: the tunnel to guacd" },
  // An answer is streamed, token by token, to each client that waits for one.
  {
    image: /^(ollama|vllm|vllm-openai(-\w+)?|text-generation-inference|sglang|localai|llama\.cpp)$/,
    title: "a model server",
    source:
      "ollama/ollama docs/api.md: answers are streamed unless asked otherwise; docs.vllm.ai, OpenAI-compatible server; huggingface.co/docs/text-generation-inference/conceptual/streaming; docs.sglang.ai; localai.io/features/text-generation; ggml-org/llama.cpp tools/server/README.md",
  },
];

/** A server that is known by how it is started or asked, in an image of somebody's own. */
export interface ServerByHabit {
  title: string;
  command: RegExp;
  /** Variables that nobody but the server itself reads. */
  variable: RegExp;
  /** The end of the path, of its own, at which it says that it is well. */
  probe?: RegExp;
  /** The port it listens on where nobody chose another, and what anybody may be probed at there: one sign, where something else is another. */
  likely?: { port: number; path: RegExp };
  source: string;
}

/** Both keep what a client did in the process that its first request met. */
export const SERVERS_BY_HABIT: readonly ServerByHabit[] = [
  {
    title: "Streamlit",
    command: /(^|[\s/])streamlit\s+run\b/,
    variable:
      /^STREAMLIT_(SERVER_(PORT|HEADLESS|ADDRESS|BASE_URL_PATH|ENABLE_\w+|MAX_\w+|RUN_ON_SAVE|COOKIE_SECRET)|BROWSER_\w+)$/,
    probe: /\/_stcore\/health\b/,
    // TensorFlow Serving has the same port and answers below /v1 alone; Consul speaks TLS on it.
    likely: { port: 8501, path: /^\/(healthz)?$/ },
    source:
      "docs.streamlit.io: deploy/tutorials/kubernetes, develop/concepts/architecture/session-state, develop/api-reference/configuration/config.toml (server.baseUrlPath); streamlit/streamlit lib/streamlit/web/server/server.py, HEALTH_ENDPOINT; tensorflow.org/tfx/serving/api_rest; developer.hashicorp.com/consul, ports",
  },
  {
    title: "Gradio",
    command: /(^|[\s/])gradio\s+\S+\.py\b/,
    variable: /^GRADIO_(SERVER_(NAME|PORT)|ROOT_PATH|ALLOWED_PATHS|NUM_PORTS)$/,
    source: "gradio.app/guides/environment-variables; gradio.app/guides/queuing, a session stays with its process",
  },
];

/** Ports that are registered for protocols whose clients stay connected. */
export const KNOWN_PORTS: Readonly<Record<number, { title: string; source: string }>> = {
  1883: { title: "MQTT", source: "IANA service names, mqtt" },
  8883: { title: "MQTT over TLS", source: "IANA service names, secure-mqtt" },
  5222: { title: "XMPP", source: "IANA service names, xmpp-client" },
  6667: { title: "IRC", source: "IANA service names, ircu" },
};

/**
 * Relays of media: who speaks through one asks for consent every few seconds and gives up after thirty, and refreshes what it was given every
 * ten minutes at most. Sources: RFC 7675 5.1; RFC 8656 3.2; IANA service names, stun, turn, stuns and turns.
 */
export const TURN: { ports: ReadonlySet<unknown> } = { ports: new Set([3478, 5349]) };

/** Ports that servers of a cluster ask each other on; nobody's client does. */
export const INTERNAL_PORTS: ReadonlySet<number> = new Set([
  1433, 2181, 2379, 3306, 4369, 5432, 5672, 6379, 8086, 9042, 9092, 9200, 9300, 11_211, 26_379, 27_017,
]);

/** The last part of the name of images that such servers come in, on whatever port they are told to listen. */
export const INTERNAL_IMAGES =
  /^(redis|redis-stack-server|valkey|keydb|memcached|postgres|postgresql|mysql|mysql-server|mariadb|mongo|mongodb|cassandra|etcd|zookeeper|cp-zookeeper|kafka|cp-kafka)$/;

/** The same of what only watches the others: metrics, logs, traces, and the pages that show them. */
export const WATCHING_IMAGES =
  /^(prometheus|alertmanager|pushgateway|grafana|loki|promtail|tempo|mimir|jaeger.*|all-in-one|zipkin.*|otel.*|opentelemetry-collector.*|kibana|elasticsearch|opensearch.*|fluentd|fluent-bit|.*[-_]exporter)$/;

/**
 * Words that say what a port, a path, an image or a workload speaks. `keepsSessions` as above: a WebSocket or an event stream of its own is all
 * there is to a session, whereas libraries that open with plain requests, or fall back to them, need the pod that answered the first one.
 * Sources: RFC 6455; socket.io/docs/v4/using-multiple-nodes; github.com/sockjs/sockjs-node README, deployment and sticky sessions;
 * learn.microsoft.com/aspnet/core/signalr/scale and /blazor/host-and-deploy/server; docs.cometd.org, clustering;
 * modelcontextprotocol.io/specification 2025-06-18, session management; docs.streamlit.io and gradio.app/guides, several replicas.
 */
export const TELLING_WORDS: Readonly<Record<string, { keepsSessions: boolean; keepsInASet?: true }>> = {
  ws: { keepsSessions: false },
  wss: { keepsSessions: false },
  websocket: { keepsSessions: false },
  websockets: { keepsSessions: false },
  socket: { keepsSessions: true },
  socketio: { keepsSessions: true },
  "socket.io": { keepsSessions: true },
  sockjs: { keepsSessions: true },
  signalr: { keepsSessions: true },
  blazor: { keepsSessions: true },
  cometd: { keepsSessions: true },
  streamlit: { keepsSessions: true },
  gradio: { keepsSessions: true },
  chainlit: { keepsSessions: true },
  // What it is for and not how it is built: any pod serves any client where they tell each other by a broker.
  realtime: { keepsSessions: false, keepsInASet: true },
  chat: { keepsSessions: false, keepsInASet: true },
  mcp: { keepsSessions: true },
  sse: { keepsSessions: false },
  mqtt: { keepsSessions: false },
  mqtts: { keepsSessions: false },
  xmpp: { keepsSessions: false },
};

/** Names of environment variables that only a server with such a library has; what ends as an address belongs to its client. */
export const TELLING_VARIABLE = /(^|_)(SOCKET_?IO|ENGINE_?IO|SOCKJS|SIGNALR)(_|$)/i;
/**
 * Names beside which it says nothing: clients of Azure's SignalR Service go to Azure (learn.microsoft.com/azure/azure-signalr/signalr-overview),
 * a Redis carries events from one pod to the others, and what is switched off is not there.
 */
export const VARIABLE_OF_SOMETHING_ELSE = /AZURE|CONNECTION_?STRING|REDIS|(^|_)(DISABLED?|NO|WITHOUT)(_|$)/i;
export const SWITCHED_OFF = /^(false|0|no|off|none|disabled?)$/i;
export const VARIABLE_OF_A_CLIENT =
  /(^|_)(URL|URI|HOST|HOSTNAME|ENDPOINT|ADDR|ADDRESS|SERVER)$|^(NEXT_PUBLIC|REACT_APP|VITE|VUE_APP|NUXT_PUBLIC|PUBLIC)_/i;

/**
 * Variables and arguments by which an MCP server is told to keep no session. Sources: gofastmcp.com/deployment/http (stateless_http,
 * FASTMCP_STATELESS_HTTP); modelcontextprotocol/python-sdk README, stateless_http.
 */
export const KEEPS_NOTHING = {
  variable: /(^|_)STATELESS(_HTTP|_MODE)?$/i,
  argument: /^--stateless(-http|_http|-mode)?(=true)?$|stateless_http\s*=\s*True/,
};
