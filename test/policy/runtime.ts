import type { StackValidationPolicy } from "@pulumi/policy";
import * as proxies from "@pulumi/policy/proxy";
import * as server from "@pulumi/policy/server";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { refOf } from "../../path/value";

/** What the SDK writes where a preview does not know a string. */
const MARK = (proxies as unknown as { unknownStringValue: string }).unknownStringValue;

export interface Answer {
  policy: string;
  level: number;
  urn: string;
  message: string;
}
export const { ADVISORY, DISABLED, MANDATORY, REMEDIATE } = proto.EnforcementLevel;

export interface StackObject {
  object: KubernetesObject;
  type?: string;
  provider?: { name: string; props?: { [key: string]: Value } };
}

/** A resource of another provider than that of Kubernetes. */
export interface CloudResource {
  type: string;
  name: string;
  props: { [key: string]: Value };
  /** The resources that each property comes from. */
  from?: { [property: string]: CloudResource[] };
}
export type Resource = KubernetesObject | StackObject | CloudResource;

/** The request that the engine sends at the end of a preview or an update. */
export function stackRequest(resources: Resource[]): proto.AnalyzeStackRequest {
  const request = new proto.AnalyzeStackRequest();
  request.setResourcesList(resources.map(toMessage));
  return request;
}

function toMessage(resource: Resource): proto.AnalyzerResource {
  if ("object" in resource) return toResource(resource as StackObject);
  return "apiVersion" in resource ? toResource({ object: resource as KubernetesObject }) : toCloud(resource as CloudResource);
}

export function cloudUrn({ type, name }: CloudResource): string {
  return `urn:pulumi:test::test::${type}::${name}`;
}

function toCloud({ from = {}, ...resource }: CloudResource): proto.AnalyzerResource {
  const message = new proto.AnalyzerResource();
  message.setType(resource.type);
  message.setUrn(cloudUrn(resource));
  message.setName(resource.name);
  message.setProperties(Struct.fromJavaScript(marked(resource.props) as never));
  message.setOptions(new proto.AnalyzerResourceOptions());
  for (const [property, sources] of Object.entries(from)) {
    const dependencies = new proto.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(sources.map(cloudUrn));
    message.getPropertydependenciesMap().set(property, dependencies);
  }
  return message;
}

function toResource({ object, type, provider }: StackObject): proto.AnalyzerResource {
  const group = object.apiVersion.includes("/") ? object.apiVersion : `core/${object.apiVersion}`;
  const token = type ?? `kubernetes:${group}:${object.kind}`;
  const resource = new proto.AnalyzerResource();
  resource.setType(token);
  resource.setUrn(urnOf(object, token));
  resource.setName(String(refOf(object).name));
  resource.setProperties(Struct.fromJavaScript(marked(object as unknown as Value) as never));
  resource.setOptions(new proto.AnalyzerResourceOptions());
  if (provider !== undefined) {
    const message = new proto.AnalyzerProviderResource();
    message.setType("pulumi:providers:kubernetes");
    message.setUrn(`urn:pulumi:test::test::pulumi:providers:kubernetes::${provider.name}`);
    message.setName(provider.name);
    message.setProperties(Struct.fromJavaScript(marked(provider.props ?? {}) as never));
    resource.setProvider(message);
  }
  return resource;
}

export function urnOf(object: KubernetesObject, type: string): string {
  return `urn:pulumi:test::test::${type}::${refOf(object).namespace}-${refOf(object).name}`;
}

export function marked(value: Value): unknown {
  if (value === UNKNOWN) return MARK;
  if (Array.isArray(value)) return value.map(marked);
  if (value === null || typeof value !== "object") return value;
  const known = Object.entries(value).filter(([, child]) => child !== undefined);
  return Object.fromEntries(known.map(([key, child]) => [key, marked(child)]));
}

/** Asks the policies as the engine does, in this process, through the SDK's own server. */
export function analyze(policies: StackValidationPolicy[], resources: Resource[]): Promise<Answer[]> {
  return answersTo(stackRequest(resources), policies);
}

export async function answersTo(request: proto.AnalyzeStackRequest, policies: StackValidationPolicy[]): Promise<Answer[]> {
  const { makeAnalyzeStackRpcFun } = server as unknown as {
    makeAnalyzeStackRpcFun: (
      ...pack: [string, string, string, StackValidationPolicy[]]
    ) => (call: object, callback: (error: Error | undefined, response: proto.AnalyzeResponse) => void) => Promise<void>;
  };
  const call = makeAnalyzeStackRpcFun("holdfast", "0.0.0", "mandatory", policies);
  return new Promise((resolve, reject) => {
    void call({ request }, (error, response) => (error ? reject(error) : resolve(answersOf(response))));
  });
}

export function answersOf(response: proto.AnalyzeResponse): Answer[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: diagnostic.getEnforcementlevel(),
    urn: diagnostic.getUrn(),
    message: diagnostic.getMessage(),
  }));
}
