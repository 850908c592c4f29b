import fs from "node:fs";
import path from "node:path";
import {
  CLIENT_ADDRESSES,
  CONTROL_PLANE_ADDRESS,
  DNS_SERVICE_ADDRESS,
  LAN_PREFIX_LENGTH,
  LOAD_BALANCER_RANGE,
  NODES,
  POD_RANGE,
} from "./addresses";
import { SandboxError } from "./errors";
import type { Layout } from "./paths";
import { run } from "./process";

const INTERFACE = "lan0";

function ip(args: string[], input?: string): void {
  const done = run("ip", args, 10, input);
  if (!done.ok) {
    throw new SandboxError(`The sandbox's network could not be set up: \`ip ${args.join(" ")}\` said: ${done.output}`);
  }
}

/** What `ip netns` keeps for a namespace. */
export function namespaceFile(namespace: string): string {
  return path.join("/run/netns", namespace);
}

/** Folder whose files `ip netns exec` shows in place of those in /etc. */
export function namespaceEtc(namespace: string): string {
  return path.join("/etc/netns", namespace);
}

/**
 * Whom programs in the namespaces ask for names: CoreDNS and nobody else, not even the machine's own list of hosts. A program sees
 * these files from its start on.
 */
export function writeResolvers({ clusterNamespace, clientNamespace }: Layout): void {
  const inCluster = `nameserver ${DNS_SERVICE_ADDRESS}\nsearch svc.cluster.local cluster.local\n`;
  const ofClients = `nameserver ${CONTROL_PLANE_ADDRESS}\n`;
  for (const [namespace, resolver] of [
    [clusterNamespace, inCluster],
    [clientNamespace, ofClients],
  ] as const) {
    const directory = namespaceEtc(namespace);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "hosts"), "127.0.0.1 localhost\n");
    fs.writeFileSync(path.join(directory, "resolv.conf"), `${resolver}options timeout:1 attempts:2\n`);
  }
}

function inodeOf(file: string): number | undefined {
  try {
    return fs.statSync(file).ino;
  } catch {
    return undefined;
  }
}

/** Whether a process runs in this namespace, and not in one that had the name before. */
export function runsIn(namespace: string, pid: number): boolean {
  const own = inodeOf(namespaceFile(namespace));
  return own !== undefined && own === inodeOf(`/proc/${pid}/ns/net`);
}

/** Whether both namespaces are there, joined, and the pods' addresses are local in the cluster's. */
export function networkStands(layout: Layout): boolean {
  if (![layout.clusterNamespace, layout.clientNamespace].every((name) => fs.existsSync(namespaceFile(name)))) return false;
  const routes = run("ip", ["-n", layout.clusterNamespace, "route", "show", "table", "local"]);
  const client = run("ip", ["-n", layout.clientNamespace, "route", "show", "default"]);
  return routes.ok && routes.output.includes(`local ${POD_RANGE}`) && client.ok && client.output.includes(CONTROL_PLANE_ADDRESS);
}

/**
 * Two namespaces joined by a cable: the cluster, and its clients. The cluster needs a default route, or packets to cluster
 * addresses are refused before kube-proxy's rules see them; it leads to the clients, who forward nothing.
 */
export function createNetwork(layout: Layout): void {
  const { clusterNamespace, clientNamespace } = layout;
  removeNetwork(layout);
  ip(["netns", "add", clusterNamespace]);
  ip(["netns", "add", clientNamespace]);
  ip(["-n", clusterNamespace, "link", "add", INTERFACE, "type", "veth", "peer", "name", INTERFACE, "netns", clientNamespace]);
  const addresses = (all: readonly string[]) => all.map((each) => `addr add ${each}/${LAN_PREFIX_LENGTH} dev ${INTERFACE}`);
  const up = [`link set lo up`, `link set ${INTERFACE} up`];
  const cluster = [
    ...addresses([CONTROL_PLANE_ADDRESS, ...NODES.map((node) => node.address)]),
    ...up,
    `route add local ${POD_RANGE} dev lo`,
    `route add default via ${CLIENT_ADDRESSES[0]} dev ${INTERFACE}`,
  ];
  const client = [
    ...addresses(CLIENT_ADDRESSES),
    ...up,
    `route add ${LOAD_BALANCER_RANGE} via ${CONTROL_PLANE_ADDRESS}`,
    `route add default via ${CONTROL_PLANE_ADDRESS}`,
  ];
  ip(["-n", clusterNamespace, "-batch", "-"], `${cluster.join("\n")}\n`);
  ip(["-n", clientNamespace, "-batch", "-"], `${client.join("\n")}\n`);
}

/** Takes the namespaces away, and what /etc/netns holds for them. Processes inside must have ended. */
export function removeNetwork(layout: Layout): void {
  for (const name of [layout.clusterNamespace, layout.clientNamespace]) {
    if (fs.existsSync(namespaceFile(name))) ip(["netns", "delete", name]);
    fs.rmSync(namespaceEtc(name), { recursive: true, force: true });
  }
  try {
    fs.rmdirSync(path.dirname(namespaceEtc(layout.clientNamespace)));
  } catch {
    // Not ours alone, or not there.
  }
}
