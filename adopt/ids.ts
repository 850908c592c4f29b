import type { KubernetesObject } from "../path/objects";
import { namespaceOf } from "../path/value";
import type { ImportId, SecretValue } from "./model";

const CLUSTER_WIDE = ["Namespace"];

/** The type token of Pulumi's Kubernetes provider: the core group has no name in apiVersion and one there. */
function typeOf({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

export const COMPONENT_TYPE = "holdfast:index:ConnectionService";

/** What `pulumi import` has to be told of an object: the name that the component gives its resource, and where it is. */
export function importId(service: string, logicalName: string, object: KubernetesObject): ImportId {
  const { name } = object.metadata;
  const id = CLUSTER_WIDE.includes(object.kind) ? name : `${namespaceOf(object)}/${name}`;
  return { type: typeOf(object), name: `${service}-${logicalName}`, parent: service, id };
}

/** The URN of the component that the resources hang below. */
export const componentUrn = (service: string, project: string, stack: string): string =>
  `urn:pulumi:${stack}::${project}::${COMPONENT_TYPE}::${service}`;

/** The name under which the file knows the provider that the program connects with. */
const PROVIDER = "cluster";

/** What `pulumi import --file` reads. Parents and providers are named by the URNs they have in the stack's state. */
export function importFile(ids: ImportId[], project: string, stack: string): object {
  const parents = [...new Set(ids.map(({ parent }) => parent))];
  return {
    nameTable: { [PROVIDER]: `urn:pulumi:${stack}::${project}::pulumi:providers:kubernetes::${PROVIDER}` },
    resources: [
      ...parents.map((name) => ({ type: COMPONENT_TYPE, name, component: true })),
      ...ids.map(({ type, name, parent, id }) => ({ type, name, id, parent, provider: PROVIDER })),
    ],
  };
}

/** Takes a value out of the cluster and into the encrypted configuration without showing it or leaving it in a history. */
export function secretCommand({ service, key, namespace, secret }: SecretValue, stack: string): string {
  const value = `kubectl get secret ${secret} -n ${namespace} -o jsonpath='{.data.${key.replace(/\./g, "\\.")}}' | base64 -d`;
  return `${value} | pulumi config set --stack ${stack} --secret --path 'holdfast:secrets.${service}.${key}'`;
}
