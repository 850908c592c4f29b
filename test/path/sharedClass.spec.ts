import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, ingress, object, service } from "./objects";

const server = (ingressClassName?: Value) =>
  object("k8s.nginx.org/v1", "VirtualServer", "edge", {
    spec: { ...(ingressClassName !== undefined && { ingressClassName }), host: "x.example.test", upstreams: [], routes: [] },
  });
const servedBy = (one: KubernetesObject, ...beside: KubernetesObject[]) =>
  readPaths([one, service(), deployment(), ...beside], DIRECT).find(({ entry }) => entry.kind === "Ingress")?.hops[0]?.hop;

describe("the class nginx, which two controllers share", () => {
  it("is F5's beside kinds that only F5's controller serves", () => {
    assert.equal(servedBy(ingress()), "ingress-nginx");
    assert.equal(servedBy(ingress(), server()), "f5-nginx");
    assert.equal(servedBy(ingress(), server("nginx")), "f5-nginx");
    assert.equal(servedBy(ingress(), server("edge")), "ingress-nginx");
  });

  it("stays what the annotations of the Ingress say", () => {
    assert.equal(servedBy(ingress({ "proxy-read-timeout": "3660" }), server()), "ingress-nginx");
    assert.equal(servedBy(ingress({ "nginx.org/proxy-read-timeout": "3660s" })), "f5-nginx");
  });
});
