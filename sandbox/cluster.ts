import fs from "node:fs";
import { NODES } from "./addresses";
import type { Api, KubernetesObject } from "./api";
import { SandboxError } from "./errors";
import { infrastructureObjects, MARK_NAME, markObject, NAMESPACES, nodeObjects, nodeStatus } from "./objects";
import { layoutOf } from "./paths";
import { until } from "./process";

/** Seconds a step of a start may take on a slow machine before it counts as failed. */
export const STEP_SECONDS = 60;

export async function waitFor(what: string, condition: () => Promise<boolean>): Promise<void> {
  if (await until(condition, STEP_SECONDS, 50)) return;
  throw new SandboxError(
    `${STEP_SECONDS} s were not enough for the sandbox's ${what}. What its programs say lies in ${layoutOf().logs}.\n` +
      "Run the command again to try once more, or `npx holdfast sandbox down` to start afresh.",
  );
}

/** Nodes are made before kwok starts, or it would give them addresses of its own choice. */
export async function createNodes(api: Api): Promise<void> {
  const objects = nodeObjects();
  await Promise.all(
    objects.map(async (object, index) => {
      await api.apply(object);
      await api.apply(nodeStatus(NODES[index]!), "/status");
    }),
  );
}

export async function createDefinitions(api: Api, definitions: KubernetesObject[]): Promise<void> {
  await Promise.all(definitions.map((object) => api.apply(object)));
  await Promise.all(definitions.map((object) => waitUntilServed(api, object)));
}

/** A controller that starts before its kinds are in the API server's discovery gives up. */
async function waitUntilServed(api: Api, definition: KubernetesObject): Promise<void> {
  const { group, names, versions } = definition.spec as {
    group: string;
    names: { plural: string };
    versions: { name: string; served: boolean }[];
  };
  const served = versions.filter((version) => version.served);
  await waitFor(`serving of ${definition.metadata.name}`, async () => {
    const lists = await Promise.all(served.map(({ name }) => api.get(`/apis/${group}/${name}`)));
    return lists.every((list) => (list?.resources as { name: string }[] | undefined)?.some(({ name }) => name === names.plural));
  });
}

export async function createNamespaces(api: Api, further: KubernetesObject[]): Promise<void> {
  await Promise.all([...NAMESPACES, ...further].map((object) => api.apply(object)));
}

/** Repeats itself until the definitions are served. */
export async function createInfrastructure(api: Api, further: KubernetesObject[]): Promise<void> {
  await Promise.all([...infrastructureObjects(), ...further].map((object) => api.apply(object)));
}

/** The nonce by which this sandbox knows its cluster again. */
export function readMark(layout = layoutOf()): string | undefined {
  try {
    return fs.readFileSync(layout.markFile, "utf8").trim();
  } catch {
    return undefined;
  }
}

export async function mark(api: Api, nonce: string): Promise<void> {
  await api.apply(markObject(nonce));
}

/** Whether the cluster carries this nonce. */
export async function carriesMark(api: Api, nonce: string): Promise<boolean> {
  const object = await api.get(`/api/v1/namespaces/kube-system/configmaps/${MARK_NAME}`);
  return object?.data?.nonce === nonce;
}

/** uid of kube-system, by which a stack knows a cluster again. */
export async function clusterUid(api: Api): Promise<string> {
  let uid: string | undefined;
  await waitFor("namespace kube-system", async () => {
    uid = (await api.get("/api/v1/namespaces/kube-system"))?.metadata.uid;
    return uid !== undefined;
  });
  return uid!;
}

function nodeIsReady(node: KubernetesObject): boolean {
  const conditions = (node.status?.conditions ?? []) as { type: string; status: string }[];
  return Boolean(node.spec?.podCIDR) && conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

export async function waitUntilNodesAreReady(api: Api): Promise<void> {
  await waitFor("three nodes becoming Ready", async () => {
    const nodes = ((await api.get("/api/v1/nodes"))?.items ?? []) as KubernetesObject[];
    return nodes.length >= NODES.length && nodes.every(nodeIsReady);
  });
}

export async function waitUntilPodsAreAdmitted(api: Api): Promise<void> {
  await waitFor("service account `default`", async () =>
    Boolean(await api.get("/api/v1/namespaces/default/serviceaccounts/default")),
  );
}

/** Until then every name is answered with SERVFAIL. */
export async function waitUntilNamesAreWritten(): Promise<void> {
  await waitFor("list of published names", async () => fs.existsSync(layoutOf().zoneFile));
}

export async function waitUntilTraefikHasItsAddress(api: Api): Promise<void> {
  await waitFor("address for Traefik's Service", async () => {
    const service = await api.get("/api/v1/namespaces/traefik/services/traefik");
    return Boolean(service?.status?.loadBalancer?.ingress?.[0]?.ip);
  });
}
