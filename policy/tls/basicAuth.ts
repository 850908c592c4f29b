import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { itemsAt, nameOf, textAt } from "../../path/value";

/** How applications are given the name and the password of HTTP's Basic scheme, which every request then carries: RFC 7617, section 4. */
const BASIC_AUTH = /(^|_)BASIC_?AUTH_(USER|USERNAME|PASS|PASSWORD)$/i;

/** Why every request over a Service carries a password; UNKNOWN where a variable's name is not known yet. */
export function basicAuthOver(service: KubernetesObject, catalog: Catalog): Read<string> {
  let open = false;
  for (const workload of catalog.selectedBy(service).certain) {
    const containers = runningContainers(workload);
    const variables = containers === UNKNOWN ? [UNKNOWN] : containers.flatMap((container) => itemsAt(container, "env"));
    const names = variables.map((variable) => textAt(variable, "name"));
    const found = names.find((name) => typeof name === "string" && BASIC_AUTH.test(name));
    if (found !== undefined) return `every request sends its password over it (${nameOf(workload)} env ${String(found)})`;
    open ||= names.includes(UNKNOWN);
  }
  return open ? UNKNOWN : undefined;
}
