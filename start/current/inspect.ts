import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  NetworkingV1Api,
  VersionApi,
  type V1Deployment,
  type V1Node,
} from "@kubernetes/client-node";
import { parse } from "yaml";
import { EXIT, StartError } from "../errors";
import type { CurrentContext } from "./kubeconfig";

const ANSWER_SECONDS = 15;

/** What has to be known of a cluster before the dev stack can live in it. Read only. */
export interface Inspection {
  /** Of the kube-system namespace: the identity of the cluster. */
  uid: string;
  kubernetesVersion: string;
  nodes: { name: string; addresses: string[]; providerId?: string }[];
  /** Version of MetalLB's controller; undefined where MetalLB is not installed. */
  metallb?: string;
  /** Ranges of MetalLB's pools, as they are written: `10.0.0.0/24`, `10.0.0.5-10.0.0.9`. */
  pools: { name: string; ranges: string[]; ours: boolean }[];
  /** How kube-proxy works, where its configuration can be read: `iptables`, `nftables`, `ipvs`. */
  kubeProxyMode?: string;
  /** Addresses that LoadBalancer Services have now. */
  usedAddresses: string[];
  /** Class name -> the controller it is meant for. */
  ingressClasses: Record<string, string>;
  /** Version of ingress-nginx; undefined where it is not installed. */
  ingressNginx?: string;
  serviceMonitors: boolean;
}

export async function inspectCluster({ context, server, kubeconfig }: CurrentContext): Promise<Inspection> {
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const uid = await inTime(core.readNamespace({ name: "kube-system" })).then(
    ({ metadata }) => metadata!.uid!,
    (error: unknown) => {
      throw new StartError(`Context ${context} (${server}) does not answer: ${reasonOf(error)}. Is the cluster running?`);
    },
  );
  const [version, nodes, services, deployments, classes, pools, monitors] = await inTime(
    Promise.all([
      kubeconfig.makeApiClient(VersionApi).getCode(),
      core.listNode(),
      core.listServiceForAllNamespaces(),
      kubeconfig.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces(),
      kubeconfig.makeApiClient(NetworkingV1Api).listIngressClass(),
      listCustom(kubeconfig.makeApiClient(CustomObjectsApi), "metallb.io", "v1beta1", "ipaddresspools"),
      listCustom(kubeconfig.makeApiClient(CustomObjectsApi), "monitoring.coreos.com", "v1", "servicemonitors"),
    ]),
  ).catch((error: unknown) => {
    throw new StartError(
      `Context ${context} (${server}) cannot be looked into: ${reasonOf(error)}. Reading needs a cluster admin.`,
      EXIT.refused,
    );
  });
  return {
    uid,
    kubernetesVersion: /\d+\.\d+(\.\d+)?/.exec(version.gitVersion)?.[0] ?? version.gitVersion,
    nodes: nodes.items.map(nodeOf),
    metallb: pools && versionOf(deployments.items, /metallb.*controller|metallb\/controller/),
    pools: (pools ?? []).map(({ metadata, spec }) => ({
      name: metadata.name,
      ranges: spec?.addresses ?? [],
      ours: metadata.labels?.["app.kubernetes.io/managed-by"] === "holdfast",
    })),
    kubeProxyMode: await readProxyMode(core),
    usedAddresses: services.items.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])),
    ingressClasses: Object.fromEntries(classes.items.map(({ metadata, spec }) => [metadata!.name!, spec?.controller ?? ""])),
    ingressNginx: versionOf(deployments.items, /ingress-nginx\/controller/),
    serviceMonitors: monitors !== undefined,
  };
}

function nodeOf({ metadata, status, spec }: V1Node): Inspection["nodes"][number] {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  return { name: metadata!.name!, addresses, providerId: spec?.providerID };
}

/** The tag of the first image that fits, without its `v`. */
function versionOf(deployments: V1Deployment[], image: RegExp): string | undefined {
  const images = deployments.flatMap(
    ({ spec }) => spec?.template.spec?.containers.map((container) => container.image ?? "") ?? [],
  );
  const found = images.find((name) => image.test(name));
  return found === undefined ? undefined : (/:v?([^:@]+)(@|$)/.exec(found)?.[1] ?? "unknown");
}

interface Pool {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { addresses?: string[] };
}

/** Undefined where the cluster does not know the kind. */
async function listCustom(api: CustomObjectsApi, group: string, version: string, plural: string): Promise<Pool[] | undefined> {
  try {
    const list = (await api.listClusterCustomObject({ group, version, plural })) as { items: Pool[] };
    return list.items;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

/** kubeadm, kind and minikube keep kube-proxy's configuration in a ConfigMap; an empty mode means iptables. */
async function readProxyMode(core: CoreV1Api): Promise<string | undefined> {
  try {
    const { data } = await core.readNamespacedConfigMap({ name: "kube-proxy", namespace: "kube-system" });
    const { mode } = parse(data?.["config.conf"] ?? "") as { mode?: string };
    return mode || "iptables";
  } catch {
    return undefined;
  }
}

export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) return `HTTP ${error.code}`;
  return error instanceof Error ? error.message : String(error);
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_SECONDS} s`)), ANSWER_SECONDS * 1000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
