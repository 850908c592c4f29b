import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesObject } from "../path/objects";

/** What a question to the API server came to: objects, or why there are none. */
export type Listed = { objects: KubernetesObject[] } | { refused: Refusal };

export interface Refusal {
  /** `not-served`: the cluster does not know the kind. `forbidden`: this user may not. `unreachable`: nobody answered. */
  why: "not-served" | "forbidden" | "unreachable" | "error";
  /** What the server or the network said. */
  said: string;
}

interface ServedKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

/** Seconds an answer may take. */
const ANSWER_SECONDS = 15;

/** Seconds until a page of objects has to be here whole. */
const WHOLE_ANSWER_SECONDS = 60;

/** Objects per page: what kubectl asks for. */
const PAGE = 500;

/** Never asked for: what stands in them is nobody's business here. */
const NEVER_READ = new Set(["Secret"]);

/** The API server of one cluster, which is only ever asked and never told anything. */
export class ClusterReader {
  private readonly agent: https.Agent;
  private served?: Promise<Map<string, ServedKind>>;
  /** Versions of groups whose kinds could not be asked for, with the reason. */
  private readonly unasked = new Map<string, Refusal>();

  constructor(
    private readonly kubeconfig: KubeConfig,
    readonly context: string,
    readonly server: string,
  ) {
    const Agent = server.startsWith("http:") ? http.Agent : https.Agent;
    this.agent = new Agent({ keepAlive: true, maxSockets: 8 }) as https.Agent;
  }

  close(): void {
    this.agent.destroy();
  }

  /** Version of the API server, such as 1.36.3. */
  async version(): Promise<string> {
    const { gitVersion = "" } = (await this.json("/version")) as { gitVersion?: string };
    return /\d+\.\d+(\.\d+)?/.exec(gitVersion)?.[0] ?? gitVersion;
  }

  /** Whether it knows a kind; what it refused, where it did not say. */
  async serves(apiVersion: string, kind: string): Promise<boolean | Refusal> {
    try {
      const isServed = (await this.kinds()).has(`${apiVersion} ${kind}`);
      return isServed || (this.unasked.get(apiVersion) ?? false);
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Every kind that can be listed, of the API server and of what extends it; each in the version it prefers. */
  async listable(): Promise<{ apiVersion: string; kind: string }[]> {
    const kinds = [...(await this.kinds()).values()].filter(({ kind }) => !NEVER_READ.has(kind));
    return kinds.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  }

  /** All objects of a kind, page by page. Absent namespace: of all of them. With labels: only those that have all of them. */
  async list(apiVersion: string, kind: string, namespace?: string, labels: Record<string, string> = {}): Promise<Listed> {
    if (NEVER_READ.has(kind)) throw new Error(`${kind}s are never read`);
    try {
      const served = (await this.kinds()).get(`${apiVersion} ${kind}`);
      if (served === undefined) {
        return { refused: this.unasked.get(apiVersion) ?? { why: "not-served", said: `${apiVersion} has no ${kind}` } };
      }
      return { objects: await this.pages(served, namespace, labels) };
    } catch (error) {
      return { refused: refusalOf(error) };
    }
  }

  /** One object, asked for by its name, which is allowed to more users than a list; undefined where it is not there or may not be seen. */
  async find(apiVersion: string, kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined> {
    if (NEVER_READ.has(kind)) throw new Error(`${kind}s are never read`);
    try {
      const served = (await this.kinds()).get(`${apiVersion} ${kind}`);
      if (served === undefined) return undefined;
      const found = (await this.json(`${placeOf(served, namespace)}/${encodeURIComponent(name)}`)) as KubernetesObject;
      return { ...found, apiVersion, kind };
    } catch {
      return undefined;
    }
  }

  private async pages(
    served: ServedKind,
    namespace: string | undefined,
    labels: Record<string, string>,
  ): Promise<KubernetesObject[]> {
    const { apiVersion, kind } = served;
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const selector = pairs.length === 0 ? "" : `&labelSelector=${encodeURIComponent(pairs.join(","))}`;
    const objects: KubernetesObject[] = [];
    let next = "";
    do {
      const page = `limit=${PAGE}${selector}${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`;
      const list = (await this.json(`${placeOf(served, namespace)}?${page}`)) as {
        items?: KubernetesObject[];
        metadata?: { continue?: string };
      };
      // Items of a list carry neither kind nor version.
      objects.push(...(list.items ?? []).map((item) => ({ ...item, apiVersion, kind })));
      next = list.metadata?.continue ?? "";
    } while (next !== "");
    return objects;
  }

  private kinds(): Promise<Map<string, ServedKind>> {
    return (this.served ??= this.discover());
  }

  private async discover(): Promise<Map<string, ServedKind>> {
    const { groups = [] } = (await this.json("/apis")) as { groups?: { versions: { groupVersion: string }[] }[] };
    const versions = ["v1", ...groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion))];
    const kinds = await Promise.all(versions.map((version) => this.kindsOf(version)));
    return new Map(kinds.flat().map((served) => [`${served.apiVersion} ${served.kind}`, served]));
  }

  /** An extension whose server is down serves nothing for now; that must not hide all others. */
  private async kindsOf(apiVersion: string): Promise<ServedKind[]> {
    type Resource = { name: string; kind: string; namespaced: boolean; verbs: string[] };
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources = [] } = (await this.json(path).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal.why !== "not-served") this.unasked.set(apiVersion, refusal);
      return {};
    })) as { resources?: Resource[] };
    return resources
      .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"))
      .map(({ name, kind, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }));
  }

  private async json(path: string): Promise<unknown> {
    const options: https.RequestOptions = {
      method: "GET",
      headers: { accept: "application/json" },
      agent: this.agent,
      timeout: ANSWER_SECONDS * 1000,
    };
    await this.kubeconfig.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new AnswerError(UNAUTHORIZED, `the kubeconfig gives no credentials: ${oneLine((error as Error).message)}`);
    });
    // The kubeconfig puts an agent there that ends every connection after one answer; only one that goes through a proxy is needed.
    const agent = this.kubeconfig.getCurrentCluster()?.proxyUrl === undefined ? this.agent : options.agent;
    const { status, text } = await ask(`${this.server.replace(/\/$/, "")}${path}`, { ...options, agent });
    if (status !== 200) throw new AnswerError(status, messageOf(text) || `HTTP ${status}`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new AnswerError(status, `what answers is no API server: ${oneLine(text)}`);
    }
  }
}

const UNAUTHORIZED = 401;

class AnswerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function ask(url: string, options: https.RequestOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    // The socket's own timeout starts anew with every byte; a server that answers drop by drop must not hold anybody up either.
    const late = setTimeout(
      () => request.destroy(new Error(`no whole answer within ${WHOLE_ANSWER_SECONDS} s`)),
      WHOLE_ANSWER_SECONDS * 1000,
    );
    const request = (url.startsWith("http:") ? http : https).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${ANSWER_SECONDS} s`)));
    request.on("error", reject);
    request.on("close", () => clearTimeout(late));
    request.end();
  });
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? "";
  } catch {
    return oneLine(text);
  }
}

/** The beginning of a page that a proxy shows instead of an answer. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim().slice(0, 200);

function placeOf({ apiVersion, plural, namespaced }: ServedKind, namespace: string | undefined): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${base}${namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ""}/${plural}`;
}

export function refusalOf(error: unknown): Refusal {
  const said = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AnswerError)) return { why: "unreachable", said };
  if (error.status === 404) return { why: "not-served", said };
  return { why: error.status === UNAUTHORIZED || error.status === 403 ? "forbidden" : "error", said };
}
