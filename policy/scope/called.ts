import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import { HOLDS_ONE_FOR_EACH_CLIENT, INTERNAL_PORTS, TELLING_WORDS } from "../../path/facts/longConnections";
import { imageName } from "../../path/imageReference";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { endpointPicker, poolMeant } from "../../path/read/inferencePool";
import { podEnd } from "../../path/read/pod";
import { serviceProxyHop } from "../../path/read/serviceProxy";
import { listAt, nameOf, namespaceOf, refOf, textAt } from "../../path/value";
import { serviceNamed } from "./ownProxies";
import { behind } from "./workloads";

/** What a stream is asked for by; a database, a cache or a queue is none. */
const ADDRESS = /^(?:https?|wss?|grpcs?|h2c):\/\/([a-z][\w.-]*)(?::(\d+))?(?=[/?#]|$)/i;

/** A host alone, with or without its port. */
const BARE_ADDRESS = /^([a-z][\w.-]*)(?::(\d+))?$/i;

/**
 * The ways on from pods that clients reach to a Service whose address they are told by a variable of which a word tells of long connections: a
 * front end holds what it streams from there for as long as its own client stays. And the way to what picks a pod of a pool for every request,
 * and to a server that holds a connection for each client, whatever the variable is called.
 */
export function waysToCalled(path: Path, catalog: Catalog): Path[] {
  const callers = behind(path, catalog).certain;
  const found = [...pickersOf(path, catalog), ...callers.flatMap((workload) => servicesCalledBy(workload, catalog))];
  return [...new Set(found)].map((service) => {
    const end = podEnd(service, catalog);
    const from = `${nameOf(service)}, which ${nameOf(path.service)} asks`;
    const carries = { ...serviceProxyHop(service, {}), from, limit: "none" as const, idleSeconds: null };
    return { entry: path.entry, service: refOf(service), port: "any", ...end.reached, hops: [carries, end.hop] };
  });
}

function pickersOf({ service }: Path, catalog: Catalog): KubernetesObject[] {
  const pool = poolMeant(service, catalog);
  const picker = pool === undefined ? undefined : endpointPicker(pool);
  return picker === undefined ? [] : [catalog.resolve(picker) ?? []].flat();
}

function servicesCalledBy(workload: KubernetesObject, catalog: Catalog): KubernetesObject[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [];
  const variables = containers.flatMap((container) => {
    const env = listAt(container, "env");
    return env === UNKNOWN ? [] : env;
  });
  return variables.flatMap((variable) => {
    const [name, value] = [textAt(variable, "name"), textAt(variable, "value")];
    if (typeof name !== "string" || typeof value !== "string") return [];
    const [, host = "", port] = ADDRESS.exec(value) ?? BARE_ADDRESS.exec(value) ?? [];
    if (host === "" || INTERNAL_PORTS.has(Number(port))) return [];
    const service = serviceNamed(host, namespaceOf(workload), catalog);
    const pods = service === undefined ? [] : catalog.selectedBy(service).certain;
    if (service === undefined || pods.includes(workload)) return [];
    return (tells(name) && ADDRESS.test(value)) || pods.some(holdsOneForEach) ? [service] : [];
  });
}

/** Whether it runs a server that holds a connection for each client of whoever asks it. */
function holdsOneForEach(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  return containers.some((container) => {
    const image = textAt(container, "image");
    return typeof image === "string" && HOLDS_ONE_FOR_EACH_CLIENT.some((server) => server.image.test(imageName(image)));
  });
}

/** `CHAT_API`, `WS_URL`: one word of it tells. */
const tells = (name: string): boolean =>
  name
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => Object.hasOwn(TELLING_WORDS, word));
