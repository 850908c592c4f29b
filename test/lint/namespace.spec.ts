import assert from "node:assert/strict";
import { namespaceOfOthers } from "../../lint/namespace";
import type { KubernetesObject } from "../../path/objects";
import { deployment, DIRECT, object } from "../path/objects";

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

  it("stays open where two are shown, or where the name is taken there", () => {
    assert.equal(shown(service("chat"), service("talk"), pods()), undefined);
    assert.equal(shown(route("chat"), service(), pods(), pods("chat")), undefined);
  });
});
