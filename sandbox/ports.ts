import net from "node:net";
import { API_SERVER_PORT, CONTROLLER_MANAGER_PORT, ETCD_CLIENT_PORT, ETCD_PEER_PORT, SCHEDULER_PORT } from "./addresses";
import { errorCode, SandboxError } from "./errors";
import type { Mode, Ports } from "./state";

export const LOOPBACK = "127.0.0.1";

/** Opens a listening socket on the loopback; `port` 0 takes a free one. Undefined where the port is another's. */
export function listenOn(port: number): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", (error) => (errorCode(error) === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen({ host: LOOPBACK, port }, () => resolve(server));
  });
}

export function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}

/** The number of the socket's file descriptor, for a process that inherits it. */
export function descriptorOf(server: net.Server): number {
  // Node has no public way to it; the property has been there since the beginning.
  return (server as unknown as { _handle: { fd: number } })._handle.fd;
}

/**
 * Opens the loopback port of the API server. A port the user asked for must be free; one that was ours before may have been
 * taken meanwhile, and then another one does.
 */
export async function openApiPort(asked: number | undefined, before: number | undefined): Promise<net.Server> {
  if (asked !== undefined) {
    const server = await listenOn(asked);
    if (server) return server;
    throw new SandboxError(
      `Port ${asked} on ${LOOPBACK} is in use by another program, so the sandbox's API server cannot answer there.\n` +
        "  Choose another with --port, or leave --port out and a free one is taken.",
    );
  }
  return (before ? await listenOn(before) : undefined) ?? (await listenOn(0))!;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenOn(0)));
  const ports = servers.map((server) => portOf(server!));
  await Promise.all(servers.map((server) => new Promise((resolve) => server!.close(resolve))));
  return ports;
}

/** Ports of a new sandbox: its own namespace has all of them free, the machine's loopback does not. */
export async function choosePorts(mode: Mode, api: number): Promise<Ports> {
  if (mode === "full") {
    return {
      api,
      etcdClient: ETCD_CLIENT_PORT,
      etcdPeer: ETCD_PEER_PORT,
      controllerManager: CONTROLLER_MANAGER_PORT,
      scheduler: SCHEDULER_PORT,
    };
  }
  const [etcdClient, etcdPeer, controllerManager, scheduler] = await freePorts(4);
  return { api, etcdClient: etcdClient!, etcdPeer: etcdPeer!, controllerManager: controllerManager!, scheduler: scheduler! };
}

/** Where the programs of the cluster itself reach the API server. */
export function insideServer(mode: Mode, ports: Ports, controlPlaneAddress: string): string {
  return mode === "full" ? `https://${controlPlaneAddress}:${API_SERVER_PORT}` : `https://${LOOPBACK}:${ports.api}`;
}
