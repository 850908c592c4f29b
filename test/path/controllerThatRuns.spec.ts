import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { controllerThatRuns } from "../../path/read/controllerThatRuns";
import { object } from "./objects";

const OLD = "nginx-ingress-controller:0.32.0";

function runs(image: Value, args: Value = [], kind = "Deployment", name = "edge"): KubernetesObject {
  const containers: Value = [{ name: "edge", image, args }];
  return object(kind === "ReplicationController" ? "v1" : "apps/v1", kind, name, {
    spec: { template: { metadata: { labels: {} }, spec: { containers } } },
  });
}
const found = (...controllers: KubernetesObject[]) =>
  controllerThatRuns(object("networking.k8s.io/v1beta1", "Ingress", "web", { spec: {} }), new Catalog(controllers));

describe("who serves an Ingress from before there were classes", () => {
  it("is the one controller that runs, of whatever kind its workload is", () => {
    assert.equal(found(runs(OLD)), "ingress-nginx");
    assert.equal(found(runs(OLD, [], "ReplicationController")), "ingress-nginx");
    assert.equal(found(runs(OLD), runs("traefik:v1.7", [], "DaemonSet", "other")), undefined);
  });

  it("is none that has a class of its own, or passes over what names none", () => {
    assert.equal(found(runs(OLD, ["--ingress-class=internal"])), undefined);
    assert.equal(found(runs(OLD, ["--ingress-class", "internal"])), undefined);
    assert.equal(found(runs(OLD, ["--ingress-class=nginx"])), "ingress-nginx");
    assert.equal(found(runs(OLD, ["--ingress-class=internal"]), runs(OLD, [], "DaemonSet")), "ingress-nginx");
    assert.equal(found(runs("quay.io/jcmoraisjr/haproxy-ingress:v0.9", ["--ingress-class=internal"])), undefined);
    assert.equal(found(runs("nginx/nginx-ingress:1.7.0", ["-ingress-class=internal"])), "f5-nginx");
    assert.equal(found(runs("nginx/nginx-ingress:1.7.0", ["-use-ingress-class-only"])), undefined);
  });

  it("is none of the versions that want a class, unless they are told otherwise", () => {
    const newer = "registry.k8s.io/ingress-nginx/controller:v1.2.0";
    assert.equal(found(runs(newer)), undefined);
    assert.equal(found(runs(newer, ["--watch-ingress-without-class=true", "--ingress-class=internal"])), "ingress-nginx");
    assert.equal(found(runs("nginx/nginx-ingress:2.0.3")), undefined);
  });

  it("may be one where the update will know its image or its arguments", () => {
    assert.equal(found(runs(OLD, UNKNOWN)), UNKNOWN);
    assert.equal(found(runs(OLD, [UNKNOWN])), UNKNOWN);
    assert.equal(found(runs(OLD), runs(UNKNOWN, [], "DaemonSet")), UNKNOWN);
    assert.equal(found(runs(OLD, ["--ingress-class=internal", UNKNOWN])), undefined);
  });
});
