import type { EnforcementLevel, Policies, Policy } from "@pulumi/policy";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { withPlainStructs } from "./structs";

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

  const unpackConfiguration = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = unpackConfiguration(bytes);
    const isOff = isOffIn(request);
    isRead = wanting.some((policy) => isOn(policy, isOff));
    return request;
  };
  for (const method of [analyze, remediate]) {
    const unpack = method.requestDeserialize;
    method.requestDeserialize = (bytes) => (isRead ? unpack(bytes) : emptyResource());
  }
  // The SDK reads each resource of a stack anew for every policy, and copies what it reads.
  const unpackStack = analyzeStack.requestDeserialize;
  analyzeStack.requestDeserialize = (bytes) => withPlainStructs(() => unpackStack(bytes));
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
