/** A cluster that is read and never written to. */
export { ContextError, kubeconfigFiles, loadKubeconfigs, openCluster } from "./open";
export { ClusterReader, refusalOf, type Listed, type Refusal } from "./reader";
