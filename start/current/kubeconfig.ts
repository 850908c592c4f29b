import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { EXIT, StartError } from "../errors";

export interface CurrentContext {
  context: string;
  server: string;
  kubeconfig: KubeConfig;
  /** What `KUBECONFIG` has to be for the CLI to see the same contexts. */
  files: string;
}

const WAY_OUT =
  "Make a cluster first (`kind create cluster`, `minikube start`, `k3d cluster create`), or point KUBECONFIG to the file of one; " +
  "without HOLDFAST_CLUSTER, `npm start` on Linux brings a cluster of its own.";

/** The context that kubectl would use now. Nothing is connected to and nothing is written. */
export function readCurrentContext(environment: NodeJS.ProcessEnv = process.env): CurrentContext {
  const files = (environment.KUBECONFIG || path.join(environment.HOME ?? os.homedir(), ".kube", "config"))
    .split(path.delimiter)
    .filter(Boolean);
  const present = files.filter((file) => fs.existsSync(file));
  if (present.length === 0) throw new StartError(`No kubeconfig: ${files.join(", ")} does not exist. ${WAY_OUT}`, EXIT.refused);
  const kubeconfig = new KubeConfig();
  for (const [index, file] of present.entries()) {
    try {
      const next = new KubeConfig();
      next.loadFromFile(file);
      // As kubectl does: the first file that names a current context decides.
      if (index === 0) kubeconfig.loadFromFile(file);
      else kubeconfig.mergeConfig(next, Boolean(kubeconfig.getCurrentContext()));
    } catch (error) {
      throw new StartError(`The kubeconfig ${file} cannot be read: ${(error as Error).message}`, EXIT.refused);
    }
  }
  const context = kubeconfig.getCurrentContext();
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server !== undefined) return { context, server, kubeconfig, files: present.join(path.delimiter) };
  const names = kubeconfig.getContexts().map(({ name }) => name);
  const found = context ? `its current context ${context} names no cluster that it has` : "it has no current context";
  throw new StartError(
    `${present.join(", ")}: ${found}. ` +
      (names.length > 0 ? `Choose one with \`kubectl config use-context\`: ${names.join(", ")}.` : WAY_OUT),
    EXIT.refused,
  );
}
