/** A cluster that is read and never written to. */
export { ContextError, openCluster } from "./open";
export { ClusterReader, refusalOf, type Listed, type Refusal } from "./reader";
