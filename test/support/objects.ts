import { KubeConfig, KubernetesObjectApi, type KubernetesObject, PatchStrategy } from "@kubernetes/client-node";
import { sharedSandbox } from "./sandbox";

const KINDS: Record<string, string> = {
  Namespace: "v1",
  ConfigMap: "v1",
  Secret: "v1",
  Service: "v1",
  Pod: "v1",
  Deployment: "apps/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  Ingress: "networking.k8s.io/v1",
  ServiceMonitor: "monitoring.coreos.com/v1",
  PrometheusRule: "monitoring.coreos.com/v1",
};

/** What Kubernetes puts into every namespace by itself. */
const BUILT_IN = new Set(["kube-root-ca.crt"]);

export type LiveObject = KubernetesObject & { metadata: { name: string }; [key: string]: unknown };

/** The API of the shared sandbox, asked directly: no Pulumi and no code of ours in between. */
export async function objectApi(): Promise<KubernetesObjectApi> {
  const config = new KubeConfig();
  config.loadFromFile((await sharedSandbox()).kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}

/** From now on the pods of a namespace take the time that their specs give to probes, hooks and goodbyes. */
export async function playAsWritten(namespace: string): Promise<void> {
  const metadata = { name: namespace, annotations: { "sandbox.holdfast.dev/pods": "as-written" } };
  const object = { apiVersion: "v1", kind: "Namespace", metadata };
  await (await objectApi()).patch(object, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
}

/** What lives in a namespace of the shared sandbox, the namespace itself included; of one kind, or of all kinds that we create. */
export async function listObjects(namespace: string, kind?: string): Promise<LiveObject[]> {
  const api = await objectApi();
  const kinds = kind === undefined ? Object.keys(KINDS) : [kind];
  const lists = await Promise.all(
    kinds.map(async (each) => {
      const scope = each === "Namespace" ? undefined : namespace;
      const { items } = await api.list(KINDS[each]!, each, scope);
      return items.map((item) => ({ ...item, kind: each }) as LiveObject);
    }),
  );
  return lists
    .flat()
    .filter(({ kind: each, metadata: { name } }) => (each === "Namespace" ? name === namespace : !BUILT_IN.has(name)));
}
