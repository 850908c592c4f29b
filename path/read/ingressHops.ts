import type { Hop } from "../model";

/** What an Ingress or a route becomes: the hops that its own objects put before the proxy, the proxy, and what it sends through. */
export interface IngressHops {
  front: Hop[];
  proxy: Hop;
  /** Between the proxy and the pod; empty where it sends to pods itself. */
  behind: Hop[];
}
