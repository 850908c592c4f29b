import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type * as client from "@kubernetes/client-node";
import { ClusterReader } from "./reader";

/** The context cannot be used; the message says which there are. */
export class ContextError extends Error {}

/**
 * Opens a cluster to read. Nothing is connected to yet.
 *
 * @param context its name in the kubeconfig; absent: the current one.
 * @throws {ContextError} where there is no kubeconfig or no such context in it.
 */
export function openCluster(context?: string, environment: NodeJS.ProcessEnv = process.env): ClusterReader {
  const files = kubeconfigFiles(environment);
  const present = files.filter((file) => fs.existsSync(file));
  if (present.length === 0) {
    throw new ContextError(`No kubeconfig: ${files.join(", ")} does not exist. Set KUBECONFIG to a file that has the context.`);
  }
  const kubeconfig = loadKubeconfigs(present);
  const names = kubeconfig.getContexts().map(({ name }) => name);
  const wanted = context ?? kubeconfig.getCurrentContext();
  if (!names.includes(wanted)) {
    const found = wanted ? `no context ${wanted}` : "no current context";
    throw new ContextError(`${present.join(", ")} has ${found}; it has: ${names.join(", ") || "none"}.`);
  }
  kubeconfig.setCurrentContext(wanted);
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server === undefined) throw new ContextError(`Context ${wanted} of ${present.join(", ")} names no cluster that is there.`);
  return new ClusterReader(kubeconfig, wanted, server);
}

/** What `KUBECONFIG` names, else the one in the home. */
export function kubeconfigFiles({ KUBECONFIG, HOME }: NodeJS.ProcessEnv): string[] {
  return (KUBECONFIG || path.join(HOME ?? os.homedir(), ".kube", "config")).split(path.delimiter).filter(Boolean);
}

/**
 * Reads kubeconfigs as kubectl does: together, and the first file that names a current context decides.
 *
 * @throws {ContextError} where one of them cannot be read.
 */
export function loadKubeconfigs(files: string[]): client.KubeConfig {
  // Half a second to load, which only who looks into a cluster has to pay.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { KubeConfig } = require("@kubernetes/client-node") as typeof client;
  const whole = new KubeConfig();
  for (const [index, file] of files.entries()) {
    try {
      const next = new KubeConfig();
      next.loadFromFile(file);
      if (index === 0) whole.loadFromFile(file);
      else whole.mergeConfig(next, Boolean(whole.getCurrentContext()));
    } catch (error) {
      throw new ContextError(`The kubeconfig ${file} cannot be read: ${(error as Error).message}`);
    }
  }
  return whole;
}
