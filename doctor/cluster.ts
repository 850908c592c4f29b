import { parse } from "yaml";
import type { ClusterReader, Listed, Refusal } from "../cluster";
import { refusalOf } from "../cluster";
import type { Stack } from "../compile/stack";
import type { ClusterFacts } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { textAt } from "../path/value";
import { checksOf, type Check } from "./check";
import { controllersOf, networkOf } from "./controllers";

const check = checksOf("the cluster");

/** What was read of a cluster for all questions that are asked of it. */
export interface ClusterView {
  kubernetesVersion: string;
  controllers: Record<string, string>;
  /** Whether the workloads could be listed; without them no controller is known to be missing. */
  sawWorkloads: boolean;
  cni?: string;
  kubeProxyMode?: ClusterFacts["kubeProxyMode"];
  uid?: string;
}

/** Undefined where nobody answers; the check then says so. */
export async function lookAtCluster(reader: ClusterReader): Promise<{ view?: ClusterView; answered: Check }> {
  const title = `context ${reader.context}`;
  try {
    const kubernetesVersion = await reader.version();
    const [deployments, daemonSets, system, ofKubeadm, ofEks] = await Promise.all([
      reader.list("apps/v1", "Deployment"),
      reader.list("apps/v1", "DaemonSet"),
      reader.find("v1", "Namespace", "kube-system"),
      reader.find("v1", "ConfigMap", "kube-proxy", "kube-system"),
      reader.find("v1", "ConfigMap", "kube-proxy-config", "kube-system"),
    ]);
    const daemons = objectsOf(daemonSets);
    const uid = system === undefined ? undefined : textAt(system, "metadata", "uid");
    const cni = networkOf(daemons);
    const mode = proxyMode(ofKubeadm, "config.conf") ?? proxyMode(ofEks, "config");
    const view: ClusterView = {
      kubernetesVersion,
      controllers: controllersOf([...objectsOf(deployments), ...daemons]),
      sawWorkloads: "objects" in deployments && "objects" in daemonSets,
      ...(cni !== undefined && { cni }),
      ...(mode !== undefined && { kubeProxyMode: mode }),
      ...(typeof uid === "string" && { uid }),
    };
    return { view, answered: check(title, "ok", `${reader.server} answers, Kubernetes ${kubernetesVersion}`) };
  } catch (error) {
    return { answered: unanswered(reader, title, refusalOf(error)) };
  }
}

/** Who answers and refuses is another matter than nobody who answers. */
function unanswered({ server, context }: ClusterReader, title: string, { why, said }: Refusal): Check {
  const look = `kubectl --context ${context} version`;
  if (why === "unreachable") return check(title, "missing", `${server} does not answer: ${said}`, look);
  if (why !== "forbidden") return check(title, "wrong", `${server} answers with an error: ${said}`, look);
  return check(
    title,
    "wrong",
    `${server} does not take this user: ${said}`,
    `log in again; then: kubectl --context ${context} auth whoami`,
  );
}

const objectsOf = (listed: Listed): KubernetesObject[] => ("objects" in listed ? listed.objects : []);

/** kubeadm, kind, minikube and EKS keep kube-proxy's configuration in a ConfigMap, under a key of their own; an empty mode means iptables. */
function proxyMode(configMap: KubernetesObject | undefined, key: string): ClusterFacts["kubeProxyMode"] {
  const text = configMap === undefined ? undefined : textAt(configMap, "data", key);
  if (typeof text !== "string") return undefined;
  try {
    const { mode } = parse(text) as { mode?: ClusterFacts["kubeProxyMode"] };
    return mode || "iptables";
  } catch {
    return undefined;
  }
}

/** What the stack file declares of its cluster, against what is there. */
export function clusterChecks({ access, cluster }: Stack, view: ClusterView): Check[] {
  return [
    uidCheck(access.uid, view.uid),
    ...declared("Kubernetes version", cluster.kubernetesVersion, minorOf(view.kubernetesVersion), minorOf),
    ...declared("kube-proxy mode", cluster.kubeProxyMode, view.kubeProxyMode),
    ...declared("network", cluster.cni, view.cni),
    ...Object.entries(cluster.controllers ?? {}).map(([name, version]) => controllerCheck(name, version, view)),
  ];
}

function uidCheck(wanted: string | undefined, found: string | undefined): Check {
  const title = "uid of kube-system";
  if (found === undefined) {
    return check(
      title,
      "could-not-look",
      "the namespace may not be read",
      "kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'",
    );
  }
  if (wanted === undefined) {
    return check(title, "missing", "the stack pins none, so nothing guards against a wrong cluster", `cluster.uid: ${found}`);
  }
  const mend = "choose the right context, or, if this cluster is meant, write its uid";
  return check(title, wanted === found ? "ok" : "wrong", wanted === found ? found : `${found}; the stack names ${wanted}`, mend);
}

const minorOf = (version: string): string => version.replace(/^v/, "").split(".").slice(0, 2).join(".");

function declared(
  title: string,
  written: string | undefined,
  found: string | undefined,
  shown = (value: string) => value,
): Check[] {
  if (found === undefined) {
    return written === undefined
      ? []
      : [check(title, "could-not-look", `${written} is declared, and nothing that was read shows it`)];
  }
  if (written === undefined) return [check(title, "missing", `${found}; the stack does not declare it`, "see the block below")];
  const isSame = shown(written) === found;
  return [
    check(title, isSame ? "ok" : "wrong", isSame ? found : `${found}; the stack declares ${written}`, "see the block below"),
  ];
}

function controllerCheck(name: string, version: string, { controllers, sawWorkloads }: ClusterView): Check {
  const found = controllers[name];
  if (found === undefined) {
    const state = sawWorkloads ? "missing" : "could-not-look";
    return check(
      name,
      state,
      `${version} is declared, and no workload that was read runs its image`,
      `kubectl get deployments,daemonsets -A -o wide | grep ${name}`,
    );
  }
  const isSame = found === version || found.startsWith(`${version}.`) || found === "unknown";
  return check(name, isSame ? "ok" : "wrong", isSame ? found : `${found}; the stack declares ${version}`, "see the block below");
}

/** The `cluster` block that says what was found, as lines of a stack file; what is declared and cannot be seen stays. */
export function proposedBlock({ cluster }: Stack, view: ClusterView): Record<string, unknown> {
  const controllers = { ...cluster.controllers, ...known(view.controllers) };
  return {
    ...(view.uid !== undefined && { uid: view.uid }),
    kubernetesVersion: minorOf(view.kubernetesVersion),
    ...(view.kubeProxyMode !== undefined && { kubeProxyMode: view.kubeProxyMode }),
    ...(view.cni !== undefined && { cni: view.cni }),
    ...(Object.keys(controllers).length > 0 && { controllers }),
  };
}

function known(controllers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(controllers).filter(([, version]) => version !== "unknown"));
}
