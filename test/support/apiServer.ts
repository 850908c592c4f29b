import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../path/objects";

export interface Answer {
  status: number;
  text: string;
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

interface Definition extends KubernetesObject {
  spec: { group: string; names: { kind: string; plural: string }; versions: { name: string; served: boolean }[] };
}

/** `gateway.networking.k8s.io/v1 HTTPRoute`: what a schema belongs to. */
export const kindOf = ({ apiVersion, kind }: KubernetesObject): string => `${apiVersion} ${kind}`;

const kindsOf = ({ spec }: Definition): string[] =>
  spec.versions.filter(({ served }) => served).map(({ name }) => `${spec.group}/${name} ${spec.names.kind}`);

/** Seconds until a definition that was taken is served. */
const SERVED_SECONDS = 30;

/** An API server, asked about objects of any kind with strict validation. */
export class ApiServer {
  private readonly config = new KubeConfig();
  private readonly agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  private readonly resources = new Map<string, Promise<Resource[]>>();

  constructor(kubeconfig: string) {
    this.config.loadFromFile(kubeconfig);
  }

  close(): void {
    this.agent.destroy();
  }

  /** Whether it takes an object as it stands, unknown fields included. Nothing is created. */
  dryRun(object: KubernetesObject): Promise<Answer> {
    return this.apply(object, "&dryRun=All");
  }

  /** Keeps an object, whatever it kept of that name before. Throws unless it takes it. */
  async store(object: KubernetesObject): Promise<void> {
    const { status, text } = await this.apply(object);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${text}`);
  }

  /** Begins to delete a namespace with all that is in it. */
  async removeNamespace(name: string): Promise<void> {
    await this.request("DELETE", `/api/v1/namespaces/${name}`);
  }

  /** Creates a namespace unless it is there. Whoever asks by dry run needs one to ask in. */
  async ensureNamespace(name: string): Promise<void> {
    await this.store({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }

  /** Whether it has a schema for the object's kind. */
  async serves(object: KubernetesObject): Promise<boolean> {
    return (await this.resourceOf(object)) !== undefined;
  }

  /** Installs those of the definitions that serve one of the kinds, and waits until they do. */
  async install(definitions: KubernetesObject[], kinds: ReadonlySet<string>): Promise<void> {
    const wanted = (definitions as Definition[]).filter((definition) => kindsOf(definition).some((kind) => kinds.has(kind)));
    for (const definition of wanted) {
      await this.store(definition);
    }
    const waited = wanted.flatMap(kindsOf).filter((kind) => kinds.has(kind));
    const until = Date.now() + SERVED_SECONDS * 1000;
    for (const each of waited) {
      const [apiVersion, kind] = each.split(" ") as [string, string];
      const object = { apiVersion, kind, metadata: { name: "x" } };
      for (this.resources.clear(); !(await this.serves(object)); this.resources.clear()) {
        if (Date.now() > until) throw new Error(`${each} is not served after ${SERVED_SECONDS} s`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async apply(object: KubernetesObject, how = ""): Promise<Answer> {
    const resource = await this.resourceOf(object);
    if (resource === undefined) throw new Error(`the API server has no kind ${kindOf(object)}`);
    const { name, namespace } = object.metadata;
    const scope = resource.namespaced ? `/namespaces/${namespace ?? "default"}` : "";
    const query = `fieldManager=test&force=true&fieldValidation=Strict${how}`;
    return this.request("PATCH", `${rootOf(object)}${scope}/${resource.name}/${name}?${query}`, object);
  }

  private async resourceOf({ apiVersion, kind }: KubernetesObject): Promise<Resource | undefined> {
    const root = rootOf({ apiVersion });
    const known = this.resources.get(root) ?? this.discover(root);
    this.resources.set(root, known);
    return (await known).find((resource) => resource.kind === kind && !resource.name.includes("/"));
  }

  private async discover(root: string): Promise<Resource[]> {
    const { status, text } = await this.request("GET", root);
    if (status === 404) return [];
    if (status !== 200) throw new Error(`${root}: ${status} ${text}`);
    return (JSON.parse(text) as { resources: Resource[] }).resources;
  }

  private async request(method: string, place: string, body?: object): Promise<Answer> {
    const url = new URL(this.config.getCurrentCluster()!.server + place);
    const headers = body === undefined ? {} : { "content-type": "application/apply-patch+yaml" };
    const options: https.RequestOptions = { method, headers };
    await this.config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    return new Promise((resolve, reject) => {
      const request = https.request(url, { method, headers, ca, cert, key, agent: this.agent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      });
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

const rootOf = ({ apiVersion }: { apiVersion: string }): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** The definitions that lie in a folder and those below it. */
export function definitionsIn(folder: string): KubernetesObject[] {
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  const documents = files.flatMap((file) => parseAllDocuments(fs.readFileSync(path.join(folder, file), "utf8")));
  return documents
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object): object is KubernetesObject => object?.kind === "CustomResourceDefinition");
}
