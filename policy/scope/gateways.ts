import type { Catalog } from "../../path/catalog";
import { runningContainers, writtenVariables } from "../../path/containers";
import { imageName } from "../../path/imageReference";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import { knownItems, mapAt, NAME_NOT_KNOWN, namespaceOf, refOf, textAt } from "../../path/value";
import { configMapsOf, mayReadMore } from "../workload/configMaps";
import { serviceNamed } from "./ownProxies";

/** What users call a part of their own that passes on what clients ask. */
const GATEWAY = /(^|[-_.])(api-?gateway|gateway|bff)($|[-_.])/i;
/** Whom such a part tells of itself, or asks about the others; no client's request goes on there. */
const BESIDE =
  /(^|[-.])(zipkin|jaeger|tempo|otel|opentelemetry|collector|prometheus|grafana|loki|elasticsearch|eureka|consul|registry|discovery|config-?server|vault)([-.]|$)/;
/** Where requests are passed on to; `lb` is what Spring calls a Service whose pods it chooses itself. */
const ADDRESS = /\b(?:https?|wss?|grpcs?|h2c|lb):\/\/([a-z][\w.-]*)/gi;

/** A Service that a gateway passes requests on to; undefined where only the update will know which. */
export interface PassedTo {
  service: KubernetesObject | undefined;
  perhaps: boolean;
}

/**
 * Where a gateway of the user's own leads to: its routes stand in its source, and the addresses that they need in its variables or its
 * files. Requests of every kind go through it, so all of them are on the way of a client's.
 */
export function passedToByGateway(workload: KubernetesObject, catalog: Catalog): PassedTo[] {
  const gateway = isGateway(workload);
  if (gateway === false) return [];
  const texts = textsToldTo(workload, catalog);
  const perhaps = gateway === UNKNOWN;
  const hosts = new Set(
    texts.flatMap((text) => (text === UNKNOWN ? [] : [...text.matchAll(ADDRESS)].map(([, host = ""]) => host))),
  );
  const found = [...hosts].flatMap((host): PassedTo[] => {
    const service = BESIDE.test(host) ? undefined : serviceNamed(host, namespaceOf(workload), catalog);
    if (service === undefined || catalog.selectedBy(service).certain.includes(workload)) return [];
    return [{ service, perhaps }];
  });
  return texts.includes(UNKNOWN) ? [...found, { service: undefined, perhaps: true }] : found;
}

function isGateway(workload: KubernetesObject): Ternary {
  const { name } = refOf(workload);
  const containers = runningContainers(workload);
  const images = containers === UNKNOWN ? [UNKNOWN] : containers.map((container) => textAt(container, "image"));
  if (GATEWAY.test(name) || images.some((image) => typeof image === "string" && GATEWAY.test(imageName(image)))) return true;
  return name === NAME_NOT_KNOWN || images.includes(UNKNOWN) ? UNKNOWN : false;
}

/** The values of its variables, and all that stands in its ConfigMaps; UNKNOWN for each that is not known yet. */
function textsToldTo(workload: KubernetesObject, catalog: Catalog): (string | Unknown)[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [UNKNOWN];
  const variables = containers.flatMap((container): (string | Unknown)[] => [
    ...writtenVariables(container).map(([, value]) => value),
    ...knownItems(container, "env").flatMap((item): Unknown[] => (textAt(item, "value") === UNKNOWN ? [UNKNOWN] : [])),
  ]);
  const maps = configMapsOf(workload, catalog);
  const data = maps === UNKNOWN ? [UNKNOWN] : maps.map((map) => mapAt(map, "data"));
  const written = data.flatMap((one) => (one === UNKNOWN ? [UNKNOWN] : Object.values(one)));
  const known = written.filter((value): value is string | Unknown => typeof value === "string" || value === UNKNOWN);
  const open: Unknown[] = mayReadMore(workload) ? [UNKNOWN] : [];
  return [...variables, ...known, ...open];
}
