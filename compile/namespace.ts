import { CLUSTER_ANNOTATION } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { ordered } from "./checksum";
import { labelsOf } from "./labels";
import type { CompiledObject } from "./model";
import { podSecurityLabels } from "./podSecurity";
import type { Service } from "./service";

export const NAMESPACE = "namespace";

/** The namespace, with the labels its entries need there. */
export function compileNamespace(
  service: Service,
  facts: ClusterFacts,
  entryLabels: Record<string, string> = {},
): CompiledObject[] {
  if (!service.createNamespace) return [];
  const declared = Object.keys(facts).length === 0 ? undefined : { annotations: { [CLUSTER_ANNOTATION]: declaration(facts) } };
  return [
    {
      logicalName: NAMESPACE,
      object: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: service.namespace,
          labels: { ...labelsOf(service), ...podSecurityLabels(service), ...entryLabels },
          ...declared,
        },
      },
      after: [],
      why:
        declared === undefined
          ? undefined
          : [`${CLUSTER_ANNOTATION} repeats what the stack declares about the cluster, for checks that see only objects.`],
    },
  ];
}

/** The order of the facts is that of the schema; that of the keys in them is the file's, and by way of the Pulumi CLI another. */
const declaration = (facts: ClusterFacts): string =>
  JSON.stringify(Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, ordered(value)])));

/** What an object inside the namespace has to wait for. */
export function afterNamespace(service: Service): string[] {
  return service.createNamespace ? [NAMESPACE] : [];
}
