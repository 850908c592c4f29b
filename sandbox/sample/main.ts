import { Players, takeOrders } from "./control";
import { CONTROL_SOCKET } from "./orders";
import { createSampleServer } from "./server";
import { exitAfter, fail, readSettings } from "./settings";

// In the sandbox: one process for all pods. The cluster's namespace routes every pod address to it.
const DRAIN_SECONDS = 1;

async function main(): Promise<void> {
  const { ports, drainSeconds } = readSettings(process.env, { drainSeconds: DRAIN_SECONDS });
  const listening = new Map<number, Promise<void>>();
  const server = createSampleServer({
    podOf: (address, port) => players.find(address, port),
    certificateOf: (address, port) => players.certificateOf(address, port),
  });

  function listen(port: number): Promise<void> {
    const listens = listening.get(port) ?? listenFirst(port);
    listening.set(port, listens);
    return listens;
  }

  async function listenFirst(port: number): Promise<void> {
    try {
      await server.listen(port);
      console.log(`listening on port ${port}`);
    } catch (error) {
      console.error(`Pods on port ${port} cannot be played: ${(error as Error).message}`);
    }
  }

  exitAfter(() => server.drain(drainSeconds));
  // Whoever sees the ports open may give orders.
  const players = takeOrders(CONTROL_SOCKET, (tell) => new Players(server, listen, tell));
  await Promise.all(ports.map(listen));
}

main().catch(fail);
