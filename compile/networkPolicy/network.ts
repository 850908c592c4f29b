import { block, label, list, map, objectName, yesOrNo } from "../check/fields";
import { cidr } from "../entry/exposed";

/** From where others connect to pods, which no object shows. */
export interface ClusterNetwork {
  /** Every address that a node has towards pods, those of its tunnels too. */
  nodeRanges?: string[];
  /** The subnets of the cloud's load balancers, from which they connect to pods: on Google the proxy-only subnet. */
  loadBalancerRanges?: string[];
  /** Controller -> the namespace its proxy pods run in, where it is not the usual one. */
  proxyNamespaces?: Record<string, string>;
  /** The namespace Prometheus runs in. Default monitoring. */
  prometheusNamespace?: string;
  /** Only Cilium: whether its address ranges match nodes too. Default false. */
  rangesMatchNodes?: boolean;
}

export const cidrs = () =>
  list(cidr(), "blocks of addresses").min(1, {
    error: () => "found an empty list; allowed: at least one block of addresses. Write one, or remove the key.",
  });

export const networkSchema = block({
  nodeRanges: cidrs().optional(),
  loadBalancerRanges: cidrs().optional(),
  proxyNamespaces: map(
    objectName("the name of a controller"),
    label(),
    "a block of controllers with the namespace of each",
  ).optional(),
  prometheusNamespace: label().optional(),
  rangesMatchNodes: yesOrNo().optional(),
});
