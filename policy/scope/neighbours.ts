import type { Catalog } from "../../path/catalog";
import { podLabelsOf } from "../../path/catalog";
import { policiesOver } from "../../path/networkPolicy";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { selectsByLabelSelector } from "../../path/selector";
import { knownItems, namespaceOf, refOf, valueAt } from "../../path/value";

/** It asks everybody, and is no reason to take somebody for a server behind others. */
const SCRAPER = /prometheus/;

/**
 * Whether a network policy opens the pods of a workload to another one beside it, and those ports to nobody else: then that one asks them, and
 * no client does.
 */
export function isAskedByNeighboursOnly(workload: KubernetesObject, catalog: Catalog): boolean {
  const { certain, perhaps } = policiesOver(workload, catalog);
  if (certain.length === 0 || perhaps.length > 0) return false;
  const neighbours = catalog
    .workloads()
    .filter((one) => one !== workload && namespaceOf(one) === namespaceOf(workload) && !SCRAPER.test(refOf(one).name));
  const rules = certain.flatMap((policy) => knownItems(policy, "spec", "ingress"));
  const [near, far] = [true, false].map((wanted) => rules.filter((rule) => isForNeighbours(rule, neighbours) === wanted));
  return near!.length > 0 && near!.every((rule) => far!.every((other) => haveNoPortInCommon(rule, other)));
}

function isForNeighbours(rule: Value, neighbours: KubernetesObject[]): boolean {
  const peers = knownItems(rule, "from");
  const own = peers.every(
    (peer) => valueAt(peer, "podSelector") !== undefined && valueAt(peer, "namespaceSelector") === undefined,
  );
  const selectors = peers.map((peer) => valueAt(peer, "podSelector"));
  return (
    own && neighbours.some((one) => selectors.some((selector) => selectsByLabelSelector(selector, podLabelsOf(one)) === true))
  );
}

function haveNoPortInCommon(rule: Value, other: Value): boolean {
  const [ports, others] = [rule, other].map((each) => knownItems(each, "ports").map((item) => valueAt(item, "port")));
  return ports!.length > 0 && others!.length > 0 && ports!.every((port) => port !== UNKNOWN && !others!.includes(port));
}
