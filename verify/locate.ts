import type { ClusterReader } from "../cluster";
import { readable, type CompiledObject } from "../compile/model";
import type { ExaminedStack } from "../compile/parse";
import type { KubernetesObject } from "../path/objects";

/** Where a way in of a stack is. */
export interface Place {
  url: string;
  /** IP address or host name of what carries it; absent where nothing says it. */
  address?: string;
}

/** `<service> <entry>` -> where it is; what is not in it is not known. */
export type Located = Map<string, Place>;

export const keyOf = (service: string, entry: string): string => `${service} ${entry}`;

/** What a load balancer that has no address yet stands as in the outputs. */
const PENDING = "pending";

/** As the outputs of the deployed stack say. */
export function fromOutputs(outputs: unknown): Located {
  const { services = {} } = (outputs ?? {}) as { services?: Record<string, { entries?: OutputEntry[] }> };
  const found = Object.entries(services).flatMap(([service, { entries = [] }]) =>
    entries.flatMap(({ name, url, address }): [string, Place][] => {
      if (address !== PENDING) return [[keyOf(service, name), { url, address }]];
      // A way in with a host of its own is known by that.
      return url.includes(`//${PENDING}`) ? [] : [[keyOf(service, name), { url }]];
    }),
  );
  return new Map(found);
}

type OutputEntry = Required<Place> & { name: string };

/** As its file says, of a stack that nothing is opened of: nobody knows whose these addresses are until it is deployed. */
export function fromFile({ services }: ExaminedStack): Located {
  const places = services.flatMap(({ service, compiled }) =>
    compiled.endpoints.map(({ entry, url, address }): [string, Place] => [
      keyOf(service.name, entry),
      { url: url.replace("<address>", address ?? "<address>"), ...(address !== undefined && { address }) },
    ]),
  );
  return new Map(places.filter(([, { url }]) => !url.includes("<address>")));
}

/** As the objects in the cluster say, where no outputs can be had. What is not there is not deployed, whatever address it would have. */
export async function fromCluster({ services }: ExaminedStack, reader: ClusterReader): Promise<Located> {
  const located: Located = new Map();
  const objectsOf = new Map(services.map(({ compiled }) => [compiled.name, compiled.objects]));
  for (const { service, compiled } of services) {
    for (const { entry, url, address, addressFrom, pathFrom = addressFrom } of compiled.endpoints) {
      const named = (from: typeof addressFrom) =>
        from && objectsOf.get(from.service ?? service.name)?.find(({ logicalName }) => logicalName === from.logicalName);
      const opened = await look(named(pathFrom), reader);
      if (opened === undefined) continue;
      const carrier = addressFrom === pathFrom ? opened : await look(named(addressFrom), reader);
      const found = addressIn(carrier) ?? address;
      const place = {
        url: found === undefined ? url : url.replace("<address>", found),
        ...(found !== undefined && { address: found }),
      };
      if (!place.url.includes("<address>")) located.set(keyOf(service.name, entry), place);
    }
  }
  return located;
}

async function look(compiled: CompiledObject | undefined, reader: ClusterReader): Promise<KubernetesObject | undefined> {
  if (compiled === undefined) return undefined;
  const { apiVersion, kind, metadata } = readable(compiled);
  return reader.find(apiVersion, kind, metadata.name, metadata.namespace);
}

interface Status {
  loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  addresses?: { value: string }[];
}

/** Clouds answer with a host name or with an IP address; a Gateway answers in a place of its own. */
function addressIn(object: KubernetesObject | undefined): string | undefined {
  const { status } = (object ?? {}) as { status?: Status };
  const first = status?.loadBalancer?.ingress?.[0];
  return first?.ip ?? first?.hostname ?? status?.addresses?.[0]?.value;
}
