import assert from "node:assert/strict";
import { namespaceOfOthers } from "../../lint/namespace";
import type { KubernetesObject } from "../../path/objects";
import { lintGroups } from "../../lint/run";
import { deployment, DIRECT, object } from "../path/objects";
import { settings, source } from "./fixture";

const within = (namespace: string | undefined, made: KubernetesObject): KubernetesObject => {
  const metadata = { ...made.metadata };
  delete metadata.namespace;
  return { ...made, metadata: namespace === undefined ? metadata : { ...metadata, namespace } };
};
const service = (namespace?: string, name = "web"): KubernetesObject =>
  within(namespace, object("v1", "Service", name, { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }));
const alone = within(
  undefined,
  object("v1", "Service", "alone", { spec: { selector: { app: "alone" }, ports: [{ port: 80 }] } }),
);
const route = (namespace?: string): KubernetesObject => {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const spec = { ingressClassName: "nginx", rules: [{ http: { paths: [{ path: "/", backend }] } }] };
  return within(namespace, object("networking.k8s.io/v1", "Ingress", "edge", { spec }));
};
const pods = (namespace?: string): KubernetesObject => within(namespace, deployment());
const ofApp = (app: string) => ({
  spec: { template: { metadata: { labels: { app } }, spec: { containers: [{ name: app, image: "registry.test/app:1" }] } } },
});
const shown = (...objects: KubernetesObject[]): string | undefined => namespaceOfOthers(objects, DIRECT);

describe("the namespace of objects that name none", () => {
  it("is that of the way in that leads to one of them, or that one of them leads to", () => {
    assert.equal(shown(route("chat"), service(), pods()), "chat");
    assert.equal(shown(route(), service("chat"), pods("chat")), "chat");
  });

  it("is that of the Service whose pods they are", () => {
    assert.equal(shown(service("chat"), pods()), "chat");
    assert.equal(shown(route(), service(), pods("chat")), "chat");
  });

  it("stays open where pods of several namespaces could be meant, or some are beside the Service", () => {
    assert.equal(shown(route(), service(), pods("chat"), pods("talk")), undefined);
    assert.equal(shown(route(), service(), pods(), pods("chat")), undefined);
    assert.equal(shown(route(), service(), pods("default"), service("chat", "other")), undefined);
  });

  it("stays open where nothing leads from one side to the other", () => {
    assert.equal(shown(route(), service(), pods(), service("other")), undefined);
    assert.equal(shown(route("chat"), service("chat"), pods("chat"), alone), undefined);
    assert.equal(shown(route("default"), service("chat"), pods("chat"), alone), undefined);
  });

  it("stays open where a way in is whole without one", () => {
    const ownPods = within(undefined, object("apps/v1", "Deployment", "shop", ofApp("shop")));
    const ownService = (type: string): KubernetesObject =>
      within(undefined, object("v1", "Service", "shop", { spec: { type, selector: { app: "shop" }, ports: [{ port: 80 }] } }));
    assert.equal(shown(route("chat"), service(), pods(), ownService("NodePort"), ownPods), undefined);
    assert.equal(shown(route("chat"), service(), pods(), ownService("ClusterIP"), ownPods), "chat");
    const named = { ...service(), spec: { type: "NodePort", selector: { app: "web" }, ports: [{ port: 80 }] } };
    assert.equal(shown(route("chat"), named, pods()), "chat");
  });

  it("is not where controllers are, which is where beginners write their Ingress", () => {
    assert.equal(shown(route("ingress-nginx"), service(), pods()), undefined);
    assert.equal(shown(route("kube-system"), service(), pods()), undefined);
  });

  it("stays open where two are shown, or where the name is taken there", () => {
    assert.equal(shown(service("chat"), service("talk"), pods()), undefined);
    assert.equal(shown(route("chat"), service(), pods(), pods("chat")), undefined);
  });
});

describe("what is read as of another namespace", () => {
  const bundle = (...objects: KubernetesObject[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");
  const linted = (text: string, name = "", namespace?: string) => {
    const sources = [source(text)];
    const { clusters, notes } = lintGroups([{ name, sources }], settings(namespace === undefined ? {} : { namespace }));
    const findings = clusters.flatMap((cluster) => cluster.findings.filter(({ rule }) => rule === "dangling-backend"));
    return { notes, said: findings.map(({ severity, object: { namespace: where }, found }) => `${severity} ${where}: ${found}`) };
  };
  const NOTE = "Objects without a namespace are read as in chat, with which they belong together; --namespace says otherwise.";
  const nowhere = "it sends to Service chat/web, which is not there; Service default/web is, in another namespace";

  it("is told, with the name of the cluster, and with what would lead nowhere otherwise", () => {
    const open = bundle(route("chat"), service(), pods());
    assert.deepEqual(linted(open, "a.yaml"), {
      notes: [`a.yaml: ${NOTE}`],
      said: [`warning chat: as it is written, ${nowhere}`],
    });
    assert.deepEqual(linted(open).notes, [NOTE]);
  });

  it("is nothing to tell where somebody said it, or where all say it themselves", () => {
    assert.deepEqual(linted(bundle(route("chat"), service(), pods()), "", "chat"), { notes: [], said: [] });
    assert.deepEqual(linted(bundle(route("chat"), service("chat"), pods("chat"))), { notes: [], said: [] });
  });

  it("leaves the mistake as it is where an Ingress is beside its controller", () => {
    const told = linted(bundle(route("ingress-nginx"), service(), pods()));
    assert.deepEqual(told, { notes: [], said: [`info ingress-nginx: ${nowhere.replace("chat", "ingress-nginx")}`] });
  });
});
