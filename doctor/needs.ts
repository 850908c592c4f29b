import type { ClusterReader } from "../cluster";
import type { CompiledService, Need } from "../compile/model";
import { METRICS_APIS } from "../path/facts/autoscalers";
import { checksOf, type Check } from "./check";
import type { ClusterView } from "./cluster";

const check = checksOf("what the stack needs");

/** Controllers that a cloud runs where no workload shows them. */
const MANAGED = new Set(["cloud-provider-azure", "gke", "gke-gateway", "approuting-istio"]);

/** Kinds of needs that are objects of the API, and where to look for them. */
const OBJECTS: Record<string, string> = {
  IngressClass: "networking.k8s.io/v1",
  GatewayClass: "gateway.networking.k8s.io/v1",
  PriorityClass: "scheduling.k8s.io/v1",
  StorageClass: "storage.k8s.io/v1",
  ClusterIssuer: "cert-manager.io/v1",
  ClusterSecretStore: "external-secrets.io/v1",
};

/** What the stack does not make itself and cannot live without. */
export async function needChecks(
  services: readonly CompiledService[],
  reader: ClusterReader,
  view: ClusterView,
): Promise<Check[]> {
  const needs = new Map<string, Need>();
  for (const need of services.flatMap((service) => service.needs)) needs.set(`${need.kind} ${need.name}`, need);
  const checks = await Promise.all([...needs.values()].map((need) => needCheck(need, reader, view)));
  return [...checks, ...(await kindChecks(services, reader)), ...(await metricsChecks(services, reader))];
}

async function needCheck({ kind, name, why }: Need, reader: ClusterReader, view: ClusterView): Promise<Check> {
  const title = `${kind} ${name}`;
  if (kind === "controller") return controllerNeed(name, why, view);
  if (kind === "CustomResourceDefinition") return definitionNeed(name, why, reader);
  const apiVersion = OBJECTS[kind];
  const look = `kubectl get ${kind.toLowerCase()} ${name}`;
  if (apiVersion === undefined) return check(title, "could-not-look", why, look);
  const listed = await reader.list(apiVersion, kind);
  if ("refused" in listed) {
    const isGone = listed.refused.why === "not-served";
    return check(
      title,
      isGone ? "missing" : "could-not-look",
      isGone ? `the cluster has no kind ${kind}; ${why}` : listed.refused.said,
      look,
    );
  }
  const names = listed.objects.map(({ metadata }) => metadata.name);
  const there = names.length === 0 ? "there is none" : `there are ${names.slice(0, 5).join(", ")}`;
  return names.includes(name) ? check(title, "ok", "is there") : check(title, "missing", `${there}; ${why}`, look);
}

function controllerNeed(name: string, why: string, { controllers, sawWorkloads }: ClusterView): Check {
  const title = `controller ${name}`;
  const look = `kubectl get deployments,daemonsets -A -o wide | grep ${name}`;
  if (controllers[name] !== undefined) return check(title, "ok", controllers[name]!);
  if (MANAGED.has(name)) return check(title, "could-not-look", `the cloud runs it where no workload shows it; ${why}`);
  return check(title, sawWorkloads ? "missing" : "could-not-look", `no workload that was read runs its image; ${why}`, look);
}

async function definitionNeed(name: string, why: string, reader: ClusterReader): Promise<Check> {
  const listed = await reader.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const look = `kubectl get crd ${name}`;
  const title = `kind ${name}`;
  if ("refused" in listed) return check(title, "could-not-look", listed.refused.said, look);
  const isThere = listed.objects.some(({ metadata }) => metadata.name === name);
  return isThere ? check(title, "ok", "is there") : check(title, "missing", `no such CustomResourceDefinition; ${why}`, look);
}

/** Every kind that the stack writes, in the version it is written in. */
async function kindChecks(services: readonly CompiledService[], reader: ClusterReader): Promise<Check[]> {
  const kinds = new Set(services.flatMap(({ objects }) => objects.map(({ object }) => `${object.apiVersion} ${object.kind}`)));
  const answers = await Promise.all(
    [...kinds].sort().map(async (key) => {
      const [apiVersion = "", kind = ""] = key.split(" ");
      // A Secret is written and never read.
      return { key, served: kind === "Secret" || (await reader.serves(apiVersion, kind)) };
    }),
  );
  const missing = answers.filter(({ served }) => served === false).map(({ key }) => key);
  const open = answers.flatMap(({ key, served }) => (typeof served === "object" ? [{ key, said: served.said }] : []));
  const title = "kinds of the stack's objects";
  const look = "kubectl api-resources";
  if (missing.length > 0) {
    return [check(title, "missing", `the API server does not serve ${missing.join(", ")}`, `${look}; install what brings them`)];
  }
  if (open.length === 0) return [check(title, "ok", `all ${kinds.size} are served`)];
  return [check(title, "could-not-look", `${open.map(({ key }) => key).join(", ")}: ${open[0]!.said}`, look)];
}

/** An autoscaler without its metrics stays where it is. */
async function metricsChecks(services: readonly CompiledService[], reader: ClusterReader): Promise<Check[]> {
  const types = services.flatMap(({ objects }) =>
    objects.flatMap(({ object }) =>
      object.kind === "HorizontalPodAutoscaler" ? ((object.spec as { metrics?: { type: string }[] }).metrics ?? []) : [],
    ),
  );
  const wanted = Object.entries(METRICS_APIS).filter(([, { asked }]) =>
    types.some(({ type }) => asked.some((each) => each === type)),
  );
  if (wanted.length === 0) return [];
  const listed = await reader.list("apiregistration.k8s.io/v1", "APIService");
  return wanted.map(([group, { gives, install }]) => {
    const name = `v1beta1.${group}`;
    const title = `metrics API ${group}`;
    const look = `kubectl get apiservice ${name}`;
    if ("refused" in listed) return check(title, "could-not-look", listed.refused.said, look);
    const found = listed.objects.find(({ metadata }) => metadata.name === name);
    if (found === undefined) {
      return check(title, "missing", "the autoscaler gets no numbers and stays where it is", `${gives}: install ${install}`);
    }
    const { conditions = [] } = (found.status ?? {}) as { conditions?: { type: string; status: string; message?: string }[] };
    const down = conditions.find(({ type, status }) => type === "Available" && status !== "True");
    return down === undefined
      ? check(title, "ok", "is there")
      : check(title, "wrong", `is not available: ${down.message ?? ""}`, look);
  });
}
