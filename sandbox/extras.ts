import {
  CONTOUR_DEBUG_PORT,
  CONTOUR_HEALTH_PORT,
  CONTOUR_LISTENER_PORTS,
  CONTOUR_PORT_SHIFT,
  CONTOUR_XDS_PORT,
  ENVOY_ADDRESS,
  ENVOY_LOAD_BALANCER_ADDRESS,
  ENVOY_STATS_PORT,
} from "./addresses";
import type { Api, KubernetesObject } from "./api";
import { waitFor } from "./cluster";
import { gatewayClass, ingressClass, namespace, proxyService } from "./objects";
import type { ExtraName } from "./state";

/** A part that a sandbox gets when somebody asks for it, with all it needs. */
interface Extra {
  /** Names of the tools it runs. */
  tools: string[];
  /** Names of the sets of resource definitions it reads. */
  definitions: string[];
  namespaces: KubernetesObject[];
  objects: KubernetesObject[];
  /** Ends when it serves. */
  ready(api: Api): Promise<void>;
}

const NAMESPACE = "projectcontour";
const metadata = { name: "contour", namespace: NAMESPACE };

/** The one Gateway that Contour serves, and whose listeners carry Ingresses and HTTPProxies as well. */
function gateway(): KubernetesObject {
  const allowedRoutes = { namespaces: { from: "All" } };
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata,
    spec: {
      gatewayClassName: "contour",
      listeners: [
        { name: "http", port: CONTOUR_LISTENER_PORTS.http, protocol: "HTTP", allowedRoutes },
        // Contour's own protocol: each Ingress and HTTPProxy brings its certificate.
        { name: "https", port: CONTOUR_LISTENER_PORTS.https, protocol: "projectcontour.io/https", allowedRoutes },
      ],
    },
  };
}

/** Every port is named, for the sample server listens where pods say so. */
function configuration(): KubernetesObject {
  const inside = (port: number) => ({ address: "127.0.0.1", port });
  return {
    apiVersion: "projectcontour.io/v1alpha1",
    kind: "ContourConfiguration",
    metadata,
    spec: {
      xdsServer: { ...inside(CONTOUR_XDS_PORT), tls: { insecure: true } },
      debug: inside(CONTOUR_DEBUG_PORT),
      health: inside(CONTOUR_HEALTH_PORT),
      metrics: inside(CONTOUR_HEALTH_PORT),
      gateway: { gatewayRef: metadata },
      envoy: {
        service: { name: "envoy", namespace: NAMESPACE },
        http: { address: ENVOY_ADDRESS },
        https: { address: ENVOY_ADDRESS },
        health: { address: ENVOY_ADDRESS, port: ENVOY_STATS_PORT },
        metrics: { address: ENVOY_ADDRESS, port: ENVOY_STATS_PORT },
      },
    },
  };
}

const CONTOUR: Extra = {
  tools: ["contour", "envoy"],
  definitions: ["contour"],
  namespaces: [namespace(NAMESPACE)],
  objects: [
    ingressClass("contour", "projectcontour.io/ingress-controller"),
    gatewayClass("contour", "projectcontour.io/gateway-controller"),
    gateway(),
    configuration(),
    ...proxyService({
      name: "envoy",
      namespace: NAMESPACE,
      address: ENVOY_ADDRESS,
      loadBalancerAddress: ENVOY_LOAD_BALANCER_ADDRESS,
      ports: [
        { name: "http", port: 80, targetPort: CONTOUR_LISTENER_PORTS.http + CONTOUR_PORT_SHIFT },
        { name: "https", port: 443, targetPort: CONTOUR_LISTENER_PORTS.https + CONTOUR_PORT_SHIFT },
      ],
    }),
  ],
  async ready(api) {
    await waitFor("Gateway of Contour being programmed", async () => {
      const found = await api.get(`/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/gateways/contour`);
      const conditions = (found?.status?.conditions ?? []) as { type: string; status: string }[];
      const programmed = conditions.some(({ type, status }) => type === "Programmed" && status === "True");
      return programmed && Boolean(found?.status?.addresses?.[0]);
    });
  },
};

const EXTRAS: Record<ExtraName, Extra> = { contour: CONTOUR };

/** What the extras of these names need, taken together. */
export function needsOf(names: readonly ExtraName[]): Omit<Extra, "ready"> & { ready(api: Api): Promise<unknown> } {
  const all = names.map((name) => EXTRAS[name]);
  return {
    tools: all.flatMap(({ tools }) => tools),
    definitions: all.flatMap(({ definitions }) => definitions),
    namespaces: all.flatMap(({ namespaces }) => namespaces),
    objects: all.flatMap(({ objects }) => objects),
    ready: (api) => Promise.all(all.map(({ ready }) => ready(api))),
  };
}
