import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from "@kubernetes/client-node";
import type { SandboxInfo } from "../../../sandbox";
import { until } from "../../../sandbox/process";

type Loose = KubernetesObject & { spec?: unknown; status?: unknown };

/** Creates objects in the sandbox for one suite, and takes them away again. */
export class Objects {
  private readonly client: KubernetesObjectApi;
  private readonly made: Loose[] = [];

  constructor(
    sandbox: SandboxInfo,
    readonly namespace: string,
  ) {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(sandbox.kubeconfig);
    this.client = KubernetesObjectApi.makeApiClient(kubeconfig);
  }

  async create(
    apiVersion: string,
    kind: string,
    name: string,
    rest: object,
    namespace: string | undefined = this.namespace,
  ): Promise<void> {
    const { metadata = {}, ...fields } = rest as { metadata?: object };
    const object = { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...fields };
    await this.client.create(object);
    this.made.push(object);
  }

  /** Reads until the object shows what is waited for; the last reading, or undefined after `seconds`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever kind it is
  async await(apiVersion: string, kind: string, name: string, shows: (object: any) => unknown, seconds = 15): Promise<any> {
    let seen: unknown;
    const found = await until(
      async () => {
        seen = await this.client.read({ apiVersion, kind, metadata: { name, namespace: this.namespace } });
        return Boolean(shows(seen));
      },
      seconds,
      100,
    );
    return found ? seen : undefined;
  }

  /** Three pods that the sample server plays, all of them Ready. */
  async createPods(name: string): Promise<void> {
    const labels = { app: name };
    const container = { name: "sample", image: "registry.example.com/sample:1", ports: [{ containerPort: 8080 }] };
    await this.create("apps/v1", "Deployment", name, {
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    const ready = await this.await("apps/v1", "Deployment", name, ({ status }) => status?.readyReplicas === 3, 30);
    if (!ready) throw new Error(`The pods of ${name} did not become ready.`);
  }

  async remove(kind: string, name: string): Promise<void> {
    const index = this.made.findIndex((object) => object.kind === kind && object.metadata?.name === name);
    const [object] = this.made.splice(index, 1);
    await this.client.delete(object!);
  }

  async removeAll(): Promise<void> {
    for (const object of this.made.reverse()) await this.client.delete(object);
  }
}
