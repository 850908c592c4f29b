import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Configuration } from "./configuration";
import { ApiError } from "./failures";
import { isObject, type Json, type KubernetesObject, listAt, textAt } from "./properties";
import { type Request, send } from "./request";

/** How the API server names a kind in its paths. */
export interface ResourceKind {
  plural: string;
  namespaced: boolean;
}

const markNamespace = "kube-system";
const markName = "holdfast-sandbox";

/** A connection to the sandbox's API server. There is no way to get one to any other cluster. */
export class Cluster {
  private readonly kinds = new Map<string, ResourceKind>();

  private constructor(
    private readonly server: URL,
    private readonly options: https.RequestOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Refuses every cluster but the sandbox: by its address before anything is sent, then by the mark it must carry. */
  static async connect(configuration: Configuration, signal: AbortSignal, onStatus: (message: string) => void): Promise<Cluster> {
    const kubeConfig = loadKubeConfig(configuration);
    const server = new URL(kubeConfig.getCurrentCluster()!.server);
    const name = `the cluster at ${server.origin} (context ${kubeConfig.currentContext})`;
    if (!isLoopback(server.hostname)) throw refusal(name, `${server.hostname} is not a loopback address`);
    const options: https.RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized } = options;
    options.agent = new https.Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized });
    const cluster = new Cluster(server, options, signal);
    await cluster.requireMark(name, configuration.markFile, onStatus);
    return cluster;
  }

  private async requireMark(name: string, file: string, onStatus: (message: string) => void): Promise<void> {
    const wanted = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "";
    if (!wanted) throw refusal(name, `this project has no running sandbox: ${file} does not exist`);
    const mark = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: markName, namespace: markNamespace } };
    const found = await this.get(mark, onStatus);
    if (!found) throw refusal(name, `it has no ConfigMap ${markNamespace}/${markName}`);
    if (textAt(found, "data", "nonce").trim() !== wanted) {
      throw refusal(name, `the mark in its ConfigMap ${markNamespace}/${markName} is not the one in ${file}`);
    }
  }

  request(request: Omit<Request, "signal">): Promise<Json> {
    return send(this.server, this.options, { ...request, signal: this.signal });
  }

  /** Undefined where the API server does not know the kind (yet): its CustomResourceDefinition may still be on its way. */
  async kindOf(apiVersion: string, kind: string): Promise<ResourceKind | undefined> {
    const key = `${apiVersion} ${kind}`;
    const known = this.kinds.get(key);
    if (known) return known;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const answer = await this.request({ method: "GET", path: root }).catch(absent);
    for (const resource of listAt(answer, "resources")) {
      if (!isObject(resource) || textAt(resource, "name").includes("/")) continue;
      const found = { plural: textAt(resource, "name"), namespaced: resource.namespaced === true };
      this.kinds.set(`${apiVersion} ${textAt(resource, "kind")}`, found);
    }
    return this.kinds.get(key);
  }

  /** The path of one object, or of all objects of its kind in its namespace when `name` is null. */
  async pathOf(object: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">, name: string | null): Promise<string> {
    const { apiVersion, kind, metadata } = object;
    const found = await this.kindOf(apiVersion, kind);
    if (!found) throw new UnknownKind(apiVersion, kind);
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = typeof metadata.namespace === "string" ? metadata.namespace : "default";
    const within = found.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${root}${within}/${found.plural}${name === null ? "" : `/${encodeURIComponent(name)}`}`;
  }

  /** Undefined where the object, its namespace or its kind does not exist. */
  async get(
    object: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">,
    onStatus?: Request["onStatus"],
  ): Promise<KubernetesObject | undefined> {
    const where = await this.pathOf(object, object.metadata.name).catch(unknownKind);
    if (!where) return undefined;
    return (await this.request({ method: "GET", path: where, onStatus }).catch(absent)) as KubernetesObject | undefined;
  }

  async list(apiVersion: string, kind: string, namespace: string, labelSelector: string): Promise<KubernetesObject[]> {
    const where = await this.pathOf({ apiVersion, kind, metadata: { name: "", namespace } }, null).catch(unknownKind);
    if (!where) return [];
    const answer = await this.request({ method: "GET", path: where, query: { labelSelector } }).catch(absent);
    return listAt(answer, "items") as KubernetesObject[];
  }
}

export class UnknownKind extends Error {
  constructor(apiVersion: string, kind: string) {
    super(
      `The cluster does not know ${kind} of ${apiVersion}. Create its CustomResourceDefinition first, or correct apiVersion and kind.`,
    );
  }
}

function unknownKind(error: unknown): undefined {
  if (error instanceof UnknownKind) return undefined;
  throw error;
}

function absent(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

function loadKubeConfig({ kubeconfig, context, cluster }: Configuration): KubeConfig {
  const loaded = new KubeConfig();
  if (kubeconfig === undefined) loaded.loadFromDefault();
  else if (/[\n{]/.test(kubeconfig)) loaded.loadFromString(kubeconfig);
  else if (fs.existsSync(path.resolve(kubeconfig))) loaded.loadFromFile(path.resolve(kubeconfig));
  else throw new Error(`The kubeconfig ${kubeconfig} does not exist. Give the path of a file or the contents of one.`);
  if (context !== undefined) {
    const names = loaded.getContexts().map((each) => each.name);
    if (!names.includes(context)) {
      throw new Error(
        `The kubeconfig has no context ${context}; it has ${names.join(", ") || "none"}. Set holdfast:cluster.context to one of them.`,
      );
    }
    loaded.setCurrentContext(context);
  }
  if (cluster !== undefined) loaded.contexts = loaded.contexts.map((each) => ({ ...each, cluster }));
  if (!loaded.getCurrentCluster()) {
    throw new Error("The kubeconfig names no current cluster. Set the provider's context or KUBECONFIG.");
  }
  return loaded;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refusal(cluster: string, why: string): Error {
  return new Error(
    `Holdfast's stand-in for the Kubernetes provider refuses ${cluster}: ${why}. It serves only this project's own sandbox, which ` +
      "`npx holdfast sandbox up` starts. For any other cluster install the official plugin, where it can be downloaded: " +
      "`pulumi plugin install resource kubernetes`.",
  );
}
