import type { PolicyResource } from "@pulumi/policy";
import type { KubernetesObject, Value } from "../../path/objects";
import { plainProperties } from "../plain";

/** The cloud resources that stand on the way of a connection: `aws:lb/listener:Listener`, `azure-native:network/v20240501:LoadBalancer`. */
const TOKEN = /^(aws:(?:lb|alb|elb)|azure-native:network|gcp:compute)(?:\/[^:]*)?:(\w+)$/;
const KINDS = new Set([
  "LoadBalancer",
  "Listener",
  "TargetGroup",
  "PublicIPAddress",
  "BackendService",
  "RegionBackendService",
  "TargetHttpProxy",
]);
/** `aws.alb.*` are the same resources as `aws.lb.*` under their older name. */
const MODULES: Record<string, string> = { "aws:alb": "aws:lb" };

/** A cloud resource as a plain object: what it was given stands under `spec`, and the URNs of what each property comes from under `from`. */
export function cloudObject(resource: PolicyResource): KubernetesObject | undefined {
  const [, written = "", kind = ""] = TOKEN.exec(resource.type) ?? [];
  if (!KINDS.has(kind)) return undefined;
  return {
    apiVersion: MODULES[written] ?? written,
    kind,
    metadata: { name: resource.name, annotations: {} },
    urn: resource.urn,
    spec: plainProperties(resource.props),
    from: sources(resource) as Record<string, Value>,
  };
}

function sources({ propertyDependencies }: PolicyResource): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(propertyDependencies).map(([property, resources]) => [property, resources.map(({ urn }) => urn)]),
  );
}
