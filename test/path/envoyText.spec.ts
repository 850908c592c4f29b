import fc from "fast-check";
import assert from "node:assert/strict";
import { envoyText } from "../../path/read/ownProxy/envoyText";

describe("Envoy, as its text says", () => {
  const manager = (settings: object, version: "v2" | "v3" = "v3") =>
    version === "v2"
      ? { name: "envoy.http_connection_manager", config: settings }
      : { name: "own", typed_config: { "@type": "type.googleapis.com/envoy.x.v3.HttpConnectionManager", ...settings } };
  const bootstrap = (filter: object, clusters: object[] = []) =>
    JSON.stringify({
      static_resources: {
        listeners: [
          { address: { socket_address: { address: "0.0.0.0", port_value: 8080 } }, filter_chains: [{ filters: [filter] }] },
        ],
        clusters,
      },
    });
  const routes = (...list: object[]) => ({ route_config: { virtual_hosts: [{ domains: ["*"], routes: list }] } });
  const cluster = (name: string, rest: object = {}) => ({
    name,
    load_assignment: {
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: `${name}.chat.svc` } } } }] }],
    },
    ...rest,
  });
  const first = (filter: object, clusters?: object[]) => {
    const { clock, idleSeconds, longestSeconds, routeTimeoutSeconds, upgrades, streams } = envoyText(bootstrap(filter, clusters))!
      .passings[0]!;
    return { clock, idleSeconds, longestSeconds, routeTimeoutSeconds, upgrades, streams };
  };
  const nothing = { clock: "stream_idle_timeout", idleSeconds: undefined, longestSeconds: undefined };

  it("is read in both versions of its API, and in either way of writing", () => {
    const settings = { stream_idle_timeout: "0s", upgrade_configs: [{ upgrade_type: "websocket" }] };
    const expected = { ...nothing, idleSeconds: 0, routeTimeoutSeconds: undefined, upgrades: true, streams: false };
    assert.deepEqual(first(manager(settings)), expected);
    assert.deepEqual(first(manager(settings, "v2")), expected);
    assert.deepEqual(first(manager({ streamIdleTimeout: "0s", upgradeConfigs: [{ upgradeType: "WebSocket" }] })), expected);
    const block =
      "listeners:\n- filter_chains:\n  - filters:\n    - name: envoy.filters.network.http_connection_manager\n      typed_config:\n        stream_idle_timeout: 61m\n";
    assert.equal(envoyText(block)?.passings[0]?.idleSeconds, 3660);
  });

  it("lets a route say what else stands for all", () => {
    const upgrade_configs = [{ upgrade_type: "websocket" }];
    const route = { cluster: "a", idle_timeout: "7200s", timeout: "0s", max_stream_duration: { max_stream_duration: "86400s" } };
    assert.deepEqual(first(manager({ upgrade_configs, ...routes({ match: { prefix: "/" }, route }) })), {
      clock: "idle_timeout of a route",
      idleSeconds: 7200,
      longestSeconds: 86_400,
      routeTimeoutSeconds: 0,
      upgrades: true,
      streams: false,
    });
    const off = { cluster: "a", upgrade_configs: [{ upgrade_type: "websocket", enabled: false }] };
    assert.equal(first(manager({ upgrade_configs, ...routes({ redirect: {} }, { route: off }) })).upgrades, false);
  });

  it("ends at an age by a duration of the stream, which a route replaces, and by none of a connection still in use", () => {
    const age = (options: object, route: object = {}) =>
      first(manager({ common_http_protocol_options: options, ...routes({ route: { cluster: "a", ...route } }) })).longestSeconds;
    assert.equal(age({ max_connection_duration: "600s", idle_timeout: "5s" }), undefined);
    assert.equal(age({ max_stream_duration: "300s" }), 300);
    assert.equal(age({ max_stream_duration: "300s" }, { max_stream_duration: { max_stream_duration: "0s" } }), undefined);
    assert.equal(age({ max_stream_duration: "300s" }, { max_stream_duration: { max_stream_duration: "900s" } }), 900);
  });

  it("keeps what is no duration as it is written", () => {
    const clock = (settings: object) => {
      const { idleSeconds, unread } = envoyText(bootstrap(manager(settings)))!.passings[0]!;
      return [idleSeconds, unread];
    };
    assert.deepEqual(clock({ stream_idle_timeout: "${IDLE}s" }), [undefined, "${IDLE}s"]);
    const route = { cluster: "a", idle_timeout: "1h" };
    assert.deepEqual(clock({ stream_idle_timeout: "${IDLE}s", ...routes({ route }) }), [3600, undefined]);
  });

  const targets = (filter: object, ...clusters: object[]) => {
    const read = envoyText(bootstrap(filter, clusters))!;
    return read.targetsOf(read.passings);
  };

  it("leads to the clusters of its routes, and to no other", () => {
    const hosts = (settings: object) => targets(manager(settings), cluster("a"), cluster("traces")).map(({ host }) => host);
    assert.deepEqual(hosts(routes({ route: { cluster: "a" } })), ["a.chat.svc"]);
    assert.deepEqual(hosts(routes({ redirect: { https_redirect: true } })), []);
    assert.deepEqual(hosts({ rds: {} }), ["a.chat.svc", "traces.chat.svc"]);
    assert.deepEqual(hosts(routes({ route: { cluster_header: "x" } })), ["a.chat.svc", "traces.chat.svc"]);
  });

  it("does not know which of several clusters routes that stand elsewhere lead to, and takes none that it asks for itself", () => {
    const elsewhere = (...names: string[]) =>
      targets(manager({ rds: { config_source: {} } }), ...names.map((name) => cluster(name)));
    assert.deepEqual(
      elsewhere("a", "b").map(({ choice }) => choice.settle),
      ["a", "b"].map((name) => `whether its routes, which stand elsewhere, lead to the cluster ${name}`),
    );
    assert.deepEqual(elsewhere("a"), [{ host: "a.chat.svc", choice: { affinity: null } }]);
    const api_config_source = { api_type: "GRPC", grpc_services: [{ envoy_grpc: { cluster_name: "control" } }] };
    const filter = {
      name: "envoy.ext_authz",
      typed_config: { http_service: { server_uri: { uri: "http://login/x", cluster: "login" } } },
    };
    const asking = { rds: { config_source: { api_config_source } }, http_filters: [filter] };
    const found = targets(manager(asking), cluster("control"), cluster("a"), cluster("login"));
    assert.deepEqual(found, [{ host: "a.chat.svc", choice: { affinity: null } }]);
  });

  it("chooses by the hash that its route makes", () => {
    const hashed = cluster("a", { type: "STRICT_DNS", lb_policy: "RING_HASH" });
    const of = (route: object) => targets(manager(routes({ route })), hashed)[0]?.choice;
    const cookie = (ttl?: string) => [{ cookie: { name: "room", ...(ttl !== undefined && { ttl }) } }];
    const byRoom = (ttlSeconds: number | null) => ({ mechanism: "cookie", ttlSeconds, cookieName: "room" });
    assert.deepEqual(of({ cluster: "a", hash_policy: cookie("90s") })?.affinity, byRoom(90));
    assert.deepEqual(of({ cluster: "a", hash_policy: cookie("0s") })?.affinity, byRoom(null));
    const weighted = (...names: string[]) => ({ weighted_clusters: { clusters: names.map((name) => ({ name, weight: 1 })) } });
    assert.deepEqual(of({ ...weighted("a"), hash_policy: cookie("90s") })?.affinity, byRoom(90));
    assert.deepEqual(of({ cluster: "a", hash_policy: [{ header: { header_name: "x" } }] })?.affinity?.mechanism, "header");
    assert.deepEqual(of({ cluster: "a" }), { affinity: null });
    const open = [
      of({ cluster: "a", hash_policy: cookie() }),
      of({ cluster: "a", hash_policy: [{ filter_state: { key: "x" } }] }),
      of({ ...weighted("a", "b"), hash_policy: cookie("90s") }),
      targets(manager({ rds: {} }), hashed)[0]?.choice,
    ];
    assert.deepEqual(
      open.map((choice) => choice?.affinityUnknown),
      [true, true, true, true],
    );
    const tcp = { name: "tcp_proxy", typed_config: { cluster: "a", hash_policy: [{ source_ip: {} }] } };
    assert.match(targets(tcp, hashed)[0]?.choice.settle ?? "", /client's own address/);
  });

  it("passes streams on to what speaks HTTP/2", () => {
    const one = manager(routes({ match: { prefix: "/" }, route: { cluster: "a" } }));
    assert.equal(first(one, [cluster("a")]).streams, false);
    assert.equal(first(one, [cluster("a", { http2_protocol_options: {} })]).streams, true);
    const typed = { typed_extension_protocol_options: { x: { explicit_http_config: { http2_protocol_options: {} } } } };
    assert.equal(first(one, [cluster("a", typed)]).streams, true);
  });

  it("passes bytes on by a clock of its own", () => {
    const tcp = { name: "envoy.filters.network.tcp_proxy", typed_config: { idle_timeout: "0s", cluster: "a" } };
    const expected = { ...nothing, clock: "idle_timeout of tcp_proxy", idleSeconds: 0, routeTimeoutSeconds: undefined };
    assert.deepEqual(first(tcp), { ...expected, upgrades: true, streams: false });
  });

  it("is none where the text does not parse, or is about something else", () => {
    assert.equal(envoyText("http_connection_manager: [}"), undefined);
    assert.equal(envoyText("server { }"), undefined);
    const many = [...Array(40).keys()].map((index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`).join("\n");
    assert.deepEqual(envoyText(`x: &a-1 tcp_proxy\n${many}`)?.passings, []);
    fc.assert(fc.property(fc.string(), (text) => void envoyText(`tcp_proxy: ${text}`)));
  });
});
