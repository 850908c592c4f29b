import path from "node:path";
import { CONTOUR_HEALTH_PORT, CONTOUR_XDS_PORT, ENVOY_STATS_PORT } from "../addresses";
import { internalKubeconfig } from "../kubeconfig";
import type { Component } from "./model";

/** What Contour and Envoy call each other's side of their conversation. */
const XDS_CLUSTER = "contour";

const contour: Component = {
  name: "contour",
  what: "tells Envoy what Ingresses, HTTPProxies and routes of class contour ask for",
  extra: "contour",
  onlyInFull: true,
  listens: () => [CONTOUR_XDS_PORT, CONTOUR_HEALTH_PORT],
  command: ({ binaries, layout }) => ({
    file: binaries.contour!,
    args: [
      "serve",
      "--contour-config-name=contour",
      `--kubeconfig=${internalKubeconfig(layout, "infrastructure")}`,
      "--disable-leader-election",
      // Kinds of the Gateway API's experimental channel, without whose definitions it would not start.
      ...["tlsroutes", "tcproutes", "backendtlspolicies"].map((kind) => `--disable-feature=${kind}`),
    ],
    env: { CONTOUR_NAMESPACE: "projectcontour" },
  }),
};

const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

function staticCluster(name: string, endpoint: object, further: object = {}): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: endpoint } }] }];
  return { name, type: "STATIC", connect_timeout: "5s", load_assignment: { cluster_name: name, endpoints }, ...further };
}

/** What Envoy knows by itself: whom to ask for everything else, and its own door for statistics, which Contour passes on. */
function bootstrap(): unknown {
  const admin = { pipe: { path: "envoy-admin.sock" } };
  const askContour = {
    resource_api_version: "V3",
    api_config_source: {
      api_type: "GRPC",
      transport_api_version: "V3",
      grpc_services: [{ envoy_grpc: { cluster_name: XDS_CLUSTER } }],
    },
  };
  const http2 = {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    explicit_http_config: { http2_protocol_options: {} },
  };
  const options = { typed_extension_protocol_options: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2 } };
  return {
    admin: { address: admin },
    dynamic_resources: { lds_config: askContour, cds_config: askContour },
    static_resources: {
      clusters: [staticCluster(XDS_CLUSTER, address(CONTOUR_XDS_PORT), options), staticCluster("envoy-admin", admin)],
    },
  };
}

const envoy: Component = {
  name: "envoy",
  what: "the proxy under Contour",
  extra: "contour",
  onlyInFull: true,
  // It opens this port when Contour says so: whoever sees it knows that the two have spoken.
  listens: () => [ENVOY_STATS_PORT],
  command({ binaries, layout }) {
    const configuration = path.join(layout.directory, "envoy.json");
    return {
      file: binaries.envoy!,
      args: [
        ["--config-path", configuration],
        ["--service-node", "sandbox"],
        ["--service-cluster", "projectcontour"],
        // Its memory for handing over to a successor would be shared by every Envoy of the machine.
        ["--disable-hot-restart"],
        ["--concurrency", "2"],
        ["--log-level", "warning"],
      ].flat(),
      files: { [configuration]: JSON.stringify(bootstrap(), null, 2) },
    };
  },
};

export const CONTOUR: readonly Component[] = [contour, envoy];
