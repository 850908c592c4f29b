import type { Catalog } from "../../catalog";
import { podSpecPath, writtenWords } from "../../containers";
import type { TunnelClient } from "../../facts/tunnels";
import { TUNNEL_CLASSES, TUNNEL_CLIENTS } from "../../facts/tunnels";
import { imageName, imageReference } from "../../imageReference";
import type { Hop, Path } from "../../model";
import type { KubernetesObject, Value } from "../../objects";
import { UNKNOWN } from "../../objects";
import { listAt, nameOf, refOf, textAt } from "../../value";
import { clockNotKnownYet, hopOf } from "../hop";
import { podEnd } from "../pod";

/** Kinds that serve as long as somebody wants; a Job does not. */
const SERVING_KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "Pod"];

/**
 * The ways in that pods open themselves: the client of a tunnel dials out to a public address, and what comes in there ends at its pods. Where
 * it goes on to is written in its own configuration, or kept by its vendor.
 */
export function tunnelPaths(catalog: Catalog): Path[] {
  return SERVING_KINDS.flatMap((kind) => catalog.ofKind(kind)).flatMap((workload) => {
    const found = tunnelOf(workload);
    return found === undefined ? [] : [pathThrough(found, workload, catalog)];
  });
}

interface Found {
  client: TunnelClient;
  /** What is not known before the update, where only names and arguments point to it. */
  pending?: string;
}

/** Hardly a workload is one, and every one of a cluster is asked. */
function tunnelOf(workload: KubernetesObject): Found | undefined {
  const containers = listAt(workload, ...podSpecPath(workload), "containers");
  const own = textAt(workload, "metadata", "name");
  if (containers === UNKNOWN) return pointedTo([own], [], `the list of containers of ${nameOf(workload)}`);
  const found = containers.flatMap((container) => {
    const image = textAt(container, "image");
    const name = textAt(container, "name");
    if (image !== UNKNOWN) return tunnelIn(image, container) ?? [];
    const what = `the image of container ${String(name)} of ${nameOf(workload)}`;
    return pointedTo([own, name], writtenWords(container), what) ?? [];
  });
  return found.find(({ pending }) => pending === undefined) ?? found[0];
}

/** The tunnel that names, and words of a command, point to: `cloudflared`, `edge-ngrok`, `/usr/local/bin/frpc`. */
function pointedTo(names: Value[], words: string[], pending: string): Found | undefined {
  const parts = names.flatMap((name) => (typeof name === "string" ? [name, ...name.split("-")] : []));
  const programs = words.map((word) => word.split("/").at(-1)!);
  const client = TUNNEL_CLIENTS.find(
    ({ image, saidBy }) => [...parts, ...programs].some((name) => image.test(name)) || words.some((word) => saidBy?.test(word)),
  );
  return client === undefined || doesSomethingElse(client, [...parts, ...words]) ? undefined : { client, pending };
}

const doesSomethingElse = ({ unless }: TunnelClient, words: string[]): boolean =>
  unless !== undefined && words.some((word) => unless.test(word));

/** Which tunnel a container is the client of. */
function tunnelIn(image: string | undefined, container: Value): Found | undefined {
  if (image === undefined) return undefined;
  const name = imageName(image);
  const publisher = imageReference(image).repository.slice(0, -name.length - 1);
  const client = TUNNEL_CLIENTS.find((one) => one.image.test(name) && (one.owner?.test(publisher) ?? true));
  return client === undefined || doesSomethingElse(client, writtenWords(container)) ? undefined : { client };
}

const askIts = (title: string): string =>
  `how long ${title} keeps a silent connection: ask its documentation, and promise a heartbeat that comes sooner`;

/** What serves the Ingresses of a class through a tunnel; it dials their Services. */
export function tunnelOfClass(className: string, controller: unknown, ingress: KubernetesObject): Hop | undefined {
  const found = TUNNEL_CLASSES.find((one) =>
    controller === undefined ? one.className === className : one.controller === controller,
  );
  if (found === undefined) return undefined;
  const { hop, title } = found;
  return hopOf(hop, { title, from: `${nameOf(ingress)} ingress class ${className}`, settle: askIts(title) });
}

function pathThrough({ client: { title, hop }, pending }: Found, workload: KubernetesObject, catalog: Catalog): Path {
  const entry = refOf(workload);
  const target = {
    apiVersion: "v1",
    kind: "Service",
    ...(entry.namespace !== undefined && { namespace: entry.namespace }),
    name: entry.name,
  };
  const edge = hopOf(hop, {
    from: `${nameOf(workload)} runs the client of ${title}`,
    settle: askIts(title),
    ...(pending !== undefined && { from: `${nameOf(workload)} may run the client of ${title}`, ...clockNotKnownYet(pending) }),
  });
  return { entry, service: target, port: "any", workloads: [entry], hops: [edge, podEnd(undefined, catalog).hop] };
}
