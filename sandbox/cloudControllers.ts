import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Service,
} from "@kubernetes/client-node";
import { SandboxError } from "./errors";

const PAUSE_MILLISECONDS = 250;

/** Annotations by which a Service without a class is known for a cloud's. */
const CLOUD_SERVICE = /^service\.beta\.kubernetes\.io\/(azure|aws)-/;
const CLOUD_CLASSES = /^(service\.k8s\.aws\/nlb|networking\.gke\.io\/)/;
const INGRESS_CLASSES: Record<string, "hostname" | "ip"> = { alb: "hostname", gce: "ip", "gce-internal": "ip" };
const GATEWAY_CLASSES = /^(gke-|azure-alb|amazon-alb|aws-alb|alb$)/;

/** Plays the part of the clouds' controllers, as far as a stack sees it: load balancers get an address. */
export interface CloudControllers {
  stop(): Promise<void>;
}

/**
 * Gives every load balancer of a cloud an address of the range for documentation, or a name as AWS gives them. Nothing listens there.
 *
 * @param kubeconfig of the sandbox; every other cluster is refused.
 * @param withholds names of objects that stay pending for ever.
 */
export function playCloudControllers(kubeconfig: string, withholds: (name: string) => boolean = () => false): CloudControllers {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? "";
  if (new URL(server).hostname !== "127.0.0.1") {
    throw new SandboxError(`The clouds' controllers are played in the sandbox only; ${server} is another cluster.`);
  }
  let stopped = false;
  const work = (async () => {
    while (!stopped) {
      // An API server that is being restarted answers again; whoever waits for an address waits for that too.
      await serveOnce(config, withholds).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await work;
    },
  };
}

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

async function serveOnce(config: KubeConfig, withholds: (name: string) => boolean): Promise<void> {
  await serveServices(config.makeApiClient(CoreV1Api), withholds);
  await serveIngresses(config.makeApiClient(NetworkingV1Api), withholds);
  await serveGateways(config.makeApiClient(CustomObjectsApi), withholds);
}

async function serveServices(core: CoreV1Api, withholds: (name: string) => boolean): Promise<void> {
  for (const service of (await core.listServiceForAllNamespaces()).items) {
    const { name = "", namespace = "" } = service.metadata ?? {};
    if (service.spec?.type !== "LoadBalancer" || !isOfCloud(service) || withholds(name)) continue;
    if ((service.status?.loadBalancer?.ingress ?? []).length > 0) continue;
    const isAws = service.spec.loadBalancerClass === "service.k8s.aws/nlb";
    const address = isAws ? { hostname: `k8s-${name}.elb.us-east-1.amazonaws.com` } : { ip: addressOf(name) };
    await core.patchNamespacedServiceStatus(
      { name, namespace, body: { status: { loadBalancer: { ingress: [address] } } } },
      MERGE,
    );
  }
}

function isOfCloud({ spec, metadata }: V1Service): boolean {
  if (CLOUD_CLASSES.test(spec?.loadBalancerClass ?? "")) return true;
  return Object.keys(metadata?.annotations ?? {}).some((key) => CLOUD_SERVICE.test(key));
}

async function serveIngresses(networking: NetworkingV1Api, withholds: (name: string) => boolean): Promise<void> {
  for (const ingress of (await networking.listIngressForAllNamespaces()).items) {
    const { name = "", namespace = "", annotations = {} } = ingress.metadata ?? {};
    const form = INGRESS_CLASSES[ingress.spec?.ingressClassName ?? annotations["kubernetes.io/ingress.class"] ?? ""];
    if (form === undefined || withholds(name) || (ingress.status?.loadBalancer?.ingress ?? []).length > 0) continue;
    const address = form === "hostname" ? { hostname: `k8s-${name}.us-east-1.elb.amazonaws.com` } : { ip: addressOf(name) };
    await networking.patchNamespacedIngressStatus(
      { name, namespace, body: { status: { loadBalancer: { ingress: [address] } } } },
      MERGE,
    );
  }
}

interface Gateway {
  metadata: { name: string; namespace: string };
  spec: { gatewayClassName: string };
  status?: { addresses?: unknown[] };
}

async function serveGateways(custom: CustomObjectsApi, withholds: (name: string) => boolean): Promise<void> {
  const kind = { group: "gateway.networking.k8s.io", version: "v1", plural: "gateways" };
  const { items } = (await custom.listClusterCustomObject(kind)) as { items: Gateway[] };
  for (const { metadata, spec, status } of items) {
    const { name, namespace } = metadata;
    if (!GATEWAY_CLASSES.test(spec.gatewayClassName) || withholds(name) || (status?.addresses ?? []).length > 0) continue;
    const address = { type: "IPAddress", value: addressOf(name) };
    const body = { status: { addresses: [address] } };
    await custom.patchNamespacedCustomObjectStatus({ ...kind, name, namespace, body }, MERGE);
  }
}

/** The same for the same name, from a range that is nobody's. */
function addressOf(name: string): string {
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return `203.0.113.${(sum % 250) + 1}`;
}
