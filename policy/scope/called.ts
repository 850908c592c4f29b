import type { Catalog } from "../../path/catalog";
import { WORKLOAD_KINDS } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import { HOLDS_ONE_FOR_EACH_CLIENT, INTERNAL_PORTS, TELLING_WORDS } from "../../path/facts/longConnections";
import { imageName } from "../../path/imageReference";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { endpointPicker, poolMeant } from "../../path/read/inferencePool";
import { undecidedHop } from "../../path/read/hop";
import { podEnd } from "../../path/read/pod";
import { serviceProxyHop } from "../../path/read/serviceProxy";
import type { Ternary } from "../../path/selector";
import { knownItems, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt } from "../../path/value";
import { passedToByGateway } from "./gateways";
import { mayBeService, serviceNamed, waysThroughOwnProxies } from "./ownProxies";
import { behind } from "./workloads";

/** What a stream is asked for by; a database, a cache or a queue is none. */
const ADDRESS = /^(?:https?|wss?|grpcs?|h2c):\/\/([a-z][\w.-]*)(?::(\d+))?(?=[/?#]|$)/i;

/** A host alone, with or without its port. */
const BARE_ADDRESS = /^([a-z][\w.-]*)(?::(\d+))?$/i;

/**
 * The ways on from pods that clients reach to a Service whose address they are told by a variable of which a word tells of long connections: a
 * front end holds what it streams from there for as long as its own client stays. The ways on from a gateway of the user's own. And the way to what picks a pod of a pool for every request,
 * and to a server that holds a connection for each client, whatever the variable is called.
 */
export function waysToCalled(path: Path, catalog: Catalog): Called[] {
  const { certain, perhaps } = behind(path, catalog);
  // A proxy whose own configuration is read says there where it leads to.
  const isRead = waysThroughOwnProxies(path, catalog).length > 0;
  const asksOf = (workload: KubernetesObject): Callee[] => [
    ...servicesCalledBy(workload, catalog),
    ...(isRead ? [] : passedToByGateway(workload, catalog)),
  ];
  const found: Callee[] = [
    ...pickersOf(path, catalog).map((service) => ({ service, perhaps: false })),
    ...certain.flatMap((workload) => asksOf(workload).map((one) => ({ ...one, by: workload }))),
    ...perhaps.flatMap(asksOf).map((one) => ({ ...one, perhaps: true })),
  ];
  const services = new Map<KubernetesObject | undefined, Callee>();
  for (const one of found) {
    const known = services.get(one.service);
    if (known === undefined || (known.perhaps && !one.perhaps)) services.set(one.service, one);
  }
  return [...services.values()].map(({ service, by, perhaps: open }) => ({
    path: { ...wayTo(service, path, catalog), ...(by !== undefined && { openedBy: refOf(by) }) },
    perhaps: open,
  }));
}

/** A way on, and whether it is not known before the update if there is one. */
export interface Called {
  path: Path;
  perhaps: boolean;
}

/** Undefined where which Service it is, is not known before the update. */
interface Callee {
  service: KubernetesObject | undefined;
  perhaps: boolean;
  /** Whose pods ask. */
  by?: KubernetesObject;
}

function wayTo(service: KubernetesObject | undefined, { entry, service: asking }: Path, catalog: Catalog): Path {
  const end = podEnd(service, catalog);
  if (service === undefined) {
    const settle = `what ${nameOf(asking)} asks is not known before the update`;
    const hop = undecidedHop("unknown-proxy", { from: nameOf(asking), settle, pending: true });
    const { namespace } = asking;
    const any = { apiVersion: "v1", kind: "Service", ...(namespace !== undefined && { namespace }), name: NAME_NOT_KNOWN };
    return { entry, service: any, port: "any", ...end.reached, hops: [hop, end.hop] };
  }
  const from = `${nameOf(service)}, which ${nameOf(asking)} asks`;
  const carries = { ...serviceProxyHop(service, {}), from, limit: "none" as const, idleSeconds: null };
  return { entry, service: refOf(service), port: "any", ...end.reached, hops: [carries, end.hop] };
}

function pickersOf({ service }: Path, catalog: Catalog): KubernetesObject[] {
  const pool = poolMeant(service, catalog);
  const picker = pool === undefined ? undefined : endpointPicker(pool);
  return picker === undefined ? [] : [catalog.resolve(picker) ?? []].flat();
}

function servicesCalledBy(workload: KubernetesObject, catalog: Catalog): Callee[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [];
  const variables = containers.flatMap((container) => knownItems(container, "env"));
  return variables.flatMap((variable): Callee[] => {
    const name = textAt(variable, "name");
    const value = textAt(variable, "value");
    const telling = name === UNKNOWN || (name !== undefined && tells(name));
    if (value === UNKNOWN) return telling || somebodyHoldsOne(catalog) ? [{ service: undefined, perhaps: true }] : [];
    const [, host = "", port] = ADDRESS.exec(value ?? "") ?? BARE_ADDRESS.exec(value ?? "") ?? [];
    if (host === "" || INTERNAL_PORTS.has(Number(port))) return [];
    const service = serviceNamed(host, namespaceOf(workload), catalog);
    const isMeant = telling && ADDRESS.test(value ?? "");
    if (service === undefined) {
      const open = mayBeService(host, namespaceOf(workload), catalog) && (isMeant || somebodyHoldsOne(catalog));
      return open ? [{ service, perhaps: true }] : [];
    }
    const { certain: pods, perhaps } = catalog.selectedBy(service);
    if (pods.includes(workload)) return [];
    if (isMeant) return [{ service, perhaps: name === UNKNOWN }];
    const holding = pods.map(holdsOneForEach);
    if (holding.includes(true)) return [{ service, perhaps: false }];
    const open = holding.includes(UNKNOWN) || perhaps.some((pod) => holdsOneForEach(pod) !== false);
    return open ? [{ service, perhaps: true }] : [];
  });
}

/** Whether it runs a server that holds a connection for each client of whoever asks it. */
function holdsOneForEach(workload: KubernetesObject): Ternary {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return UNKNOWN;
  const images = containers.map((container) => textAt(container, "image"));
  const holds = (image: string): boolean => HOLDS_ONE_FOR_EACH_CLIENT.some((server) => server.image.test(imageName(image)));
  if (images.some((image) => typeof image === "string" && holds(image))) return true;
  return images.includes(UNKNOWN) ? UNKNOWN : false;
}

const HOLDING = "holding";
const holding = (workload: KubernetesObject): string[] => (holdsOneForEach(workload) === true ? [HOLDING] : []);
const somebodyHoldsOne = (catalog: Catalog): boolean =>
  [...WORKLOAD_KINDS].some((kind) => catalog.under(HOLDING, kind, holding).length > 0);

/** `CHAT_API`, `WS_URL`: one word of it tells. */
const tells = (name: string): boolean =>
  name
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => Object.hasOwn(TELLING_WORDS, word));
