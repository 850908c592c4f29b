import type { KubernetesObject } from "../path/objects";
import { checksum, CHECKSUM_ANNOTATION } from "./checksum";
import { block, blockOrText, label, list, map, oneOf, serviceName } from "./check/fields";
import { environmentName } from "./configMap";
import { formatted, FORMATS, type Endpoints, type Format, type Location, type NamedEndpoint } from "./endpoints";
import { metadataOf } from "./labels";
import type { CompiledObject, Later } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** What an environment variable is filled with. */
export interface Consumed {
  /** Name of the endpoint. */
  endpoint: string;
  /** `url` (default): the whole. `host`: DNS name or address. `host-port`: both, with a colon. `port`: the number. */
  format: Format;
  /**
   * `entry`: the address that clients outside the cluster use too. `cluster`: the Service inside the cluster, past every load
   * balancer. Default: entry, where the service has one.
   */
  via?: "entry" | "cluster";
}

/** Environment variable -> what it is filled with. */
export type Consumes = Record<string, Consumed>;

export const consumesSchema = map(
  environmentName(),
  blockOrText(
    "endpoint",
    block({ endpoint: label(), format: oneOf(FORMATS).default("url"), via: oneOf(["entry", "cluster"]).optional() }),
  ),
  "a block of environment variables, each with the name of an endpoint, or a block",
);

/** Something that this stack does not run and that takes its addresses from a ConfigMap: JupyterHub, Seldon, a notebook. */
export interface Consumer {
  /** Name of the ConfigMap, before `-endpoints`. */
  name: string;
  /** Namespace it lies in, which must be there. */
  namespace: string;
  environment: Consumes;
}

export const consumersSchema = list(
  block({
    name: serviceName(),
    namespace: label(),
    environment: consumesSchema.refine((environment) => Object.keys(environment).length > 0, {
      error: () => "found an empty block; allowed: at least one environment variable with the name of an endpoint.",
    }),
  }),
  "consumers, each with name, namespace and environment",
);

/** Where a consumer goes; undefined where there is no such way. */
export function chosenLocation({ via }: Consumed, endpoint: NamedEndpoint): Location | undefined {
  if (via === "cluster") return endpoint.cluster;
  return via === "entry" ? endpoint.outside : (endpoint.outside ?? endpoint.cluster);
}

/** The values of the variables. What the check of the file refuses is left out: it has been told. */
export function consumedValues(consumes: Consumes, endpoints: Endpoints): Record<string, string | Later> {
  const values = Object.entries(consumes).flatMap(([variable, consumed]): [string, string | Later][] => {
    const endpoint = Object.hasOwn(endpoints, consumed.endpoint) ? endpoints[consumed.endpoint] : undefined;
    const location = endpoint && chosenLocation(consumed, endpoint);
    const value = location && formatted(location, consumed.format);
    return value === undefined ? [] : [[variable, value]];
  });
  return Object.fromEntries(values);
}

export const ENDPOINTS = "endpoints";

export const endpointsName = ({ name }: { name: string }): string => `${name}-endpoints`;

/** The ConfigMap with the addresses that a service consumes, and what makes its pods read it. */
export function compileConsumes(
  service: Service,
  { endpoints = {} }: Surroundings,
): { objects: CompiledObject[]; wire(workload: CompiledObject): CompiledObject } {
  const data = consumedValues(service.consumes, endpoints);
  if (Object.keys(data).length === 0) return { objects: [], wire: (workload) => workload };
  const configMap: CompiledObject = {
    logicalName: ENDPOINTS,
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(service, endpointsName(service)), data },
    after: afterNamespace(service),
    why: ["The addresses are those of the stack's own entries: when one moves, this changes with it, and the pods are replaced."],
  };
  const wire = (workload: CompiledObject): CompiledObject => ({
    ...workload,
    object: withEnvironment(workload.object, endpointsName(service), checksum(data)),
    after: [...workload.after, ENDPOINTS],
  });
  return { objects: [configMap], wire };
}

interface PodTemplate {
  metadata: { annotations?: Record<string, unknown> };
  spec: { containers: { envFrom?: unknown[] }[] };
}

/** The workload, whose first container reads the ConfigMap and which is rolled when that changes. */
function withEnvironment(object: KubernetesObject, name: string, found: string | Later): KubernetesObject {
  const spec = object.spec as unknown as { template: PodTemplate };
  const { metadata, spec: pod } = spec.template;
  const [first, ...others] = pod.containers;
  const containers = [{ ...first, envFrom: [...(first!.envFrom ?? []), { configMapRef: { name } }] }, ...others];
  const annotations = { ...metadata.annotations, [`${CHECKSUM_ANNOTATION}.endpoints`]: found };
  const template = { ...spec.template, metadata: { ...metadata, annotations }, spec: { ...pod, containers } };
  return { ...object, spec: { ...spec, template } } as unknown as KubernetesObject;
}

/** The ConfigMaps of those that this stack does not run. */
export function compileConsumers(consumers: Consumer[], endpoints: Endpoints): CompiledObject[] {
  return consumers.map(({ name, namespace, environment }) => {
    const data = consumedValues(environment, endpoints);
    return {
      logicalName: `${name}.${namespace}`,
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: endpointsName({ name }),
          namespace,
          labels: { "app.kubernetes.io/managed-by": "holdfast" },
          annotations: { [CHECKSUM_ANNOTATION]: checksum(data) },
        },
        data,
      },
      after: [],
      why: [`Take it with envFrom. Whoever runs ${name} has to restart its pods when ${CHECKSUM_ANNOTATION} changes.`],
    } as CompiledObject;
  });
}
