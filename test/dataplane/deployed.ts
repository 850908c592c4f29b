import assert from "node:assert/strict";
import { type KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { compileStack } from "../../compile";
import { judge } from "../../path/verdict";
import { readPaths } from "../../path/reader";
import type { ClusterFacts, Verdict } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { layoutOf, up } from "../../sandbox";
import { stopAll } from "../../sandbox/process";
import { readState } from "../../sandbox/state";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { objectApi } from "../support/objects";
import { sharedSandbox } from "../support/sandbox";

/** The shared sandbox, with Contour and Envoy in it from now on. */
export async function sandboxWithContour(): Promise<void> {
  await sharedSandbox();
  await up({ with: ["contour"] });
}

/** What a stack file would declare of the sandbox. */
export const CLUSTER: Block = {
  context: "holdfast-sandbox",
  kubeProxyMode: "nftables",
  controllers: { metallb: "0.15.2", traefik: "3.6.1", contour: "1.33.8" },
  nodeConntrackEstablishedSeconds: 86_400,
};

/** What belongs to the sandbox's Contour itself. */
const CONTOURS_OWN = [
  ["gateway.networking.k8s.io/v1", "GatewayClass"],
  ["gateway.networking.k8s.io/v1", "Gateway"],
  ["projectcontour.io/v1alpha1", "ContourConfiguration"],
] as const;

/** Changes the timeouts of Contour's own configuration, null for none, and starts it again: it reads them at its start. */
export async function setContourTimeouts(timeouts: object | null): Promise<void> {
  const [apiVersion, kind] = CONTOURS_OWN[2];
  const patch = { apiVersion, kind, metadata: { name: "contour", namespace: "projectcontour" }, spec: { envoy: { timeouts } } };
  const api = await objectApi();
  await api.patch(patch as Live, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  const record = readState(layoutOf())!.components.contour!;
  await stopAll([record]);
  await up();
}

type Live = KubernetesObject & { metadata: { name: string; namespace?: string } };

/** Services as our own entries compile them, in the shared sandbox, and whatever a test puts beside them by hand. */
export class Deployed {
  private constructor(
    private readonly api: KubernetesObjectApi,
    readonly objects: Live[],
    private readonly urls: Map<string, string>,
  ) {}

  /** Creates everything of the services, and waits until their pods are ready. */
  static async of(services: Block[], top: Block = {}): Promise<Deployed> {
    const { stack } = parsed(rawOf(services, top));
    const { services: compiled } = compileStack(stack);
    const deployed = new Deployed(
      await objectApi(),
      [],
      new Map(compiled.flatMap(({ name, endpoints }) => endpoints.map(({ entry, url }) => [`${name} ${entry}`, url]))),
    );
    for (const { object } of compiled.flatMap(({ objects }) => objects)) await deployed.add(object);
    for (const { name, namespace } of compiled) {
      await deployed.shows(
        "apps/v1",
        "Deployment",
        name,
        namespace,
        ({ spec, status }) => status?.readyReplicas === spec.replicas,
      );
    }
    return deployed;
  }

  /** The printed URL of an entry. */
  url(service: string, entry: string): string {
    const url = this.urls.get(`${service} ${entry}`);
    assert.ok(url, `no ${service} ${entry} among ${[...this.urls.keys()].join(", ")}`);
    return url;
  }

  async add(object: object): Promise<void> {
    await this.api.create(object as Live);
    this.objects.push(object as Live);
  }

  async remove(kind: string, name: string): Promise<void> {
    const index = this.objects.findIndex((object) => object.kind === kind && object.metadata.name === name);
    const [object] = this.objects.splice(index, 1);
    await this.api.delete(object as never);
  }

  /** Reads an object until it shows what is waited for. */
  async shows(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever kind it is
    what: (object: any) => unknown,
  ): Promise<void> {
    let seen: unknown;
    for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 200))) {
      seen = await this.api.read({ apiVersion, kind, metadata: { name, namespace } });
      if (what(seen)) return;
    }
    assert.fail(`${kind} ${name} did not show it within 60 seconds: ${JSON.stringify(seen)}`);
  }

  /** What the model reads: everything that was put there, and what belongs to Contour itself. */
  async readable(): Promise<KubernetesObject[]> {
    const read = CONTOURS_OWN.map(([apiVersion, each]) =>
      this.api.read({ apiVersion, kind: each, metadata: { name: "contour", namespace: "projectcontour" } }),
    );
    return [...this.objects, ...(await Promise.all(read))] as KubernetesObject[];
  }

  /** What the model says of a way in that was put beside the services, from what it reads of the cluster. */
  async predicted(kind: string, name: string, idleSeconds: number): Promise<Verdict> {
    const path = readPaths(await this.readable(), CLUSTER as unknown as ClusterFacts).find(
      ({ entry }) => entry.kind === kind && entry.name === name,
    );
    assert.ok(path, `no path through ${kind} ${name} was read`);
    const promise = { idleSeconds, drainSeconds: 0, affinity: { mode: "none" as const, ttlSeconds: 3600 } };
    return judge(path, promise, "websocket");
  }

  async removeAll(): Promise<void> {
    // A namespace takes along what is in it.
    for (const object of this.objects.filter(({ kind }) => kind === "Namespace")) await this.api.delete(object as never);
  }
}

/** The stack file of small services of three pods in the sandbox. */
export const rawOf = (services: Block[], top: Block = {}): Block =>
  rawStackWith({}, CLUSTER, { services: services.map(serviceBlock), ...top });

function serviceBlock(own: Block): Block {
  return {
    image: "registry.example.com/sample:1",
    port: 8080,
    protocol: "websocket",
    connectPath: "/ws",
    scaling: { min: 3, max: 3 },
    ...own,
  };
}
