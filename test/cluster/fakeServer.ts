import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { KubernetesObject } from "../../path/objects";

/** Kinds whose plural is not their name and an `s`. */
const PLURALS: Record<string, string> = {
  Ingress: "ingresses",
  IngressClass: "ingressclasses",
  GatewayClass: "gatewayclasses",
};
const CLUSTER_WIDE = new Set(["Namespace", "IngressClass", "CustomResourceDefinition", "APIService", "ClusterIssuer", "Node"]);

export interface FakeServer {
  /** Context `fake` of this file leads to it. */
  kubeconfig: string;
  /** `GET /api/v1/pods?limit=500`, in the order in which they were asked. */
  asked: string[];
  close(): Promise<void>;
}

export interface FakeCluster {
  objects: KubernetesObject[];
  /** `v1 Pod`: kinds that exist without an object. */
  kinds?: string[];
  /** Kinds that may not be listed. */
  forbidden?: string[];
  /** Objects per page, whatever is asked for. */
  page?: number;
  /** What is answered at paths that begin so, before anything else: `{ "/apis": [500, "boom"] }`. */
  answers?: Record<string, [status: number, text: string]>;
}

/** An API server that only lists what it was given, on the loopback. */
export async function fakeServer({
  objects,
  kinds = [],
  forbidden = [],
  page = Infinity,
  answers = {},
}: FakeCluster): Promise<FakeServer> {
  const asked: string[] = [];
  const served = [...new Set([...kinds, ...objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)])];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const planted = Object.entries(answers).find(([path]) => request.url?.startsWith(path))?.[1];
    if (planted !== undefined) return response.writeHead(planted[0]).end(planted[1]);
    const { status, body } = answer(new URL(request.url ?? "/", "http://fake"));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-fake-"));
  const kubeconfig = path.join(folder, "kubeconfig");
  fs.writeFileSync(kubeconfig, kubeconfigOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

  function answer({ pathname, searchParams }: URL): { status: number; body: unknown } {
    if (pathname === "/version") return { status: 200, body: { gitVersion: "v1.36.3+fake" } };
    if (pathname === "/apis") return { status: 200, body: { groups: groups() } };
    const [, apiVersion = "", rest = ""] = /^\/apis?\/(v1|[^/]+\/[^/]+)(?:\/(.*))?$/.exec(pathname) ?? [];
    if (rest === "") return { status: 200, body: { resources: resourcesOf(apiVersion) } };
    const [, namespace, plural, name] = /^(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?$/.exec(rest) ?? [];
    const kind = served
      .map((key) => key.split(" "))
      .find(([version, name]) => version === apiVersion && pluralOf(name!) === plural)?.[1];
    if (kind === undefined) return { status: 404, body: { message: "the server could not find the requested resource" } };
    if (forbidden.includes(kind)) return { status: 403, body: { message: `${plural} is forbidden: User "reader" cannot list` } };
    const all = objects.filter(
      (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
    );
    if (name !== undefined) {
      const found = all.find(({ metadata }) => metadata.name === name);
      return found === undefined
        ? { status: 404, body: { message: `${plural} "${name}" not found` } }
        : { status: 200, body: found };
    }
    const from = Number(searchParams.get("continue") ?? 0);
    const next = from + page < all.length ? { continue: String(from + page) } : {};
    return { status: 200, body: { items: all.slice(from, from + page), metadata: next } };
  }

  function groups() {
    const versions = [...new Set(served.map((key) => key.split(" ")[0]!))].filter((version) => version.includes("/"));
    return versions.map((groupVersion) => ({ versions: [{ groupVersion }] }));
  }

  function resourcesOf(apiVersion: string) {
    return served
      .filter((key) => key.startsWith(`${apiVersion} `))
      .map((key) => key.split(" ")[1]!)
      .map((kind) => ({ name: pluralOf(kind), kind, namespaced: !CLUSTER_WIDE.has(kind), verbs: ["get", "list"] }));
  }

  return {
    kubeconfig,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

const pluralOf = (kind: string): string => PLURALS[kind] ?? `${kind.toLowerCase()}s`;

/** A kubeconfig whose contexts `fake` and `other` lead to that address; none is the current one. */
export function kubeconfigOf(server: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "reader", user: { token: "not-a-secret" } }],
    contexts: ["fake", "other"].map((name) => ({ name, context: { cluster: "fake", user: "reader" } })),
  });
}
