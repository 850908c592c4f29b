import type { ClusterReader } from "../cluster";
import { readable, type CompiledObject } from "../compile/model";
import type { ExaminedStack } from "../compile/parse";
import type { KubernetesObject } from "../path/objects";

/** Where a way in of a stack is. */
export interface Place {
  url: string;
  /** IP address or host name of what carries it. */
  address: string;
}

/** `<service> <entry>` -> where it is; what is not in it is not known. */
export type Located = Map<string, Place>;

export const keyOf = (service: string, entry: string): string => `${service} ${entry}`;

/** What a load balancer that has no address yet stands as in the outputs. */
const PENDING = "pending";

/** As the outputs of the deployed stack say. */
export function fromOutputs(outputs: unknown): Located {
  const { services = {} } = (outputs ?? {}) as { services?: Record<string, { entries?: (Place & { name: string })[] }> };
  const found = Object.entries(services).flatMap(([service, { entries = [] }]) =>
    entries
      .filter(({ address }) => address !== PENDING)
      .map(({ name, url, address }): [string, Place] => [keyOf(service, name), { url, address }]),
  );
  return new Map(found);
}

/** As the objects in the cluster say, where no outputs can be had. */
export async function fromCluster({ services }: ExaminedStack, reader: ClusterReader): Promise<Located> {
  const located: Located = new Map();
  const objectsOf = new Map(services.map(({ compiled }) => [compiled.name, compiled.objects]));
  for (const { service, compiled } of services) {
    for (const { entry, url, address, addressFrom } of compiled.endpoints) {
      const named = addressFrom && objectsOf.get(addressFrom.service ?? service.name)?.find(isCalled(addressFrom.logicalName));
      const found = address ?? (named && addressIn(await look(named, reader)));
      if (found !== undefined) located.set(keyOf(service.name, entry), { url: url.replace("<address>", found), address: found });
    }
  }
  return located;
}

const isCalled = (name: string) => (object: CompiledObject) => object.logicalName === name;

function look(compiled: CompiledObject, reader: ClusterReader): Promise<KubernetesObject | undefined> {
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
