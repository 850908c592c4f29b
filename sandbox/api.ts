import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import readline from "node:readline";
import { errorText, SandboxError } from "./errors";
import type { Layout } from "./paths";
import { LOOPBACK } from "./ports";
import { until } from "./process";

/** As much of a Kubernetes object as the sandbox itself writes or reads. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // The rest depends on the kind, and the API server checks it strictly.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

export interface Answer {
  status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

const PLURALS: Record<string, string> = {
  Namespace: "namespaces",
  ConfigMap: "configmaps",
  Secret: "secrets",
  Node: "nodes",
  Service: "services",
  EndpointSlice: "endpointslices",
  IngressClass: "ingressclasses",
  Gateway: "gateways",
  GatewayClass: "gatewayclasses",
  ContourConfiguration: "contourconfigurations",
  IPAddressPool: "ipaddresspools",
  L2Advertisement: "l2advertisements",
  CustomResourceDefinition: "customresourcedefinitions",
};

export function objectPath(object: KubernetesObject): string {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  return `${root}${namespace}/${PLURALS[kind]}/${metadata.name}`;
}

const REQUEST_SECONDS = 15;
/** How long an answer that goes on may be silent before its connection is tried. */
const KEEP_ALIVE_MILLISECONDS = 10_000;

/**
 * A few requests to the sandbox's API server. @kubernetes/client-node does far more and takes half a second to load, which would
 * be most of the time of `sandbox exec`.
 */
export class Api {
  private readonly credentials: { ca: Buffer; cert: Buffer; key: Buffer };
  private readonly agent: https.Agent;
  private closed = false;

  constructor(
    layout: Layout,
    private readonly port: number,
    /** 127.0.0.1 is the machine's own way in; the cluster's programs have another. */
    private readonly host = LOOPBACK,
  ) {
    const read = (file: string) => fs.readFileSync(path.join(layout.certificates, file));
    this.credentials = { ca: read("ca.crt"), cert: read("admin.crt"), key: read("admin.key") };
    this.agent = new https.Agent({ ...this.credentials, keepAlive: true, maxSockets: 8 });
  }

  request(method: string, url: string, body?: unknown, contentType = "application/json"): Promise<Answer> {
    if (this.closed) return Promise.reject(new Error("This connection to the API server was closed."));
    return new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      // Node.js sends the body of a DELETE without a word on its length, and it is taken for the next request.
      const headers = sent === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(sent) };
      const options = {
        host: this.host,
        port: this.port,
        path: url,
        method,
        agent: this.agent,
        headers,
        timeout: REQUEST_SECONDS * 1000,
      };
      const request = https.request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          const json = response.headers["content-type"]?.includes("json");
          try {
            resolve({ status: response.statusCode ?? 0, body: json ? JSON.parse(text) : text });
          } catch (error) {
            reject(error);
          }
        });
      });
      request.on("timeout", () => request.destroy(new Error(`the API server did not answer within ${REQUEST_SECONDS} s`)));
      request.on("error", reject);
      request.end(sent);
    });
  }

  /** Reads an answer that goes on, on a connection of its own: a line at a time, until it ends, fails, or a line is answered false. */
  lines(url: string, onLine: (line: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const request = https.get(
        { ...this.credentials, host: this.host, port: this.port, path: url, agent: false },
        (response) => {
          response.on("error", () => {});
          if (response.statusCode !== 200) return void request.destroy();
          const lines = readline.createInterface(response);
          lines.on("line", (line) => onLine(line) || request.destroy());
          // It passes on what went wrong with the answer, and nobody else hears it.
          lines.on("error", () => {});
        },
      );
      request.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS));
      request.on("error", () => {});
      request.on("close", resolve);
    });
  }

  /** The body of a successful GET, or undefined. */
  async get(url: string): Promise<KubernetesObject | undefined> {
    try {
      const { status, body } = await this.request("GET", url);
      return status === 200 ? body : undefined;
    } catch (error) {
      // Whoever waits for something by asking again and again has to learn that nobody answers any more.
      if (this.closed) throw error;
      return undefined;
    }
  }

  async ready(): Promise<boolean> {
    try {
      return (await this.request("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  /** Server-side apply; repeated for thirty seconds while the object's kind or namespace is not served yet. */
  async apply(object: KubernetesObject, subresource = ""): Promise<KubernetesObject> {
    const url = `${objectPath(object)}${subresource}?fieldManager=holdfast-sandbox&force=true&fieldValidation=Strict`;
    let answer: Answer = { status: 0, body: "it was never reached" };
    await until(
      async () => {
        answer = await this.answerTo("PATCH", url, object);
        return ![0, 404, 429, 503].includes(answer.status) && !isForbiddenForNow(answer);
      },
      30,
      100,
    );
    if (answer.status === 0 || answer.status >= 300) {
      const said = answer.body?.message ?? JSON.stringify(answer.body);
      throw new SandboxError(
        `The sandbox's API server refused ${object.kind} ${object.metadata.name} (${answer.status}): ${said}`,
      );
    }
    return answer.body as KubernetesObject;
  }

  /** A request whose failure to connect is an answer as well: status 0, with the reason. */
  private async answerTo(method: string, url: string, object: KubernetesObject): Promise<Answer> {
    try {
      return await this.request(method, url, object, "application/apply-patch+yaml");
    } catch (error) {
      if (this.closed) throw error;
      return { status: 0, body: errorText(error) };
    }
  }

  close(): void {
    this.closed = true;
    this.agent.destroy();
  }
}

/** Right after its start the API server has not made its own bootstrap objects yet. */
function isForbiddenForNow(answer: Answer): boolean {
  return answer.status === 403 && /not yet ready/.test(answer.body?.message ?? "");
}
