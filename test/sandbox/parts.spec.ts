import assert from "node:assert/strict";
import fs from "node:fs";
import type net from "node:net";
import path from "node:path";
import { plainReport, SandboxError } from "../../sandbox";
import type { Api, KubernetesObject } from "../../sandbox/api";
import { publishedNames } from "../../sandbox/hosts";
import { layoutOf } from "../../sandbox/paths";
import { openApiPort, portOf } from "../../sandbox/ports";
import { temporaryDirectory } from "./support/temporary";

describe("parts of the sandbox", () => {
  describe("names", () => {
    it("differ from folder to folder and stay the same for one", () => {
      const [one, again, other] = ["/srv/one", "/srv/one/", "/srv/other"].map((root) => layoutOf(root));
      assert.deepEqual(one, again);
      assert.notEqual(one!.clusterNamespace, other!.clusterNamespace);
      assert.match(one!.clusterNamespace, /^hf-[0-9a-f]{8}-cluster$/);
      assert.match(one!.clientNamespace, /^hf-[0-9a-f]{8}-client$/);
    });

    it("are the same through a symbolic link", () => {
      const { directory, remove } = temporaryDirectory();
      try {
        fs.mkdirSync(path.join(directory, "real"));
        fs.symlinkSync("real", path.join(directory, "link"));
        assert.equal(layoutOf(path.join(directory, "link")).id, layoutOf(path.join(directory, "real")).id);
      } finally {
        remove();
      }
    });
  });

  describe("the API server's port", () => {
    let taken: net.Server;
    beforeEach(async () => (taken = await openApiPort(undefined, undefined)));
    afterEach(() => new Promise((resolve) => taken.close(resolve)));

    it("must be free when it was asked for", async () => {
      const message = new RegExp(`Port ${portOf(taken)} on 127\\.0\\.0\\.1 is in use by another program[^]*--port`);
      await assert.rejects(
        openApiPort(portOf(taken), undefined),
        (error) => error instanceof SandboxError && message.test(error.message),
      );
    });

    it("stays what it was while that is free, and is another one when it is not", async () => {
      const free = await openApiPort(undefined, undefined);
      const before = portOf(free);
      await new Promise((resolve) => free.close(resolve));
      const same = await openApiPort(undefined, before);
      assert.equal(portOf(same), before);
      await new Promise((resolve) => same.close(resolve));
      const moved = await openApiPort(undefined, portOf(taken));
      assert.notEqual(portOf(moved), portOf(taken));
      await new Promise((resolve) => moved.close(resolve));
    });
  });

  describe("host names", () => {
    const object = (fields: Partial<KubernetesObject>) => fields as KubernetesObject;
    const withAddress = { loadBalancer: { ingress: [{ ip: "192.168.1.207" }] } };
    const lists: Record<string, KubernetesObject[]> = {
      "/api/v1/services": [
        object({
          metadata: {
            name: "chat",
            namespace: "web",
            annotations: { "external-dns.alpha.kubernetes.io/hostname": "a.example.com, b.example.com" },
          },
          status: withAddress,
        }),
        object({ metadata: { name: "inner", namespace: "web" }, status: { loadBalancer: {} } }),
      ],
      "/apis/networking.k8s.io/v1/ingresses": [
        object({ spec: { rules: [{ host: "chat.example.com" }, {}, { host: "*.example.com" }] }, status: withAddress }),
        object({ spec: { rules: [{ host: "pending.example.com" }] } }),
      ],
      "/apis/traefik.io/v1alpha1/ingressroutes": [
        object({ spec: { routes: [{ match: "Host(`r.example.com`) && PathPrefix(`/x`)" }] } }),
      ],
      "/apis/gateway.networking.k8s.io/v1/gateways": [
        object({ metadata: { name: "edge", namespace: "web" }, status: { addresses: [{ value: "192.168.1.241" }] } }),
        object({ metadata: { name: "edge", namespace: "other" } }),
      ],
      "/apis/gateway.networking.k8s.io/v1/httproutes": ["web", "other"].map((namespace) =>
        object({
          metadata: { name: "chat", namespace },
          spec: { hostnames: [`${namespace}.example.com`], parentRefs: [{ name: "edge" }] },
        }),
      ),
      "/apis/projectcontour.io/v1/httpproxies": [
        object({ spec: { virtualhost: { fqdn: "p.example.com" } }, status: withAddress }),
        object({ spec: { virtualhost: { fqdn: "q.example.com" } } }),
      ],
    };
    const api = { get: async (url: string) => ({ items: lists[url] ?? [] }) } as unknown as Api;

    it("come from what the cluster's objects publish, once they have an address", async () => {
      assert.deepEqual(Object.fromEntries(await publishedNames(api)), {
        "chat.web": "192.168.1.207",
        "a.example.com": "192.168.1.207",
        "b.example.com": "192.168.1.207",
        "chat.example.com": "192.168.1.207",
        "r.example.com": "192.168.1.240",
        "web.example.com": "192.168.1.241",
        "p.example.com": "192.168.1.207",
      });
    });

    it("can not smuggle a line into the hosts file", async () => {
      const names = ["a b", "a\n1.2.3.4 c", "-"];
      const ingress = object({ spec: { rules: names.map((host) => ({ host })) }, status: withAddress });
      const evil = { get: async () => ({ items: [{ ...ingress, metadata: { name: "evil", namespace: "web\n1.2.3.4" } }] }) };
      assert.equal((await publishedNames(evil as unknown as Api)).size, 0);
    });
  });

  it("reports a line that only counts on once in a while", () => {
    const lines: string[] = [];
    const report = plainReport((line) => lines.push(line));
    for (const line of ["building a: 0 s", "building a: 1 s", "building b: 0 s", "starting", "starting"]) report(line);
    assert.deepEqual(lines, ["building a: 0 s", "building b: 0 s", "starting", "starting"]);
  });
});
