import * as fs from "node:fs";
import * as path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { ContextError, kubeconfigFiles, loadKubeconfigs } from "../../cluster";
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
  const files = kubeconfigFiles(environment);
  const present = files.filter((file) => fs.existsSync(file));
  if (present.length === 0) throw new StartError(`No kubeconfig: ${files.join(", ")} does not exist. ${WAY_OUT}`, EXIT.refused);
  const kubeconfig = load(present);
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

function load(files: string[]): KubeConfig {
  try {
    return loadKubeconfigs(files);
  } catch (error) {
    throw error instanceof ContextError ? new StartError(error.message, EXIT.refused) : error;
  }
}
