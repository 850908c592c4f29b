import * as fs from "node:fs";
import * as net from "node:net";
import { asLine, type News, type Order, type Played, readLines } from "./orders";
import type { PodIdentity } from "./podState";
import type { PodCertificate, SampleServer } from "./server";

interface Playing extends Played {
  listensFrom: number;
  /** Whether it has had SIGTERM: a second one changes nothing. */
  terminating: boolean;
}

/** Who is played at the moment, by the orders of the kubelets' stand-in. */
export class Players {
  private readonly players = new Map<string, Playing>();

  constructor(
    private readonly server: SampleServer,
    /** Listens on one more port, where nobody did yet. */
    private readonly listen: (port: number) => Promise<void>,
    private readonly tell: (news: News) => void,
  ) {}

  get running(): string[] {
    return [...this.players.keys()];
  }

  /** Who answers at an address and port; undefined where nobody does, or not yet. */
  find(address: string, port: number): PodIdentity | undefined {
    const found = this.at(address, port);
    return found !== undefined && found.listensFrom <= Date.now() ? identityOf(found) : undefined;
  }

  /** What is spoken TLS with there; undefined where it is plain. */
  certificateOf(address: string, port: number): PodCertificate | undefined {
    const { ports: [own = port] = [], certificate } = this.at(address, port) ?? {};
    return own === port ? certificate : undefined;
  }

  private at(address: string, port: number): Playing | undefined {
    const there = [...this.players.values()].filter((player) => player.address === address);
    return there.find(({ ports }) => ports.includes(port)) ?? there.find(({ ports }) => ports.length === 0);
  }

  async obey(order: Order): Promise<void> {
    if ("start" in order) return this.start(order.start);
    const { id } = "terminate" in order ? order.terminate : order.kill;
    const player = this.players.get(id);
    if (player === undefined) return;
    if ("terminate" in order) {
      if (player.terminating) return;
      player.terminating = true;
      await this.server.drainPod(identityOf(player), order.terminate.seconds);
    }
    // It may have been killed while it said goodbye.
    if (!this.players.delete(id)) return;
    this.server.endPod(identityOf(player), "kill" in order);
    this.tell({ ended: id });
  }

  private async start(player: Played): Promise<void> {
    if (!this.players.has(player.id)) {
      await Promise.all(player.ports.map(this.listen));
      const listensFrom = Date.now() + player.listensAfterSeconds * 1000;
      this.players.set(player.id, { ...player, listensFrom, terminating: false });
    }
    this.tell({ started: player.id });
  }
}

/** A restarted container is another process, which knows nothing of the one before. */
const identityOf = ({ id, pod, refusesWhileLeaving }: Playing): PodIdentity => ({ ...pod, uid: id, refusesWhileLeaving });

/** Takes orders at a socket file, until the process ends. */
export function takeOrders(socketPath: string, serve: (tell: (news: News) => void) => Players): Players {
  const listeners = new Set<net.Socket>();
  const players = serve((news) => listeners.forEach((socket) => socket.write(asLine(news))));
  const server = net.createServer((socket) => {
    listeners.add(socket);
    socket.on("close", () => listeners.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.write(asLine({ running: players.running }));
    readLines<Order>(socket, (order) => void players.obey(order));
  });
  // What a predecessor left that was killed.
  fs.rmSync(socketPath, { force: true });
  server.listen(socketPath);
  return players;
}
