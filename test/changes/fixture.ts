import * as path from "node:path";
import type { KubernetesObject } from "../../path/objects";

/** Previews of the dev stack as the engine printed them, without what nobody reads: outputs, dependencies, places in the program. */
export const PREVIEWS = path.join(__dirname, "previews");

export const PROVIDER = "urn:pulumi:prod::shop::pulumi:providers:kubernetes::cluster::1";

interface Sides {
  op: string;
  before?: KubernetesObject;
  after?: KubernetesObject;
  type?: string;
  changed?: string[];
  status?: object;
  /** What the old state says beside its inputs. */
  old?: object;
}

/** One step of a preview, as the engine prints it. */
export function step({ op, before, after, type, changed = [], status, old }: Sides): object {
  const object = (after ?? before)!;
  const group = object.apiVersion.includes("/") ? object.apiVersion : `core/${object.apiVersion}`;
  const token = type ?? `kubernetes:${group}:${object.kind}`;
  const urn = `urn:pulumi:prod::shop::${token}::${object.metadata.name}`;
  const state = (inputs: KubernetesObject | undefined, outputs?: object) =>
    inputs === undefined ? undefined : { urn, custom: true, type: token, inputs, outputs };
  return {
    op,
    urn,
    provider: PROVIDER,
    oldState: before && { ...state(before, status === undefined ? undefined : { status }), ...old },
    newState: state(after),
    detailedDiff: Object.fromEntries(changed.map((property) => [property, { kind: "update", inputDiff: true }])),
  };
}

export function previewText(steps: object[], more: object = {}): string {
  return JSON.stringify({ steps, diagnostics: [], changeSummary: {}, ...more });
}

interface Pods {
  kind?: string;
  replicas?: number;
  spec?: object;
  pod?: object;
  container?: object;
}

export function workload({
  kind = "Deployment",
  replicas = 4,
  spec = {},
  pod = {},
  container = {},
}: Pods = {}): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "web", namespace: "chat" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      ...spec,
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "registry.test/web:1", ...container }], ...pod },
      },
    },
  };
}
