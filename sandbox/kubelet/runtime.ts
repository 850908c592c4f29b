import net from "node:net";
import { asLine, type News, type Order, type Played, readLines } from "../sample/orders";

const RETRY_MILLISECONDS = 100;

/** What containers are started in: here one sample server plays them all. */
export interface Runtime {
  /** Who ran already when the kubelets came. */
  readonly running: ReadonlySet<string>;
  /** Resolves once it listens, however long the sample server is away. */
  start(container: Played): Promise<void>;
  terminate(id: string, seconds: number): void;
  kill(id: string): void;
}

/**
 * Reaches the sample server, as soon as it is there. When it dies, every container has died with it.
 *
 * @param ended is told of each container that is no more.
 */
export async function connectRuntime(socketPath: string, ended: (id: string) => void): Promise<Runtime> {
  let socket: net.Socket | undefined;
  const running = new Set<string>();
  const starting = new Map<string, { container: Played; done: () => void }>();
  const send = (order: Order) => void socket?.write(asLine(order));

  function take(news: News): void {
    if ("started" in news) {
      running.add(news.started);
      starting.get(news.started)?.done();
      starting.delete(news.started);
    } else if ("ended" in news && running.delete(news.ended)) {
      ended(news.ended);
    }
  }

  function lost(): void {
    socket = undefined;
    const dead = [...running];
    running.clear();
    dead.forEach(ended);
    setTimeout(() => void connect(), RETRY_MILLISECONDS);
  }

  function connect(): Promise<string[]> {
    return new Promise((resolve) => {
      const attempt = net.connect(socketPath);
      attempt.on("error", () => {});
      attempt.once("close", () => (socket === attempt ? lost() : setTimeout(() => resolve(connect()), RETRY_MILLISECONDS)));
      readLines<News>(attempt, (news) => {
        if (!("running" in news)) return take(news);
        socket = attempt;
        for (const { container } of starting.values()) send({ start: container });
        resolve(news.running);
      });
    });
  }

  const found = new Set(await connect());
  for (const id of found) running.add(id);
  return {
    running: found,
    start(container) {
      return new Promise((done) => {
        starting.set(container.id, { container, done });
        send({ start: container });
      });
    },
    terminate(id, seconds) {
      if (running.has(id)) send({ terminate: { id, seconds } });
    },
    kill(id) {
      starting.delete(id);
      send({ kill: { id } });
    },
  };
}
