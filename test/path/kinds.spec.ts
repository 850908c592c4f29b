import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import { isCloud, kindIn } from "../../path/kinds";
import { nameOf } from "../../path/value";
import { object, service } from "./objects";

describe("kinds and their groups", () => {
  it("takes a kind of another group for what it is, in each of Kubernetes' own versions for the known one", () => {
    assert.equal(kindIn("v1", "Service"), "Service");
    assert.equal(kindIn("serving.knative.dev/v1", "Service"), "Service.serving.knative.dev");
    assert.equal(kindIn("extensions/v1beta1", "Ingress"), "Ingress");
    assert.equal(kindIn("networking.internal.knative.dev/v1alpha1", "Ingress"), "Ingress.networking.internal.knative.dev");
    assert.equal(kindIn("traefik.containo.us/v1alpha1", "IngressRoute"), "IngressRoute");
    assert.equal(kindIn(undefined, "Service"), "Service");
  });

  it("keeps what shares a name apart when it is listed and looked up", () => {
    const knative = object("serving.knative.dev/v1", "Service", "web");
    const ours = service();
    const catalog = new Catalog([ours, knative]);
    assert.deepEqual(catalog.ofKind("Service"), [ours]);
    assert.equal(catalog.find("Service", "chat", "web"), ours);
    assert.equal(
      catalog.resolve({ apiVersion: "serving.knative.dev/v1", kind: "Service", namespace: "chat", name: "web" }),
      knative,
    );
  });

  it("names a cloud resource by its package and module, without a namespace", () => {
    assert.ok(isCloud("aws:lb") && !isCloud("apps/v1"));
    assert.equal(nameOf({ apiVersion: "aws:lb", kind: "LoadBalancer", name: "edge" }), "aws.lb.LoadBalancer edge");
  });
});
