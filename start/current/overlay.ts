import { withCluster, type Overlay } from "../privateConfig";
import type { AddressPool } from "./addressPool";
import type { Inspection } from "./inspect";

/** A public image with Node.js that every cluster can pull; the sample server's script is mounted into it. */
const NODE_IMAGE = "node:22-alpine";
const MOUNT_PATH = "/app";

interface Service {
  entries?: { kind: string; address?: string }[];
  metrics?: object;
  [key: string]: unknown;
}

export interface ClusterChoice {
  context: string;
  inspection: Inspection;
  pool: AddressPool;
  /** The sample server, bundled into one file. */
  script: string;
}

/**
 * What differs between the dev stack in the embedded cluster and in this one: the cluster and its controllers, the address pool, and
 * the image, because ChatPulse's own needs a database and a Twitch account.
 */
export function overlayFor({ context, inspection, pool, script }: ClusterChoice): Overlay {
  const controllers = { metallb: inspection.metallb, "ingress-nginx": inspection.ingressNginx };
  const cluster = withCluster({
    context,
    uid: inspection.uid,
    kubernetesVersion: inspection.kubernetesVersion,
    kubeProxyMode: inspection.kubeProxyMode,
    controllers: Object.fromEntries(Object.entries(controllers).filter(([, version]) => version !== undefined)),
    ingressClasses: undefined,
    nodeConntrackEstablishedSeconds: undefined,
  });
  return (config) => {
    const bareMetal = (config["holdfast:bareMetal"] ?? {}) as { addressPools?: object[] };
    const services = (config["holdfast:services"] ?? []) as Service[];
    return cluster({
      ...config,
      "holdfast:bareMetal": {
        ...bareMetal,
        addressPools: (bareMetal.addressPools ?? []).map((given) => ({ ...given, addresses: [pool.range] })),
      },
      "holdfast:services": services.map((service) => ({
        ...service,
        image: NODE_IMAGE,
        command: ["node"],
        args: [`${MOUNT_PATH}/server.js`],
        files: { mountPath: MOUNT_PATH, contents: { "server.js": script } },
        entries: (service.entries ?? []).map((entry) =>
          entry.address === undefined ? entry : { ...entry, address: pool.pinned },
        ),
        ...(inspection.serviceMonitors ? {} : { metrics: { ...service.metrics, via: "none" } }),
      })),
    });
  };
}

/** The name of the dev stack's address pool. */
export function poolNameOf(config: Record<string, unknown>): string {
  const { addressPools = [] } = (config["holdfast:bareMetal"] ?? {}) as { addressPools?: { name: string }[] };
  return addressPools[0]?.name ?? "lan";
}
