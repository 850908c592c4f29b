import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { compileStack } from "../../../compile";
import { readable } from "../../../compile/model";
import { examineStack, type ExaminedStack } from "../../../compile/parse";
import { rawStack } from "../../../compile/rawStack";
import type { KubernetesObject } from "../../../path/objects";
import type { Target, TargetEntry } from "../../../verify/model";
import { targetOfStack } from "../../../verify/target";
import { PROJECT } from "../../engine/support";
import { listObjects, objectApi } from "../../support/objects";
import type { Block } from "../../compile/stacks";
import { asPrinted } from "../support";

/** The goodbye of these tests: the dev stack's in small numbers, which the derived ones are too long for. */
export const GOODBYE = { preStopSeconds: 2, drainSeconds: 4, marginSeconds: 5, gracePeriodSeconds: 11 };
/** Its readiness, that fails within a quarter of the goodbye there too (two tries, 5 s apart, of 40 s). */
const READINESS = { periodSeconds: 1, failureThreshold: 1 };

/** Played as written: the sandbox of a test run hurries elsewhere. */
const AS_WRITTEN = { "sandbox.holdfast.dev/pods": "as-written" };

/** What of a pod is changed for a test. */
export interface PodChange {
  annotations?: Record<string, string>;
  /** The way in by an IngressRoute in place of the dev stack's two, for clients that are sent to any pod or that stick by a cookie. */
  byRoute?: "any pod" | "cookie";
  spec?: (spec: Block & { containers: Block[] }) => void;
}

/** The chat service of Pulumi.dev.yaml under another name and address, without what needs the engine: its secrets. */
function devStack(name: string, address: string, { byRoute }: PodChange = {}): ExaminedStack {
  const file = parse(fs.readFileSync(path.join(PROJECT, "Pulumi.dev.yaml"), "utf8")) as { config: Record<string, unknown> };
  const raw = rawStack(file.config);
  const [service] = raw.services as [Block & { entries: Block[]; promise: Block }];
  const [metallb, ingress] = service.entries;
  raw.services = [
    {
      ...service,
      name,
      promise: {
        ...service.promise,
        drainSeconds: GOODBYE.drainSeconds,
        ...(byRoute === "any pod" && { affinity: { mode: "none" } }),
      },
      secrets: undefined,
      // Nothing here takes away or adds pods by itself.
      scaling: { min: 3, max: 3 },
      entries: byRoute
        ? [{ kind: "traefik", host: `${name}.holdfast.test` }]
        : [
            { ...metallb, address },
            { ...ingress, host: `${name}.holdfast.test` },
          ],
    },
  ];
  const examined = examineStack(raw);
  if (examined.problems !== undefined) throw new Error(JSON.stringify(examined.problems));
  return examined;
}

/** The dev stack's address pool, which all of its services here share. Gives what takes it away again. */
export async function makePool(): Promise<() => Promise<void>> {
  const { stack, services } = devStack("pool-only", "192.168.1.219");
  const pools = compileStack(stack, services).pools.map(readable);
  const api = await objectApi();
  for (const pool of pools) await api.create(pool as never);
  return async () => {
    for (const pool of pools) await api.delete(pool as never);
  };
}

/** One service of the dev stack in the shared sandbox, with a goodbye in small numbers. */
export class DrainStack {
  private constructor(
    readonly name: string,
    readonly target: Target,
    private readonly objects: KubernetesObject[],
  ) {}

  static async deploy(name: string, address: string, change: PodChange = {}): Promise<DrainStack> {
    const stack = devStack(name, address, change);
    const target = targetOfStack("dev", stack, asPrinted(stack));
    const objects = stack.services
      .flatMap(({ compiled }) => compiled.objects.map(readable))
      .map((object) => structuredClone(object));
    for (const object of objects.filter(({ kind }) => kind === "Deployment")) inSmallNumbers(object, change);
    const api = await objectApi();
    for (const object of objects) await api.create(object as never);
    const deployed = new DrainStack(
      name,
      { ...target, entries: target.entries.map((entry) => ({ ...entry, drain: GOODBYE })) },
      objects,
    );
    await deployed.ready();
    return deployed;
  }

  entry(kind: "metallb" | "ingress-nginx" | "traefik"): TargetEntry {
    return this.target.entries.find(({ entry }) => entry === kind)!;
  }

  /** The pods that there are, leaving ones included. */
  pods(): Promise<KubernetesObject[]> {
    return listObjects(this.name, "Pod") as Promise<KubernetesObject[]>;
  }

  async ready(count = 3): Promise<void> {
    for (const until = Date.now() + 60_000; ; await pause(200)) {
      const [deployment] = (await listObjects(this.name, "Deployment")) as {
        status?: { readyReplicas?: number; replicas?: number };
      }[];
      if (deployment?.status?.readyReplicas === count && deployment.status.replicas === count) return;
      if (Date.now() > until) throw new Error(`${this.name} did not get ready: ${JSON.stringify(deployment?.status)}`);
    }
  }

  /** Does not wait until it is gone. */
  async remove(): Promise<void> {
    const api = await objectApi();
    for (const object of this.objects.filter(({ kind }) => kind === "Namespace")) await api.delete(object as never);
  }
}

function inSmallNumbers(deployment: KubernetesObject, { annotations = {}, spec = () => {} }: PodChange): void {
  const { template } = deployment.spec as { template: { metadata: Block; spec: Block & { containers: Block[] } } };
  template.metadata.annotations = { ...(template.metadata.annotations as Block), ...AS_WRITTEN, ...annotations };
  template.spec.terminationGracePeriodSeconds = GOODBYE.gracePeriodSeconds;
  for (const container of template.spec.containers) {
    container.lifecycle = { preStop: { sleep: { seconds: GOODBYE.preStopSeconds } } };
    Object.assign(container.readinessProbe as Block, READINESS);
  }
  spec(template.spec);
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
