import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { OwnProxy } from "../../path/read/ownProxy";
import { ownProxiesOf } from "../../path/read/ownProxy";
import { listAt, valueAt } from "../../path/value";
import { behind } from "./workloads";

/** A proxy of the user's own, whose it is, and whether it is not known before the update that the way in leads there. */
export type ProxyBehind = OwnProxy & { workload: KubernetesObject; perhaps: boolean };

/** The proxies of the user's own that the pods of a way in put before their application. */
export function proxiesBehind(path: Path, catalog: Catalog): ProxyBehind[] {
  const target = targetPortOf(path, catalog);
  const { certain, perhaps } = behind(path, catalog);
  const of = (workload: KubernetesObject, unsure: boolean): ProxyBehind[] =>
    ownProxiesOf(workload, target, catalog).map((proxy) => ({ ...proxy, workload, perhaps: unsure }));
  return [...certain.flatMap((workload) => of(workload, false)), ...perhaps.flatMap((workload) => of(workload, true))];
}

/** The container's port behind the way in, by number or name; undefined where it is not known. */
function targetPortOf({ service, port }: Path, catalog: Catalog): Value {
  const ports = listAt(catalog.resolve(service), "spec", "ports");
  if (ports === UNKNOWN) return undefined;
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(port));
  const target = valueAt(own, "targetPort") ?? valueAt(own, "port");
  return target === UNKNOWN ? undefined : target;
}
