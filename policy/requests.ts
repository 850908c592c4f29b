import type { EnforcementLevel, Policies, Policy } from "@pulumi/policy";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

type Methods = "analyze" | "remediate" | "analyzeStack" | "configure";
/** How the bytes of each request become what the SDK is handed. */
type Unpackers = { [Method in Methods]: Pick<(typeof AnalyzerService)[Method], "requestDeserialize"> };

/**
 * The engine sends each resource to a pack twice, to be mended and to be judged alone, and waits for both answers. Unpacking them is most
 * of what a pack costs, and here nobody looks at them: the policies judge a stack as a whole, and mending is off by default. So for as long
 * as no policy is on that wants single resources the SDK is handed an empty one, asks nobody about it, and answers as it would have.
 *
 * @param level of policies that have none of their own.
 */
export function unpackWhatIsRead(policies: Policies, level: EnforcementLevel, service: Unpackers = AnalyzerService): void {
  const { analyze, remediate, analyzeStack, configure } = service;
  const wanting = policies.filter((policy) => "validateResource" in policy || "remediateResource" in policy);
  const isOn = ({ name, enforcementLevel = level }: Policy, isOff: ReadonlyMap<string, boolean>): boolean =>
    !(isOff.get(name) ?? enforcementLevel === "disabled");
  let isRead = wanting.some((policy) => isOn(policy, new Map()));

  after(configure, (request) => {
    const isOff = isOffIn(request);
    isRead = wanting.some((policy) => isOn(policy, isOff));
  });
  after(analyzeStack, (request) => request.getResourcesList().forEach(readOnce));
  for (const method of [analyze, remediate]) {
    const unpack = method.requestDeserialize;
    method.requestDeserialize = (bytes) => (isRead ? unpack(bytes) : emptyResource());
  }
}

function after<Request>(method: { requestDeserialize: (bytes: Buffer) => Request }, look: (request: Request) => void): void {
  const unpack = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const request = unpack(bytes);
    look(request);
    return request;
  };
}

/** Whether each policy that is configured is turned off. */
function isOffIn(request: proto.ConfigureAnalyzerRequest): Map<string, boolean> {
  const policies = [...(request.getPolicyconfigMap().entries() as unknown as Iterable<[string, proto.PolicyConfig]>)];
  return new Map(policies.map(([name, config]) => [name, config.getEnforcementlevel() === proto.EnforcementLevel.DISABLED]));
}

function emptyResource(): proto.AnalyzeRequest {
  const request = new proto.AnalyzeRequest();
  request.setOptions(new proto.AnalyzerResourceOptions());
  request.setProperties(new Struct());
  return request;
}

/** The SDK reads each resource of a stack anew for every policy, and copies what it reads. */
function readOnce(resource: proto.AnalyzerResource): void {
  for (const properties of [resource.getProperties(), resource.getProvider()?.getProperties()]) {
    if (properties === undefined) continue;
    let read: ReturnType<Struct["toJavaScript"]> | undefined;
    properties.toJavaScript = () => (read ??= Struct.prototype.toJavaScript.call(properties));
  }
}
