import * as os from "node:os";
import { createSampleServer } from "./server";
import { exitAfter, fail, readSettings } from "./settings";

// In a real cluster: one process per pod, and the pod's name is its host name. As process 1 of a container it has to handle
// SIGTERM itself, or the kernel drops the signal.
const DRAIN_SECONDS = 40;

async function main(): Promise<void> {
  const { ports, drainSeconds, certificate } = readSettings(process.env, { drainSeconds: DRAIN_SECONDS });
  const identity = { name: os.hostname(), namespace: process.env.POD_NAMESPACE };
  const server = createSampleServer({ podOf: () => identity, certificateOf: () => certificate });
  exitAfter(() => server.drain(drainSeconds));
  for (const port of ports) await server.listen(port);
  console.log(`${identity.name} listens on ${ports.join(", ")}`);
}

main().catch(fail);
