import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { OwnProxy } from "../../path/read/ownProxy";
import { undecidedHop } from "../../path/read/hop";
import { ownProxiesOf } from "../../path/read/ownProxy";
import { podEnd } from "../../path/read/pod";
import { listAt, nameOf, namespaceOf, refOf, valueAt } from "../../path/value";
import { behind } from "./workloads";

/** A proxy of the user's own, whose it is, and whether it is not known before the update that the way in leads there. */
export type ProxyBehind = OwnProxy & { workload: KubernetesObject; perhaps: boolean };

const known = new WeakMap<Catalog, Map<Path, ProxyBehind[]>>();

/** The proxies of the user's own that the pods of a way in put before their application; several rules ask, and their files are read once. */
export function proxiesBehind(path: Path, catalog: Catalog): ProxyBehind[] {
  const ofAll = known.get(catalog) ?? new Map<Path, ProxyBehind[]>();
  known.set(catalog, ofAll);
  let found = ofAll.get(path);
  if (found === undefined) {
    found = lookBehind(path, catalog);
    ofAll.set(path, found);
  }
  return found;
}

function lookBehind(path: Path, catalog: Catalog): ProxyBehind[] {
  const target = targetPortOf(path, catalog);
  const { certain, perhaps } = behind(path, catalog);
  const of = (workload: KubernetesObject, unsure: boolean): ProxyBehind[] =>
    ownProxiesOf(workload, target, catalog).map((proxy) => ({ ...proxy, workload, perhaps: unsure }));
  return [...certain.flatMap((workload) => of(workload, false)), ...perhaps.flatMap((workload) => of(workload, true))];
}

/** The container's port behind the way in, by number or name; undefined where it is not known. */
export function targetPortOf({ service, port }: Path, catalog: Catalog): Value {
  const ports = listAt(catalog.resolve(service), "spec", "ports");
  if (ports === UNKNOWN) return undefined;
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(port));
  const target = valueAt(own, "targetPort") ?? valueAt(own, "port");
  return target === UNKNOWN ? undefined : target;
}

/** The ways through proxies of the user's own to what they pass connections to; how they choose a pod stands in their own texts. */
export function waysThroughOwnProxies(path: Path, catalog: Catalog): Path[] {
  return proxiesBehind(path, catalog).flatMap(({ hosts, hop, workload }) => {
    const services = new Set(hosts.flatMap((host) => serviceNamed(host, namespaceOf(workload), catalog) ?? []));
    return [...services].map((service) => wayTo(service, path, hop, catalog));
  });
}

function wayTo(service: KubernetesObject, { entry, host, pathPrefix }: Path, proxy: Hop, catalog: Catalog): Path {
  const end = podEnd(service, catalog);
  const { title, from, layer } = proxy;
  const chooses = undecidedHop("unknown-proxy", {
    title,
    from,
    layer,
    limit: "none",
    settle: `read in its configuration how ${title} chooses a pod of ${nameOf(service)} (${from})`,
  });
  const place = { ...(host !== undefined && { host }), ...(pathPrefix !== undefined && { pathPrefix }) };
  // Where a workload itself is the way in, the next one begins at the Service.
  return {
    entry: WORKLOAD_KINDS.has(entry.kind) ? refOf(service) : entry,
    ...place,
    service: refOf(service),
    port: "any",
    ...end.reached,
    hops: [chooses, end.hop],
  };
}

/** `web`, `web.chat`, `_http._tcp.web.chat.svc.cluster.local`: a Service, by the names that DNS has for it. */
function serviceNamed(host: string, namespace: string, catalog: Catalog): KubernetesObject | undefined {
  const [name = "", own = namespace] = host.split(".").filter((label) => !label.startsWith("_"));
  return catalog.find("Service", own, name);
}
