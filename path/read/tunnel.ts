import type { Catalog } from "../catalog";
import { podSpecPath, writtenWords } from "../containers";
import type { TunnelClient } from "../facts/tunnels";
import { TUNNEL_CLIENTS } from "../facts/tunnels";
import { imageName, imageReference } from "../imageReference";
import type { Path } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, refOf, textAt } from "../value";
import { hopOf } from "./hop";
import { podEnd } from "./pod";

/** Kinds that serve as long as somebody wants; a Job does not. */
const SERVING_KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "Pod"];

/**
 * The ways in that pods open themselves: the client of a tunnel dials out to a public address, and what comes in there ends at its pods. Where
 * it goes on to is written in its own configuration, or kept by its vendor.
 */
export function tunnelPaths(catalog: Catalog): Path[] {
  return SERVING_KINDS.flatMap((kind) => catalog.ofKind(kind)).flatMap((workload) => {
    const client = tunnelOf(workload);
    return client === undefined ? [] : [pathThrough(client, workload, catalog)];
  });
}

/** Hardly a workload is one, and every one of a cluster is asked. */
function tunnelOf(workload: KubernetesObject): TunnelClient | undefined {
  const containers = listAt(workload, ...podSpecPath(workload), "containers");
  if (containers === UNKNOWN) return undefined;
  for (const container of containers) {
    const client = tunnelIn(container);
    if (client !== undefined) return client;
  }
  return undefined;
}

/** Which tunnel a container is the client of. */
function tunnelIn(container: Value): TunnelClient | undefined {
  const image = textAt(container, "image");
  if (typeof image !== "string") return undefined;
  const name = imageName(image);
  const publisher = imageReference(image).repository.slice(0, -name.length - 1);
  const client = TUNNEL_CLIENTS.find((one) => one.image.test(name) && (one.owner?.test(publisher) ?? true));
  if (client?.unless === undefined) return client;
  return writtenWords(container).some((word) => client.unless!.test(word)) ? undefined : client;
}

function pathThrough({ title, hop }: TunnelClient, workload: KubernetesObject, catalog: Catalog): Path {
  const entry = refOf(workload);
  const target = {
    apiVersion: "v1",
    kind: "Service",
    ...(entry.namespace !== undefined && { namespace: entry.namespace }),
    name: entry.name,
  };
  const edge = hopOf(hop, {
    from: `${nameOf(workload)} runs the client of ${title}`,
    settle: `how long ${title} keeps a silent connection: ask its documentation, and promise a heartbeat that comes sooner`,
  });
  return { entry, service: target, port: "any", workloads: [entry], hops: [edge, podEnd(undefined, catalog).hop] };
}
