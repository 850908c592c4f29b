import { KubeConfig } from "@kubernetes/client-node";
import { followPods, PodDirectory } from "./pods";
import { createSampleServer } from "./server";
import { exitAfter, fail, readSettings } from "./settings";

// In the sandbox: one process for all pods. The cluster's namespace routes every pod address to it.
const DRAIN_SECONDS = 1;

async function main(): Promise<void> {
  const { ports, drainSeconds } = readSettings(process.env, { drainSeconds: DRAIN_SECONDS });
  if (!process.env.KUBECONFIG) {
    throw new Error("KUBECONFIG is not set; the sample server learns from it which pod has which address.");
  }
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromDefault();

  const listening = new Set<number>();
  const directory = new PodDirectory({
    portsSeen: (seen) => seen.forEach((port) => void listen(port)),
    podGone: (identity, seconds) => void server.drainPod(identity, seconds),
  });
  const server = createSampleServer({ podOf: (address, port) => directory.find(address, port) });

  async function listen(port: number): Promise<void> {
    if (listening.has(port)) return;
    listening.add(port);
    try {
      await server.listen(port);
      console.log(`listening on port ${port}`);
    } catch (error) {
      console.error(`Pods on port ${port} cannot be played: ${(error as Error).message}`);
    }
  }

  exitAfter(() => server.drain(drainSeconds));
  await Promise.all(ports.map(listen));
  await followPods(directory, kubeconfig);
}

main().catch(fail);
