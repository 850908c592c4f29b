import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Provider } from "@pulumi/kubernetes/provider";
import type * as yaml from "yaml";
import { lateRefusal } from "./lateRefusal";

export interface ClusterArgs {
  /** Context of the kubeconfig to use. Required unless `kubeconfig` is given; the current context is never assumed. */
  context?: string;
  /** Contents of a kubeconfig, as a secret. Default: the files of `KUBECONFIG`, else `~/.kube/config`. */
  kubeconfig?: pulumi.Input<string>;
  /** uid of the kube-system namespace. Where given, nothing is created in a cluster that has another. */
  uid?: string;
}

/** The one cluster of a stack: the provider that every object goes through, and the proof that it is the right one. */
export interface Cluster {
  provider: Provider;
  /** What everything created must depend on. It never resolves when the cluster is not the one the stack names. */
  verified: pulumi.Input<pulumi.Resource[]>;
}

/**
 * Connects to the cluster that the stack names.
 *
 * @throws {pulumi.RunError} when the kubeconfig or its context is not there; and, before anything is created, when the
 * cluster that answers has another uid.
 */
export function connectCluster(args: ClusterArgs): Cluster {
  if (args.kubeconfig === undefined) requireContext(args.context);
  const provider = new Provider("cluster", {
    context: args.context,
    kubeconfig: args.kubeconfig,
    // Replaced under its fixed name, a ConfigMap or Secret is gone for a moment, and a pod that starts just then fails.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
  if (args.uid === undefined) return { provider, verified: [] };
  const known = { behind: `context ${args.context ?? "of the given kubeconfig"}`, key: "holdfast:cluster.uid" };
  return { provider, verified: verifyCluster("cluster-identity", args.uid, known, { provider }) };
}

/**
 * The proof that a provider leads to the cluster with that uid, for everything created to depend on. It fails when another answers.
 *
 * @param known how the cluster is reached, and the key that says which one it has to be.
 */
export function verifyCluster(
  name: string,
  wanted: string,
  known: { behind: string; key: string },
  options: Pick<pulumi.CustomResourceOptions, "provider" | "parent">,
): pulumi.Output<pulumi.Resource[]> {
  const kubeSystem = Namespace.get(name, "kube-system", options);
  return kubeSystem.metadata.uid.apply((found): pulumi.Resource[] => {
    if (found === wanted) return [kubeSystem];
    throw lateRefusal(
      `The cluster behind ${known.behind} is not the one this stack names: the uid of its ` +
        `kube-system namespace is ${found}, ${known.key} says ${wanted}. Nothing was created. Choose the right context, ` +
        `or, if this cluster is meant, write uid: ${found}.`,
    );
  });
}

function requireContext(context: string | undefined): void {
  const files = (process.env.KUBECONFIG || path.join(os.homedir(), ".kube", "config")).split(path.delimiter).filter(Boolean);
  const present = files.filter((file) => fs.existsSync(file));
  if (present.length === 0) {
    throw new pulumi.RunError(
      `No kubeconfig: ${files.join(", ")} does not exist. Set KUBECONFIG to a file that has the context ${context}, ` +
        "or start the embedded cluster with `npm start`.",
    );
  }
  if (context === undefined || present.some((file) => mentions(file, context))) return;
  const contexts = present.flatMap(contextsOf);
  if (contexts.includes(context)) return;
  throw new pulumi.RunError(
    `No context ${context} in ${present.join(", ")}; it has: ${contexts.join(", ") || "none"}. ` +
      "Correct holdfast:cluster.context, or set KUBECONFIG to the file that has it.",
  );
}

/** Whether the file has that name for something; the provider finds out whether it is a context. */
function mentions(file: string, context: string): boolean {
  return fs.readFileSync(file, "utf8").includes(`name: ${context}\n`);
}

function contextsOf(file: string): string[] {
  try {
    // Only an error message needs the parser, and every preview would load it.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { parse } = require("yaml") as typeof yaml;
    const content = parse(fs.readFileSync(file, "utf8")) as { contexts?: { name: string }[] } | null;
    return (content?.contexts ?? []).map(({ name }) => name);
  } catch (error) {
    throw new pulumi.RunError(`The kubeconfig ${file} cannot be read: ${(error as Error).message}`);
  }
}
