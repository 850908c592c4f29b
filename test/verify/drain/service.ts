import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { ClusterReader, Listed } from "../../../cluster";
import { webSocketServer, type Small } from "../support";
import { liveDeployment, livePod } from "./fixture";

/** How a pod ends its connections once its time has come. */
export type Leave = (sockets: WebSocket[]) => void;

/** The raw socket below, which only a test may touch. */
const rawOf = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket;

export const LEAVES = {
  /** One goodbye after the other, within so many seconds. */
  goodbyes: (seconds: number, code = 1001): Leave => {
    return (sockets) =>
      sockets.forEach((socket, index) =>
        setTimeout(() => socket.close(code, "draining"), (index * seconds * 1000) / sockets.length),
      );
  },
  resets: ((sockets) => sockets.forEach((socket) => rawOf(socket).resetAndDestroy())) satisfies Leave,
  /** Whoever held them is gone, and nobody says so. */
  silence: ((sockets) => sockets.forEach((socket) => rawOf(socket).pause())) satisfies Leave,
};

/** A service of pods that share one address, and the API server that shows them. */
export class SmallService {
  private readonly pods = new Map<string, Set<WebSocket>>([
    ["a", new Set()],
    ["b", new Set()],
  ]);
  private readonly leaving = new Set<string>();
  private next = 0;
  private generation = 1;
  /** In place of an upgrade, while it is set. */
  refuse?: string;
  server!: Small;

  static async start(): Promise<SmallService> {
    const service = new SmallService();
    service.server = await webSocketServer({
      refuse: () => service.refuse,
      serve: (socket) => service.take(socket),
    });
    return service;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.server.port}/ws`;
  }

  /** As much of a cluster as is looked at. */
  get cluster(): ClusterReader {
    const list = (_version: string, kind: string): Promise<Listed> => {
      if (kind !== "Pod") return Promise.resolve({ objects: [] });
      return Promise.resolve({
        objects: [...this.pods.keys()].map((name) => livePod(name, { leaving: this.leaving.has(name) })),
      });
    };
    const find = () => Promise.resolve(liveDeployment({ generation: this.generation }));
    return { context: "fake", server: "http://127.0.0.1:1", list, find } as unknown as ClusterReader;
  }

  /** One pod is told to leave, ends its connections after `afterSeconds`, and is replaced. */
  async replace(name: string, { leave, afterSeconds = 0.5 }: { leave: Leave; afterSeconds?: number }): Promise<void> {
    this.generation += 1;
    this.pods.set(`${name}-new`, new Set());
    this.leaving.add(name);
    await seconds(afterSeconds);
    leave([...this.pods.get(name)!]);
    await seconds(1.2);
    this.pods.delete(name);
    this.leaving.delete(name);
  }

  private take(socket: WebSocket): void {
    const ready = [...this.pods.keys()].filter((name) => !this.leaving.has(name));
    const name = ready[this.next++ % ready.length]!;
    this.pods.get(name)!.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.pods.get(name)?.delete(socket));
    socket.send(JSON.stringify({ pod: name }));
  }
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));
