import assert from "node:assert/strict";
import type { CoreV1Api, PolicyV1Api, V1Container, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { KubeConfig, CoreV1Api as Core, PolicyV1Api as Policy } from "@kubernetes/client-node";
import type { SandboxInfo } from "../../../sandbox";
import { until } from "../../../sandbox/process";
import { Held } from "./held";

interface Wanted {
  container?: Partial<V1Container>;
  spec?: Partial<V1PodSpec>;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

/** Single pods in a namespace of their own, in the shared sandbox. */
export class PlayedPods {
  readonly core: CoreV1Api;
  readonly policy: PolicyV1Api;

  constructor(
    private readonly sandbox: SandboxInfo,
    readonly namespace: string,
  ) {
    const config = new KubeConfig();
    config.loadFromFile(sandbox.kubeconfig);
    this.core = config.makeApiClient(Core);
    this.policy = config.makeApiClient(Policy);
  }

  async begin(pace: string): Promise<void> {
    const metadata = { name: this.namespace, annotations: { "sandbox.holdfast.dev/pods": pace } };
    await this.core.createNamespace({ body: { metadata } });
  }

  async removeAll(): Promise<void> {
    await this.core.deleteNamespace({ name: this.namespace });
  }

  async create(name: string, { container = {}, spec = {}, annotations, labels }: Wanted = {}): Promise<void> {
    const image = "registry.example.com/sample:1";
    const containers = [{ name: "sample", image, ports: [{ containerPort: 8080, name: "http" }], ...container }];
    const metadata = { name, annotations, labels };
    const body = { metadata, spec: { nodeName: "node-1", containers, terminationGracePeriodSeconds: 30, ...spec } };
    // A namespace gets its service account a moment after it was made.
    const made = await until(
      async () => this.core.createNamespacedPod({ namespace: this.namespace, body }).then(() => true, isForbidden),
      15,
    );
    assert.ok(made, `${name} could not be created`);
  }

  read(name: string): Promise<V1Pod> {
    return this.core.readNamespacedPod({ name, namespace: this.namespace });
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.core.deleteNamespacedPod({ name, namespace: this.namespace, gracePeriodSeconds });
  }

  /** Reads until the pod shows what is waited for. */
  async shows(name: string, what: (pod: V1Pod) => unknown, seconds = 15): Promise<V1Pod> {
    let pod: V1Pod | undefined;
    const shown = await until(async () => Boolean(what((pod = await this.read(name)))), seconds);
    assert.ok(shown, `${name} did not show it within ${seconds} s: ${JSON.stringify(pod?.status)}`);
    return pod!;
  }

  ready = (name: string, seconds?: number): Promise<V1Pod> => this.shows(name, isReady, seconds);

  /** Seconds until the object is gone. */
  async gone(name: string, seconds: number): Promise<number> {
    const start = Date.now();
    const isGone = () =>
      this.read(name).then(
        () => false,
        (error: { code?: number }) => error.code === 404,
      );
    assert.ok(await until(isGone, seconds), `${name} is still there after ${seconds} s`);
    return (Date.now() - start) / 1000;
  }

  async hold(name: string, count: number): Promise<Held> {
    const address = (await this.read(name)).status!.podIP;
    return new Held(this.sandbox.clientNamespace!, `ws://${address}:8080/ws`, count).open();
  }
}

function isForbidden(error: { code?: number }): false {
  if (error.code === 403) return false;
  throw error;
}

export const isReady = ({ status }: V1Pod): boolean => conditionOf(status, "Ready") === "True";

export const conditionOf = (status: V1Pod["status"], wanted: string): string | undefined =>
  status?.conditions?.find(({ type }) => type === wanted)?.status;

export const restartsOf = ({ status }: V1Pod): number => status?.containerStatuses?.[0]?.restartCount ?? 0;
