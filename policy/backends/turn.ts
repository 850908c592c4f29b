import type { Catalog } from "../../path/catalog";
import { TURN } from "../../path/facts/longConnections";
import type { Path } from "../../path/model";
import { knownItems, valueAt } from "../../path/value";

/** Whether only a relay of media is reached this way, whose connections are never silent for as long as somebody speaks through them. */
export function leadsToTurn({ service, port }: Path, catalog: Catalog): boolean {
  const ports = knownItems(catalog.resolve(service), "spec", "ports");
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(port));
  return [port, valueAt(own, "port"), valueAt(own, "targetPort")].some((one) => TURN.ports.has(one));
}
