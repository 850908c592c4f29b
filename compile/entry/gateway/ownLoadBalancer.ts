import type { HopKind } from "../../../path/facts";
import { AWS_ATTRIBUTES, AWS_CONTROLLER_SINCE } from "../../../path/facts";
import { AWS_SERVICE_PREFIX } from "../../../path/facts/aws";
import { AZURE_SERVICE_PREFIX } from "../../../path/facts/azure";
import type { Problem } from "../../check/problem";
import type { Need } from "../../model";
import type { Service } from "../../service";
import type { DraftSurroundings, Platform, Surroundings } from "../../stack";
import { attributes, awsController, checkControllerVersion } from "../aws";
import { checkIdle, writtenIdleSeconds } from "../limits";
import { isAttached, strongestPromise, strongestWhy, type GatewayEntry, type GatewayParts } from "./implementation";
import { listenerPorts } from "./objects";

/**
 * What Envoy Gateway and Istio make for each Gateway is a Service of type LoadBalancer, so before the proxy stands a load balancer of
 * the cloud with an idle limit of its own. They copy the annotations of the Gateway's `spec.infrastructure` to it.
 */
const LOAD_BALANCERS: Partial<Record<Platform, HopKind>> = { aws: "aws-nlb", azure: "azure-lb" };

export function ownLoadBalancer(
  args: GatewayEntry,
  service: Service,
  { platform }: Surroundings,
): Pick<GatewayParts, "spec" | "why"> {
  const hop = LOAD_BALANCERS[platform];
  if (hop === undefined) return {};
  const idleSeconds = writtenIdleSeconds(hop, strongestPromise(args, service));
  const annotations = platform === "aws" ? onAws(args, idleSeconds) : onAzure(args, idleSeconds);
  return {
    spec: { infrastructure: { annotations } },
    why: [
      "The Service that is made for this Gateway gets the annotations of spec.infrastructure: without them its load balancer closes silent connections earlier.",
      ...strongestWhy(args),
    ],
  };
}

function onAzure({ internal }: GatewayEntry, idleSeconds: number): Record<string, string> {
  return {
    ...(internal ? { [`${AZURE_SERVICE_PREFIX}load-balancer-internal`]: "true" } : {}),
    [`${AZURE_SERVICE_PREFIX}load-balancer-tcp-idle-timeout`]: String(idleSeconds / 60),
  };
}

/** A class cannot be asked for by an annotation; by these two the controller knows a Service without one as its own. */
function onAws(args: GatewayEntry, idleSeconds: number): Record<string, string> {
  const value = attributes({ [AWS_ATTRIBUTES.listenerIdle]: idleSeconds });
  const written = {
    type: "external",
    "nlb-target-type": "ip",
    scheme: "internet-facing",
    ...Object.fromEntries(listenerPorts(args).map((port) => [`listener-attributes.TCP-${port}`, value])),
  };
  return Object.fromEntries(Object.entries(written).map(([key, text]) => [AWS_SERVICE_PREFIX + key, text]));
}

/** What the load balancer of a Gateway of its own cannot keep. */
export function checkOwnLoadBalancer(args: GatewayEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  const hop = surroundings.platform === undefined ? undefined : LOAD_BALANCERS[surroundings.platform];
  if (hop === undefined || isAttached(args)) return [];
  const since = AWS_CONTROLLER_SINCE.listenerAttributes;
  return [
    ...(hop === "aws-nlb" ? checkControllerVersion(surroundings.cluster, since, "an idle limit can be written") : []),
    ...checkIdle(hop, service),
  ];
}

export const ownLoadBalancerNeeds = (args: GatewayEntry, { platform }: Surroundings): Need[] =>
  platform === "aws" && !isAttached(args) ? [awsController(`it makes the load balancer of ${args.host}`)] : [];
