import * as pulumi from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import { Hole, Later, type CompiledObject, type ObjectElsewhere } from "../compile/model";

/** Gives the value that belongs into a hole. Secret values come as secret Outputs. */
export type Fill = (hole: Hole) => pulumi.Input<unknown>;

/** For objects of which everything is known before anything is created. */
export const noHoles: Fill = ({ what, key }) => {
  throw new Error(`an object of the stack's own has the ${what} ${key}, which is known later`);
};

type ResourceClass = new (name: string, args: never, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** The SDK's class for each built-in kind that `compile` writes; every other kind is somebody's custom resource. */
const CLASSES: Record<string, ResourceClass> = {
  "v1/Namespace": Namespace,
  "v1/ConfigMap": ConfigMap,
  "v1/Secret": Secret,
  "v1/Service": Service,
  "v1/ServiceAccount": ServiceAccount,
  "apps/v1/Deployment": Deployment,
  "apps/v1/StatefulSet": StatefulSet,
  "autoscaling/v2/HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "policy/v1/PodDisruptionBudget": PodDisruptionBudget,
  "networking.k8s.io/v1/Ingress": Ingress,
  "networking.k8s.io/v1/NetworkPolicy": NetworkPolicy,
};

/** What the services of one stack wait for at each other: the Gateway on which routes of several hang, whichever comes first. */
export class SharedObjects {
  private readonly known = new Map<
    string,
    { resource: Promise<pulumi.CustomResource>; offer: (it: pulumi.CustomResource) => void }
  >();

  /** The resource, once its own service has registered it. */
  of({ service, logicalName }: ObjectElsewhere): Promise<pulumi.CustomResource> {
    return this.place(`${service}/${logicalName}`).resource;
  }

  offer({ service, logicalName }: ObjectElsewhere, resource: pulumi.CustomResource): void {
    this.place(`${service}/${logicalName}`).offer(resource);
  }

  private place(key: string) {
    let place = this.known.get(key);
    if (place === undefined) {
      let offer!: (it: pulumi.CustomResource) => void;
      const resource = new Promise<pulumi.CustomResource>((resolve) => (offer = resolve));
      place = { resource, offer };
      this.known.set(key, place);
    }
    return place;
  }
}

/** What an object that was there before the stack brings along. The API server gave it out, and leaving it out would replace the object. */
const GIVEN_BY_SERVER: Record<string, string[]> = { Service: ["spec.clusterIP", "spec.clusterIPs"] };

/**
 * Registers compiled objects in order, each below its parent, after the ones it names.
 *
 * @param prefix the component's name; an object's resource is called `<prefix>-<logicalName>`, for ever: a rename replaces it.
 * @param elsewhere gives an object of another service.
 * @param edgesOf gives what a cloud makes for an entry, and its objects come after.
 * @returns the resources by logical name.
 */
export function registerObjects(
  prefix: string,
  compiled: CompiledObject[],
  fill: Fill,
  options: pulumi.CustomResourceOptions,
  elsewhere: (object: ObjectElsewhere) => Promise<pulumi.CustomResource> = ({ logicalName }) => missing(prefix, logicalName),
  edgesOf: (entry: string) => pulumi.Resource[] = (entry) => missing(prefix, entry),
): Map<string, pulumi.CustomResource> {
  const resources = new Map<string, pulumi.CustomResource>();
  for (const { logicalName, object, after, afterElsewhere = [], edgesOf: entry, ignoreChanges } of compiled) {
    const { apiVersion, kind } = object;
    const ignored = GIVEN_BY_SERVER[kind] ?? ignoreChanges;
    const Class = CLASSES[`${apiVersion}/${kind}`];
    const before = after.map((name) => resources.get(name) ?? missing(logicalName, name));
    // A list of lists, which the SDK takes: one Output of all would be searched for unknown values, resource by resource.
    const dependsOn = [
      options.dependsOn ?? [],
      ...before,
      ...afterElsewhere.map(elsewhere),
      ...(entry === undefined ? [] : edgesOf(entry)),
    ].flat() as pulumi.Input<pulumi.Resource>[];
    const filled = fillHoles(object, fill) as object;
    // A kind without a class of its own has only the outputs that stand among its arguments; undefined is sent to nobody.
    const args = (Class === undefined ? { ...filled, status: undefined } : filled) as never;
    const Resource = Class ?? CustomResource;
    // Only what waits for an address can wait for ever.
    const hooks = getsAddress(object) ? options.hooks : undefined;
    const itsOptions = { ...options, dependsOn, ignoreChanges: ignored, hooks };
    resources.set(
      logicalName,
      withShortTraces(() => new Resource(`${prefix}-${logicalName}`, args, itsOptions)),
    );
  }
  return resources;
}

/**
 * The SDK notes where each promise was made, a dozen per resource, and under ts-node writing these traces takes longer than all the
 * rest of a registration. One frame still says where an error is from.
 */
function withShortTraces<Made>(make: () => Made): Made {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = usual;
  }
}

/** Whether somebody gives it the address of a load balancer. */
function getsAddress({ kind, spec }: CompiledObject["object"]): boolean {
  return kind === "Ingress" || kind === "Gateway" || (kind === "Service" && (spec as { type?: string }).type === "LoadBalancer");
}

function missing(logicalName: string, name: string): never {
  throw new Error(`${logicalName} is to come after ${name}, which stands later or not at all in the list of compiled objects`);
}

function fillHoles(value: unknown, fill: Fill): unknown {
  if (value instanceof Hole) return fill(value);
  if (value instanceof Later) return pulumi.all(value.holes.map(fill)).apply((found) => value.make(found as string[]));
  if (Array.isArray(value)) return value.map((item) => fillHoles(item, fill));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillHoles(item, fill)]));
}
